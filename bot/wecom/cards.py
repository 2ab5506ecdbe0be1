"""The card of a push in WeCom, with a button for each possible action on its ticket."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.wecom.gateway import Button, Card
from handlers.staff.commands import ARRIVE, RESOLVE, RETURN, SIGN
from handlers.tickets.access import called
from handlers.town.town import Town
from models.person import Person
from models.push import Push
from models.status_moves import Status
from models.ticket import Ticket

_OFFERED = {
    Status.DISPATCHED: (SIGN, RETURN),
    Status.WORKING: (ARRIVE, RESOLVE, RETURN),
}


PRESSED = "pressed"
"""Key in a push's fields: the button that it answers, which is not offered again"""
_GOES_ON = frozenset({SIGN.name, ARRIVE.name})
"""Commands that need only the click: the answer has buttons for the next step"""


def card_of(town: Town, push: Push, ticket: Ticket | None, url: str = "") -> Card | None:
    """None if no button applies: then the push is sent as text."""
    offered = _OFFERED.get(Status(ticket.status), ()) if ticket else ()
    commands = [each for each in offered if each.name != push.fields.get(PRESSED)]
    if ticket is None or not commands:
        return None
    buttons = [Button(town.say(f"wecom.{each.name}"), f"{each.name} {ticket.number}") for each in commands]
    return Card(f"push{push.id}", push.fields.get("happened", ""), push.text, buttons, url)


def goes_on(session: Session, person: Person, words: str) -> Ticket | None:
    """The ticket of a clicked button, if the answer should have buttons for the next step."""
    name, _, number = words.partition(" ")
    return theirs(session, person, Ticket.number == number) if name in _GOES_ON else None


def theirs(session: Session, person: Person, which: ColumnElement[bool]) -> Ticket | None:
    """A ticket for which their team is responsible, or to which a whistle called it; helpers by rule get no buttons."""
    in_charge = Ticket.team == (person.team or "")
    return session.scalar(select(Ticket).where(which, in_charge | called(person).condition))


def said_on_card(town: Town, words: str) -> str:
    """The text that replaces the buttons after a click."""
    return town.say(f"wecom.{words.partition(' ')[0]}")
