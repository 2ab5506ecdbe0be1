"""议程: the matters of this month's meeting, each with a short history."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.disclosure.policy import is_shut_out
from handlers.joint_meetings.agenda_candidates import stuck
from handlers.notifications import ticket_text
from handlers.practices.compounds import serves
from handlers.tickets.change import PersonalChange
from handlers.town.wording_examples import a_community
from models.grid import Level, TeamKind
from models.joint_meeting import Matter, Meeting
from models.person import OVERSEERS, STAFF, Role
from models.promise import Practice
from models.status_moves import ENDED, MOVES, Status
from models.ticket import CHINA, Ticket

router = Router("agenda")
_SHOWN = 8
_STEPS = 5
_DECIDE_FROM = (Level.COMMUNITY, Level.STREET, Level.COUNTY)
_DECIDING = (TeamKind.COMMUNITY, TeamKind.STREET)

AGENDA = Command(
    ("议程",),
    roles=STAFF | OVERSEERS,
    help="议程 [社区]：这个月要在会上议的事，和它们的来历",
    practice=Practice.COUNCIL,
)


@router.command(AGENDA)
def agenda(context: Context) -> Reply:
    """Show the agenda; newly stuck tickets are added, and numbers never change."""
    community = community_of(context, context.rest)
    if community is None:
        return Reply(context.say("council.which_community", community=a_community(context.town)), keep=True)
    found = matters(context, community)
    shown = [each for each in found if may_see(context, each[1])]
    waiting = [each for each in shown if not each[0].decided_at]
    name = context.town.world.grids[community].name
    if not shown:
        return Reply(context.say("council.nothing", community=name), keep=True)
    lines = [_matter(context, matter, ticket) for matter, ticket in waiting[:_SHOWN]]
    if len(waiting) > _SHOWN:
        lines.append(context.say("council.more", count=len(waiting)))
    decided = [_decided(context, matter, ticket) for matter, ticket in shown if matter.decided_at]
    title = context.say("council.title", community=name, practice=context.town.practices.name(Practice.COUNCIL))
    return Reply("\n".join((title, *lines, *decided, context.say("council.how"))), keep=True)


def community_of(change: PersonalChange, words: str) -> str | None:
    """The named community, if the person serves a compound in it; without a name, the only one that they serve."""
    world, person = change.town.world, change.person
    node = world.grid_named(words) if words else None
    if words and node and node.level is Level.COMMUNITY:
        return node.code if node.code in _communities(change) else None
    if words:  # 「文苑」 is ambiguous for grid_named, because its grids contain the name too
        short = [code for code in _communities(change) if world.grids[code].name.startswith(words)]
        return short[0] if len(short) == 1 else None
    own = world.code_at(person.grid, Level.COMMUNITY)
    theirs = _communities(change)
    return own if own in theirs else (next(iter(theirs)) if len(theirs) == 1 else None)


def _communities(change: PersonalChange) -> set[str]:
    world = change.town.world
    return {place.community for place in world.places.values() if serves(change.town, change.person, place)}


def may_decide(change: PersonalChange, community: str) -> bool:
    """Whether the person may enter decisions: staff of the community or above, and supervisors; no other party."""
    person, world = change.person, change.town.world
    if person.is_overseer:
        return community in _communities(change)
    team = world.teams.get(person.team or "")
    of_community = team is not None and team.kind in _DECIDING
    area = world.grids.get(person.grid or "")
    reaches = of_community or (area is not None and area.level in _DECIDE_FROM)
    return Role.GRID_STAFF in person.roles and reaches and community in _communities(change)


def meeting_of(change: PersonalChange, community: str) -> Meeting:
    """The month's meeting; created when its agenda is first asked for."""
    month = f"{change.now.astimezone(CHINA):%Y-%m}"
    found = change.session.scalar(select(Meeting).where(Meeting.community == community, Meeting.month == month))
    if found:
        return found
    meeting = Meeting(community=community, month=month, opened_at=change.now)
    change.session.add(meeting)
    change.session.flush()
    return meeting


def matters(change: PersonalChange, community: str) -> list[tuple[Matter, Ticket]]:
    """The matters of this month's meeting; undecided ones whose ticket has ended are left out."""
    meeting = meeting_of(change, community)
    there = set(change.session.scalars(select(Matter.ticket_id).where(Matter.meeting_id == meeting.id)))
    last = change.session.scalar(select(func.max(Matter.number)).where(Matter.meeting_id == meeting.id)) or 0
    new = [(ticket, why) for ticket, why in stuck(change, community) if ticket.id not in there]
    for number, (ticket, why) in enumerate(new, start=last + 1):
        matter = Matter(meeting_id=meeting.id, number=number, ticket_id=ticket.id, why=";".join(why), decision="")
        change.session.add(matter)
    change.session.flush()
    query = select(Matter, Ticket).join(Ticket, Ticket.id == Matter.ticket_id).where(Matter.meeting_id == meeting.id)
    rows = change.session.execute(query.order_by(Matter.number)).all()
    return [(matter, ticket) for matter, ticket in rows if matter.decided_at or Status(ticket.status) not in ENDED]


def may_see(context: Context, ticket: Ticket) -> bool:
    """Whether the ticket is in a compound that the person serves, and doesn't complain about them."""
    place = context.town.world.places.get(ticket.place_id) if ticket.place_id else None
    there = place is None or serves(context.town, context.person, place)
    return there and not is_shut_out(context.town, ticket, context.person)


def _matter(context: Context, matter: Matter, ticket: Ticket) -> str:
    why = "、".join(context.say(f"council.why_{reason}") for reason in matter.why.split(";"))
    line = ticket_text.line(context.town, ticket, context.now, context.person)
    return context.say("council.matter", number=matter.number, line=line, why=why, history=history(context, ticket))


def history(change: PersonalChange, ticket: Ticket) -> str:
    """「11.3报来 → 11.5退单 → …」: the latest moves, without notes."""
    steps = [(each.at, MOVES[each.move].label) for each in ticket_text.history(change.session, ticket)]
    moved = [step for step in steps if step[1] != MOVES["note"].label][-_STEPS:]
    filed = change.town.say("council.filed", day=_day(ticket.created_at))
    return " → ".join((filed, *(f"{_day(at)}{label}" for at, label in moved)))


def _day(at: datetime) -> str:
    local = at.astimezone(CHINA)
    return f"{local.month}.{local.day}"


def _decided(context: Context, matter: Matter, ticket: Ticket) -> str:
    return context.say("council.decided_line", number=matter.number, ticket=ticket.number, decision=matter.decision)


def undecided(found: Sequence[tuple[Matter, Ticket]], number: int) -> tuple[Matter, Ticket] | None:
    return next((each for each in found if each[0].number == number), None)
