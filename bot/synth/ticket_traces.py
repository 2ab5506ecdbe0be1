"""The rows that belong to a made-up ticket besides its history: helpers, messages, pushes.

They are most of a year's rows, so frequent queries must find few rows among them.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement

from bot.synth.ticket_story import Story
from handlers.town.routing import Route
from models.conversation import Inbound
from models.push import Outcome
from models.status_moves import ACCEPT, RESOLVE
from models.supporting_teams import Ground

SUPPORT = ("ticket_id", "team", "called_at", "ground", "due_at", "reported_at", "finished_at", "late", "ended_at")
INBOUND = ("key", "openid", "kind", "content", "received_at", "answered_at", "reply")
PUSH = (
    *("key", "person_id", "ticket_id", "event", "text", "fields", "msgid"),
    *("attempts", "outcome", "created_at", "finished_at"),
)
_TOLD_AT_ONCE = 3
_MARK = "synth|"
Row = Sequence[Any]


def made_up() -> ColumnElement[bool]:
    """The condition that a message was made up."""
    return Inbound.key.startswith(_MARK, autoescape=True)


def helpers(ticket: int, route: Route, story: Story) -> list[Row]:
    """The helpers by rule; if there was a whistle, it called the first."""
    rows: list[Row] = [
        (ticket, team.code, story.created_at, "", None, None, None, False, story.ended_at) for team in route.support
    ]
    if story.call and route.support:
        call = story.call
        moments = (call.due_at, call.reported_at, call.finished_at, call.reported_at > call.due_at, story.ended_at)
        rows.append((ticket, route.support[0].code, call.called_at, Ground.JOINT.value, *moments))
    return rows


def messages(ticket: int, number: str, openid: str, words: str, story: Story) -> list[Row]:
    """The report, and the answer to the question whether it is solved."""
    told = f"已受理，工单 {number}，{story.handle_by:%m月%d日}前处置。想知道进展随时回复“进度”。"
    rows = [(words, story.created_at, told)]
    if story.ended_at:
        rows.append(("1", story.ended_at, f"谢谢您，工单 {number} 已结案。"))
    return [
        (f"{_MARK}{openid}|{ticket}|{turn}", openid, "text", json.dumps({"text": said}), at, at, reply)
        for turn, (said, at, reply) in enumerate(rows)
    ]


def pushes(ticket: int, number: str, reporter: int, staff: Sequence[int], where: str, story: Story) -> list[Row]:
    """Pushes to the staff of the team in charge, and to the reporter about the progress."""
    told = [(person, "dispatch", story.created_at) for person in staff[:_TOLD_AT_ONCE]]
    told += [(reporter, e.move.name, e.at) for e in story.lines if e.move in (ACCEPT, RESOLVE)]
    words, ended = f"工单 {number}\n{where}", (1, Outcome.DELIVERED.value)
    return [
        (
            f"{event}:{ticket}:{person}:{turn}",
            person,
            ticket,
            event,
            words,
            "{}",
            f"{ticket * 8 + turn}",
            *ended,
            at,
            at,
        )
        for turn, (person, event, at) in enumerate(told)
    ]
