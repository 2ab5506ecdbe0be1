"""Personal links to a ticket's page."""

from datetime import datetime, timedelta

from handlers.evidence.page import role_for
from handlers.town.downloads import TicketLink
from handlers.town.town import Town
from models.person import Person
from models.ticket import Ticket


def page_line(town: Town, ticket: Ticket, person: Person, now: datetime, *, as_resident: bool = False) -> str:
    """A line with the link; "" if the program's public address is not configured."""
    link = page_link(town, ticket.id, person, now, as_resident=as_resident)
    return town.say("working.page", link=link) if link else ""


def page_link(town: Town, ticket: int, person: Person, now: datetime, *, as_resident: bool) -> str:
    if town.links is None:
        return ""
    role = role_for(person, as_resident=as_resident)
    return town.links.to_ticket(TicketLink(ticket, person.id, role, now + timedelta(days=town.privacy.page_days)))
