"""The card of a push in WeCom: what can be done with its ticket now, a button each."""

from bot.wecom.gateway import Button, Card
from handlers.staff.commands import ARRIVE, RESOLVE, RETURN, SIGN
from handlers.town.town import Town
from models.moves import Status
from models.push import Push
from models.ticket import Ticket

_OFFERED = {
    Status.DISPATCHED: (SIGN, RETURN),
    Status.WORKING: (ARRIVE, RESOLVE, RETURN),
}


def card_of(town: Town, push: Push, ticket: Ticket | None) -> Card | None:
    """None where nothing can be done with it by a button: then it is told in words."""
    commands = _OFFERED.get(Status(ticket.status), ()) if ticket else ()
    if ticket is None or not commands:
        return None
    buttons = [Button(town.say(f"wecom.{each.name}"), f"{each.name} {ticket.number}") for each in commands]
    return Card(f"push{push.id}", push.fields.get("happened", ""), push.text, buttons)


def said_on_card(town: Town, words: str) -> str:
    """What stands in the place of the buttons once one was pressed."""
    return town.say(f"wecom.{words.partition(' ')[0]}")
