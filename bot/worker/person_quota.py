"""The platform's quota of messages to a person, and the ways by which a push may be sent.

Five messages within 48 hours after they wrote, three within a minute after they tapped. The last ones are reserved for
outcomes with their question: less important news for residents waits for the next contact.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.worker.send_push import Way
from handlers.notifications.push_rules import RESIDENT_TEMPLATE
from models.acceptance import Acceptance
from models.follower import Follower
from models.person import Person
from models.push import Push, Rank
from models.status_moves import Status
from models.ticket import Ticket, not_ended

WROTE = (5, timedelta(hours=48))
TAPPED = (3, timedelta(minutes=1))
_MARGIN = timedelta(seconds=5)
"""Windows are taken as this much shorter, because a call takes time"""
_MOST_KEPT = 3


@dataclass(frozen=True, slots=True)
class Room:
    """How many custom messages the platform still accepts for one person."""

    tapped: int
    wrote: int

    @property
    def all(self) -> int:
        return self.tapped + self.wrote


def room(person: Person, now: datetime) -> Room:
    """The rest of a person's quota."""
    return Room(
        _left(TAPPED, person.tapped_at, person.told_since_tapped, now),
        _left(WROTE, person.wrote_at, person.told_since_wrote, now),
    )


def _left(window: tuple[int, timedelta], opened_at: datetime | None, used: int, now: datetime) -> int:
    messages, lasts = window
    return max(0, messages - used) if opened_at and opened_at + lasts - _MARGIN > now else 0


def spend(person: Person, messages: int, now: datetime) -> None:
    """Count sent messages; the platform counts them to the window that ends first."""
    there = room(person, now)
    of_tap = min(messages, there.tapped)
    person.told_since_tapped += of_tap
    person.told_since_wrote += messages - of_tap


def used_up(person: Person) -> None:
    """The platform says that the quota is used up, whatever we have counted."""
    person.told_since_tapped, person.told_since_wrote = TAPPED[0], WROTE[0]


def waits(session: Session, push: Push, there: Room) -> bool:
    """Whether it is news for a resident whose remaining quota is reserved for the outcomes that they wait for."""
    if push.rank != Rank.NEWS or push.template != RESIDENT_TEMPLATE or not there.wrote:
        return False
    return there.all <= _MOST_KEPT and there.all <= _outcomes_to_come(session, push.person_id)


def _outcomes_to_come(session: Session, person: int) -> int:
    open_ones = select(func.count()).select_from(Follower).join(Ticket)
    mine = open_ones.where(Follower.person_id == person, not_ended(), Ticket.status != Status.RESOLVED.value)
    return min(_MOST_KEPT, session.scalar(mine) or 0)


def accepted(session: Session, person: int, template: str) -> int | None:
    """The oldest unused acceptance of this notice."""
    mine = (Acceptance.person_id == person) & (Acceptance.template_id == template) & Acceptance.used_at.is_(None)
    return session.scalar(select(Acceptance.id).where(mine).order_by(Acceptance.id).limit(1))


def ways(push: Push, there: Room, *, follows: bool, notice: bool, template: bool, wecom: bool) -> tuple[Way, ...]:
    """In order of preference. A danger also tries CUSTOM without quota; news doesn't use up an acceptance."""
    if push.fields.get("via") == Way.WECOM.value and wecom:
        return (Way.WECOM,)
    danger = push.rank == Rank.DANGER
    may = {
        Way.CUSTOM: follows and there.all > 0,
        Way.SUBSCRIPTION: follows and notice and push.rank != Rank.NEWS,
        Way.TEMPLATE: follows and template,
        Way.WECOM: wecom,
    }
    found = tuple(way for way, works in may.items() if works)
    return (*found, Way.CUSTOM) if danger and follows and Way.CUSTOM not in found else found
