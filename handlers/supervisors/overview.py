"""Supervisors' commands 今日 超时 查 网格 类别 排行 督办. Every figure can list its tickets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, true

from handlers.dialogue.choices import NEXT_PAGE, numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick
from handlers.figures.counts import FIGURES, Figure, Standing, count, count_every, figures_of, percent, standings
from handlers.figures.days import day_start, days_back, week_start
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.questions.answer import answer_question
from handlers.staff.view import opened
from handlers.tickets.access import listed, overseen, overseer, tickets, within
from handlers.tickets.scope import both
from handlers.tickets.unrouted import on_desk
from handlers.town.wording_examples import a_community
from models import status_moves
from models.person import OVERSEERS
from models.prebuilt_conditions import kept
from models.status_moves import ACTIVE
from models.ticket import Ticket
from nlp.answers.choices import number as option_number
from nlp.questions.follow_up import follows

router = Router("supervising")
PAGE = 8
_RANKED = 12


TODAY = Command(
    ("今日", "今天"), roles=OVERSEERS, only_asks=True, help="今日：今天的数字，回数字看明细", every_day=True
)
THIS_WEEK = Command(
    ("本周", "这周"), roles=OVERSEERS, only_asks=True, help="本周：本周的数字，回数字看明细", every_day=True
)
OVERDUE = Command(("超时",), roles=OVERSEERS, only_asks=True, help="超时：过了时限还没签收或没办完的", every_day=True)
AREA = Command(
    ("网格", "社区", "街道"), roles=OVERSEERS, only_asks=True, help="网格 名称：一个网格、社区或街道这周的数字"
)
CATEGORY = Command(("类别", "分类"), roles=OVERSEERS, only_asks=True, help="类别 名称：一类诉求这周的数字")
RANKING = Command(
    ("排行", "排名"), roles=OVERSEERS, only_asks=True, help="排行：各承办单位近30天的办理情况", every_day=True
)
INSPECT = Command(
    ("查", "查单", "看"),
    roles=OVERSEERS,
    only_asks=True,
    help="查 工单号：看工单全文和经过",
    every_day=True,
    wants_words=False,
)
SUPERVISE = Command(("督办",), roles=OVERSEERS, help="督办 工单号 [要求]：盯住这一件", every_day=True)


@router.command(TODAY)
def today(context: Context) -> Reply:
    """The day in figures."""
    return _figures(context, true(), {}, day_start(context.now), context.say("supervising.today"))


@router.command(THIS_WEEK)
def this_week(context: Context) -> Reply:
    """The week so far in figures."""
    return _figures(context, true(), {}, week_start(context.now), context.say("supervising.this_week"))


@router.command(OVERDUE)
def overdue(context: Context) -> Reply:
    """The overdue list, the longest overdue first."""
    return _reopened(context, {"key": "late", "since": context.now.isoformat()})


@router.command(AREA)
def grid(context: Context) -> Reply:
    """The week of one grid of any level."""
    if not context.rest:
        return Reply(context.say("supervising.which_grid", community=a_community(context.town)), keep=True)
    node = context.town.world.grid_named(context.rest)
    if node is None:
        return _unknown_grid(context)
    where = {"grid": node.code}
    return _figures(
        context, _about(where), where, week_start(context.now), context.say("supervising.week_of", name=node.name)
    )


@router.command(CATEGORY)
def category(context: Context) -> Reply:
    """The week of one category; without a name, all categories."""
    if not context.rest:
        return _ranking(context, Ticket.category, "supervising.by_category", context.town.catalogue.name)
    catalogue = context.town.catalogue
    key, item = catalogue.named(context.rest)
    if not key:
        names = "、".join(catalogue.categories.values())
        return Reply(context.say("supervising.unknown_category", words=context.rest, names=names))
    where = {"category": key} | ({"item": item} if item else {})
    return _figures(
        context,
        _about(where),
        where,
        week_start(context.now),
        context.say("supervising.week_of", name=catalogue.name(key, item)),
    )


@router.command(RANKING)
def ranking(context: Context) -> Reply:
    """Teams by what they had in the last 30 days."""
    return _ranking(context, Ticket.team, "supervising.ranking", lambda code: ticket_text.team_name(context.town, code))


@router.command(INSPECT)
def show(context: Context) -> Reply:
    """Show a ticket in full; the read log stores who looked."""
    picked = pick(context, overseen(context.person) | on_desk(context.person), (), INSPECT)
    return picked if isinstance(picked, Reply) else Reply(opened(context, picked[0]), keep=True)


@router.command(SUPERVISE)
def supervise(context: Context) -> Reply:
    """Tell the team that a supervisor watches the ticket."""
    picked = pick(context, overseen(context.person), tuple(ACTIVE), SUPERVISE)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    ticket.apply(status_moves.SUPERVISE, by=overseer(context.person), at=context.now, note=words)
    told = notify(context.session, context.town, ticket, "supervise", context.now, but=context.person, note=words)
    team = ticket_text.team_name(context.town, ticket.team)
    return Reply(context.say("supervising.supervised", number=ticket.number, team=team, told=told))


def opens_figure(text: str) -> bool:
    """Whether the text answers a list of figures, if one is open."""
    return text in NEXT_PAGE or option_number(text, 99) is not None or follows(text)


@router.on(in_state(Asks.FIGURES))
def open_figure(context: Context) -> Reply | None:
    """A number lists the tickets of a figure; 「更多」 shows the next page."""
    slots = context.slots
    if context.text in NEXT_PAGE and "key" in slots:
        return _reopened(context, slots)
    lines: list[Any] = slots.get("keys") or slots.get("listed", [])
    number = context.number
    if number is None:
        return None
    if "keys" in slots:
        return _reopened(context, {**slots, "key": lines[number], "seen": None})
    return _one_of_page(context, lines[number])


@router.on(lambda context: context if context.person.is_overseer and context.text else None)
def asked(context: Context) -> Reply | None:
    """Answer a question in plain words; None if the text is none."""
    return answer_question(context)


def _figures(
    context: Context, condition: ColumnElement[bool], where: dict[str, str], since: datetime, title: str
) -> Reply:
    mine, on_my_desk = both(overseen(context.person), condition), both(on_desk(context.person), condition)
    counted = count_every(context.session, mine, on_my_desk, since, context.now)
    lines = numbered([f"{figure.name} {counted[figure.key]}" for figure in FIGURES])
    keys = list(counted)
    slots = {"keys": keys, "since": since.isoformat(), "at": context.now.isoformat(), **where}
    return Reply(context.say("supervising.figures", title=title, lines=lines), Asks.FIGURES, slots)


def _reopened(context: Context, slots: Mapping[str, Any]) -> Reply:
    """The next tickets of a figure, after those already shown."""
    figures = figures_of(datetime.fromisoformat(slots["since"]), context.now)
    figure = next(each for each in figures if each.key == slots["key"])
    scope = (on_desk(context.person) if figure.of_desk else overseen(context.person)) & _about(slots)
    total = count(context.session, scope, [figure], scope)[figure.key]
    if not total:
        return Reply(context.say("supervising.nothing", name=figure.name), keep=True)
    number, limit = slots.get("seen") or (None, None)
    rest = figure.after(number, limit and datetime.fromisoformat(limit)) if number else true()
    found = context.session.scalars(listed(figure.condition & scope & rest, figure.order, PAGE + 1)).all()
    if not found:
        return Reply(context.say("supervising.no_more", name=figure.name), keep=True)
    return _page(context, figure, slots, total, found)


def _page(context: Context, figure: Figure, slots: Mapping[str, Any], total: int, found: Sequence[Ticket]) -> Reply:
    """One page of tickets. If no figures are numbered, the lines are, and a number opens the ticket."""
    page, last = found[:PAGE], found[:PAGE][-1]
    lines = [ticket_text.line(context.town, ticket, context.now, context.person) for ticket in page]
    said = [context.say("supervising.page", name=figure.name, total=total, lines="\n".join(lines))]
    if "keys" not in slots:
        said = [context.say("supervising.page", name=figure.name, total=total, lines=numbered(lines))]
        said.append(context.say("supervising.open_one"))
    if len(found) > PAGE:
        said.append(context.say("supervising.more"))
    limit = ticket_text.due(last)
    seen = (last.id, limit.isoformat() if limit else None)
    opened_now = {"seen": seen, "listed": [ticket.id for ticket in page], "at": context.now.isoformat()}
    return Reply("\n".join(said), Asks.FIGURES, {**slots, **opened_now})


def _one_of_page(context: Context, number: int) -> Reply | None:
    ticket = context.session.scalar(tickets(overseen(context.person) & (Ticket.id == number)))
    return Reply(opened(context, ticket), keep=True) if ticket else None


def _about(slots: Mapping[str, Any]) -> ColumnElement[bool]:
    """The condition of a figure's grid, category and sub-item."""
    return _narrowed(slots.get("grid"), slots.get("category"), slots.get("item"))


@kept
def _narrowed(grid: str | None, category: str | None, item: str | None) -> ColumnElement[bool]:
    of_category = Ticket.category == category if category else true()
    return and_(within(grid) if grid else true(), of_category, Ticket.item == item if item else true())


def _unknown_grid(context: Context) -> Reply:
    """The reply to an unknown area; if several names contain the words, they are listed."""
    like = [node.name for node in context.town.world.grids.values() if context.rest in node.name]
    if not like:
        return Reply(
            context.say("supervising.unknown_grid", words=context.rest, community=a_community(context.town)), keep=True
        )
    return Reply(context.say("supervising.several_grids", words=context.rest, names="、".join(like[:PAGE])), keep=True)


def _ranking(context: Context, group: Any, key: str, name_of: Any) -> Reply:  # noqa: ANN401  (a column, a namer)
    rows = standings(context.session, overseen(context.person), group, days_back(context.now, 30), context.now)
    lines = [f"{name_of(row.key)} {_standing(context, row)}" for row in rows[:_RANKED]] or [
        context.say("supervising.no_tickets")
    ]
    if len(rows) > _RANKED:
        lines.append(context.say("supervising.ranked_more", count=len(rows), listed=_RANKED))
    return Reply(context.say(key, lines="\n".join(lines)), keep=True)


def _standing(context: Context, row: Standing) -> str:
    rates = {"solved": percent(row.solved_rate), "content": percent(row.satisfaction_rate)}
    return context.say("supervising.standing", filed=row.filed, open=row.open, late=row.late, **rates)
