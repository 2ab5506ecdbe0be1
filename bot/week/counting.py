"""The week's figures, counted from people's chats and not from the program's own records."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import select

from bot.simulator.chat_bodies import Card, Words
from bot.simulator.journal import ApiCall
from bot.week.people import Town
from bot.week.stage import Stage
from handlers.notifications.deferred import REPLY
from models.person import Person
from models.push import Outcome, Push, Rank
from models.ticket import CHINA, Ticket

_QUESTION = "解决了吗"
_AT_ONCE = frozenset({"whistle_missing", "escalate", "approval_asked", "approval_waits"})
_SENT = frozenset({Outcome.SENT, Outcome.DELIVERED})
_NO_PUSH = frozenset({"", REPLY})
"""Not sent, or sent as part of a reply"""


@dataclass(frozen=True, slots=True)
class Figures:
    """One week."""

    tickets: int
    outcomes: int
    """Outcomes to notify residents of, each with its question"""
    outcomes_arrived: int
    red_flags: int
    red_flags_unsent: int
    refused: dict[int, int]
    """Calls that the platform refused, by code"""
    ways: dict[str, int]
    receipts_missed: int
    """Cards whose receipt came but is missing in their row"""
    most_news_a_leader_and_day: int
    """Messages to one leader on one day, without dangers, whistles, escalations and approvals"""
    news_to_leaders: dict[str, int]
    """By event"""
    at_once_to_leaders: dict[str, int]
    """The others, by event"""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def counted(stage: Stage, town: Town) -> Figures:
    with stage.program.reading() as session:
        tickets = {each.id: each for each in session.scalars(select(Ticket))}
        people = {person.id: person.openid or "" for person in session.scalars(select(Person))}
        pushes = session.scalars(select(Push).order_by(Push.id)).all()
    chats = _chats(stage)
    outcomes = [push for push in pushes if push.event == "resolve" and _still_asked(push, tickets)]
    arrived = [push for push in outcomes if _arrived(chats[people[push.person_id]], tickets[push.ticket_id or 0])]
    red = [push for push in pushes if push.rank == Rank.DANGER]
    calls = [entry.errcode for entry in stage.platform.journal.entries() if isinstance(entry, ApiCall)]
    leaders = {person for person, openid in people.items() if openid in town.leaders}
    news = [
        push
        for push in pushes
        if push.person_id in leaders and push.way not in _NO_PUSH and not _is_urgent(push, tickets)
    ]
    by_day = Counter((push.person_id, _day(push)) for push in news)
    return Figures(
        tickets=len(tickets),
        outcomes=len(outcomes),
        outcomes_arrived=len(arrived),
        red_flags=len(red),
        red_flags_unsent=sum(push.outcome not in _SENT for push in red),
        refused=dict(Counter(code for code in calls if code)),
        ways=dict(Counter(push.way for push in pushes if push.way)),
        receipts_missed=sum(bool(push.msgid) and push.outcome != Outcome.DELIVERED for push in pushes),
        most_news_a_leader_and_day=max(by_day.values(), default=0),
        news_to_leaders=dict(Counter(push.event for push in news)),
        at_once_to_leaders=dict(
            Counter(push.event for push in pushes if push.person_id in leaders and _is_urgent(push, tickets))
        ),
    )


def _still_asked(push: Push, tickets: dict[int, Ticket]) -> bool:
    """Whether the push counts: not if a newer one replaced it, or if it still waits for the next morning."""
    return push.outcome != "merged" and push.ticket_id in tickets and not push.due_at


def _chats(stage: Stage) -> dict[str, list[str]]:
    """All replies, texts and cards that each person received."""
    chats: dict[str, list[str]] = defaultdict(list)
    for openid, reply in stage.replies:
        chats[openid].append(reply)
    for openid in {each for each, _ in stage.replies}:
        for body in stage.platform.received(openid):
            match body:
                case Words(text):
                    chats[openid].append(text)
                case Card(_, rows):
                    chats[openid].append(" ".join(row.value for row in rows))
    return chats


def _arrived(chat: list[str], ticket: Ticket) -> bool:
    """Whether the chat holds the closing question with the ticket's number."""
    return any(_QUESTION in text and (ticket.number or "") in text for text in chat)


def _is_urgent(push: Push, tickets: Mapping[int, Ticket]) -> bool:
    ticket = tickets.get(push.ticket_id or 0)
    return push.event in _AT_ONCE or push.rank == Rank.DANGER or bool(ticket and ticket.red_flag)


def _day(push: Push) -> str:
    return f"{push.finished_at.astimezone(CHINA):%m%d}" if push.finished_at else ""


def unfinished(figures: Figures) -> bool:
    """Whether the figures miss what we promise."""
    late = figures.outcomes_arrived < 0.99 * figures.outcomes
    lost = figures.red_flags_unsent or figures.receipts_missed
    return late or bool(lost) or 45047 in figures.refused or figures.most_news_a_leader_and_day > 3
