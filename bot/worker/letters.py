"""What goes out next: due pushes as letters; what is overtaken is dropped, what waited long is told together."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.installation.settings import Template
from bot.wechat.text_limits import TEXT_BYTES
from bot.worker.ways import Letter, Way
from handlers.notifications.tellings import asks, overtakes
from handlers.town.town import Town
from models.person import Person
from models.push import LEASE, Outcome, Push, Rank, claim

WINDOW = timedelta(hours=48)
"""After a person's last message WeChat takes customer-service messages for so long"""
_STALE = timedelta(minutes=5)
"""What waited so long is no news any more: it may be overtaken, or told with others"""
_MOST_TOGETHER = 20


@dataclass(frozen=True, slots=True)
class Letters:
    """Makes letters of what is due. Everything in the caller's transaction."""

    templates: Mapping[str, Template]
    clock: Callable[[], datetime]
    batch: int

    def due(self, session: Session, town: Town, last: Rank, shut: Collection[str]) -> list[Letter]:
        """The next ones, dangers first."""
        claimed = claim(session, Push, self.clock(), self.batch, last)
        letters = (self._letter(session, town, push, shut) for push in claimed)
        return [letter for letter in letters if letter]

    def _letter(self, session: Session, town: Town, push: Push, shut: Collection[str]) -> Letter | None:
        now, person = self.clock(), session.get_one(Person, push.person_id)
        behind = self._behind(session, push)
        if _drop_overtaken([push, *behind], now):
            return None
        if morning := _sleeps_until(town, push, person, now):
            push.try_again(morning, "it is night")
            push.attempts -= 1
            return None
        letter = self._alone(push, person)
        if letter.in_window and Way.CUSTOM not in shut and push.rank != Rank.DANGER:
            return self._with_others(town, letter, push, behind)
        return letter

    def _behind(self, session: Session, push: Push) -> list[Push]:
        """What else is due for the same person, where it matters."""
        now = self.clock()
        if push.created_at > now - _STALE:
            return []
        mine = (Push.person_id == push.person_id) & (Push.due_at <= now) & (Push.id > push.id)
        due = select(Push).where(mine, Push.rank != Rank.DANGER).order_by(Push.id).limit(_MOST_TOGETHER)
        return list(session.scalars(due.with_for_update(skip_locked=True)))

    def _alone(self, push: Push, person: Person) -> Letter:
        template, heard = self.templates.get(push.template), person.last_inbound_at
        return Letter(
            push_id=push.id,
            openid=(person.openid or "") if person.following else "",
            text=push.text,
            template=template,
            data={name: push.fields.get(fact, "") for name, fact in (template.fields if template else {}).items()},
            in_window=heard is not None and heard + WINDOW > self.clock(),
            attempts=push.attempts,
            created_at=push.created_at,
            in_danger=push.rank == Rank.DANGER,
        )

    def _with_others(self, town: Town, letter: Letter, push: Push, behind: Sequence[Push]) -> Letter:
        together = _fitting(town, push, [each for each in behind if each.outcome != Outcome.MERGED])
        if len(together) < 2:
            return letter
        for each in together[1:]:
            each.due_at, each.attempts = self.clock() + LEASE, each.attempts + 1
        also = tuple(each.id for each in together[1:])
        return replace(letter, text=_in_one(town, together), also=also)


def _drop_overtaken(waiting: Sequence[Push], now: datetime) -> bool:
    """Whether the first of them is overtaken. What is, is finished."""
    for at, older in enumerate(waiting):
        if newer := next((each for each in waiting[at + 1 :] if overtakes(each, older)), None):
            older.finish(Outcome.MERGED, now, f"push {newer.id} says more")
    return waiting[0].outcome == Outcome.MERGED


def _sleeps_until(town: Town, push: Push, person: Person, now: datetime) -> datetime | None:
    """The morning, where it was to be told by day and has waited till the night."""
    awake = now - timedelta(minutes=town.quiet_hours.awake_minutes)
    heard = person.last_inbound_at
    if push.rank <= Rank.URGENT or push.created_at >= awake or (heard and heard >= awake):
        return None
    morning = town.quiet_hours.wait(now)
    return morning if morning > now else None


def _fitting(town: Town, push: Push, behind: Sequence[Push]) -> list[Push]:
    """As many as one message holds, and no second question: a digit answers one."""
    together = [push]
    for each in behind:
        if asks(each) and any(map(asks, together)):
            break
        if len(_in_one(town, [*together, each]).encode()) > TEXT_BYTES:
            break
        together.append(each)
    return together


def _in_one(town: Town, pushes: Sequence[Push]) -> str:
    """The question at the end, where it is answered."""
    texts = [each.text.strip() for each in sorted(pushes, key=asks)]
    return town.say("push.together", count=len(texts), texts="\n\n".join(texts))
