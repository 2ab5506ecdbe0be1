"""「申诉」 appeals once for a closed ticket, with reason and photo; 「裁定」: two supervisors decide it."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.media import waiting
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import pick, split_reference
from handlers.notifications import leaders
from handlers.tickets.access import actor, overseen, overseer, worked
from handlers.tickets.filing import attach
from handlers.world.rosters import reach_of
from handlers.world.staff import Member
from models.appeal import Appeal, AppealVote
from models.person import OVERSEERS, STAFF, Person
from models.status_moves import NOTE, Status
from models.ticket import Attachment, Ticket

router = Router("appeals")
DAYS = 30
"""Days after the end within which a ticket may be appealed"""
_EVENT = "appeal"
_LEAST_WORDS = 6
_ALIKE = 2
"""Number of equal votes that decide"""
_NO, _YES = frozenset({"不成立", "驳回", "维持"}), frozenset({"成立", "同意", "支持"})
_ENDED = (Status.CLOSED, Status.DECLINED)

APPEAL = Command(
    ("申诉",), roles=STAFF, help="申诉 工单号 理由：结案后觉得不该算进考核，附照片申诉一次", shield=Shield.IN_CHARGE
)
DECIDE = Command(("裁定",), roles=OVERSEERS, help="裁定 工单号 成立/不成立 说明：对申诉，两位督导意见一致才算")


@router.command(APPEAL)
def appeal(context: Context) -> Reply:
    """File an appeal; a refusal says what is missing."""
    picked = pick(context, worked(context.person), _ENDED, APPEAL)
    if isinstance(picked, Reply):
        return picked
    ticket, reason = picked
    photos = waiting(context)
    if refused := _refusal(context, ticket, reason, photos):
        return Reply(context.say(f"appeals.{refused}", number=ticket.number, days=DAYS), keep=True)
    attach(context, ticket, photos)
    made = Appeal(
        ticket_id=ticket.id,
        team=context.person.team or "",
        asked_by=context.person.id,
        asked_at=context.now,
        reason=reason,
    )
    context.session.add(made)
    context.session.flush()
    ticket.apply(
        NOTE, by=actor(context.person, ticket), at=context.now, note=context.say("history.appealed", reason=reason)
    )
    told = _tell_deciders(context, ticket, made)
    return Reply(context.say("appeals.asked", number=ticket.number, told=told))


def _refusal(context: Context, ticket: Ticket, reason: str, photos: tuple[int, ...]) -> str:
    """The wording key of the refusal; "" if the appeal is allowed."""
    if ticket.team != context.person.team:
        return "not_yours"
    if _of(context, ticket):
        return "once"
    if ticket.ended_at is None or ticket.ended_at < context.now - timedelta(days=DAYS):
        return "too_late"
    if len(reason) < _LEAST_WORDS:
        return "why"
    return "" if photos or _has_photos(context, ticket) else "no_photo"


def _has_photos(context: Context, ticket: Ticket) -> bool:
    """Whether the team itself sent photos; a resident's photo of the damage shows nothing of the work."""
    team = select(Person.id).where(Person.team == ticket.team)
    theirs = select(Attachment.id).where(Attachment.ticket_id == ticket.id, Attachment.person_id.in_(team))
    return context.session.scalar(theirs.limit(1)) is not None


def _of(context: Context, ticket: Ticket) -> Appeal | None:
    return context.session.scalar(select(Appeal).where(Appeal.ticket_id == ticket.id))


def _deciders(context: Context, ticket: Ticket, made: Appeal) -> Iterator[Member]:
    """Supervisors of its area who belong to another team."""
    for person in context.town.staff.overseeing(reach_of(ticket)):
        if person.id != made.asked_by and (not person.team or person.team != made.team):
            yield person


def _tell_deciders(context: Context, ticket: Ticket, made: Appeal) -> int:
    text = context.say("appeals.to_decide", number=ticket.number, reason=made.reason)
    push = {"key": f"{_EVENT}:{made.id}", "ticket_id": ticket.id, "event": _EVENT, "text": text}
    return leaders.tell(context.session, context.town, [*_deciders(context, ticket, made)], push, context.now)


def _tell_team(context: Context, ticket: Ticket, made: Appeal, outcome: str) -> None:
    """Tell the person who appealed."""
    text = context.say("appeals.told", number=ticket.number, outcome=outcome)
    push = {"key": f"{_EVENT}:{made.id}:decided", "ticket_id": ticket.id, "event": _EVENT, "text": text}
    asker = context.session.get_one(Person, made.asked_by)
    leaders.tell(context.session, context.town, [asker], push, context.now, to_them_alone=True)


@router.command(DECIDE)
def decide(context: Context) -> Reply:
    """Store a supervisor's vote; two equal votes decide."""
    theirs = overseen(context.person)
    if not split_reference(context.rest)[0]:
        theirs &= Ticket.id.in_(select(Appeal.ticket_id).where(Appeal.decided_at.is_(None)))
    picked = pick(context, theirs, (), DECIDE)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    made = _of(context, ticket)
    upholds, reason = _read(words)
    if made is None or made.decided_at:
        return Reply(context.say("appeals.none", number=ticket.number), keep=True)
    if upholds is None:
        return Reply(context.say("appeals.how_to_decide", number=ticket.number), keep=True)
    if context.person.id not in {each.id for each in _deciders(context, ticket, made)}:
        return Reply(context.say("appeals.not_you", number=ticket.number), keep=True)
    if any(vote.person_id == context.person.id for vote in made.votes):
        return Reply(context.say("appeals.said_already", number=ticket.number), keep=True)
    made.votes.append(AppealVote(person_id=context.person.id, upholds=upholds, reason=reason, at=context.now))
    _note(context, ticket, "history.appeal_vote", upholds, reason)
    return _counted(context, ticket, made)


def _counted(context: Context, ticket: Ticket, made: Appeal) -> Reply:
    yes = sum(vote.upholds for vote in made.votes)
    no = len(made.votes) - yes
    if max(yes, no) < _ALIKE:
        return Reply(context.say("appeals.one_more", number=ticket.number))
    made.upheld, made.decided_at = yes > no, context.now
    outcome = context.say("appeals.upheld" if made.upheld else "appeals.refused")
    _tell_team(context, ticket, made, outcome)
    return Reply(context.say("appeals.decided", number=ticket.number, outcome=outcome))


def _note(context: Context, ticket: Ticket, key: str, upholds: bool, reason: str) -> None:  # noqa: FBT001
    outcome = context.say("appeals.upheld" if upholds else "appeals.refused")
    by = overseer(context.person)
    ticket.apply(NOTE, by=by, at=context.now, note=context.say(key, outcome=outcome, reason=reason))


def _read(words: str) -> tuple[bool | None, str]:
    """「不成立，照片是别处的」 → (False, 照片是别处的)."""
    for names, upholds in ((_NO, False), (_YES, True)):
        for name in names:
            if words.startswith(name):
                return upholds, words[len(name) :].strip(" ，,。：:")
    return None, ""
