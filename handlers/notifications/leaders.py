"""Which news leaders get at once and which waits for their digest, by the town's rule and their own choice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from handlers.figures.days import day_start
from handlers.notifications.push_rules import STAFF_TEMPLATE
from handlers.notifications.text_card import text_card
from handlers.town.town import Town
from handlers.world.staff import Colleague
from models.deferred_inserts import append
from models.digest import NewsWish
from models.person import Person
from models.push import Push, Rank

LONGEST_SILENCE = timedelta(days=1)
"""Longest silence that a leader can ask for"""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The recipients' choices: every push to a leader follows them."""

    by_person: Mapping[int, NewsWish] | None
    """None: choices are ignored (no leader, or a danger)"""
    to_them_alone: bool = False
    """The push is for them personally: it skips the digest, but not a silence that they asked for"""
    had: frozenset[int] = frozenset()
    """People who already got a push of this kind today: further ones wait for the digest"""

    @classmethod
    def of(
        cls, session: Session, concerned: Iterable[Colleague], *, to_them_alone: bool = False, danger: bool = False
    ) -> "Wishes":
        leaders = [person.id for person in concerned if person.is_overseer]
        if not leaders or danger:
            return cls(None)
        chosen = select(NewsWish).where(NewsWish.person_id.in_(leaders))
        return cls({wish.person_id: wish for wish in session.scalars(chosen)}, to_them_alone)

    def heeded(self, town: Town, person: int, push: dict[str, Any], now: datetime) -> dict[str, Any]:
        """The push as this leader chose: now, after their silence, or in a digest."""
        if self.by_person is None:
            return push
        wish = self.by_person.get(person, _USUAL)
        from_ = max(filter(None, (push["due_at"], wish.muted_until)))
        at_once = push["event"] in town.digests.at_once and person not in self.had
        if self.to_them_alone or (at_once and not wish.only_red):
            return push | {"due_at": from_}
        return push | {"due_at": town.digests.next(max(from_, now)), "rank": Rank.DIGEST}


AS_IT_IS = Wishes(None)


def had_today(session: Session, town: Town, event: str, leaders: Iterable[Colleague], now: datetime) -> frozenset[int]:
    """Leaders who already got today's one push of this kind; empty if the kind is not limited to one a day."""
    if event not in town.digests.once_a_day:
        return frozenset()
    since = day_start(town.quiet_hours.wait(now))
    ours = {"events": sorted(town.digests.once_a_day), "since": since, "before": since - LONGEST_SILENCE}
    ids = [person.id for person in leaders if person.is_overseer]
    return frozenset(session.scalars(_HAD, {"people": ids, **ours})) if ids else frozenset()


_OLDER = aliased(Push)
_LAST_BEFORE = (
    select(_OLDER.id)
    .where(_OLDER.person_id == Person.id, _OLDER.created_at < bindparam("before", type_=Push.created_at.type))
    .order_by(_OLDER.id.desc())
    .limit(1)
    .correlate(Person)
    .scalar_subquery()
)
"""Id of the last push before that day; only later ones are read, because some leaders have thousands of older ones"""
_HAD = select(Person.id).where(
    Person.id.in_(bindparam("people", expanding=True)),
    exists().where(
        Push.person_id == Person.id,
        Push.id > func.coalesce(_LAST_BEFORE, 0),
        Push.event.in_(bindparam("events", expanding=True)),
        Push.rank == Rank.NEWS,
        func.coalesce(Push.finished_at, Push.due_at) >= bindparam("since", type_=Push.finished_at.type),
    ),
)
_USUAL = NewsWish(weekly=False, only_red=False, muted_until=None)


def tell(
    session: Session,
    town: Town,
    people: Sequence[Colleague],
    push: Mapping[str, Any],
    now: datetime,
    *,
    to_them_alone: bool = False,
) -> int:
    """Push news that is not about a ticket's move to each of these people, once for each key. Returns how many."""
    wishes = Wishes.of(session, people, to_them_alone=to_them_alone)
    usual = {"rank": Rank.NEWS, "due_at": town.quiet_hours.wait(now), "created_at": now}
    usual |= {"template": STAFF_TEMPLATE, "fields": text_card(town, push["text"], now)}
    reached = [person for person in people if person.openid]
    for person in reached:
        own = {**usual, **push, "key": f"{push['key']}:{person.id}", "person_id": person.id}
        append(session, Push, **wishes.heeded(town, person.id, own, now))
    return len(reached)
