"""Supervisors in the chat: 今日 超时 查 网格 类别 排行 督办. Every figure opens to its tickets."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, true

from handlers import shown
from handlers.access import overseen, overseer, within
from handlers.asking import answer_question
from handlers.choosing import chosen, numbered
from handlers.desk import on_desk
from handlers.dialogue import Context, Reply, Router, in_state
from handlers.figures import Figure, Standing, count, day_start, figures_of, percent, standings, week_start
from handlers.picking import pick
from handlers.telling import tell
from handlers.working import opened
from models.moves import ACTIVE, SUPERVISE
from models.person import OVERSEERS
from models.ticket import Ticket

router = Router("supervising")
FIGURES = "supervising.figures"
PAGE = 8
_NEXT_PAGE = frozenset({"更多", "下一页"})


@router.command("今日", "今天", roles=OVERSEERS, only_asks=True, help="今日：今天的数字，回数字看明细")
def today(context: Context) -> Reply:
    """The day in figures."""
    return _figures(context, true(), {}, day_start(context.now), context.say("supervising.today"))


@router.command("本周", "这周", roles=OVERSEERS, only_asks=True, help="本周：本周的数字，回数字看明细")
def this_week(context: Context) -> Reply:
    """The week so far in figures."""
    return _figures(context, true(), {}, week_start(context.now), context.say("supervising.this_week"))


@router.command("超时", roles=OVERSEERS, only_asks=True, help="超时：过了时限还没签收或没办完的")
def overdue(context: Context) -> Reply:
    """The overdue list, the longest overdue first."""
    figure = next(each for each in figures_of(context.now, context.now) if each.key == "late")
    return _page(context, figure, {"key": "late", "since": context.now.isoformat()}, 0)


@router.command(
    "网格", "社区", "街道", roles=OVERSEERS, only_asks=True, help="网格 名称：一个网格、社区或街道这周的数字"
)
def grid(context: Context) -> Reply:
    """The week of one grid of any level."""
    node = context.town.world.grid_named(context.rest) if context.rest else None
    if node is None:
        return Reply(context.say("supervising.unknown_grid", words=context.rest or "？"))
    return _figures(context, within(node.code), {"grid": node.code}, week_start(context.now), f"{node.name}本周")


@router.command("类别", "分类", roles=OVERSEERS, only_asks=True, help="类别 名称：一类诉求这周的数字")
def category(context: Context) -> Reply:
    """The week of one category; without a name, all categories."""
    if not context.rest:
        return _ranking(context, Ticket.category, "supervising.by_category", context.town.catalogue.name)
    key = context.town.catalogue.category_named(context.rest)
    if key is None:
        names = "、".join(context.town.catalogue.categories.values())
        return Reply(context.say("supervising.unknown_category", words=context.rest, names=names))
    name = context.town.catalogue.name(key)
    return _figures(context, Ticket.category == key, {"category": key}, week_start(context.now), f"{name}本周")


@router.command("排行", "排名", roles=OVERSEERS, only_asks=True, help="排行：各承办单位近30天的办理情况")
def ranking(context: Context) -> Reply:
    """Teams by what they had in the last 30 days."""
    return _ranking(context, Ticket.team, "supervising.ranking", lambda code: shown.team_name(context.town, code))


@router.command("查", "查单", roles=OVERSEERS, only_asks=True, help="查 工单号：看工单全文和经过")
def show(context: Context) -> Reply:
    """One ticket in full; who looked is written down."""
    picked = pick(context, overseen(context.person) | on_desk(context.person), (), "查")
    return picked if isinstance(picked, Reply) else Reply(opened(context, picked[0]), keep=True)


@router.command("督办", roles=OVERSEERS, help="督办 工单号 [要求]：盯住这一件")
def supervise(context: Context) -> Reply:
    """The team hears that a supervisor watches."""
    picked = pick(context, overseen(context.person), tuple(ACTIVE), "督办")
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    ticket.apply(SUPERVISE, by=overseer(context.person), at=context.now, note=words)
    told = tell(context.session, context.town, ticket, "supervise", context.now, but=context.person, note=words)
    team = shown.team_name(context.town, ticket.team)
    return Reply(context.say("supervising.supervised", number=ticket.number, team=team, told=told))


def opens_figure(text: str) -> bool:
    """An answer to a list of figures, if one is open."""
    return text in _NEXT_PAGE or chosen(text, 99) is not None


@router.on(in_state(FIGURES))
def open_figure(context: Context) -> Reply | None:
    """A number opens a figure to its tickets; 「更多」 turns the page."""
    if context.text in _NEXT_PAGE and "key" in context.slots:
        return _reopened(context, context.slots, context.slots["page"] + 1)
    keys: list[str] = context.slots.get("keys", [])
    number = chosen(context.text, len(keys))
    return None if number is None else _reopened(context, {**context.slots, "key": keys[number]}, 0)


@router.on(lambda context: context if context.person.is_overseer and context.text else None)
def asked(context: Context) -> Reply | None:
    """A question in plain words; whatever isn't one goes on to the next handler."""
    return answer_question(context)


def _figures(
    context: Context, condition: ColumnElement[bool], where: dict[str, str], since: datetime, title: str
) -> Reply:
    figures = figures_of(since, context.now)
    counted = count(context.session, overseen(context.person) & condition, figures, on_desk(context.person) & condition)
    lines = numbered([f"{figure.name} {counted[figure.key]}" for figure in figures])
    slots = {"keys": [figure.key for figure in figures], "since": since.isoformat(), **where}
    return Reply(context.say("supervising.figures", title=title, lines=lines), FIGURES, slots)


def _reopened(context: Context, slots: Any, page: int) -> Reply:  # noqa: ANN401  (JSON)
    since = datetime.fromisoformat(slots["since"])
    figure = next(each for each in figures_of(since, context.now) if each.key == slots["key"])
    return _page(context, figure, slots, page)


def _page(context: Context, figure: Figure, slots: Any, page: int) -> Reply:  # noqa: ANN401  (JSON)
    scope = on_desk(context.person) if figure.of_desk else overseen(context.person)
    if "grid" in slots:
        scope &= within(slots["grid"])
    if "category" in slots:
        scope &= Ticket.category == slots["category"]
    total = count(context.session, scope, [figure], scope)[figure.key]
    order = [Ticket.accept_by, Ticket.id] if figure.key == "late" else [Ticket.id.desc()]
    # First which (the index knows), then the rows: sorting thousands of whole tickets for eight costs fifty times more.
    ids = select(Ticket.id).where(scope, figure.condition).order_by(*order).offset(page * PAGE).limit(PAGE)
    found = context.session.scalars(select(Ticket).where(Ticket.id.in_(ids)).order_by(*order)).all()
    if not found:
        return Reply(context.say("supervising.nothing", name=figure.name), keep=True)
    lines = "\n".join(shown.line(context.town, ticket, context.now) for ticket in found)
    more = context.say("supervising.more") if total > (page + 1) * PAGE else ""
    text = context.say("supervising.page", name=figure.name, total=total, lines=lines)
    return Reply(f"{text}\n{more}".strip(), FIGURES, {**slots, "page": page})


def _ranking(context: Context, group: Any, key: str, name_of: Any) -> Reply:  # noqa: ANN401  (a column, a namer)
    since = day_start(context.now) - timedelta(days=30)
    rows = standings(context.session, overseen(context.person), group, since, context.now)[:12]
    lines = "\n".join(f"{name_of(row.key)} {_standing(row)}" for row in rows)
    return Reply(context.say(key, lines=lines or context.say("supervising.no_tickets")), keep=True)


def _standing(row: Standing) -> str:
    rates = f"解决率{percent(row.solved_rate)} 满意率{percent(row.satisfaction_rate)}"
    return f"{row.filed}件 在办{row.open} 超时{row.late} {rates}"
