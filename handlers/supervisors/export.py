"""Exported ticket lists: 「导出」 and `python -m bot export`. No resident is named, staff only by surname."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from handlers.board.viewer import viewer
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.disclosure.policy import Way, sight
from handlers.figures.days import day_start, days_back
from handlers.notifications import ticket_text
from handlers.supervisors.spreadsheets import Cell
from handlers.tickets.access import tickets
from handlers.town.downloads import Download
from handlers.town.privacy import for_residents, name_masked
from handlers.town.town import Town
from handlers.town.wording_examples import a_community
from handlers.world.staff import Colleague
from models.person import OVERSEERS, Person, PersonRole
from models.status_moves import Closing
from models.ticket import Source, Ticket
from nlp.questions.periods import Period, periods_in

router = Router("exporting")
_DAYS = 30
_RATINGS = {3: "满意", 2: "基本满意", 1: "不满意"}
HEADING = (
    "工单号", "状态", "类别", "子项", "紧急", "内容", "地点", "网格", "社区", "街道", "承办单位", "经办人", "报来时间",
    "签收时限", "处置时限", "签收时间", "办结时间", "结束时间", "结案方式", "评价", "公开答复", "催办", "退单", "重办",
    "来源",
)  # fmt: skip


def table(
    session: Session, town: Town, scope: ColumnElement[bool], reader: Colleague | None, limit: int | None = None
) -> Iterator[tuple[Cell, ...]]:
    """The heading and a row for each ticket, newest first, streamed from the database."""
    yield HEADING
    staff = select(Person.id, Person.name).where(Person.id.in_(select(PersonRole.person_id)))
    names = dict(session.execute(staff).all())
    found = tickets(scope).limit(limit).execution_options(yield_per=500)
    for ticket in session.scalars(found):
        yield _row(town, ticket, names.get(ticket.assignee_id or 0, ""), reader)


def filed_between(since: datetime, until: datetime) -> ColumnElement[bool]:
    return (Ticket.created_at >= since) & (Ticket.created_at < until)


EXPORT = Command(
    ("导出",),
    roles=OVERSEERS,
    only_asks=True,
    help="导出 [社区或网格] [上周/本月]：工单清单和数字做成表格，给您一个链接",
    every_day=True,
)


@router.command(EXPORT)
def ask(context: Context) -> Reply:
    """Say how many tickets it would be, and ask for confirmation."""
    if context.town.links is None:
        return Reply(context.say("exporting.no_address"), keep=True)
    period, area = _asked(context)
    if period is None:
        return Reply(
            context.say("exporting.which_time", words=context.rest[:20], community=a_community(context.town)), keep=True
        )
    seen = viewer(context.town, context.person, area)
    if seen is None:
        return Reply(context.say("board.not_yours", name=context.town.world.grids[area].name), keep=True)
    scope = seen.scope & filed_between(period.since, period.until)
    count = context.session.scalar(select(func.count()).where(scope)) or 0
    if not count:
        return Reply(context.say("exporting.nothing", period=period.name), keep=True)
    slots = {"since": period.since.isoformat(), "until": period.until.isoformat(), "area": area}
    most = context.town.privacy.export_rows
    more = context.say("exporting.at_most", most=most) if count > most else ""
    return Reply(
        context.say("exporting.sure", period=_named(context.town, period, area), count=count, more=more),
        Asks.EXPORT_SURE,
        slots,
    )


@router.on(in_state(Asks.EXPORT_SURE))
def confirmed(context: Context) -> Reply | None:
    """1 gives the link."""
    number = context.number
    links = context.town.links
    if number is None or links is None or not context.person.is_overseer:
        return None
    if number == 1:
        return Reply(context.say("exporting.left"))
    minutes = context.town.privacy.export_minutes
    since, until = (datetime.fromisoformat(context.slots[name]) for name in ("since", "until"))
    ends = context.now + timedelta(minutes=minutes)
    download = Download(context.person.id, since, until, ends, context.slots.get("area", ""))
    return Reply(context.say("exporting.link", minutes=minutes, link=links.to(download)))


def _asked(context: Context) -> tuple[Period | None, str]:
    """「文苑社区 本周」: a period and an area, in any order; the period is None if a word is neither."""
    said = next(iter(periods_in(context.rest, context.now)), None)
    left = (context.rest[: said.start] + context.rest[said.end :] if said else context.rest).strip(" 的，,")
    node = context.town.world.grid_named(left) if left else None
    if left and node is None:
        return None, ""
    return said.period if said else _lately(context.town, context.now), node.code if node else ""


def _named(town: Town, period: Period, area: str) -> str:
    return f"{town.world.grids[area].name}{period.name}" if area else period.name


def _lately(town: Town, now: datetime) -> Period:
    return Period(
        town.say("exporting.last_days", days=_DAYS), days_back(now, _DAYS), day_start(now) + timedelta(days=1)
    )


def _row(town: Town, ticket: Ticket, assignee: str, reader: Colleague | None) -> tuple[Cell, ...]:
    seen = sight(town, ticket, reader, Way.EXPORTED)
    grids = town.world.grids
    areas = [grids[code].name if code in grids else "" for code in (ticket.grid, ticket.community, ticket.street)]
    promised = (ticket.created_at, ticket.accept_by, ticket.handle_by)
    kept = (ticket.accepted_at, ticket.resolved_at, ticket.ended_at)
    return (
        ticket.number or "",
        ticket_text.STATUS_NAMES[ticket.status],
        town.catalogue.name(ticket.category),
        town.catalogue.name(ticket.category, ticket.item) if ticket.item else "",
        "是" if ticket.urgent else "",
        seen.words(ticket.text),
        ticket_text.where_seen(ticket, seen),
        *areas,
        ticket_text.team_name(town, ticket.team),
        name_masked(assignee),
        *promised,
        *kept,
        ticket_text.CLOSING_NAMES[Closing(ticket.closing)] if ticket.closing else "",
        _RATINGS.get(ticket.rating or 0, ""),
        for_residents(ticket.answer),
        *(ticket.urges, ticket.returns, ticket.reopenings),
        ticket_text.SOURCE_NAMES[Source(ticket.source)],
    )
