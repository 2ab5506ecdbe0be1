"""What leaders are told at once and what waits for their digest, by the town's rule and by their own choice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.notifications.tellings import DANGERS, Audience, Telling
from handlers.town.town import Town
from handlers.world.staff import Colleague
from models.digest import NewsWish
from models.push import Rank
from models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Wishes:
    """What those concerned have chosen; None: it is told as it is, whatever they chose."""

    by_person: Mapping[int, NewsWish] | None
    to_them_alone: bool = False
    """They were picked for it: it comes in no digest, but a silence that they asked for holds"""

    @classmethod
    def of(cls, session: Session, telling: Telling, concerned: Iterable[Colleague], event: str) -> "Wishes":
        leaders = [person.id for person in concerned if person.is_overseer] if telling.to in _TO_LEADERS else []
        if not leaders or event in DANGERS:
            return cls(None)
        chosen = select(NewsWish).where(NewsWish.person_id.in_(leaders))
        return cls({wish.person_id: wish for wish in session.scalars(chosen)}, telling.to is Audience.NAMED)

    def heeded(
        self, town: Town, ticket: Ticket, person: Colleague, push: dict[str, Any], now: datetime
    ) -> dict[str, Any]:
        """The push as this leader wants it: now, after the silence that they asked for, or in a digest."""
        if self.by_person is None or ticket.red_flag:
            return push
        wish = self.by_person.get(person.id, _USUAL)
        from_ = max(filter(None, (push["due_at"], wish.muted_until)))
        if self.to_them_alone or (push["event"] in town.digests.at_once and not wish.only_red):
            return push | {"due_at": from_}
        return push | {"due_at": town.digests.next(max(from_, now)), "rank": Rank.DIGEST}


_TO_LEADERS = frozenset({Audience.SUPERVISORS, Audience.NAMED})
_USUAL = NewsWish(weekly=False, only_red=False, muted_until=None)
