"""Answer a question in plain words: how we understood it, the figures, and what was left out."""

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.dialogue.choices import numbered
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.states import Asks
from handlers.figures.counts import percent
from handlers.questions.area import outside
from handlers.questions.chart import chart_of
from handlers.questions.figures import Row, cut, figures, parts_of
from handlers.questions.naming import measure_name, understood
from handlers.questions.parse import follows, parse_all, with_own_area
from handlers.tickets.access import overseen
from nlp.questions.query import COUNT, DURATIONS, OF_CALLS, OVERVIEW, SHARE, Query
from nlp.questions.vocabulary import vocabulary


def answer_question(context: Context) -> Reply | None:
    """The answer, with the question as understood above it and remarks below; None if it is no question."""
    if context.state == Asks.ROWS and re.search(vocabulary().patterns["picture"], context.text):
        said = "asking.picture_comes" if context.slots.get("chart") else "asking.no_picture"
        return Reply(context.say(said), keep=True, pictured=bool(context.slots.get("chart")))
    texts = _asked(context)
    query = parse_all(context.town, texts, context.now)
    if query is None:
        return None
    if refused := _refusal(context, query):
        return Reply(refused, keep=True)
    found = figures(context.session, context.town, query, overseen(context.person), context.now)
    rows = cut(query, found)
    lines = numbered([_line(context, query, row) for row in rows]).splitlines()
    lines = lines or [context.say("supervising.no_tickets")]
    lines += _remarks(context, query, found, len(rows))
    text = context.say("supervising.answer", understood=understood(context.town, query), lines="\n".join(lines))
    opening = [] if query.measure in OF_CALLS else [[row.group, row.name] for row in rows]  # 点名 shows calls
    chart = chart_of(context.town, query, rows, context.now)
    slots = {"text": texts[0], "then": texts[1:], "at": context.now.isoformat(), "rows": opening, "chart": chart}
    text = f"{text}\n{context.say('asking.open')}" if opening else text
    return Reply(text, Asks.ROWS, slots, pictured=bool(chart))


def _refusal(context: Context, query: Query) -> str:
    """Why no figure is given; "" if one is."""
    if query.unread:
        names = "、".join(context.say(f"asking.measure_{name}") for name in _OFFERED)
        nearest, following = (understood(context.town, each) for each in (query, _next_nearest(query)))
        words = "”“".join(query.unread)
        return context.say("asking.unread", words=words, nearest=nearest, next=following, measures=names)
    beyond = outside(context.town, query, context.person)
    return context.say("asking.outside", name=beyond) if beyond else ""


def _next_nearest(query: Query) -> Query:
    """Ungrouped if it is grouped, else the overview, else the count; for the same period and filters."""
    plain = replace(query, group="", having=None, against=None, whole=None)
    other = COUNT if query.measure == OVERVIEW else OVERVIEW
    return plain if query.group else replace(plain, measures=(other,), stat="")


_OFFERED = (
    "count", "closed", "solved", "open", "late", "satisfaction_rate", "solved_rate", "on_time_rate", "closed_rate",
    "response_rate", "three_day_rate", "reopened_rate", "late_rate", "returned_rate", "urged_rate",
    "returned", "reopened", "urged", "repeated", "repeated_rate", "handle_hours",
    "accept_hours", "share", "overview", "report_late", "report_rate",
)  # fmt: skip


def _asked(context: Context) -> list[str]:
    """The texts of the question: one, or the last answered question with the texts that modify it."""
    text = with_own_area(context.text, context.town.world.grids.get(context.person.grid or ""))
    if context.state != Asks.ROWS or not follows(context.town, text, context.now):
        return [text]
    texts = [context.slots["text"], *context.slots.get("then", ()), text]
    return texts if parse_all(context.town, texts, context.now) else [text]


def _remarks(context: Context, query: Query, found: list[Row], shown_rows: int) -> list[str]:
    """Remarks: differences between periods, how many groups are cut off or left out."""
    said = [_difference(context, query, found)] if query.against and not query.group else []
    if query.against and query.group and query.period.until > context.now:
        said.append(context.say("asking.not_over", period=query.period.name))
    if len(found) > shown_rows:
        said.append(context.say("asking.cut", groups=len(found), shown=shown_rows))
    elif query.having and query.group and not query.waits:
        said.append(context.say("asking.so_many", groups=len(found)))
    least = query.order == "asc" or (query.having is not None and query.having.holds(0))
    if query.group and least and not query.is_rate and query.measure not in DURATIONS:
        said.append(context.say("asking.none_left_out"))
    return said


def _difference(context: Context, query: Query, sides: Sequence[Row]) -> str:
    """「本周比上周少 8件，比上周同期多 1件」 for each measure, and a note if the period isn't over."""
    parts = parts_of(query, context.now)
    each = len(parts) // len(query.measures)
    told = [
        _more_than(context, parts[at], sides[at], parts[at + 1 : at + each], sides[at + 1 : at + each])
        for at in range(0, len(parts), each)
    ]
    over = context.say("asking.not_over", period=query.period.name) if query.period.until > context.now else ""
    return "".join(told) + over


def _more_than(context: Context, part: Query, this: Row, earlier: Sequence[Query], sides: Sequence[Row]) -> str:
    differences = [
        context.say("asking.than", period=other.period.name, more=_more(context, part, this, side))
        for other, side in zip(earlier, sides, strict=True)
        if None not in (this.value, side.value)
    ]
    return f"{this.name}{'，'.join(differences)}。" if differences else ""


def _more(context: Context, query: Query, this: Row, other: Row) -> str:
    """The difference in the unit of the lines: percentage points of rates, hours of durations."""
    scale = 100 if query.is_rate else 1
    by = round((this.value or 0) * scale) - round((other.value or 0) * scale)
    if not by:
        return context.say("asking.same")
    kind = "points" if query.is_rate else "hours" if query.measure in DURATIONS else "tickets"
    grown = percent(abs(by) / other.value) if kind == "tickets" and other.value else ""
    rate = context.say("asking.by_rate", rate=grown) if grown else ""
    return context.say(f"asking.more_{kind}" if by > 0 else f"asking.less_{kind}", by=abs(by), rate=rate)


def _line(context: Context, query: Query, row: Row) -> str:
    parts = parts_of(query, context.now)
    if not query.group or len(parts) == 1:
        part = parts[row.group[0]] if len(parts) > 1 else parts[0]
        return f"{row.name} {_value(context, part, row)}"
    each = [(part, figure) for part, figure in zip(parts, (row, *row.others), strict=True)]
    if query.against:
        return f"{row.name} " + "，".join(
            f"{part.period.name}{_measure(context, query, part)} {_value(context, part, figure)}"
            for part, figure in each
        )
    return f"{row.name} " + " ".join(
        f"{measure_name(context.town, part)}{_value(context, part, figure)}" for part, figure in each
    )


def _measure(context: Context, query: Query, part: Query) -> str:
    return measure_name(context.town, part) if len(query.measures) > 1 else ""


def _value(context: Context, query: Query, row: Row) -> str:
    if query.measure in DURATIONS:
        return _lasting(context, row)
    if query.measure == SHARE:
        return context.say("asking.part", rate=percent(row.value), of=row.of, got=round((row.value or 0) * row.of))
    if query.is_rate:
        return context.say("asking.rate", rate=percent(row.value), of=row.of)
    return context.say("asking.calls" if query.measure in OF_CALLS else "asking.tickets", count=f"{row.value or 0:g}")


def _lasting(context: Context, row: Row) -> str:
    if row.value is None:
        return context.say("asking.none")
    key = "asking.in_hours" if row.value < 48 else "asking.in_days"
    return context.say(key, hours=f"{row.value:.1f}", days=f"{row.value / 24:.1f}", of=row.of)
