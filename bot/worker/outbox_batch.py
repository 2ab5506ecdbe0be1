"""Makes letters of due pushes; outdated ones are dropped, and old ones are joined into one message."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.installation.settings import Template
from bot.wechat.text_limits import TEXT_BYTES
from bot.wecom.cards import card_of, theirs
from bot.wecom.members import PREFIX
from bot.worker.person_quota import Room, accepted, room, waits, ways
from bot.worker.send_push import CardToSend, Letter, Way
from bot.worker.uploads import Enclosure
from handlers.evidence.heard_right import BY_MACHINE
from handlers.evidence.links import page_link
from handlers.notifications.deferred import drop_overtaken, in_one
from handlers.notifications.pictures import ASKED_FOR, enclosed
from handlers.notifications.push_rules import RESIDENT_TEMPLATE, STAFF_TEMPLATE, asks
from handlers.town.town import Town
from models.person import Person
from models.push import LEASE, Outcome, Push, Rank, claim, is_laid_aside
from models.ticket import Ticket

_STALE = timedelta(minutes=5)
"""Pushes that waited longer may be outdated, or are joined with others"""
_MOST_TOGETHER = 20


@dataclass(frozen=True, slots=True)
class Letters:
    """Makes letters of due pushes, in the caller's transaction."""

    templates: Mapping[str, Template]
    notices: Mapping[str, Template]
    """Subscription notices by purpose, like the templates"""
    clock: Callable[[], datetime]
    batch: int
    wecom: bool = False
    """Whether WeCom is configured"""

    def due(self, session: Session, town: Town, last: Rank, shut: Collection[str]) -> list[Letter]:
        """The next letters, dangers first."""
        claimed = claim(session, Push, self.clock(), self.batch, last)
        letters = (self._letter(session, town, push, shut) for push in claimed)
        return [letter for letter in letters if letter]

    def _letter(self, session: Session, town: Town, push: Push, shut: Collection[str]) -> Letter | None:
        now, person = self.clock(), session.get_one(Person, push.person_id)
        behind = self._behind(session, push)
        if push not in drop_overtaken([push, *behind], now):
            return None
        if morning := _sleeps_until(town, push, person, now):
            push.try_again(morning, "it is night")
            push.attempts -= 1
            return None
        there = room(person, now)
        if waits(session, push, there):
            push.lay_aside(Outcome.KEPT, "one message is kept for the outcome")
            push.attempts -= 1
            return None
        letter = self._alone(session, town, push, person, there)
        if not letter.text and not (letter.enclosed and letter.ways):
            push.finish(Outcome.DROPPED, now, "nothing to show, or nobody to show it to now")
            return None
        if letter.text and letter.ways[:1] == (Way.CUSTOM,) and Way.CUSTOM not in shut and push.rank != Rank.DANGER:
            return self._with_others(town, letter, push, [*self._kept(session, push), *behind])
        return letter

    def _behind(self, session: Session, push: Push) -> list[Push]:
        """Other due pushes to the same person, if this one has waited long."""
        now = self.clock()
        if push.created_at > now - _STALE:
            return []
        mine = (Push.person_id == push.person_id) & (Push.due_at <= now) & (Push.id > push.id) & (Push.text != "")
        due = select(Push).where(mine, Push.rank != Rank.DANGER).order_by(Push.id).limit(_MOST_TOGETHER)
        return list(session.scalars(due.with_for_update(skip_locked=True)))

    def _kept(self, session: Session, push: Push) -> list[Push]:
        """Pushes that wait for the next contact, to be sent along, without those that this push makes outdated."""
        if push.rank == Rank.NEWS:
            return []
        mine = is_laid_aside() & (Push.person_id == push.person_id) & (Push.rank == Rank.NEWS) & (Push.text != "")
        kept = select(Push).where(mine, Push.outcome == Outcome.KEPT.value).order_by(Push.id).limit(_MOST_TOGETHER)
        waiting = list(session.scalars(kept.with_for_update(skip_locked=True)))
        return [each for each in drop_overtaken([*waiting, push], self.clock()) if each is not push]

    def _alone(self, session: Session, town: Town, push: Push, person: Person, there: Room) -> Letter:
        cards = self._cards(push)
        notice = cards.get(Way.SUBSCRIPTION)
        acceptance = accepted(session, person.id, notice.template_id) if notice else None
        openid = _chat_of(person)
        wecom = person.wecom if self.wecom and (push.template != RESIDENT_TEMPLATE or not openid) else ""
        with_buttons = wecom and push.ticket_id and push.template == STAFF_TEMPLATE
        page = _page(town, push, person, self.clock())
        card = card_of(town, push, theirs(session, person, Ticket.id == push.ticket_id), page) if with_buttons else None
        may = {"follows": bool(openid), "notice": acceptance is not None, "wecom": bool(wecom)}
        found = ways(push, there, template=Way.TEMPLATE in cards, **may)
        return Letter(
            push_id=push.id,
            openid=openid,
            wecom=wecom,
            wecom_card=card,
            text=push.text,
            ways=found if push.text else tuple(way for way in found if way is Way.CUSTOM),
            cards=cards,
            attempts=push.attempts,
            created_at=push.created_at,
            url=push.fields.get("url", "") or page,
            link=town.say("page.link", link=page) if page else "",
            by_machine=push.event in BY_MACHINE,
            enclosed=_enclosed(session, town, push, person, there.all),
            acceptance=acceptance,
            in_danger=push.rank == Rank.DANGER,
        )

    def _cards(self, push: Push) -> dict[Way, CardToSend]:
        declared = {Way.SUBSCRIPTION: self.notices.get(push.template), Way.TEMPLATE: self.templates.get(push.template)}
        return {way: _filled(template, push) for way, template in declared.items() if template}

    def _with_others(self, town: Town, letter: Letter, push: Push, others: Sequence[Push]) -> Letter:
        together = _fitting(town, push, [each for each in others if each.outcome != Outcome.MERGED])
        if len(together) < 2:
            return letter
        for each in together[1:]:
            each.due_at, each.attempts, each.outcome = self.clock() + LEASE, each.attempts + 1, ""
        also = tuple(each.id for each in together[1:])
        link = letter.link if {each.ticket_id for each in together} == {push.ticket_id} else ""
        return replace(letter, text=in_one(town, together), also=also, link=link)


def _page(town: Town, push: Push, person: Person, now: datetime) -> str:
    as_resident = push.template != STAFF_TEMPLATE
    return page_link(town, push.ticket_id, person, now, as_resident=as_resident) if push.ticket_id else ""


def _enclosed(session: Session, town: Town, push: Push, person: Person, left: int) -> tuple[Enclosure, ...]:
    """As many attachments as the quota allows; one less if nobody asked for them."""
    most = max(0, left - bool(push.text) - (push.event != ASKED_FOR))
    found = enclosed(session, town, push, person) if most else ()
    return tuple(Enclosure(each.id, each.kind, each.stored) for each in found[-most:])


def _chat_of(person: Person) -> str:
    """The openid of their chat with the official account; "" if they have none."""
    has_chat = person.following and person.openid and not person.openid.startswith(PREFIX)
    return person.openid or "" if has_chat else ""


def _filled(template: Template, push: Push) -> CardToSend:
    return CardToSend(template.id, {name: push.fields.get(fact, "") for name, fact in template.fields.items()})


def _sleeps_until(town: Town, push: Push, person: Person, now: datetime) -> datetime | None:
    """The next morning for an old push without urgency at night, unless the person was active just now; else None."""
    awake = now - timedelta(minutes=town.quiet_hours.awake_minutes)
    heard = person.last_inbound_at
    if push.rank <= Rank.URGENT or push.created_at >= awake or (heard and heard >= awake):
        return None
    morning = town.quiet_hours.wait(now)
    return morning if morning > now else None


def _fitting(town: Town, push: Push, behind: Sequence[Push]) -> list[Push]:
    """As many as fit into one message, with at most one question, because a digit answers only one."""
    together = [push]
    for each in behind:
        if asks(each) and any(map(asks, together)):
            break
        if len(in_one(town, [*together, each]).encode()) > TEXT_BYTES:
            break
        together.append(each)
    return together
