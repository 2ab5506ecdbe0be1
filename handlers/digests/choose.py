"""「日报」「周报」「只要红色」「静音 2小时」: a leader's choice of news; a number opens a line of a digest."""

import re
from datetime import timedelta

from sqlalchemy import select

from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.digests import weekly
from handlers.digests.daily import waiting_for
from handlers.digests.digest import Line, slots_of
from handlers.notifications import ticket_text
from handlers.notifications.leaders import LONGEST_SILENCE
from handlers.tickets.access import overseen
from handlers.tickets.unrouted import on_desk
from models.digest import NewsWish
from models.person import OVERSEERS
from models.ticket import Ticket

router = Router("digests")
DAILY = Command(("日报",), roles=OVERSEERS, help="日报：看还没说的，以后每天两次简报", wants_words=False)
WEEKLY = Command(("周报", "周总结"), roles=OVERSEERS, help="周报：看上周总结，以后只要周一一次", wants_words=False)
ONLY_RED = Command(("只要红色", "只看红色"), roles=OVERSEERS, help="只要红色：马上说的只要红色警情", wants_words=False)
MUTE = Command(("静音", "免打扰"), roles=OVERSEERS, help="静音 2小时：这段时间除红色警情都先不说")
UNMUTE = Command(
    ("取消静音", "解除静音", "结束静音", "取消免打扰"),
    roles=OVERSEERS,
    help="取消静音：有事又马上说",
    wants_words=False,
)
_PAGE = 8
_INSPECT = "查"
_SPAN = re.compile(r"(\d{1,3}|[一二两三四五六七八九十半])\s*个?(分钟|小时|钟头|天)")
_DIGITS = {"半": 0.5, **{digit: number for number, digit in enumerate("一二三四五六七八九十", start=1)}, "两": 2}
_UNITS = {"分钟": timedelta(minutes=1), "小时": timedelta(hours=1), "钟头": timedelta(hours=1), "天": timedelta(days=1)}
_ENDS = frozenset({"取消", "结束", "关", "关掉"})


@router.command(DAILY)
def daily(context: Context) -> Reply:
    """Return to the default, and show what is waiting now."""
    wish = _wish(context)
    wish.weekly, wish.only_red, wish.muted_until = False, False, None
    lines = waiting_for(context.session, context.town, context.person, context.now)
    hours = "、".join(f"{each:%H:%M}" for each in context.town.digests.at)
    return _told(context, context.say("digests.daily_chosen", hours=hours), context.say("digests.so_far"), lines)


@router.command(WEEKLY)
def weekly_only(context: Context) -> Reply:
    _wish(context).weekly = True
    lines = weekly.lines_for(context.session, context.town, context.person, context.now)
    title = weekly.title(context.town, context.now)
    hour = f"{context.town.digests.weekly_at:%H:%M}"
    return _told(context, context.say("digests.weekly_chosen", hour=hour), title, lines)


@router.command(ONLY_RED)
def only_red(context: Context) -> Reply:
    _wish(context).only_red = True
    return Reply(context.say("digests.red_chosen"), keep=True)


@router.command(MUTE)
def mute(context: Context) -> Reply:
    """Mute news for some time, a day at most."""
    if context.rest in _ENDS:
        return _speaks_again(context)
    span = _span(context.rest)
    if span is None:
        return Reply(context.say("digests.mute_how"), keep=True)
    until = context.now + min(span, LONGEST_SILENCE)
    _wish(context).muted_until = until
    return Reply(context.say("digests.muted", until=ticket_text.moment(until, context.now)), keep=True)


@router.command(UNMUTE)
def unmute(context: Context) -> Reply:
    """End the silence early."""
    return _speaks_again(context)


@router.on(in_state(Asks.DIGEST))
def open_line(context: Context) -> Reply | None:
    """The tickets of a digest's line within the person's current scope; a number then opens one of them."""
    if context.number is None or not context.person.is_overseer:
        return None
    wholes = context.slots.get("wholes", ())  # older rows lack it
    if whole := wholes[context.number] if wholes else "":
        return Reply(whole, keep=True)
    name, ids = context.slots["names"][context.number], context.slots["groups"][context.number]
    mine = (overseen(context.person) | on_desk(context.person)) & Ticket.id.in_(ids)
    found = context.session.scalars(select(Ticket).where(mine).order_by(Ticket.id.desc()).limit(_PAGE)).all()
    if not found:
        return Reply(context.say("supervising.nothing", name=name), keep=True)
    lines = numbered([ticket_text.line(context.town, ticket, context.now, context.person) for ticket in found])
    text = context.say("digests.opened", name=name, lines=lines)
    slots = {"word": _INSPECT, "words": "", "numbers": [ticket.number for ticket in found], "opens": True}
    return Reply(text, Asks.CHOICE, slots)


def _told(context: Context, chosen: str, title: str, lines: list[Line]) -> Reply:
    if not lines:
        return Reply(chosen, keep=True)
    text = context.say("digests.told", title=title, lines=numbered([line.text for line in lines]))
    return Reply(f"{chosen}\n\n{text}", Asks.DIGEST, slots_of(lines))


def _speaks_again(context: Context) -> Reply:
    _wish(context).muted_until = None
    return Reply(context.say("digests.unmuted"), keep=True)


def _wish(context: Context) -> NewsWish:
    found = context.session.get(NewsWish, context.person.id)
    if found is None:
        found = NewsWish(person_id=context.person.id, weekly=False, only_red=False)
        context.session.add(found)
    return found


def _span(words: str) -> timedelta | None:
    found = _SPAN.search(words)
    if found is None:
        return None
    amount = float(found[1]) if found[1].isdigit() else float(_DIGITS[found[1]])
    return amount * _UNITS[found[2]] if amount else None
