"""Every move from every status by every role: what the table allows goes as it says, all else changes nothing."""

from datetime import timedelta
from itertools import product

import pytest
from rows import every
from sqlalchemy import func, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from testbed import MONDAY

from models.person import Person, Role
from models.status_moves import ACTIVE, ENDED, MOVES, OPEN, UNSOLVED, Closing, Move, Status
from models.ticket import SYSTEM, Actor, IllegalMove, Ticket, TicketEvent

pytestmark = pytest.mark.both_databases

LATER = MONDAY + timedelta(hours=3)
EVERY_CASE = list(product(MOVES.values(), Status, Role))

# DOMAIN 2 once more, written down apart from the table: which arrows exist at all. 「=」 is a move that stays.
ARROWS = {
    "incomplete": {
        "supplement": "pending", "verify": "pending", "withdraw": "withdrawn", "urge": "=", "supervise": "=", "note": "=",
    },
    "pending": {
        "receive": "received", "decline": "declined", "merge": "merged", "withdraw": "withdrawn",
        "urge": "=", "supervise": "=", "note": "=",
    },
    "received": {
        "dispatch": "dispatched", "decline": "declined", "escalate": "dispatched", "merge": "merged",
        "withdraw": "withdrawn", "urge": "=", "supervise": "=", "note": "=",
    },
    "dispatched": {
        "accept": "working", "return_": "received", "reassign": "dispatched", "escalate": "dispatched",
        "decline": "declined", "merge": "merged", "withdraw": "withdrawn", "whistle": "=", "report_in": "=",
        "finish": "=", "release": "=", "ask": "=", "answer": "=", "extend": "=", "urge": "=", "supervise": "=", "note": "=",
        "inform": "=", "visit": "=",
    },
    "working": {
        "resolve": "resolved", "return_": "received", "reassign": "dispatched", "escalate": "dispatched",
        "suspend": "suspended", "merge": "merged", "withdraw": "withdrawn", "whistle": "=", "report_in": "=",
        "finish": "=", "release": "=", "ask": "=", "answer": "=", "extend": "=", "urge": "=", "supervise": "=", "note": "=",
        "inform": "=", "visit": "=",
    },
    "suspended": {
        "resume": "working", "finish": "=", "release": "=", "inform": "=", "urge": "=", "supervise": "=", "note": "=",
    },
    "resolved": {"close": "closed", "reopen": "dispatched", "follow_up": "=", "rate": "=", "supervise": "=", "note": "="},
    "closed": {"reopen": "dispatched", "rate": "=", "note": "="},
    "withdrawn": {"note": "="},
    "declined": {"note": "="},
    "merged": {"note": "="},
}  # fmt: skip

# Which role may do what, anywhere at all.
BY_ROLE = {
    "resident": {"supplement", "answer", "withdraw", "urge", "rate", "close", "reopen", "note", "visit"},
    "property_staff": {
        "accept", "return_", "reassign", "escalate", "report_in", "finish", "release", "ask", "resolve", "resume", "note",
        "inform", "visit",
    },
    "grid_staff": {
        "receive", "supplement", "decline", "dispatch", "accept", "return_", "reassign", "escalate", "whistle",
        "report_in", "finish", "release", "ask", "extend", "suspend", "resume", "resolve", "follow_up", "close", "merge",
        "note", "inform", "visit",
    },
    "supervisor": {
        "receive", "supplement", "decline", "dispatch", "reassign", "escalate", "whistle", "release", "ask", "extend",
        "suspend", "resume", "resolve", "follow_up", "close", "reopen", "merge", "urge", "supervise", "note",
    },
    "system": {
        "receive", "verify", "dispatch", "reassign", "escalate", "whistle", "resume", "follow_up", "close", "merge",
        "note", "visit",
    },
}  # fmt: skip
BY_ROLE["admin"] = BY_ROLE["supervisor"]


def a_ticket(status=Status.PENDING, **fields):
    given = {"team": "P-1", "level": "grid", "returns": 0, "reopenings": 0, "urges": 0, "closing": ""}
    return Ticket(
        status=status.value, created_at=MONDAY, category="repairs", title="灯", text="灯坏了", **(given | fields)
    )


def a_closing(move: Move, role: Role) -> Closing | None:
    return min(move.closings[role]) if move.closings else None


def state_of(ticket):
    """Every column; the history has an assertion of its own."""
    return {column.key: getattr(ticket, column.key) for column in inspect(Ticket).column_attrs}


def added(ticket):
    return inspect(ticket).attrs.events.history.added or []


def test_the_table_has_exactly_the_arrows_of_the_domain():
    table = {status.value: {} for status in Status}
    for move, status in product(MOVES.values(), Status):
        if status in move.sources:
            table[status.value][move.name] = move.target.value if move.target else "="
    assert table == ARROWS


def test_each_role_has_exactly_its_moves():
    assert {role.value: {move.name for move in MOVES.values() if role in move.roles} for role in Role} == BY_ROLE


def test_statuses_are_open_waiting_or_ended_and_never_two_of_them():
    assert OPEN | {Status.RESOLVED} | ENDED == set(Status)
    assert set() == OPEN & ENDED
    assert OPEN | {Status.RESOLVED} == ACTIVE
    assert {status.value for status in ENDED} == {"closed", "withdrawn", "declined", "merged"}


def test_what_has_ended_otherwise_than_by_closing_is_final():
    for status in ENDED - {Status.CLOSED}:
        assert [move.name for move in MOVES.values() if status in move.sources] == ["note"]


def test_from_every_status_that_is_not_final_there_is_a_way_to_an_end():
    reached = set(ENDED)
    while grown := {
        status
        for move, status in product(MOVES.values(), Status)
        if status in move.sources and move.target in reached and status not in reached
    }:
        reached |= grown
    assert reached == set(Status)


def test_every_move_from_every_status_by_every_role():
    every(EVERY_CASE, _goes_or_changes_nothing)


def _goes_or_changes_nothing(move, status, role):
    ticket, before = a_ticket(status), None
    by = Actor(role, 7 if role is not Role.SYSTEM else None)
    if status not in move.sources or role not in move.roles:
        before = state_of(ticket)
        with pytest.raises(IllegalMove) as refused:
            ticket.apply(move, by=by, at=LATER, note="原因", closing=Closing.CONFIRMED if move.closings else None)
        assert (refused.value.move, refused.value.status) == (move, status)
        assert state_of(ticket) == before
        assert added(ticket) == []
        return
    ticket.apply(move, by=by, at=LATER, note="原因", closing=a_closing(move, role))
    assert ticket.status == (move.target or status).value
    [line] = added(ticket)
    assert (line.move, line.by_role, line.by_person, line.at) == (move.name, role.value, by.person_id, LATER)
    assert (line.before, line.after, line.note) == (status.value, ticket.status, "原因")
    assert (line.team, line.level) == ("P-1", "grid")


def test_a_move_that_needs_a_reason_is_refused_without_one():
    moves = [move for move in MOVES.values() if move.needs_reason]
    every(product(moves, ["", " ", "\n\t　"]), _is_refused_without_a_reason)


def _is_refused_without_a_reason(move, nothing):
    for status, role in product(move.sources, move.roles):
        ticket = a_ticket(status)
        before = state_of(ticket)
        with pytest.raises(IllegalMove, match="a reason is needed"):
            ticket.apply(move, by=Actor(role), at=LATER, note=nothing, closing=a_closing(move, role))
        assert state_of(ticket) == before


def test_the_moves_that_need_a_reason_are_those_that_somebody_will_ask_about():
    assert {move.name for move in MOVES.values() if move.needs_reason} == {
        "decline", "return_", "reassign", "escalate", "whistle", "extend", "suspend", "resolve", "reopen", "merge",
        "finish", "ask", "answer", "inform", "visit",
    }  # fmt: skip


CLOSINGS = {
    "resident": {"confirmed"},
    "grid_staff": {"explained", "not_ours"},
    "property_staff": set(),
    "supervisor": {"explained", "not_ours"},
    "admin": {"explained", "not_ours"},
    "system": {"default"},
}


def test_each_role_closes_in_its_own_kinds_and_never_in_another_s():
    every(product(Role, [*Closing, None]), _closes_in_its_own_kinds)


def _closes_in_its_own_kinds(role, closing):
    ticket = a_ticket(Status.RESOLVED)
    close = MOVES["close"]
    if closing and closing.value in CLOSINGS[role]:
        ticket.apply(close, by=Actor(role), at=LATER, note="已向居民说明", closing=closing)
        assert (ticket.status, ticket.closing, ticket.ended_at) == ("closed", closing.value, LATER)
        return
    with pytest.raises(IllegalMove):
        ticket.apply(close, by=Actor(role), at=LATER, note="已向居民说明", closing=closing)
    assert (ticket.status, ticket.closing, ticket.ended_at) == ("resolved", "", None)


def test_only_the_resident_can_say_that_it_is_solved():
    able = {role for move in MOVES.values() for role, kinds in move.closings.items() if Closing.CONFIRMED in kinds}
    assert able == {Role.RESIDENT}


def test_closing_without_the_resident_s_word_needs_a_reason():
    every(sorted(UNSOLVED), _needs_a_reason)


def _needs_a_reason(closing):
    ticket = a_ticket(Status.RESOLVED)
    with pytest.raises(IllegalMove, match="a reason is needed"):
        ticket.apply(MOVES["close"], by=Actor(Role.GRID_STAFF), at=LATER, closing=closing)
    assert ticket.status == "resolved"


def test_a_move_that_closes_nothing_takes_no_kind_of_closing():
    every([move for move in MOVES.values() if not move.closings], _takes_no_closing)


def _takes_no_closing(move):
    status, role = min(move.sources), min(move.roles)
    with pytest.raises(IllegalMove, match="closing"):
        a_ticket(status).apply(move, by=Actor(role), at=LATER, note="原因", closing=Closing.CONFIRMED)


def test_moves_leave_their_stamps():
    ticket, staff, resident = a_ticket(), Actor(Role.PROPERTY_STAFF, 1), Actor(Role.RESIDENT, 2)
    steps = iter(range(1, 20))

    def go(name, by, **how):
        at = MONDAY + timedelta(hours=next(steps))
        ticket.apply(MOVES[name], by=by, at=at, note="原因", **how)
        return at

    go("receive", SYSTEM)
    go("dispatch", SYSTEM)
    assert ticket.accepted_at is None
    signed = go("accept", staff)
    assert (ticket.accepted_at, ticket.first_team) == (signed, "P-1")
    done = go("resolve", staff)
    assert ticket.resolved_at == done
    ended = go("close", resident, closing=Closing.CONFIRMED)
    assert (ticket.ended_at, ticket.closing) == (ended, "confirmed")
    ticket.assignee_id, ticket.team = 1, "C-1"
    go("reopen", resident)
    assert (ticket.status, ticket.reopenings) == ("dispatched", 1)
    assert (ticket.accepted_at, ticket.resolved_at, ticket.ended_at) == (None, None, None)
    assert (ticket.closing, ticket.assignee_id) == ("", None)
    go("accept", staff)
    assert ticket.first_team == "P-1", "the first team that signed stays answerable"
    go("return_", staff)
    go("urge", resident)
    go("urge", resident)
    assert (ticket.returns, ticket.urges, ticket.status) == (1, 2, "received")


def test_coming_back_from_suspension_keeps_when_it_was_signed():
    ticket, staff = a_ticket(Status.DISPATCHED), Actor(Role.GRID_STAFF, 1)
    ticket.apply(MOVES["accept"], by=staff, at=MONDAY)
    ticket.apply(MOVES["suspend"], by=staff, at=LATER, note="等配件")
    ticket.apply(MOVES["resume"], by=SYSTEM, at=LATER + timedelta(days=1))
    assert (ticket.status, ticket.accepted_at) == ("working", MONDAY)


# -- in the database -----------------------------------------------------------------------------------------------


@pytest.fixture
def stored(sessions):
    """A pending ticket in a real database; gives its id."""
    with sessions.begin() as session:
        reporter = Person(openid="o1")
        session.add(reporter)
        session.flush()
        ticket = a_ticket(team=None, reporter_id=reporter.id)
        session.add(ticket)
        session.flush()
        ticket.give_number()
        return ticket.id


def test_the_history_stands_in_the_order_of_the_moves(sessions, stored):
    with sessions.begin() as session:
        ticket = session.get_one(Ticket, stored)
        for name in ("receive", "dispatch", "note"):
            ticket.apply(MOVES[name], by=SYSTEM, at=LATER)
    with sessions() as session:
        lines = session.scalars(session.get_one(Ticket, stored).events.select()).all()
        assert [(line.move, line.before, line.after) for line in lines] == [
            ("receive", "pending", "received"),
            ("dispatch", "received", "dispatched"),
            ("note", "dispatched", "dispatched"),
        ]
        assert lines[0].at == LATER
        assert lines[0].at.utcoffset() == timedelta()


@pytest.mark.parametrize("tampering", ["change", "delete", "lose with the ticket"])
def test_the_history_is_append_only(sessions, stored, tampering):
    with sessions.begin() as session:
        session.get_one(Ticket, stored).apply(MOVES["receive"], by=SYSTEM, at=LATER)
    with sessions() as session:
        line = session.scalars(select(TicketEvent)).one()
        if tampering == "change":
            line.note = "从来没有的事"
        elif tampering == "delete":
            session.delete(line)
        else:
            session.delete(session.get_one(Ticket, stored))
        with pytest.raises((TypeError, IntegrityError)):
            session.commit()
    with sessions() as session:
        assert session.scalars(select(TicketEvent.note)).all() == [""]


def test_a_refused_move_writes_nothing(sessions, stored):
    with sessions.begin() as session:
        ticket = session.get_one(Ticket, stored)
        with pytest.raises(IllegalMove):
            ticket.apply(MOVES["resolve"], by=Actor(Role.GRID_STAFF), at=LATER, note="好了")
        version = ticket.version
    with sessions() as session:
        assert session.get_one(Ticket, stored).version == version
        assert session.scalar(select(func.count()).select_from(TicketEvent)) == 0


def test_of_two_who_move_the_same_ticket_the_second_is_told(sessions, stored, kind):
    """On SQLite the second waits for its turn and reads what the first wrote; on PostgreSQL its version is stale."""
    with sessions.begin() as session:
        for name in ("receive", "dispatch"):
            session.get_one(Ticket, stored).apply(MOVES[name], by=SYSTEM, at=LATER)
    if kind == "sqlite":
        with sessions.begin() as first:
            first.get_one(Ticket, stored).apply(MOVES["accept"], by=Actor(Role.GRID_STAFF, None), at=LATER)
        with sessions.begin() as second, pytest.raises(IllegalMove):
            second.get_one(Ticket, stored).apply(MOVES["accept"], by=Actor(Role.GRID_STAFF, None), at=LATER)
    else:
        with sessions() as first, sessions() as second:
            mine, theirs = first.get_one(Ticket, stored), second.get_one(Ticket, stored)
            mine.apply(MOVES["accept"], by=Actor(Role.GRID_STAFF), at=LATER)
            theirs.apply(MOVES["withdraw"], by=Actor(Role.RESIDENT), at=LATER)
            first.commit()
            with pytest.raises(StaleDataError):
                second.commit()
    with sessions() as session:
        ticket = session.get_one(Ticket, stored)
        assert ticket.status == "working"
        assert [line.move for line in session.scalars(ticket.events.select())] == ["receive", "dispatch", "accept"]


def test_a_version_that_somebody_else_raised_is_noticed_on_both_databases(sessions, stored):
    with sessions() as session:
        ticket = session.get_one(Ticket, stored)
        session.connection().execute(update(Ticket).where(Ticket.id == stored).values(version=9))
        ticket.apply(MOVES["receive"], by=SYSTEM, at=LATER)
        with pytest.raises(StaleDataError):
            session.flush()


def test_numbers_say_the_day_in_china_and_are_never_given_twice(sessions, stored):
    with sessions.begin() as session:
        first = session.get_one(Ticket, stored)
        late = MONDAY.replace(hour=16, minute=30)  # 00:30 of Tuesday in China
        second = a_ticket(team=None, reporter_id=first.reporter_id)
        second.created_at = late
        session.add(second)
        session.flush()
        assert first.number == f"261116{first.id:05d}"
        assert second.give_number() == f"261117{second.id:05d}"
    with sessions() as session:
        session.get_one(Ticket, second.id).number = first.number
        with pytest.raises(IntegrityError):
            session.commit()
