"""Questions in pushes: shown when the push is sent, open until answered or until the ticket moves on."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.states import Asks
from models.appointment import Appointment
from models.approval import Approval, Approver, Question
from models.conversation import REPLY, Asked
from models.follower import Follower
from models.list_condition import one_of
from models.prepared_statements import Prepared
from models.push import Outcome, Push
from models.status_moves import Status
from models.ticket import Ticket

_ASKED_STILL = exists().where(
    Question.ticket_id == Asked.ticket_id, Question.asked_of == Asked.person_id, Question.closed_at.is_(None)
)
_WISH_OPEN = exists().where(
    Approval.ticket_id == Asked.ticket_id,
    Approver.approval_id == Approval.id,
    Approver.person_id == Asked.person_id,
    Approval.decided_at.is_(None),
)
_VOTE_OPEN = exists().where(
    Follower.ticket_id == Asked.ticket_id, Follower.person_id == Asked.person_id, Follower.vote.is_(None)
)
_OUTCOME_OPEN = (Ticket.status == Status.RESOLVED.value) | (
    (Ticket.status == Status.CLOSED.value) & (Ticket.neighbours > 0)
)
_AT_WORK = (Ticket.status == Status.WORKING.value) & (Ticket.assignee_id == Asked.person_id)
_PROPOSED = exists().where(
    Appointment.ticket_id == Asked.ticket_id, Appointment.outcome == "", Appointment.agreed_at.is_(None)
)
_PUSHED = Prepared[Any](
    select(
        Asked.person_id,
        func.coalesce(Asked.shown_at, Push.finished_at),
        Push.outcome,
        Asked.state,
        Asked.slots,
        Asked.key,
        Push.text,
        Asked.ticket_id,
    )
    .outerjoin(Push, Push.key == Asked.key)
    .outerjoin(Ticket, Ticket.id == Asked.ticket_id)
    .where(
        one_of(Asked.person_id, "people"),
        Asked.key != REPLY,
        Asked.expires_at > bindparam("now"),
        or_(
            (Asked.state == Asks.OUTCOME.value) & _OUTCOME_OPEN & _VOTE_OPEN,
            (Asked.state == Asks.ANSWER.value) & _ASKED_STILL,
            (Asked.state == Asks.APPROVAL.value) & _WISH_OPEN,
            Asked.state.in_([Asks.PLACE_WRONG.value, Asks.KIND_WRONG.value]) & _AT_WORK,
            (Asked.state == Asks.VISIT.value) & _PROPOSED.where(Appointment.by_staff),
            (Asked.state == Asks.VISIT_WISHED.value) & _PROPOSED.where(~Appointment.by_staff),
            (Asked.state == Asks.CHECK.value) & (Ticket.status == Status.RESOLVED.value),
            Asked.state == Asks.HEARD.value,
            Asked.state.in_([Asks.TALK.value, Asks.TALK_ANSWER.value]) & Asked.ticket_id.is_not(None),
            Asked.state.in_([Asks.RECEPTION_SETTLED.value, Asks.DIGEST.value]),
        ),
    )
    .order_by(Asked.id.desc())
)
_SHOWN = frozenset({None, Outcome.SENT.value, Outcome.DELIVERED.value, Outcome.UNKNOWN.value})
"""Outcomes of pushes that people may have seen; None: the question has no push (an open talk)"""


def no_longer_asked(session: Session, state: Asks, ticket_id: int) -> None:
    """Delete an answered question; for kinds whose answer leaves no other trace in the database."""
    session.execute(delete(Asked).where(Asked.state == state.value, Asked.ticket_id == ticket_id, Asked.key != REPLY))


def shown_again(context: Context, state: Asks, ticket_id: int) -> None:
    """A reply repeats a push's question: store that it was shown now."""
    mine = (Asked.person_id == context.person.id) & (Asked.key != REPLY)
    about = (Asked.state == state.value) & (Asked.ticket_id == ticket_id)
    context.session.execute(update(Asked).where(mine, about).values(shown_at=context.now))


def carried_by_pushes(session: Session, people: Sequence[int], now: datetime) -> dict[int, tuple[OpenQuestion, ...]]:
    """Pushed questions that can still be answered, by person id."""
    found: dict[int, list[OpenQuestion]] = defaultdict(list)
    for person, sent_at, outcome, *question in _PUSHED.rows(session, {"people": people, "now": now}):
        state, slots, key, text, ticket = question
        shown_at = sent_at if outcome in _SHOWN else None
        asked = OpenQuestion(state, slots, key, text or "", shown_at, ticket)
        if not any(each.state == state and each.ticket_id == ticket for each in found[person]):
            found[person].append(asked)  # the same question about the same ticket counts once
    return {person: tuple(questions) for person, questions in found.items()}
