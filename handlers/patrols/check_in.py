"""到点: check in at a patrol point, by its code or by a pin."""

import re
from collections.abc import Sequence

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind, Reply
from handlers.dialogue.router import Router
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.patrols.points import hot, mine, nearest, running, was_there
from handlers.world.coordinates import gcj_to_wgs
from models.patrol import CheckIn, PatrolPoint
from models.person import OVERSEERS, Role
from models.promise import Practice
from nlp.answers.choices import plain

router = Router("patrols")
_MARKS = re.compile(r"[^0-9A-Z\u4e00-\u9fff]|[了啦号]+$")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_WALKERS = frozenset({Role.GRID_STAFF})

HERE = Command(
    ("到点",),
    roles=_WALKERS,
    help="到点 [编号]：巡查到了这个点；不写编号就发位置",
    practice=Practice.PATROLS,
)
WAY = Command(
    ("巡查路线",),
    roles=_WALKERS | OVERSEERS,
    only_asks=True,
    help="巡查路线：这一趟还没到的点，常出事的在前",
    practice=Practice.PATROLS,
)


@router.command(HERE)
def here(context: Context) -> Reply:
    points = mine(context)
    if not points:
        return Reply(context.say("patrols.no_points"), keep=True)
    if not context.rest:
        return Reply(context.say("patrols.send_pin"), Asks.CHECK_IN)
    point = _meant(points, plain(context.rest))
    if point is None:
        return Reply(context.say("patrols.unknown_code", code=context.rest[:20]), keep=True)
    return _checked_in(context, point, by_pin=False)


def _meant(points: Sequence[PatrolPoint], words: str) -> PatrolPoint | None:
    """The point with this code, however it is written (「ds 1」 for DS-01), else the only one named by the words."""
    coded = [each for each in points if _bare(each.code) == _bare(words)]
    found = coded or [each for each in points if words.upper() in each.name.upper()]
    return found[0] if len(found) == 1 else None


def _bare(code: str) -> str:
    """Capitals without dashes, blanks, closing marks and leading zeros."""
    return _ZEROS.sub("", _MARKS.sub("", code.upper()))


@router.on(
    lambda context: context if context.message.kind is Kind.LOCATION and context.state == Asks.CHECK_IN else None
)
def pinned(context: Context) -> Reply | None:
    """Check in by a pin; nothing is stored if it is too far from the point."""
    if Role.GRID_STAFF not in context.person.roles:
        return None
    lat, lng = gcj_to_wgs(context.message.latitude or 0.0, context.message.longitude or 0.0)
    found = nearest(mine(context), lat, lng)
    if found is None:
        return Reply(context.say("patrols.no_points"))
    point, away = found
    if away > context.town.practices.patrols.metres:
        return Reply(context.say("patrols.too_far", name=point.name, km=f"{away / 1000:.1f}"))
    return _checked_in(context, point, by_pin=True)


def _checked_in(context: Context, point: PatrolPoint, *, by_pin: bool) -> Reply:
    now = running(point, context.now)
    if now and was_there(context, point, *now):
        return Reply(context.say("patrols.here_already", name=point.name), keep=True)
    row = CheckIn(point_id=point.id, person_id=context.person.id, at=context.now, by_pin=by_pin)
    context.session.add(row)
    context.session.flush()
    key = "patrols.checked_in" if now else "patrols.checked_in_between"
    return Reply(context.say(key, name=point.name, left=len(_left(context))))


def _left(context: Context) -> list[PatrolPoint]:
    """Points of the current rounds without a check-in yet."""
    due = [(each, now) for each in mine(context) if (now := running(each, context.now))]
    return [point for point, now in due if not was_there(context, point, *now)]


@router.command(WAY)
def way(context: Context) -> Reply:
    """Show the remaining points, those with most recent tickets nearby first."""
    left = _left(context)
    if not left:
        return Reply(context.say("patrols.nothing_left"), keep=True)
    filed = hot(context, left)
    in_order = sorted(left, key=lambda each: (-filed[each.id], each.id))
    lines = [_line(context, number, each, filed[each.id]) for number, each in enumerate(in_order, start=1)]
    return Reply(context.say("patrols.way", lines="\n".join(lines)), keep=True)


def _line(context: Context, number: int, point: PatrolPoint, filed: int) -> str:
    now = running(point, context.now)
    until = ticket_text.moment(now[1], context.now) if now else ""
    return context.say("patrols.line", number=number, name=point.name, until=until, filed=filed)
