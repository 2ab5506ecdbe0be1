"""A question in plain words is answered in the chat: how it was understood, the figures, what was left out."""

from handlers.dialogue.choices import numbered
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.states import Asks
from handlers.figures import call_counts
from handlers.figures.counts import percent
from handlers.notifications import ticket_text
from handlers.questions.area import outside
from handlers.questions.figures import Row, cut, figures, measure_name
from handlers.questions.parse import follows, parse_all, with_own_area
from handlers.questions.query import MEASURE_NAMES, Query
from handlers.tickets.access import overseen
from handlers.town.town import Town
from models.grid import TeamKind
from models.ticket import Source


def answer_question(context: Context) -> Reply | None:
    """The answer in the chat, with the question as we understood it above and what we left out below."""
    texts = _asked(context)
    query = parse_all(context.town, texts, context.now)
    if query is None:
        return None
    if refused := _refusal(context, query):
        return Reply(refused, keep=True)
    found = figures(context.session, context.town, query, overseen(context.person), context.now)
    rows = cut(query, found)
    lines = numbered([_line(query, row) for row in rows]).splitlines() or [context.say("supervising.no_tickets")]
    lines += _remarks(context, query, found, len(rows))
    text = context.say("supervising.answer", understood=understood(context.town, query), lines="\n".join(lines))
    of_calls = query.measure in call_counts.MEASURES  # these are opened by 点名
    opening = [] if of_calls else [[row.group, row.name] for row in rows]
    slots = {"text": texts[0], "then": texts[1:], "at": context.now.isoformat(), "rows": opening}
    return Reply(f"{text}\n{context.say('asking.open')}" if opening else text, Asks.ROWS, slots)


def _refusal(context: Context, query: Query) -> str:
    """Why no figure is given; empty if one is."""
    if query.unread:
        names = "、".join(dict.fromkeys(MEASURE_NAMES.values()))
        nearest = understood(context.town, query)
        return context.say("asking.unread", words="”“".join(query.unread), nearest=nearest, measures=names)
    beyond = outside(context.town, query, context.person)
    return context.say("asking.outside", name=beyond) if beyond else ""


def _asked(context: Context) -> list[str]:
    """The question, or the one that was answered last and what changes it."""
    text = with_own_area(context.text, context.town.world.grids.get(context.person.grid or ""))
    if context.state != Asks.ROWS or not follows(text):
        return [text]
    texts = [context.slots["text"], *context.slots.get("then", ()), text]
    return texts if parse_all(context.town, texts, context.now) else [text]


def _remarks(context: Context, query: Query, found: list[Row], shown_rows: int) -> list[str]:
    """How many there are besides, who is not among them, and which words were not heeded."""
    said = [_difference(context, query, found)] if query.against else []
    if len(found) > shown_rows:
        said.append(context.say("asking.cut", groups=len(found), shown=shown_rows))
    if query.group and query.group != "day" and query.order == "asc" and not query.is_rate:
        said.append(context.say("asking.none_left_out"))
    return said


def _difference(context: Context, query: Query, sides: list[Row]) -> str:
    """「本周比上周少 8件，比上周同期多 1件」, and whether one of them isn't over."""
    this = sides[0]
    differences = [
        f"比{side.name}{_more(this, side, query)}" for side in sides[1:] if None not in (this.value, side.value)
    ]
    said = f"{this.name}{'，'.join(differences)}。" if differences else ""
    return said + (context.say("asking.not_over", period=this.name) if query.period.until > context.now else "")


def _more(this: Row, other: Row, query: Query) -> str:
    """As the lines show it: of rates whole points."""
    values = [(row.value or 0) * (100 if query.is_rate else 1) for row in (this, other)]
    by = round(values[0]) - round(values[1])
    if not by:
        return "一样"
    more, less, unit = ("高", "低", "个百分点") if query.is_rate else ("多", "少", "件")
    return f"{more if by > 0 else less} {abs(by)}{unit}"


def understood(town: Town, query: Query) -> str:
    """「上周 · 德尚小区 · 停车管理 · 按小区 · 诉求」."""
    groups = {
        "team": "按承办单位",
        "community": "按社区",
        "street": "按街道",
        "grid": "按网格",
        "place": "按小区",
        "category": "按类别",
        "source": "按来源",
        "day": "按天",
    }
    where = town.world.grids[query.grid].name if query.grid else ""
    what = town.catalogue.name(query.category, query.item) if query.category else ""
    source = ticket_text.SOURCE_NAMES[Source(query.source)] if query.source else ""
    team = ticket_text.team_name(town, query.team) if query.team else ""
    kind = {TeamKind.PROPERTY: "物业", TeamKind.DEPARTMENT: "部门"}.get(TeamKind(query.kind), "") if query.kind else ""
    by = groups.get(query.group, "") + (f"（{kind}）" if kind else "")
    when = f"{query.period.name}比{query.against.name}" if query.against else query.period.name
    said = [when, where, query.place, team, source, what, by, measure_name(query)]
    return " · ".join(each for each in said if each)


def _line(query: Query, row: Row) -> str:
    if query.is_rate:
        return f"{row.name} {percent(row.value)}（{row.of}件）"
    return f"{row.name} {row.value:g}{'次' if query.measure in call_counts.MEASURES else '件'}"
