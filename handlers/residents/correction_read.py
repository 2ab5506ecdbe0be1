"""A correction of a report, parsed once."""

from dataclasses import dataclass

from models.person import Person
from models.status_moves import Status
from models.ticket import Ticket
from nlp.reading.understanding import Intent, Understanding


@dataclass(frozen=True, slots=True)
class Correction:
    """The whole text, the part with the right fact, and the reading of that part."""

    words: str
    right: str
    seen: Understanding | None


def is_others_work(person: Person, ticket: Ticket) -> bool:
    """Another person is working on the ticket, so they must agree to a change of place or category."""
    return ticket.status == Status.WORKING and ticket.assignee_id not in {None, person.id}


def names_a_trouble(seen: Understanding) -> bool:
    """The corrected part names a problem; after 「是」 a thing that breaks is enough, whatever the intent."""
    return seen.sure and (bool(seen.item) or seen.intent is Intent.REPORT)
