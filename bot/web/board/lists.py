"""The tickets behind a number as rows, and one ticket as a sheet to print, without what the reader may not see."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.disclosure.policy import Field, Way, passing, sight
from handlers.notifications import ticket_text
from handlers.town.privacy import for_residents
from handlers.town.town import Town
from models.person import Person
from models.status_moves import Closing, Status
from models.ticket import Source, Ticket

Row = Mapping[str, Any]


def list_rows(town: Town, tickets: Iterable[Ticket], reader: Person, now: datetime) -> list[Row]:
    """Rows as in the chat's lists, with no more than the reader may pass on."""
    return [_row(town, ticket, reader, now) for ticket in tickets]


def _row(town: Town, ticket: Ticket, reader: Person, now: datetime) -> Row:
    return {
        "number": ticket.number,
        "late": ticket_text.is_late(ticket, now),
        "what": town.catalogue.name(ticket.category, ticket.item),
        "where": ticket_text.where_seen(ticket, passing(town, ticket, reader)),
        "status": ticket_text.STATUS_NAMES[Status(ticket.status)],
        "team": ticket_text.team_name(town, ticket.team),
        "filed": ticket_text.moment(ticket.created_at, now),
        "limit": ticket_text.limit(town, ticket, now),
    }


def ticket_sheet(session: Session, town: Town, ticket: Ticket, reader: Person, now: datetime) -> Row:
    """The whole ticket, as 查 shows it."""
    seen = sight(town, ticket, reader, Way.OPENED)
    closing = ticket_text.CLOSING_NAMES[Closing(ticket.closing)] if ticket.closing else ""
    return {
        **_row(town, ticket, reader, now),
        "where": ticket_text.where_seen(ticket, seen),
        "words": seen.words(ticket.text) if Field.WORDS in seen.may else seen.errand,
        "source": ticket_text.SOURCE_NAMES[Source(ticket.source)],
        "closing": closing,
        "answer": for_residents(ticket.answer),
        "history": ticket_text.timeline(session, ticket, now, seen),
    }
