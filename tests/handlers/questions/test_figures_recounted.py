"""Every figure that a supervisor can ask for, counted once more in plain Python over the rows themselves.

The formulas below are DOMAIN.md 4's, read afresh: the program's own conditions are not asked.
"""

import random
import re
import statistics
from collections import defaultdict
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import product

import pytest
from chat import ADMIN, COMMUNITY, NEIGHBOUR, OTHER_SUPERVISOR, PROPERTY, RESIDENT, SUPERVISOR, Chat
from sqlalchemy import insert, select, update
from testbed import KINDS, Clock, settings_for

from bot.assembly import assemble
from bot.synth.filling import fill
from handlers.questions import figures
from handlers.questions.parse import parse
from handlers.staff.roles import appoint
from handlers.supervisors import export
from handlers.tickets.access import overseen
from models.person import Person, Role
from models.status_moves import ENDED, OPEN, Status
from models.supporting_teams import Support
from models.ticket import CHINA, Ticket

pytestmark = pytest.mark.both_databases

TICKETS = 400
DAY = timedelta(days=1)


def _place(t, town):
    place = town.world.places.get(t["place_id"])
    if place is None:
        return ""
    alone = sum(each.name == place.name for each in town.world.places.values()) == 1
    return place.name if alone else f"{place.name}（{town.world.grids[place.community].name}）"


DAYS_OFF = {
    "0101", "0102", "0216", "0217", "0218", "0219", "0220", "0223", "0406", "0501", "0504", "0505", "0619", "0925",
    "1001", "1002", "1005", "1006", "1007",
}  # fmt: skip
MADE_UP = {"0104", "0214", "0228", "0509", "0920", "1010"}


def _worked(moment):
    """By the State Council's calendar of 2026."""
    day = f"{moment:%m%d}" if moment.year == 2026 else ""
    return day in MADE_UP if moment.isoweekday() > 5 else day not in DAYS_OFF


def _local(t):
    return t["moment"].astimezone(CHINA)


# The test's Monday is 2026-11-16, ten in the morning.
PERIODS = {
    "今天": ("2026-11-16", "2026-11-17"),
    "昨天": ("2026-11-15", "2026-11-16"),
    "本周": ("2026-11-16", "2026-11-23"),
    "上周": ("2026-11-09", "2026-11-16"),
    "上上周": ("2026-11-02", "2026-11-09"),
    "上周五": ("2026-11-13", "2026-11-14"),
    "上周三到周五": ("2026-11-11", "2026-11-14"),
    "本月": ("2026-11-01", "2026-12-01"),
    "上个月": ("2026-10-01", "2026-11-01"),
    "10月31日": ("2026-10-31", "2026-11-01"),
    "10月1日到7日": ("2026-10-01", "2026-10-08"),
    "近30天": ("2026-10-18", "2026-11-17"),
    "近一周": ("2026-11-10", "2026-11-17"),
    "三季度": ("2026-07-01", "2026-10-01"),
    "去年12月": ("2025-12-01", "2026-01-01"),
    "今年": ("2026-01-01", "2027-01-01"),
}
GROUPS = {
    "": None,
    "各单位": lambda t, _town: t["team"],
    "各社区": lambda t, _town: t["community"],
    "各街道": lambda t, _town: t["street"],
    "各网格": lambda t, _town: t["grid"],
    "各小区": _place,
    "各类": lambda t, _town: t["category"],
    "各来源": lambda t, _town: t["source"],
    "每天": lambda t, _town: f"{t['moment'].astimezone(CHINA):%y%m%d}",
    "各子项": lambda t, _town: t["item"],
    "各状态": lambda t, _town: t["status"],
    "按结案方式": lambda t, _town: t["closing"],
    "每周": lambda t, _town: f"{_local(t) - _local(t).weekday() * DAY:%y%m%d}",
    "每个月": lambda t, _town: f"{_local(t):%y%m}",
    "每个季度": lambda t, _town: f"{_local(t):%y}{(_local(t).month + 2) // 3}",
    "每年": lambda t, _town: f"{_local(t):%y}",
    "每个钟点": lambda t, _town: str(_local(t).hour),
    "星期几": lambda t, _town: str(_local(t).isoweekday()),
    "各经办人": lambda t, _town: "" if t["assignee_id"] is None else str(t["assignee_id"]),
}
FILTERS = {
    "": lambda _t: True,
    "德尚小区": lambda t: t["place_name"] == "德尚小区" and t["place_id"] is not None,
    "幸福小区": lambda t: t["place_name"] == "幸福小区" and t["place_id"] is not None,
    "文苑社区": lambda t: "WY" in (t["grid"], t["community"]),
    "文苑一网格": lambda t: t["grid"] == "WY-01",
    "新义街道": lambda t: "XY-XINYI" in (t["grid"], t["community"], t["street"]),
    "停车": lambda t: t["category"] == "parking",
    "物业服务与收费": lambda t: t["category"] == "property",
    "电梯": lambda t: (t["category"], t["item"]) == ("repairs", "lift"),
    "热线": lambda t: t["source"] == "hotline",
    "德尚物业": lambda t: t["team"] == "P-DS",
    "红色警情": lambda t: t["red_flag"] != "",
    "紧急": lambda t: t["urgent"],
    "不紧急的": lambda t: not t["urgent"],
    "待签收": lambda t: t["status"] == "dispatched",
    "不满意的": lambda t: t["rating"] == 1,
    "基本满意的": lambda t: t["rating"] == 2,
    "部门办的": lambda t: (t["team"] or "").startswith("D-"),
    "小区里的": lambda t: t["place_kind"] == "compound",
    "内容提到“电梯”的": lambda t: "电梯" in t["text"],
    "晚上10点到早上6点的": lambda t: t["created_at"].astimezone(CHINA).hour in {22, 23, 0, 1, 2, 3, 4, 5},
    "下午两点到六点的": lambda t: 14 <= t["created_at"].astimezone(CHINA).hour < 18,
    "工作日的": lambda t: _worked(t["created_at"].astimezone(CHINA)),
    "下班到上班的": lambda t: not 8 <= t["created_at"].astimezone(CHINA).hour < 18,
    "停车和噪音的": lambda t: t["category"] in {"parking", "noise"},
    "除了停车和电梯以外的": lambda t: t["category"] != "parking" and (t["category"], t["item"]) != ("repairs", "lift"),
    "不算文苑社区的": lambda t: "WY" not in (t["grid"], t["community"]),
    "刘建平的": lambda t: t["assignee"] == "刘建平",
    "德尚小区停车热线": lambda t: (t["place_name"], t["category"], t["source"]) == ("德尚小区", "parking", "hotline"),
}


def _never(_t, _now):
    return False


def _always(_t, _now):
    return True


def _over(t, now):
    """The limit that runs is over."""
    limit = t["handle_by"] if t["status"] == "working" else t["accept_by"]
    running = t["status"] in {"pending", "received", "dispatched", "working"} and not t["stopped_at"]
    return bool(running and limit and limit < now)


def _finished_late(t, _now):
    return bool(t["resolved_at"] and t["handle_by"] and t["resolved_at"] > t["handle_by"])


def _had_to(limit, kept):
    """In the denominator: somebody had to, and the limit was kept, or missed while its clock ran."""

    def due(t, now):
        if t["status"] in {"declined", "withdrawn", "merged"} or not t[limit]:
            return False
        return bool(t[kept] or t[limit] < (t["stopped_at"] or now))

    return due


def _in_time(limit, kept):
    return lambda t, _now: bool(t[kept] and t[limit] and t[kept] <= t[limit])


def _closed(t, _now):
    return t["status"] == "closed"


def _judged(t):
    return t["status"] not in {"declined", "withdrawn", "merged"}


def _confirmed(t, _now):
    return t["status"] == "closed" and t["closing"] == "confirmed"


# words → (counted, out of what, whether it is a rate, in which time)
FILED, ENDED_IN = "created_at", "ended_at"
MEASURES = {
    "诉求": (_always, _always, False, FILED),
    "在办": (lambda t, _now: t["status"] in OPEN, _always, False, FILED),
    "超时": (lambda t, now: _over(t, now) or _finished_late(t, now), _always, False, FILED),
    "重办": (lambda t, _now: t["reopenings"] > 0, _always, False, FILED),
    "退单": (lambda t, _now: t["returns"] > 0, _always, False, FILED),
    "催办": (lambda t, _now: t["urges"] > 0, _always, False, FILED),
    "结案": (_closed, _closed, False, ENDED_IN),
    "解决了": (_confirmed, _closed, False, ENDED_IN),
    "满意率": (lambda t, _now: (t["rating"] or 0) >= 2, lambda t, _now: t["rating"] is not None, True, FILED),
    "解决率": (_confirmed, lambda t, now: _closed(t, now) and t["closing"] in {"confirmed", "explained"}, True, FILED),
    "按期办结率": (_in_time("handle_by", "resolved_at"), _had_to("handle_by", "resolved_at"), True, FILED),
    "响应率": (_in_time("accept_by", "accepted_at"), _had_to("accept_by", "accepted_at"), True, FILED),
    "重办率": (
        lambda t, _now: t["reopenings"] > 0, lambda t, now: _closed(t, now) or t["reopenings"] > 0, True, FILED
    ),
    "办结率": (_closed, lambda t, _now: t["status"] not in {"declined", "withdrawn", "merged"}, True, FILED),
    "超时率": (lambda t, now: _over(t, now) or _finished_late(t, now), lambda t, _now: _judged(t), True, FILED),
    "退单率": (lambda t, _now: t["returns"] > 0, lambda t, _now: _judged(t), True, FILED),
    "重复投诉": (lambda t, _now: t["again"], _always, False, FILED),
    "重复投诉率": (lambda t, _now: t["again"], lambda t, _now: _judged(t), True, FILED),
    "催办率": (lambda t, _now: t["urges"] > 0, lambda t, _now: _judged(t), True, FILED),
    "三日办结率": (
        lambda t, now: _closed(t, now) and t["resolved_at"] - t["created_at"] <= 3 * DAY, _closed, True, FILED
    ),
}  # fmt: skip
CALLS = {
    "报到迟到": (lambda c: c["late"], lambda _c: True, False),
    "按时报到率": (lambda c: c["reported_at"] and not c["late"], lambda c: c["late"] or c["reported_at"], True),
}


SCOPES = {
    ADMIN: lambda _t: True,
    SUPERVISOR: FILTERS["新义街道"],
    OTHER_SUPERVISOR: lambda t: "XY-ZYL" in (t["grid"], t["community"], t["street"]),
    "oOfACommunity": FILTERS["文苑社区"],
    "oOfAGrid": FILTERS["文苑一网格"],
    "oOfTheCounty": lambda t: "XY" in (t["grid"], t["community"], t["street"], t["county"]),
}


def real_lives(chat):
    """Tickets by real handlers: withdrawn, declined, merged, reopened, asked about, split, without a place."""

    def report(who, text):
        before = len(chat.tickets())
        chat.says(who, text)
        assert len(chat.tickets()) == before + 1, text
        return chat.ticket().number

    def finish(number):
        chat.says(PROPERTY, f"接 {number}")
        chat.says(PROPERTY, f"结 {number} 修好了")

    confirmed = report(RESIDENT, "德尚小区3号楼电梯坏了")
    finish(confirmed)
    chat.says(RESIDENT, "1")
    reopened = report(RESIDENT, "德尚小区大门口的垃圾桶满了没人倒")
    finish(reopened)
    chat.says(RESIDENT, "4")
    chat.says(RESIDENT, "还是满的")
    report(RESIDENT, "德尚小区2号楼楼道灯不亮")
    chat.says(RESIDENT, "撤回")
    chat.says(RESIDENT, "1")
    declined = report(NEIGHBOUR, "德尚小区5号楼二单元下水道堵了往外冒")
    chat.says(COMMUNITY, f"不受理 {declined} 请找市政，电话 12345")
    first = report(RESIDENT, "德尚小区6号楼门禁坏了")
    second = report(NEIGHBOUR, "德尚小区1号楼楼道灯不亮")
    chat.says(SUPERVISOR, f"并 {second} 到 {first}")
    chat.says(SUPERVISOR, "1")
    chat.says(PROPERTY, f"接 {first}")
    chat.says(PROPERTY, f"问 {first} 是几单元")
    chat.says(SUPERVISOR, f"吹哨 {first} 城管 供电 联合整治")
    report(RESIDENT, "德尚小区3号楼有人困在电梯里了")
    chat.says(NEIGHBOUR, "阳光新城门口的垃圾堆成山了没人管")
    chat.says(NEIGHBOUR, "就是阳光新城")
    assert {"closed", "dispatched", "withdrawn", "declined", "merged", "working"} <= {t.status for t in chat.tickets()}
    assert any(ticket.reopenings for ticket in chat.tickets())
    assert any(ticket.stopped_at for ticket in chat.tickets())
    assert any(ticket.grid is None for ticket in chat.tickets())


def hard_cases(session, chance, now, after):
    """Made-up tickets on the edges of days and months, in every status, without place, grid or team."""
    midnights = [datetime.fromisoformat(f"{day}T00:00+08:00") for span in PERIODS.values() for day in span]
    edges = [moment - timedelta(microseconds=short) for moment in midnights if moment <= now for short in (0, 1)]
    made = session.execute(select(Ticket.id, Ticket.created_at, Ticket.status).where(Ticket.id > after)).all()
    for number, (ticket, filed, stood) in enumerate(made):
        created, status = filed, stood
        values = {"source": chance.choice(["chat", "hotline", "patrol", "import"]), "returns": chance.choice([0, 0, 1])}
        if number < 3 * len(edges):
            created = edges[number % len(edges)]
            values |= {"created_at": created, "number": f"{created.astimezone(CHINA):%y%m%d}{ticket:05d}"}
        if chance.random() < 0.3:
            status = Status(chance.choice(list(Status)))
            values |= {"status": status.value, "closing": ""}
            values |= {"ended_at": chance.choice([each for each in edges if each > created] or [now])}
            values |= {} if status in ENDED else {"ended_at": None}
            values |= {"closing": chance.choice(["confirmed", "default", "explained"])} if status == "closed" else {}
            values |= {"closing": "not_ours"} if status == "declined" else {}
            resolved = created + chance.choice([timedelta(hours=1), 3 * DAY, 3 * DAY + timedelta(seconds=1)])
            values |= {"resolved_at": resolved if status in {"closed", "resolved"} else None}
            values |= {"stopped_at": created + DAY if status == "suspended" or chance.random() < 0.2 else None}
            values |= {"accept_by": None, "handle_by": None} if status == "incomplete" else {}
            values |= {"team": None} if status in {"incomplete", "pending", "received"} else {}
        if status in {"incomplete", "pending", "received", "merged", "withdrawn"} and chance.random() < 0.3:
            values |= dict.fromkeys(("grid", "community", "street", "county", "team", "place_id"))
        elif chance.random() < 0.1:
            values |= {"grid": chance.choice(["WY", "XY-XINYI"]), "place_id": None, "red_flag": "fire"}
        session.execute(update(Ticket).where(Ticket.id == ticket).values(values))


def calls_of_whistles(session, chance, now):
    for ticket in session.scalars(select(Ticket.id).limit(120)).all():
        called = now - chance.choice([timedelta(hours=1), DAY, 10 * DAY, 17 * DAY, timedelta(hours=10, microseconds=1)])
        late, came = chance.choice([(True, True), (True, False), (False, True), (False, False)])
        values = {"ground": chance.choice(["joint", "joint", ""]), "reason": "", "late": late, "called_at": called}
        came_at = called + timedelta(minutes=5) if came else None
        team = chance.choice(["D-CG", "D-GD"])
        session.execute(insert(Support).values(ticket_id=ticket, team=team, reported_at=came_at, **values))


@contextmanager
def lived(databases, kind, reader, folder):
    """A program with real lives and made-up ones, who writes to it, its town and its clock."""
    clock, chance = Clock(), random.Random(7)
    program = assemble(settings_for(databases.fresh(kind, with_town=True), folder), clock, reader)
    chat = Chat(program)
    real_lives(chat)
    real = chat.ticket().id
    clock.turn(minutes=50)
    with program.reading() as session:
        known = program.towns.current(session)
    fill(program.engine, known.world, known.routing, TICKETS, 7, clock.now, lambda _done: None)
    with program.sessions() as session, session.begin():
        hard_cases(session, chance, clock.now, after=real)
        calls_of_whistles(session, chance, clock.now)
        grids = {"oOfACommunity": "WY", "oOfAGrid": "WY-01", "oOfTheCounty": "XY"}
        for openid, grid in grids.items():
            person = Person(openid=openid)
            appoint(person, Role.SUPERVISOR, grid, None)
            session.add(person)
    yield program, chat, known, clock
    program.engine.dispose()


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def made(databases, kind, reader, tmp_path_factory):
    """Filled once for all who only ask."""
    with lived(databases, kind, reader, tmp_path_factory.mktemp("lived")) as town:
        yield town


@pytest.fixture
def program(made):
    return made[0]


@pytest.fixture
def chat(made):
    return made[1]


@pytest.fixture
def town(made):
    return made[2]


@pytest.fixture
def clock(made):
    return made[3]


def rows_of(session, table):
    return [dict(row) for row in session.execute(select(*table.__table__.c)).mappings()]


def tickets_of(session, town):
    """With what a filter asks of the world beside them."""
    people = {key: member.name for key, member in town.staff.people.items()}
    kinds = {key: place.kind for key, place in town.world.places.items()}
    every = rows_of(session, Ticket)
    same = defaultdict(list)
    for t in every:
        if t["item"] and _judged(t):
            same["by", t["reporter_id"], t["category"], t["item"]].append(t)
            same["at", t["place_id"] or -t["id"], t["building"], t["category"], t["item"]].append(t)
    again = {
        later["id"]
        for group in same.values()
        for later in group
        if any(timedelta(0) < later["created_at"] - one["created_at"] <= 30 * DAY for one in group)
    }
    assert again
    return [
        t
        | {"assignee": people.get(t["assignee_id"]), "place_kind": kinds.get(t["place_id"]), "again": t["id"] in again}
        for t in every
    ]


def recounted(town, rows, measure, group, period, now):
    """{key: (value, of)} as somebody with a pencil would count them."""
    counted, whole, rate, moment = MEASURES[measure]
    since, until = (datetime.fromisoformat(f"{day}T00:00+08:00") for day in PERIODS[period])
    sums = defaultdict(lambda: [0, 0])
    for t in rows:
        if t[moment] is not None and since <= t[moment] < until and whole(t, now):
            key = (GROUPS[group](t | {"moment": t[moment]}, town) or "") if group else ""
            sums[key][0] += bool(counted(t, now))
            sums[key][1] += 1
    return _figures(sums, rate)


def recounted_calls(calls, tickets, measure, group, period):
    counted, whole, rate = CALLS[measure]
    since, until = (datetime.fromisoformat(f"{day}T00:00+08:00") for day in PERIODS[period])
    sums = defaultdict(lambda: [0, 0])
    for call in calls:
        if call["ground"] and since <= call["called_at"] < until and whole(call):
            at = call["called_at"].astimezone(CHINA)
            ticket = tickets[call["ticket_id"]]
            key = {"各单位": call["team"], "各社区": ticket["community"] or "", "每天": f"{at:%y%m%d}"}[group]
            sums[key][0] += bool(counted(call))
            sums[key][1] += 1
    return _figures(sums, rate)


def _figures(sums, rate):
    if rate:
        return {key: (got / of, of) for key, (got, of) in sums.items()}
    return {key: (got, of) for key, (got, of) in sums.items() if got}


def answered(session, town, text, who, now):
    query = parse(town, text, now)
    assert query is not None, text
    assert query.unread == (), (text, query)
    person = session.scalars(select(Person).where(Person.openid == who)).one()
    rows = figures.figures(session, town, query, overseen(person), now)
    assert len({row.key for row in rows}) == len(rows), text
    return {row.key: (row.value, row.of) for row in rows if (row.of if query.is_rate else row.value)}


def matrix(chance):
    """All measures with all groups, all periods, all filters, all scopes; the rest of the product by lot."""
    for measure in MEASURES:
        yield from ((measure, group, "近30天", "", ADMIN) for group in GROUPS)
        yield from ((measure, "", period, "", ADMIN) for period in PERIODS)
        yield from ((measure, "", "今年", where, ADMIN) for where in FILTERS)
        yield from ((measure, "各类", "今年", "", who) for who in SCOPES)
    everything = list(product(MEASURES, GROUPS, PERIODS, FILTERS, SCOPES))
    yield from chance.sample(everything, 120)


def test_every_figure_is_what_the_rows_say(program, kind, town, clock):
    """Of both databases the second is asked a third of it: what differs is how they count days."""
    wrong, refused = [], []
    with program.reading() as session:
        tickets = tickets_of(session, town)
        for measure, group, period, where, who in list(matrix(random.Random(11)))[:: 1 if kind == "sqlite" else 3]:
            rows = [t for t in tickets if FILTERS[where](t) and SCOPES[who](t)]
            text = f"{period}{where}{group}{measure}多少" + ("" if measure.endswith("率") else "件")
            if measure.endswith("率") and where and parse(town, text, clock.now).unread:
                refused.append(where)  # a rate of what decides the rate itself
                continue
            expected = recounted(town, rows, measure, group, period, clock.now)
            if answered(session, town, text, who, clock.now) != expected:
                wrong.append((text, who, answered(session, town, text, who, clock.now), expected))
    assert wrong == []
    assert len(refused) <= 20  # each by a rating or a status


def _narrowed(tickets, where, who, period, moment="created_at"):
    since, until = (datetime.fromisoformat(f"{day}T00:00+08:00") for day in PERIODS[period])
    rows = [t for t in tickets if FILTERS[where](t) and SCOPES[who](t)]
    return [t for t in rows if t[moment] is not None and since <= t[moment] < until]


def _by(rows, group, town):
    found = defaultdict(list)
    for t in rows:
        found[(GROUPS[group](t | {"moment": t["created_at"]}, town) or "") if group else ""].append(t)
    return found


LENGTHS = {"办理时长": "resolved_at", "接单时长": "accepted_at"}


def test_how_long_it_took_is_what_the_rows_say(program, town, clock):
    with program.reading() as session:
        tickets = tickets_of(session, town)
        for (words, end), group, where in product(LENGTHS.items(), ("", "各社区", "各经办人"), ("", "停车", "紧急")):
            rows = [t for t in _narrowed(tickets, where, ADMIN, "今年") if t[end]]
            hours = {
                key: sorted((t[end] - t["created_at"]) / timedelta(hours=1) for t in these)
                for key, these in _by(rows, group, town).items()
            }
            for stat, of in (("平均", statistics.fmean), ("中位数", statistics.median)):
                told = answered(session, town, f"今年{where}{group}{words}{stat}", ADMIN, clock.now)
                assert told == {
                    key: (pytest.approx(of(each), abs=1e-4), len(each)) for key, each in hours.items() if of(each)
                }, (words, group, where, stat)


def test_a_share_is_what_the_rows_say(program, town, clock):
    with program.reading() as session:
        tickets = tickets_of(session, town)
        year = _narrowed(tickets, "", SUPERVISOR, "今年")
        for where in ("停车", "电梯", "紧急", "热线", "文苑社区", "除了停车和电梯以外的"):
            part = [t for t in year if FILTERS[where](t)]
            told = answered(session, town, f"今年{where}占比", SUPERVISOR, clock.now)
            assert told == {"": (len(part) / len(year), len(year))}, where
        there = [t for t in year if FILTERS["文苑社区"](t)]
        parked = [t for t in there if FILTERS["停车"](t)]
        told = answered(session, town, "今年停车占文苑社区的百分之几", SUPERVISOR, clock.now)
        assert told == {"": (len(parked) / len(there), len(there))}
        told = answered(session, town, "今年各类占比", SUPERVISOR, clock.now)
        assert told == {key: (len(each) / len(year), len(year)) for key, each in _by(year, "各类", town).items()}


def test_who_reported_often_is_what_the_rows_say(program, town, clock):
    with program.reading() as session:
        tickets = tickets_of(session, town)
        for where, least in product(("", "停车"), (2, 3)):
            rows = _narrowed(tickets, where, SUPERVISOR, "近30天")
            often = [t for t in rows if sum(other["reporter_id"] == t["reporter_id"] for other in rows) >= least]
            told = answered(session, town, f"近30天{where}同一个人报了{least}次以上的几件", SUPERVISOR, clock.now)
            assert told == ({"": (len(often), len(often))} if often else {})


def test_how_long_it_waited_is_what_the_rows_say(program, town, clock):
    bounds = {"超过三天": lambda age: age > 3 * DAY, "不到三天": lambda age: age < 3 * DAY}
    with program.reading() as session:
        tickets = tickets_of(session, town)
        for words, holds in bounds.items():
            waiting = [
                t for t in tickets if t["status"] in OPEN and holds((t["resolved_at"] or clock.now) - t["created_at"])
            ]
            told = answered(session, town, f"{words}没办完的多少件", ADMIN, clock.now)
            assert told == {"": (len(waiting), len(waiting))}
            closed = [t for t in _narrowed(tickets, "", ADMIN, "今年", "ended_at") if _closed(t, clock.now)]
            took = [t for t in closed if holds((t["resolved_at"] or clock.now) - t["created_at"])]
            assert answered(session, town, f"今年{words}结案的多少件", ADMIN, clock.now) == {"": (len(took), len(took))}


def test_groups_beyond_a_limit_are_what_the_rows_say(program, town, clock):
    with program.reading() as session:
        tickets = tickets_of(session, town)
        all_of_them = recounted(town, tickets, "诉求", "各小区", "今年", clock.now)
        told = answered(session, town, "今年诉求5件以上的小区", ADMIN, clock.now)
        assert told == {key: (count, of) for key, (count, of) in all_of_them.items() if count >= 5}
        rates = recounted(town, tickets, "满意率", "各社区", "今年", clock.now)
        told = answered(session, town, "今年满意率低于八成的社区", ADMIN, clock.now)
        assert told == {key: (rate, of) for key, (rate, of) in rates.items() if rate < 0.8}


@pytest.mark.parametrize(
    ("words", "kind_of_end"), [("默认办结", "default"), ("撤回", "withdrawn"), ("不予受理", "declined")]
)
def test_what_ended_in_a_time_is_what_the_rows_say(program, town, clock, words, kind_of_end):
    with program.reading() as session:
        tickets = tickets_of(session, town)
        for period in ("上周", "本月", "今年"):
            rows = _narrowed(tickets, "", ADMIN, period, "ended_at")
            ended = [t for t in rows if kind_of_end in (t["status"], t["closing"] if t["status"] == "closed" else "")]
            told = answered(session, town, f"{period}{words}的多少件", ADMIN, clock.now)
            assert told == ({"": (len(ended), len(ended))} if ended else {}), period


def test_several_figures_at_once_are_what_each_is_alone(program, town, clock):
    with program.reading() as session:
        person = session.scalars(select(Person).where(Person.openid == SUPERVISOR)).one()
        for text, alone in {
            "今年各社区件数和满意率": ("今年各社区诉求多少件", "今年各社区满意率"),
            "各社区件数本周比上周多多少": ("本周各社区诉求多少件", "上周各社区诉求多少件"),
        }.items():
            query = parse(town, text, clock.now)
            assert query.unread == ()
            rows = figures.figures(session, town, query, overseen(person), clock.now)
            for number, each in enumerate(alone):
                told = {row.key: (row, *row.others)[number] for row in rows}
                rate = "率" in each
                assert {
                    key: (row.value, row.of) for key, row in told.items() if (row.of if rate else row.value)
                } == answered(session, town, each, SUPERVISOR, clock.now)


def test_every_figure_of_calls_is_what_the_rows_say(program, town, clock):
    with program.reading() as session:
        calls, tickets = rows_of(session, Support), {t["id"]: t for t in rows_of(session, Ticket)}
        for measure, group, period in product(CALLS, ("各单位", "各社区", "每天"), PERIODS):
            expected = recounted_calls(calls, tickets, measure, group, period)
            assert answered(session, town, f"{period}{group}{measure}", ADMIN, clock.now) == expected


def test_what_stands_open_is_counted_however_old_it_is(program, town, clock):
    with program.reading() as session:
        tickets = rows_of(session, Ticket)
        late = sum(_over(t, clock.now) for t in tickets)
        waiting = sum(t["status"] in OPEN for t in tickets)
        assert answered(session, town, "现在超时多少件", ADMIN, clock.now) == {"": (late, late)}
        assert answered(session, town, "还有多少没办完", ADMIN, clock.now) == {"": (waiting, waiting)}


def test_what_is_compared_is_what_each_side_is_alone(program, town, clock):
    """The part of the earlier one that is as long as the running one has no other name, and is counted here."""
    with program.reading() as session:
        tickets = tickets_of(session, town)
        for measure, where in product(set(MEASURES) - {"在办"}, ("", "文苑社区", "停车")):
            told = answered(session, town, f"{where}{measure}本周比上周多多少", SUPERVISOR, clock.now)
            rows = [t for t in tickets if FILTERS[where](t) and SCOPES[SUPERVISOR](t)]
            for week in ("本周", "上周"):
                alone = recounted(town, rows, measure, "", week, clock.now)
                assert told.get(week) == alone.get(""), (measure, where)
            counted, whole, rate, moment = MEASURES[measure]
            since = datetime.fromisoformat("2026-11-09T00:00+08:00")
            until = clock.now - 7 * DAY
            then = [t for t in rows if t[moment] and since <= t[moment] < until and whole(t, clock.now)]
            got, of = sum(bool(counted(t, clock.now)) for t in then), len(then)
            value = (got / of if of else None) if rate else got
            assert told.get("上周同期") == ((value, of) if (of if rate else got) else None), (measure, where)


def opened(chat, who, number):
    """(how many are said, all tickets of the pages)."""
    page, numbers = chat.says(who, str(number)), []
    total = int(found[1]) if (found := re.search(r"（(\d+) 件）", page)) else 0
    while len(seen := re.findall(r"^❗?(\d{11}) ", page, re.MULTILINE)):
        numbers += seen
        page = chat.says(who, "更多") if "更多" in page else ""
    return total, numbers


def _in_time_of(t, moment, since, now):
    return t[moment] is not None and since <= t[moment] <= now


DESK = {"待补充（还差地点）", "无人承接"}
"""What lies in nobody's area counts forevery supervisor"""
OVERVIEW = {
    "新增": lambda t, since, now: _in_time_of(t, "created_at", since, now),
    "办结待回访": lambda t, _since, _now: t["status"] == "resolved",
    "居民确认解决": lambda t, since, now: _in_time_of(t, "ended_at", since, now) and _confirmed(t, now),
    "未确认解决的结案": lambda t, since, now: (
        _in_time_of(t, "ended_at", since, now) and _closed(t, now) and not _confirmed(t, now)
    ),
    "在办": lambda t, _since, _now: t["status"] in OPEN,
    "超时": lambda t, _since, now: _over(t, now),
    "红色警情": lambda t, since, now: t["red_flag"] != "" and _in_time_of(t, "created_at", since, now),
    "待补充（还差地点）": lambda t, _since, _now: t["status"] == "incomplete",
    "无人承接": lambda t, _since, _now: t["status"] in {"pending", "received"} and t["team"] is None,
}
OVERVIEWS = {"今日": "", "本周": "", "网格 文苑社区": "文苑社区", "网格 文苑一网格": "文苑一网格", "类别 停车": "停车"}
TODAY = datetime.fromisoformat("2026-11-16T00:00+08:00")
"""A Monday: the week has begun with it"""


def test_overviews_are_what_the_rows_say_and_open_to_exactly_these(program, chat, town, clock):
    with program.reading() as session:
        tickets = rows_of(session, Ticket)
    for who, (command, where) in product((ADMIN, SUPERVISOR, "oOfAGrid"), OVERVIEWS.items()):
        said = re.findall(r"^(\d) (.+) (\d+)$", chat.says(who, command), re.MULTILINE)
        assert [name for _, name, _ in said] == list(OVERVIEW)
        for number, name, count in said:
            near = [t for t in tickets if SCOPES[who](t) or (name in DESK and t["grid"] is None and t["team"] is None)]
            mine = [t["number"] for t in near if FILTERS[where](t) and OVERVIEW[name](t, TODAY, clock.now)]
            assert int(count) == len(mine), (who, command, name)
            total, listed = opened(chat, who, number)
            assert (total, sorted(listed)) == (len(mine), sorted(mine)), (who, command, name)
            chat.says(who, command)


def test_how_an_area_does_is_what_the_rows_say(program, chat, town, clock):
    """Of a week that is over as well, without what is of this moment."""
    with program.reading() as session:
        tickets = rows_of(session, Ticket)
    passing = {"新增", "居民确认解决", "未确认解决的结案", "红色警情"}
    for (where, holds), when in product(list(FILTERS.items())[:8], ("本周", "上周")):
        since, until = (datetime.fromisoformat(f"{day}T00:00+08:00") for day in PERIODS[when])
        end = min(until, clock.now + timedelta(microseconds=1)) - timedelta(microseconds=1)
        said = re.findall(r"^(\d) (.+) (\d+)件$", chat.says(SUPERVISOR, f"{where}{when}怎么样"), re.MULTILINE)
        names = [name for name in OVERVIEW if name not in DESK and (when == "本周" or name in passing)]
        assert [name for _, name, _ in said] == names, (where, when)
        mine = [t for t in tickets if SCOPES[SUPERVISOR](t) and holds(t)]
        for _, name, number in said:
            counted = [t for t in mine if OVERVIEW[name](t, since, end if name in passing else clock.now)]
            assert int(number) == len(counted), (where, when, name)


def _standing(rows, now):
    closed = [t for t in rows if t["status"] == "closed" and t["closing"] in {"confirmed", "explained"}]
    rated = [t for t in rows if t["rating"] is not None]
    rates = [(closed, sum(_confirmed(t, now) for t in closed)), (rated, sum(t["rating"] >= 2 for t in rated))]
    solved, satisfied = (f"{good / len(of):.0%}" if of else "—" for of, good in rates)
    waiting, late = sum(t["status"] in OPEN for t in rows), sum(_over(t, now) for t in rows)
    return f"{len(rows)}件 在办{waiting} 超时{late} 解决率{solved} 满意率{satisfied}"


def test_rankings_are_what_the_rows_say(databases, kind, reader, tmp_path):
    with lived(databases, kind, reader, tmp_path) as town:
        _rankings_are_what_the_rows_say(*town)


def _rankings_are_what_the_rows_say(program, chat, town, clock):
    first = TODAY - 29 * DAY
    with program.sessions() as session, session.begin():  # thirty days with today or without: nothing hangs on it here
        argued = (Ticket.created_at >= first - DAY) & (Ticket.created_at < first)
        session.execute(update(Ticket).where(argued).values(created_at=first - 7 * DAY))
        tickets, calls = rows_of(session, Ticket), rows_of(session, Support)
    names = {code: team.name for code, team in town.world.teams.items()} | {None: "社区值班台"}
    for command, column, name in (("排行", "team", names.get), ("类别", "category", town.catalogue.name)):
        told = {line for line in chat.says(ADMIN, command).splitlines() if "解决率" in line}
        groups = defaultdict(list)
        for t in tickets:
            if _in_time_of(t, "created_at", first, clock.now):
                groups[name(t[column])].append(t)
        assert told <= {f"{name} {_standing(rows, clock.now)}" for name, rows in groups.items()}
        assert len(told) >= min(12, len(groups))
    late = defaultdict(list)
    for call in calls:
        if call["ground"] and call["called_at"] >= first:
            late[names[call["team"]]].append(call)
    told = chat.says(ADMIN, "吹哨排行").splitlines()[1:]
    for name, rows in late.items():
        missing = sum(call["late"] and not call["reported_at"] for call in rows)
        line = f"{name} 叫{len(rows)}次 迟到{sum(call['late'] for call in rows)}次 未到{missing}次"
        assert any(each.startswith(line) for each in told), line


def test_what_is_exported_is_what_was_filed(program, chat, town, clock):
    with program.reading() as session:
        tickets = rows_of(session, Ticket)
        for period, (first, end) in PERIODS.items():
            since, until = (datetime.fromisoformat(f"{day}T00:00+08:00") for day in (first, end))
            person = session.scalars(select(Person).where(Person.openid == SUPERVISOR)).one()
            scope = overseen(person) & export.filed_between(since, until)
            numbers = [row[0] for row in export.table(session, town, scope, person)][1:]
            mine = [t for t in tickets if SCOPES[SUPERVISOR](t) and since <= t["created_at"] < until]
            assert sorted(numbers) == sorted(t["number"] for t in mine), period
            reply = chat.says(SUPERVISOR, f"导出 {period}")
            assert (f"{len(mine)} 张工单吗" in reply) == bool(mine), (period, reply)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # pages are the same on both
@pytest.mark.parametrize(
    "text",
    [
        "今年各社区多少件", "今年各小区多少件", "现在超时多少件", "近30天各单位满意率", "今年按期办结率", "近30天每天多少件",
        "今年各类结案多少件", "上周各网格多少件", "今年各来源重办多少件", "今年停车占比", "今年各状态多少件",
        "今年同一个人报了两次以上的几件", "超过三天没办完的多少件", "今年星期几最多", "今年除了停车各社区多少件",
    ],
)  # fmt: skip
def test_an_answer_opens_to_as_many_tickets_as_it_says(chat, town, text):
    rows = re.findall(
        r"^(\d+) (.+) (?:(\d+)件|\d+%（(?:\d+件中的)?(\d+)件）|—（0件）)$", chat.says(SUPERVISOR, text), re.MULTILINE
    )
    assert rows
    for number, name, count, of in rows:
        total, listed = opened(chat, SUPERVISOR, number)
        assert total == int(count or of or 0), (text, name)
        assert len(set(listed)) == len(listed) == total, (text, name)
