"""What somebody said to put a report right, read once."""

from dataclasses import dataclass

from models.moves import Status
from models.person import Person
from models.ticket import Ticket
from nlp.reading.understanding import Intent, Understanding


@dataclass(frozen=True, slots=True)
class Correction:
    """All of the words, those that tell what is right, and what the reader makes of these."""

    words: str
    right: str
    seen: Understanding | None


def is_others_work(person: Person, ticket: Ticket) -> bool:
    """Somebody else has begun: they have to agree to another place or another kind."""
    return ticket.status == Status.WORKING and ticket.assignee_id not in {None, person.id}


def names_a_trouble(seen: Understanding) -> bool:
    """Behind 「是」 a thing that breaks says enough: 「门禁坏了」 alone might also rate something."""
    return seen.sure and (bool(seen.item) or seen.intent is Intent.REPORT)
