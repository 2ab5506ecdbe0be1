"""How a ticket is shown: as text in a chat, and as JSON."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from handlers.disclosure.masks import shielded
from handlers.disclosure.policy import Field, VisibleFields, Way, passing, sight
from handlers.town.limits_in_plain_words import told_plainly
from handlers.town.privacy import for_residents
from handlers.town.town import Town
from handlers.world.staff import Colleague
from models.deferred_inserts import catch_up
from models.follower import Follower
from models.person import Person, Role
from models.prepared_statements import Prepared
from models.status_moves import MOVES, NOTE, Closing, Status
from models.supporting_teams import Support
from models.ticket import CHINA, Source, Ticket, TicketEvent
from nlp.reading.identities import mask

STATUS_NAMES: Mapping[str, str] = {
    Status.INCOMPLETE: "待补充",
    Status.PENDING: "待受理",
    Status.RECEIVED: "待派单",
    Status.DISPATCHED: "待签收",
    Status.WORKING: "处置中",
    Status.SUSPENDED: "挂账",
    Status.RESOLVED: "待回访",
    Status.CLOSED: "已结案",
    Status.WITHDRAWN: "已撤回",
    Status.DECLINED: "不予受理",
    Status.MERGED: "已并单",
}
CLOSING_NAMES = {
    Closing.CONFIRMED: "居民确认解决",
    Closing.DEFAULT: "超时默认",
    Closing.EXPLAINED: "解释说明(未解决)",
    Closing.NOT_OURS: "不属职责",
}
ROLE_NAMES = {
    Role.RESIDENT: "居民",
    Role.GRID_STAFF: "网格员",
    Role.PROPERTY_STAFF: "物业人员",
    Role.SUPERVISOR: "督导",
    Role.ADMIN: "管理员",
    Role.SYSTEM: "系统",
}
SOURCE_NAMES = {
    Source.CHAT: "公众号",
    Source.HOTLINE: "热线",
    Source.PATROL: "巡查",
    Source.IMPORT: "导入",
    Source.RECEPTION: "接待日",
    Source.OPEN311: "别的平台",
}
_NEIGHBOURS_SHOWN = 5
_INSIDE = frozenset({"whistle", "finish", "release", "dispatch"})
"""Moves whose notes are for staff only"""
_WEEKDAYS = "一二三四五六日"


def moment(at: datetime | None, now: datetime) -> str:
    """「今日16:20」「明日09:00」「周三18:00」「12月3日18:00」 in local time."""
    if at is None:
        return "—"
    local, today = at.astimezone(CHINA), now.astimezone(CHINA).date()
    days = (local.date() - today).days
    if days in (-1, 0, 1):
        return f"{('昨日', '今日', '明日')[days + 1]}{local:%H:%M}"
    if 1 < days < 6:
        return f"周{_WEEKDAYS[local.weekday()]}{local:%H:%M}"
    return f"{local.month}月{local.day}日{local:%H:%M}"


def written(at: datetime | None) -> str:
    """「2026-11-16 10:00」 in local time, for tables; "" if there is none."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}" if at else ""


def stamp(at: datetime) -> str:
    """「2026年11月21日 16:20」: the only form that a template's time field takes."""
    local = at.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def lasting(span: timedelta) -> str:
    """「3天2小时」「5小时」「12分钟」."""
    minutes = int(span.total_seconds() // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    return f"{hours}小时" if hours else f"{max(minutes, 1)}分钟"


_HAS_NUMBERS = re.compile(r"(?:[路街道巷弄]|(?<!新)村)$")  # no buildings: 「府前街120号」「上马坊村12号」


def address(place: str, building: str, unit: str, room: str) -> str:
    """「德尚小区3号楼2单元502室」「府前街120号」; "" if nothing is known."""
    numbered = _HAS_NUMBERS.search(place) or "弄" in building
    house = f"{building}号" if numbered else f"{building}号楼" if building.isdigit() else f"{building}座"
    house = house if building else ""
    return place + house + (f"{unit}单元" if unit else "") + (f"{room}室" if room else "")


def where(ticket: Ticket) -> str:
    """The address as far as it is known, else 「地点待核实」. A place not in the world is the resident's own words."""
    known = address(mask(ticket.place_name), ticket.building, ticket.unit, ticket.room)
    return known or ("所发定位处" if ticket.lat is not None else "地点待核实")


def where_seen(ticket: Ticket, seen: VisibleFields) -> str:
    """The address as far as a reader may see it."""
    house = ticket.building if Field.HOUSE in seen.may else ""
    unit, room = (ticket.unit, ticket.room) if Field.FLAT in seen.may else ("", "")
    place = place_seen(ticket, seen)
    at_pin = "所发定位处" if ticket.lat is not None and Field.HOUSE in seen.may else "地点待核实"
    return address(place, house, unit, room) or at_pin


def place_seen(ticket: Ticket, seen: VisibleFields) -> str:
    """The compound's name. A place not in the world is the resident's own words."""
    known = bool(ticket.place_id or Field.FLAT in seen.may)
    return mask(ticket.place_name) if known else shielded(ticket.place_name)


def where_for(town: Town, ticket: Ticket, reader: Colleague | None) -> str:
    """The address as shown in this reader's pushes and lists."""
    return where_seen(ticket, passing(town, ticket, reader))


def team_name(town: Town, code: str | None) -> str:
    """A team's name; the desk's if no team has the ticket."""
    return town.world.teams[code].name if code in town.world.teams else town.say("ticket.desk")


def source_mark(ticket: Ticket) -> str:
    """「（巡查）」; "" if a resident reported it in the chat."""
    source = ticket.source or Source.CHAT
    return "" if source == Source.CHAT else f"（{SOURCE_NAMES[Source(source)]}）"


def line(town: Town, ticket: Ticket, now: datetime, reader: Colleague | None, way: Way = Way.PASSING) -> str:
    """A line of a list for this reader: number, problem, place, status, number of neighbours who wait for it."""
    late = "❗" if is_late(ticket, now) else ""
    what = town.catalogue.name(ticket.category, ticket.item)
    others = town.say("ticket.neighbours", count=ticket.neighbours) if ticket.neighbours else ""
    where_it_is = where_seen(ticket, sight(town, ticket, reader, way))
    return f"{late}{ticket.number} {what} {where_it_is} {STATUS_NAMES[ticket.status]}{others}"


def is_late(ticket: Ticket, now: datetime) -> bool:
    """Its limit has run out and the team has not finished."""
    return due(ticket) is not None and due(ticket) < now  # type: ignore[operator]


def due(ticket: Ticket) -> datetime | None:
    """The current deadline, to sign or to handle; None if there is none, or while the clocks are stopped."""
    if ticket.stopped_at:
        return None
    if ticket.status in _UNSIGNED:
        return ticket.accept_by
    return ticket.handle_by if ticket.status == Status.WORKING else None


_UNSIGNED = frozenset({Status.PENDING, Status.RECEIVED, Status.DISPATCHED})


def limit(town: Town, ticket: Ticket, now: datetime) -> str:
    """The current deadline with what is due: 「今日11:00前签收」; "" if there is none."""
    until = due(ticket)
    if until is None:
        return ""
    deed = "handle" if ticket.status == Status.WORKING else "accept"
    return town.say(f"ticket.{deed}_{'late' if until < now else 'by'}", due=moment(until, now))


_LINES = cast("Table", TicketEvent.__table__).c
_HISTORY = Prepared[Any](
    select(*_LINES).where(TicketEvent.ticket_id == bindparam("ticket")).order_by(TicketEvent.id), named=True
)


def history(session: Session, ticket: Ticket) -> Sequence[TicketEvent]:
    """The ticket's history in order. Read as plain rows, because history is never changed."""
    catch_up(session, TicketEvent)
    return cast("Sequence[TicketEvent]", _HISTORY.rows(session, {"ticket": ticket.id}))


def as_json(session: Session, town: Town, ticket: Ticket, seen: VisibleFields) -> dict[str, Any]:
    """The ticket as programs read it (DESIGN 4). Times are ISO 8601 with China's offset. Nobody is named."""
    return {
        "number": ticket.number,
        "status": ticket.status,
        "source": ticket.source,
        "category": ticket.category,
        "item": ticket.item,
        "title": seen.words(ticket.title),
        "text": seen.words(ticket.text),
        "urgent": ticket.urgent,
        "red_flag": ticket.red_flag or None,
        "place": {
            "name": place_seen(ticket, seen),
            "building": ticket.building if Field.HOUSE in seen.may else "",
            "unit": ticket.unit if Field.FLAT in seen.may else "",
            "room": ticket.room if Field.FLAT in seen.may else "",
        },
        "shut_out": ticket.shut_out.split(";") if ticket.shut_out else [],
        "grid": ticket.grid,
        "community": ticket.community,
        "street": ticket.street,
        "team": ticket.team,
        "first_team": ticket.first_team,
        "team_name": town.world.teams[ticket.team].name if ticket.team in town.world.teams else None,
        "support": list(dict.fromkeys(helper.team for helper in ticket.support if helper.released_at is None)),
        "calls": [call_json(town, call, seen) for call in ticket.support if call.is_call],
        "assignee": _assignee(session, ticket),
        "level": ticket.level,
        "created_at": iso(ticket.created_at),
        "accept_by": iso(ticket.accept_by),
        "handle_by": iso(ticket.handle_by),
        "limit": ticket.limit_rule,
        "stopped_at": iso(ticket.stopped_at),
        "closing": ticket.closing or None,
        "rating": ticket.rating,
        "neighbours": ticket.neighbours,
        "followers": session.scalar(select(func.count()).where(Follower.ticket_id == ticket.id)),
        "events": [_event_json(happened, seen) for happened in history(session, ticket)],
    }


def call_json(town: Town, call: Support, seen: VisibleFields) -> dict[str, Any]:
    """A team called by a whistle: the ground, its deadline to report in, and when it did."""
    moments = ("called_at", "due_at", "reported_at", "finished_at", "released_at")
    return {
        "team": call.team,
        "team_name": team_name(town, call.team),
        "ground": call.ground,
        "reason": seen.note(call.reason),
        "late": call.late,
        **{name: iso(getattr(call, name)) for name in moments},
    }


def _event_json(happened: TicketEvent, seen: VisibleFields) -> dict[str, Any]:
    return {
        "move": happened.move,
        "by_role": happened.by_role,
        "at": iso(happened.at),
        "note": seen.note(happened.note),
    }


def _assignee(session: Session, ticket: Ticket) -> str | None:
    person = session.get(Person, ticket.assignee_id) if ticket.assignee_id else None
    return person.name if person else None


def iso(at: datetime | None) -> str | None:
    """ISO 8601 with China's offset, to the second."""
    return at.astimezone(CHINA).isoformat(timespec="seconds") if at else None


def words_of_neighbours(session: Session, town: Town, ticket: Ticket) -> list[str]:
    """The own words of the latest few neighbours who joined."""
    if not ticket.neighbours:
        return []
    theirs = select(Follower.text).where(Follower.ticket_id == ticket.id, Follower.text != "")
    latest = session.scalars(theirs.order_by(Follower.joined_at.desc()).limit(_NEIGHBOURS_SHOWN)).all()
    return [town.say("ticket.neighbour", text=text) for text in reversed(latest)]


def as_residents_read(text: str) -> str:
    """Notes and reasons as residents read them: without private numbers, limits in plain words."""
    return told_plainly(for_residents(text))


def timeline_for(session: Session, town: Town, ticket: Ticket, now: datetime, reader: Person) -> list[str]:
    """The history for a resident, in plain words: of notes (备注) only their own, no internal notes, and no words of
    other residents.
    """
    return [
        f"{moment(each.at, now)} {ROLE_NAMES[Role(each.by_role)]}{town.say(f'steps.{each.move}')}"
        + (f"：{as_residents_read(each.note)}" if each.note and _is_public(each, reader) else "")
        for each in history(session, ticket)
        if each.move != NOTE.name or each.by_person == reader.id
    ]


def _is_public(each: TicketEvent, reader: Person) -> bool:
    return each.by_person == reader.id or (each.by_role != Role.RESIDENT and each.move not in _INSIDE)


def timeline(session: Session, ticket: Ticket, now: datetime, seen: VisibleFields) -> list[str]:
    """The history as lines, latest last; it shows who acted by role, never by name."""
    return [
        f"{moment(each.at, now)} {ROLE_NAMES[Role(each.by_role)]}{MOVES[each.move].label}"
        + (f"：{note}" if (note := seen.note(each.note)) else "")
        for each in history(session, ticket)
    ]
