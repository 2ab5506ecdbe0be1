"""Every status of a ticket and every permitted move, with the roles that may make it (DOMAIN.md 2).

`Ticket.apply` refuses any other move, whichever handler asks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.person import Role


class Status(StrEnum):
    """The status of a ticket."""

    INCOMPLETE = "incomplete"
    PENDING = "pending"
    RECEIVED = "received"
    DISPATCHED = "dispatched"
    WORKING = "working"
    SUSPENDED = "suspended"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    MERGED = "merged"


class Closing(StrEnum):
    """How a ticket ended. Four kinds, never mixed; only the first counts as solved."""

    CONFIRMED = "confirmed"
    DEFAULT = "default"
    EXPLAINED = "explained"
    NOT_OURS = "not_ours"


UNSOLVED = frozenset({Closing.EXPLAINED, Closing.NOT_OURS})
"""Decided by staff, against or without the resident's opinion: these need a reason"""

OPEN = frozenset(
    {Status.INCOMPLETE, Status.PENDING, Status.RECEIVED, Status.DISPATCHED, Status.WORKING, Status.SUSPENDED}
)
"""Staff still have work to do; RESOLVED waits for the resident's answer."""
ENDED = frozenset({Status.CLOSED, Status.WITHDRAWN, Status.DECLINED, Status.MERGED})
ACTIVE = OPEN | {Status.RESOLVED}
ANYWHERE = frozenset(Status)

_STAFF = frozenset({Role.GRID_STAFF, Role.PROPERTY_STAFF})
_OVERSEERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
_BOT = frozenset({Role.SYSTEM})
_RESIDENT = frozenset({Role.RESIDENT})
_CLERKS = frozenset({Role.GRID_STAFF}) | _OVERSEERS | _BOT
"""Grid staff includes the staff of communities, streets and departments; property companies don't decide these."""


STORED: Mapping[str, str] = {each: each.value for each in (*Status, *Role)}
"""The stored value of each; a cache, because `.value` of an enumeration costs more than the rest of a move"""


@dataclass(frozen=True, slots=True)
class Move:
    """One permitted change of status, and the roles that may make it. `target` None: the status stays."""

    name: str
    label: str
    sources: frozenset[Status]
    target: Status | None
    roles: frozenset[Role]
    needs_reason: bool = False
    closings: Mapping[Role, frozenset[Closing]] = field(default_factory=dict)
    """The kinds of closing that each role may choose with this move; one of them must be given"""


S = Status
RECEIVE = Move("receive", "受理", frozenset({S.PENDING}), S.RECEIVED, _CLERKS)
SUPPLEMENT = Move("supplement", "补充", frozenset({S.INCOMPLETE}), S.PENDING, _RESIDENT | (_CLERKS - _BOT))
VERIFY = Move("verify", "转人工核实", frozenset({S.INCOMPLETE}), S.PENDING, _BOT)
"""The resident did not complete it in time: a person must find out what is missing"""
DECLINE = Move(
    "decline",
    "不予受理",
    frozenset({S.PENDING, S.RECEIVED, S.DISPATCHED}),  # a rule receives tickets, so a person may decline a received one
    S.DECLINED,
    frozenset({Role.GRID_STAFF}) | _OVERSEERS,
    needs_reason=True,
    closings=dict.fromkeys((Role.GRID_STAFF, Role.SUPERVISOR, Role.ADMIN), frozenset({Closing.NOT_OURS})),
)
DISPATCH = Move("dispatch", "派单", frozenset({S.RECEIVED}), S.DISPATCHED, _CLERKS)
ACCEPT = Move("accept", "签收", frozenset({S.DISPATCHED}), S.WORKING, _STAFF)
RETURN = Move("return_", "退单", frozenset({S.DISPATCHED, S.WORKING}), S.RECEIVED, _STAFF, needs_reason=True)
REASSIGN = Move(
    "reassign",
    "转派",
    frozenset({S.DISPATCHED, S.WORKING}),
    S.DISPATCHED,
    _STAFF | _OVERSEERS | _BOT,
    needs_reason=True,
)
ESCALATE = Move(
    "escalate",
    "上报",
    frozenset({S.RECEIVED, S.DISPATCHED, S.WORKING}),
    S.DISPATCHED,
    _STAFF | _OVERSEERS | _BOT,
    needs_reason=True,
)
WHISTLE = Move("whistle", "吹哨", frozenset({S.DISPATCHED, S.WORKING}), None, _CLERKS, needs_reason=True)
REPORT_IN = Move("report_in", "报到", frozenset({S.DISPATCHED, S.WORKING}), None, _STAFF)
FINISH = Move(
    "finish",
    "协办完成",
    frozenset({S.DISPATCHED, S.WORKING, S.SUSPENDED}),
    None,
    _STAFF,
    needs_reason=True,
)
RELEASE = Move("release", "放行", frozenset({S.DISPATCHED, S.WORKING, S.SUSPENDED}), None, _STAFF | _OVERSEERS)
ASK = Move(
    "ask",
    "询问居民",
    frozenset({S.DISPATCHED, S.WORKING}),
    None,
    _STAFF | _OVERSEERS,
    needs_reason=True,
)
ANSWER = Move("answer", "答复", frozenset({S.DISPATCHED, S.WORKING}), None, _RESIDENT, needs_reason=True)
INFORM = Move(
    "inform",
    "告知居民",
    frozenset({S.DISPATCHED, S.WORKING, S.SUSPENDED}),
    None,
    _STAFF,
    needs_reason=True,
)
VISIT = Move(
    "visit", "预约上门", frozenset({S.DISPATCHED, S.WORKING}), None, _STAFF | _RESIDENT | _BOT, needs_reason=True
)
EXTEND = Move(
    "extend",
    "延期",
    frozenset({S.DISPATCHED, S.WORKING}),
    None,
    frozenset({Role.GRID_STAFF}) | _OVERSEERS,
    needs_reason=True,
)
SUSPEND = Move(
    "suspend",
    "挂账",
    frozenset({S.WORKING}),
    S.SUSPENDED,
    frozenset({Role.GRID_STAFF}) | _OVERSEERS,
    needs_reason=True,
)
RESUME = Move("resume", "恢复", frozenset({S.SUSPENDED}), S.WORKING, _STAFF | _OVERSEERS | _BOT)
RESOLVE = Move(
    "resolve",
    "办结",
    frozenset({S.WORKING}),
    S.RESOLVED,
    _STAFF | _OVERSEERS,  # a supervisor may decide that nothing more can be done
    needs_reason=True,
)
FOLLOW_UP = Move("follow_up", "回访", frozenset({S.RESOLVED}), None, _CLERKS)
RATE = Move("rate", "评价", frozenset({S.RESOLVED, S.CLOSED}), None, _RESIDENT)
CLOSE = Move(
    "close",
    "结案",
    frozenset({S.RESOLVED}),
    S.CLOSED,
    _RESIDENT | _CLERKS,
    closings={
        Role.RESIDENT: frozenset({Closing.CONFIRMED}),
        Role.SYSTEM: frozenset({Closing.DEFAULT}),
        **dict.fromkeys((Role.GRID_STAFF, Role.SUPERVISOR, Role.ADMIN), UNSOLVED),
    },
)
REOPEN = Move(
    "reopen",
    "重办",
    frozenset({S.RESOLVED, S.CLOSED}),
    S.DISPATCHED,
    _RESIDENT | _OVERSEERS,
    needs_reason=True,
)
WITHDRAW = Move(
    "withdraw",
    "撤回",
    frozenset({S.INCOMPLETE, S.PENDING, S.RECEIVED, S.DISPATCHED, S.WORKING}),
    S.WITHDRAWN,
    _RESIDENT,
)
MERGE = Move(
    "merge",
    "并单",
    frozenset({S.PENDING, S.RECEIVED, S.DISPATCHED, S.WORKING}),
    S.MERGED,
    _CLERKS,
    needs_reason=True,
)
URGE = Move("urge", "催办", OPEN, None, _RESIDENT | _OVERSEERS)
SUPERVISE = Move("supervise", "督办", ACTIVE, None, _OVERSEERS)
NOTE = Move("note", "备注", ANYWHERE, None, frozenset(Role))

MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        RECEIVE, SUPPLEMENT, VERIFY, DECLINE, DISPATCH, ACCEPT, RETURN, REASSIGN, ESCALATE, WHISTLE, REPORT_IN, FINISH,
        RELEASE, ASK, ANSWER, INFORM, VISIT, EXTEND, SUSPEND, RESUME, RESOLVE, FOLLOW_UP, RATE, CLOSE, REOPEN, WITHDRAW,
        MERGE, URGE, SUPERVISE, NOTE,
    )
}  # fmt: skip


UNJUDGED = (Status.WITHDRAWN, Status.DECLINED, Status.MERGED)
"""Ended without work to do"""
