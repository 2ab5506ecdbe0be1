"""「推演 报修 48小时」: replay past tickets under another limit, before a supervisor promises it."""

import re
from collections.abc import Callable
from dataclasses import replace

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.figures.counts import percent
from handlers.notifications import ticket_text
from handlers.tickets.access import overseen
from handlers.town.limits import Limit
from handlers.what_if.past import Past
from handlers.what_if.replay import Choice, replay, under, worst
from models.calendar import Span
from models.person import OVERSEERS
from models.ticket import Ticket

router = Router("what_if")
DAYS = 90
_ASKED = re.compile(
    r"(\S.*?)\s*(?:改成|改为|按)?\s*(\d+(?:\.\d+)?\s*个?(?:紧急工作时|工作时|工作日|自然日|小时|分钟|天))"
)


WHAT_IF = Command(
    ("推演",), roles=OVERSEERS, only_asks=True, help="推演 类别 时限：如果时限改了，近90天会怎样，如“推演 报修 48小时”"
)


@router.command(WHAT_IF)
def what_if(context: Context) -> Reply:
    """Replay one category or sub-item under another limit."""
    found = _ASKED.fullmatch(context.rest)
    names = _wanted(context, found[1].strip()) if found else None
    if found is None or names is None:
        return Reply(context.say("rehearsing.how"), keep=True)
    category, item = names
    span = Span.parse(re.sub(r"\s*个?天$", "自然日", found[2]).replace(" ", ""))
    scope = overseen(context.person) & (Ticket.category == category)
    if item:
        scope &= Ticket.item == item
    done = replay(context.session, context.town, _with_handle(context, span), DAYS, context.now, scope)
    if not done.total.tickets:
        return Reply(context.say("rehearsing.none", name=context.town.catalogue.name(category, item)), keep=True)
    name_of: Callable[[str], str] = lambda code: ticket_text.team_name(context.town, code or None)  # noqa: E731  (one use)
    teams = [
        context.say("rehearsing.of_team", team=name_of(code), more=_signed(tally.more))
        for code, tally in worst(done.teams, 5)
        if tally.more
    ]
    return Reply(
        context.say(
            "rehearsing.result",
            name=context.town.catalogue.name(category, item),
            limit=span,
            days=DAYS,
            count=done.total.tickets,
            then=percent(done.total.rate_then),
            now=percent(done.total.rate_now),
            late_then=done.total.overdue_then,
            late_now=done.total.overdue_now,
            teams="、".join(teams) or context.say("rehearsing.no_team"),
        ),
        keep=True,
    )


def _wanted(context: Context, words: str) -> tuple[str, str] | None:
    """The category and sub-item named: an exact sub-item, else a category, else part of a sub-item's name."""
    catalogue = context.town.catalogue
    exact = [(category, key) for key, (category, name) in catalogue.items.items() if words in {key, name}]
    if exact:
        return exact[0]
    if any(words in {key, *(name,)} or words in name for key, name in catalogue.categories.items()):
        category = catalogue.category_named(words)
        return (category, "") if category else None
    near = [(category, key) for key, (category, name) in catalogue.items.items() if words in name]
    return near[0] if len(near) == 1 else None


def _with_handle(context: Context, span: Span) -> Choice:
    """The current table with this limit for the category; general rows for urgent tickets stay."""
    usual = under(context.town.limits)

    def rows(past: Past) -> list[Limit]:
        return [replace(row, handle=span) if row.category else row for row in usual(past)]

    return rows


def _signed(count: int) -> str:
    return f"+{count}" if count > 0 else str(count)
