"""Neighbours vote whether their event is solved; a share of the answers decides, dissenters get their own ticket."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.disclosure.policy import shut_out
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.tickets.access import is_own_work, resident, tickets
from handlers.tickets.draft import Draft
from handlers.tickets.filing import file
from handlers.tickets.staff_complaints import hear
from handlers.town.same_event_rules import SameEventRules
from handlers.town.town import Town
from models.follower import NOT_SOLVED, Follower
from models.person import Role
from models.push import last_told
from models.status_condition import stands
from models.status_moves import CLOSE, NOTE, RATE, Closing, Status
from models.ticket import SYSTEM, Actor, Ticket


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes so far."""

    votes: Sequence[Follower]
    waiting: int

    @property
    def confirming(self) -> list[Follower]:
        return [vote for vote in self.votes if vote.confirms]

    def _reached(self, rules: SameEventRules, count: int) -> bool:
        return bool(self.votes) and count >= rules.confirm_share * len(self.votes)

    def _enough(self, rules: SameEventRules) -> bool:
        """Enough followers have answered; the reporter counts as one of them."""
        return len(self.votes) >= rules.answer_share * (len(self.votes) + self.waiting)

    def is_solved(self, rules: SameEventRules, *, lapsed: bool = False) -> bool:
        return (lapsed or self._enough(rules)) and self._reached(rules, len(self.confirming))

    def is_unsolved(self, rules: SameEventRules) -> bool:
        return self._enough(rules) and self._reached(rules, len(self.votes) - len(self.confirming))

    @property
    def rating(self) -> int:
        """The average rating of those who confirm; 1 if nobody does."""
        given = [vote.vote or 0 for vote in self.confirming]
        return max(round(sum(given) / len(given)), 1) if given else 1


def tally(session: Session, ticket: Ticket) -> Tally:
    """Count the votes."""
    lines = session.scalars(ticket.followers.select()).all()
    votes = [line for line in lines if line.vote is not None]
    return Tally(votes, len(lines) - len(votes))


_OPEN_VOTE = select(Follower.ticket_id).where(Follower.person_id == bindparam("person"), Follower.vote.is_(None))
_MINE = Ticket.id.in_(_OPEN_VOTE)
_DECIDED = stands((Status.CLOSED,)) & (Ticket.neighbours > 0) & (Ticket.ended_at >= bindparam("since"))
_TOLD = tickets(_MINE & (Ticket.id == bindparam("told")) & (stands((Status.RESOLVED,)) | _DECIDED))
_LATEST = tickets(_MINE, (Status.RESOLVED,)).limit(1)


def asked_about(context: Context) -> Ticket | None:
    """The ticket whose outcome the person is asked about: the one last notified, else the latest unanswered."""
    person, since = context.person.id, context.now - timedelta(days=context.town.habits.reopen_days)
    if told := last_told(context.session, person):
        values = {"person": person, "since": since, "told": told}
        if last := context.session.scalar(_TOLD, values):
            return last
    return context.session.scalar(_LATEST, {"person": person})


def confirm(context: Context, ticket: Ticket, rating: int, why: str = "") -> Reply:
    """Count a vote for solved; enough of them close the ticket as confirmed, the only ending that counts as solved."""
    if is_own_work(context.person, ticket):
        return Reply(context.say("progress.own_work", number=ticket.number))
    counted = _voted(context, ticket, rating, why)
    ticket.rating = counted.rating
    words = context.say(f"progress.rating_{rating}")
    if ticket.status == Status.CLOSED:
        return Reply(context.say("joining.voted_late", number=ticket.number, rating=words, **_counts(counted)))
    if ticket.status != Status.RESOLVED or not counted.is_solved(context.town.joining):
        return Reply(context.say("joining.voted", number=ticket.number, rating=words))
    ticket.apply(
        CLOSE,
        by=resident(context.person),
        at=context.now,
        closing=Closing.CONFIRMED,
        note=_summary(context.town, counted),
    )
    average = context.say(f"progress.rating_{counted.rating}")
    thanks = context.say("push.thanks" if counted.rating > 1 else "push.not_content")
    notify(
        context.session, context.town, ticket, "confirm", context.now, but=context.person, rating=average, thanks=thanks
    )
    _tell_neighbours(context, ticket, counted)
    return Reply(context.say("progress.confirmed", number=ticket.number, rating=words))


def is_for_all(context: Context, ticket: Ticket, why: str) -> bool:
    """Count a vote for not solved. True if enough say so to reopen the whole event."""
    if ticket.neighbours == 0:
        return True
    return _voted(context, ticket, NOT_SOLVED, why).is_unsolved(context.town.joining)


def own_ticket(context: Context, ticket: Ticket, why: str) -> Reply:
    """File a separate ticket for a dissenter, because the others are content or haven't answered yet."""
    line = context.session.get_one(Follower, (ticket.id, context.person.id))
    own = file(
        context,
        as_seen_by(context, ticket, context.say("joining.not_solved_for", text=line.text or ticket.text, why=why)),
        context.person,
    )
    own.split_from = ticket.id
    own.apply(NOTE, by=SYSTEM, at=context.now, note=context.say("history.split_from", number=ticket.number))
    ticket.apply(NOTE, by=SYSTEM, at=context.now, note=context.say("history.split_off", number=own.number))
    values = {
        "team": ticket_text.team_name(context.town, own.team),
        "due": ticket_text.moment(own.handle_by, context.now),
    }
    return Reply(context.say("joining.own_ticket", number=ticket.number, own=own.number, **values))


def clear_votes(session: Session, ticket: Ticket) -> None:
    """Delete the votes of a reopened event; all are asked again later. The history keeps the answers."""
    session.execute(update(Follower).where(Follower.ticket_id == ticket.id).values(vote=None, voted_at=None))


def confirmer_at_lapse(session: Session, rules: SameEventRules, ticket: Ticket) -> Actor | None:
    """Who closes the ticket when the time to answer is over: the last to confirm, if the votes suffice."""
    counted = tally(session, ticket)
    if not counted.is_solved(rules, lapsed=True):
        return None
    latest = max(counted.confirming, key=lambda vote: (vote.voted_at, vote.person_id))
    return Actor(Role.RESIDENT, latest.person_id)


def _voted(context: Context, ticket: Ticket, vote: int, why: str = "") -> Tally:
    """Store a vote. The ticket is locked, so that of two votes at the same moment the second counts the first."""
    context.session.refresh(ticket, with_for_update=True)
    line = context.session.get_one(Follower, (ticket.id, context.person.id))
    hear(context, ticket, why)
    line.vote, line.voted_at = vote, context.now
    said = context.say("history.not_solved" if vote == NOT_SOLVED else f"progress.rating_{vote}")
    note = f"{said}：{why[:200]}" if why else said  # an erasure removes the text after the colon
    ticket.apply(RATE, by=resident(context.person), at=context.now, note=note)
    context.session.flush()
    return tally(context.session, ticket)


def _tell_neighbours(context: Context, ticket: Ticket, counted: Tally) -> None:
    if ticket.neighbours:
        counts = _counts(counted)
        notify(context.session, context.town, ticket, "event_solved", context.now, but=context.person, **counts)


def _counts(counted: Tally) -> dict[str, Any]:
    return {"confirmed": len(counted.confirming), "answers": len(counted.votes)}


def _summary(town: Town, counted: Tally) -> str:
    """「5位回话，4位说解决了」; "" if there is only the reporter."""
    one = len(counted.votes) + counted.waiting == 1
    return "" if one else town.say("history.votes", answers=len(counted.votes), confirmed=len(counted.confirming))


def as_seen_by(context: Context, ticket: Ticket, text: str) -> Draft:
    """A draft of the event for this person, with their own building if they live there, never the reporter's flat."""
    person = context.person
    draft = Draft(
        text,
        category=ticket.category,
        item=ticket.item,
        confidence=ticket.confidence,
        urgent=ticket.urgent,
        red_flag=ticket.red_flag,
        place_id=ticket.place_id,
        place_name=ticket.place_name,
        building=ticket.building,
        lat=ticket.lat,
        lng=ticket.lng,
        shut_out=tuple(shut_out(context.town, ticket)),
        alone=True,
    )
    at_home = person.home_place_id is not None and person.home_place_id == ticket.place_id and person.home_building
    return replace(draft, building=person.home_building, unit=person.home_unit) if at_home else draft
