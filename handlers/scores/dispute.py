"""「争分」 contests the points of a ticket, once, by the side they count against; 「裁分」: a supervisor decides."""

import re
from collections.abc import Iterator

from sqlalchemy import select

from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import pick, split_reference
from handlers.notifications import ticket_text
from handlers.practice_settings.scores import Side
from handlers.practices.compound_news import tell
from handlers.scores.counts import condition
from handlers.scores.statement import quarter_before, quarter_of
from handlers.scores.subjects import Subject, belongs, may_see, side_of_ticket, subject
from handlers.tickets.access import actor, overseen, overseer, worked
from handlers.world.staff import Member
from models.person import OVERSEERS, STAFF, Person
from models.promise import Practice
from models.scores import ScoreContest
from models.status_moves import NOTE
from models.ticket import Ticket

router = Router("contesting scores")
_LEAST_WORDS = 4
_NO, _YES = re.compile("维持|不撤|不成立|驳回"), re.compile("撤销|不计|成立")
_OUTCOME = re.compile(rf"(?:{_NO.pattern}|{_YES.pattern})[\s，,。:：]*")

CONTEST = Command(
    ("争分",),
    roles=STAFF,
    help="争分 工单号 理由：考评里这张单扣得不对，说一次理由，由上面裁",
    practice=Practice.SCORES,
    shield=Shield.IN_CHARGE,
)
DECIDE = Command(
    ("裁分",),
    roles=OVERSEERS,
    help="裁分 工单号 撤销/维持 说明：考评里有争议的扣分算不算",
    practice=Practice.SCORES,
)


@router.command(CONTEST)
def contest(context: Context) -> Reply:
    picked = pick(context, worked(context.person), (), CONTEST)
    if isinstance(picked, Reply):
        return picked
    ticket, reason = picked
    one = side_of_ticket(context.town, ticket)
    if one is None or not belongs(context.town, context.person, one):
        return Reply(context.say("scores.not_yours", number=ticket.number), keep=True)
    if refused := _refusal(context, ticket, one, reason):
        return Reply(context.say(f"scores.{refused}", number=ticket.number), keep=True)
    made = ScoreContest(ticket_id=ticket.id, side=one.side.value, subject=one.code, asked_by=context.person.id)
    made.asked_at, made.reason = context.now, reason
    context.session.add(made)
    context.session.flush()
    note = context.say("history.score_contested", reason=reason)
    ticket.apply(NOTE, by=actor(context.person, ticket), at=context.now, note=note)
    text = context.say("scores.to_decide", number=ticket.number, name=one.name, reason=reason)
    told = tell(context, list(_deciders(context, one)), "score_contest", f"score_contest:{made.id}", text)
    return Reply(context.say("scores.contested", number=ticket.number, told=told))


def _refusal(context: Context, ticket: Ticket, one: Subject, reason: str) -> str:
    """The wording key of the refusal; "" if the contest is allowed."""
    if _of(context, ticket):
        return "once"
    if not _counts_against(context, ticket, one):
        return "takes_nothing"
    return "" if len(reason) >= _LEAST_WORDS else "why"


def _of(context: Context, ticket: Ticket) -> ScoreContest | None:
    return context.session.scalar(select(ScoreContest).where(ScoreContest.ticket_id == ticket.id))


def _counts_against(context: Context, ticket: Ticket, one: Subject) -> bool:
    """Whether the ticket costs points in this quarter or the one before."""
    against = [rule.what for rule in context.town.scoring.sheets[one.side].rules if rule.takes]
    spans = (quarter_of(context.now), quarter_before(context.now))
    asked = (condition(context.town, one.side, what, span) for span in spans for what in against)
    this = select(Ticket.id).where(Ticket.id == ticket.id)
    return any(context.session.scalar(this.where(each)) is not None for each in asked)


def _deciders(context: Context, one: Subject) -> Iterator[Member]:
    """Supervisors who may read the statement and are not its subject."""
    for person in context.town.staff.people.values():
        if person.is_overseer and _decides(context, person, one):
            yield person


def _decides(context: Context, person: Member | Person, one: Subject) -> bool:
    own_team = person.team is not None and person.team == one.code
    own_grid = one.side is not Side.COMPANY and person.grid == one.code
    return may_see(context.town, person, one) and not own_team and not own_grid


@router.command(DECIDE)
def decide(context: Context) -> Reply:
    """Decide a contest. An upheld one removes the ticket from all statements; its history is unchanged."""
    theirs = overseen(context.person)
    if not split_reference(context.rest)[0]:
        theirs &= Ticket.id.in_(select(ScoreContest.ticket_id).where(ScoreContest.decided_at.is_(None)))
    picked = pick(context, theirs, (), DECIDE)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    made, upheld = _of(context, ticket), _read(words)
    if made is None or made.decided_at:
        return Reply(context.say("scores.no_contest", number=ticket.number), keep=True)
    if upheld is None:
        return Reply(context.say("scores.how_to_decide", number=ticket.number), keep=True)
    one = subject(context.town, Side(made.side), made.subject)
    if one is None or made.asked_by == context.person.id or not _decides(context, context.person, one):
        return Reply(context.say("scores.not_you", number=ticket.number), keep=True)
    return _decided(context, ticket, made, words, upheld=upheld)


def _decided(context: Context, ticket: Ticket, made: ScoreContest, words: str, *, upheld: bool) -> Reply:
    made.upheld, made.decided_by, made.decided_at, made.decision = upheld, context.person.id, context.now, words
    outcome = context.say("scores.struck" if upheld else "scores.kept")
    note = context.say("history.score_decided", outcome=outcome, words=words)
    ticket.apply(NOTE, by=overseer(context.person), at=context.now, note=note)
    asked_by = context.session.get_one(Person, made.asked_by)
    why = ticket_text.as_residents_read(_OUTCOME.sub("", words, count=1))
    text = context.say("scores.told", number=ticket.number, outcome=outcome, why=f"{why}。" if why else "")
    tell(context, [asked_by], "score_decided", f"score_decided:{made.id}", text)
    return Reply(context.say("scores.decided", number=ticket.number, outcome=outcome))


def _read(words: str) -> bool | None:
    """「撤销，那天停电」 → True."""
    if _NO.match(words):
        return False
    return True if _YES.match(words) else None
