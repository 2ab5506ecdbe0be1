"""议: enter who does what by when. The first party gets the ticket with that deadline; each task is a promise."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.joint_meetings.agenda import community_of, matters, may_decide, may_see, undecided
from handlers.notifications.pushes import notify
from handlers.practices.promises import evening_of, limit, note
from handlers.tickets.clocks import wind
from handlers.tickets.filing import watch
from handlers.world.nodes import TeamNode
from models.grid import TeamKind
from models.joint_meeting import Matter
from models.person import OVERSEERS, STAFF
from models.promise import Practice
from models.status_moves import NOTE, REASSIGN, RESUME, Status
from models.ticket import CHINA, SYSTEM, Ticket
from nlp.answers.choices import plain
from nlp.answers.deadline import read_deadline
from nlp.answers.small_numbers import small

router = Router("deciding")
_LINE = re.compile(r"第?(\d{1,3}|[一二三四五六七八九十](?=[\s号]))\s*[号.、:：]?\s*(.*)", re.DOTALL)
_CLAUSES = re.compile(r"[，,；;。\n]+")
_BODIES = {
    "业委会": TeamKind.COMMITTEE,
    "业主委员会": TeamKind.COMMITTEE,
    "物管会": TeamKind.COMMITTEE,
    "物业": TeamKind.PROPERTY,
    "物业公司": TeamKind.PROPERTY,
    "社区": TeamKind.COMMUNITY,
    "居委会": TeamKind.COMMUNITY,
    "网格": TeamKind.GRID,
    "网格员": TeamKind.GRID,
    "街道": TeamKind.STREET,
}
_WHO = re.compile("(?:由)?(" + "|".join(sorted(_BODIES, key=len, reverse=True)) + ")")

DECIDE = Command(
    ("议",),
    roles=STAFF | OVERSEERS,
    help="议 3 物业12月底前换泵，业委会公示费用：记下谁、哪天前、办什么",
    practice=Practice.COUNCIL,
)


@dataclass(frozen=True, slots=True)
class Task:
    """The task of one party."""

    who: str
    words: str
    until: datetime


@router.command(DECIDE)
def decide(context: Context) -> Reply:
    """Enter a decision; without a party and a day for each task, nothing is stored."""
    found = _LINE.fullmatch(context.rest)
    if found is None:
        return Reply(context.say("council.how_to_decide"), keep=True)
    community = community_of(context, "")
    if community is None or not may_decide(context, community):
        return Reply(context.say("council.not_yours"), keep=True)
    theirs = [each for each in matters(context, community) if may_see(context, each[1])]
    meant = undecided(theirs, small(found[1]))
    if meant is None:
        return Reply(context.say("council.no_such_matter", number=found[1]), keep=True)
    return _decided(context, *meant, found[2].strip())


def _decided(context: Context, matter: Matter, ticket: Ticket, words: str) -> Reply:
    if matter.decided_at:
        return Reply(context.say("council.decided_already", number=matter.number), keep=True)
    tasks = read_tasks(words, context.now)
    if not tasks:
        return Reply(context.say("council.no_task", number=matter.number), keep=True)
    if any(task.until <= context.now for task in tasks):
        return Reply(context.say("council.day_is_over", number=matter.number), keep=True)
    return _written(context, matter, ticket, tasks, words)


def read_tasks(words: str, now: datetime) -> list[Task]:
    """Parse tasks. A clause without a party continues the one before; one without a day takes the previous day.
    Empty if the first clause names no party, or no day is given.
    """
    told: list[tuple[str, str, datetime | None]] = []
    for clause in filter(None, map(str.strip, _CLAUSES.split(plain(words)))):
        who = _WHO.match(clause)
        if who is None and not told:
            return []
        day, said = _day(clause[who.end() :] if who else clause, now)
        if who:
            told.append((who[1], said, day))
        else:
            before = told[-1]
            told[-1] = (before[0], f"{before[1]}，{said}", before[2] or day)
    tasks: list[Task] = []
    for name, said, day in told:
        until = day or (tasks[-1].until if tasks else None)
        if until is None or not said:
            return []
        tasks.append(Task(name, said, until))
    return tasks


def _day(clause: str, now: datetime) -> tuple[datetime | None, str]:
    day, said = read_deadline(clause, now.astimezone(CHINA))
    return evening_of(day) if day else None, said.strip()


def _written(context: Context, matter: Matter, ticket: Ticket, tasks: Sequence[Task], words: str) -> Reply:
    matter.decision, matter.decided_by, matter.decided_at = words, context.person.id, context.now
    context.session.flush()
    for task in tasks:
        note(context, ticket, Practice.COUNCIL, matter.id, context.person, task.who, task.words, task.until)
    _set_going(context, ticket, tasks)
    ticket.apply(NOTE, by=SYSTEM, at=context.now, note=context.say("history.decided", decision=words))
    session, town = context.session, context.town
    told = notify(session, town, ticket, "council", context.now, but=context.person, reason=words)
    return Reply(context.say("council.decided", number=matter.number, ticket=ticket.number, told=told))


def _set_going(context: Context, ticket: Ticket, tasks: Sequence[Task]) -> None:
    """Resume the ticket if suspended, and give it to the first task's party with that deadline."""
    if ticket.status == Status.SUSPENDED:
        ticket.apply(RESUME, by=SYSTEM, at=context.now, note=context.say("history.resumed_by_meeting"))
    ticket.stopped_at = None
    team = _team(context, ticket, tasks[0].who)
    moves = team is not None and team.code != ticket.team and Status(ticket.status) in REASSIGN.sources
    if team and moves:
        ticket.apply(REASSIGN, by=SYSTEM, at=context.now, note=context.say("history.given_by_meeting", team=team.name))
        ticket.team, ticket.rule = team.code, context.say("history.rule_meeting")
    limit(context, ticket, tasks[0].who, tasks[0].until)
    if moves:
        watch(context, ticket)
    else:
        wind(context, ticket)


def _team(context: Context, ticket: Ticket, who: str) -> TeamNode | None:
    """The nearest team of this kind that serves the ticket's grid."""
    chain = context.town.world.chain(ticket.grid)
    serving = (team for node in chain for team in context.town.world.teams_at.get(node.code, ()))
    return next((team for team in serving if team.kind == _BODIES[who]), None)
