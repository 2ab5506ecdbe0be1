"""Drill down: a number after an answer lists the tickets that its row counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.questions.figures import cases
from handlers.questions.parse import parse_all
from handlers.tickets.access import overseen
from models.ticket import Ticket

router = Router("opening")
PAGE = 8
_NEXT_PAGE = frozenset({"更多", "下一页"})


@router.on(in_state(Asks.ROWS))
def open_row(context: Context) -> Reply | None:
    """A number opens a row; 「更多」 shows the next page of the same list, also if tickets have changed since."""
    if not context.person.is_overseer:
        return None
    if context.text in _NEXT_PAGE and "ids" in context.slots:
        return _page(context, {**context.slots, "page": context.slots["page"] + 1})
    rows: list[tuple[Any, str]] = context.slots["rows"]
    number = context.number
    now = datetime.fromisoformat(context.slots["at"])
    query = parse_all(context.town, [context.slots["text"], *context.slots.get("then", ())], now)
    if number is None or query is None:
        return None
    group, name = rows[number]
    ids, total = cases(context.session, context.town, query, overseen(context.person), group, now)
    return _page(context, {**context.slots, "ids": ids, "name": name, "total": total, "page": 0})


def _page(context: Context, slots: dict[str, Any]) -> Reply:
    """One page; tickets are read within the person's current scope, because a role may have been lost since."""
    ids, start, total = slots["ids"], slots["page"] * PAGE, slots["total"]
    wanted = ids[start : start + PAGE]
    if not wanted:
        key = "asking.no_more" if total <= len(ids) else "asking.export_rest"
        said = context.say(key, name=slots["name"], total=total, shown=len(ids))
        return Reply(said, Asks.ROWS, {**slots, "page": context.slots.get("page", 0)})
    found = context.session.scalars(select(Ticket).where(Ticket.id.in_(wanted), overseen(context.person)))
    order = {ticket: place for place, ticket in enumerate(wanted)}
    tickets = sorted(found, key=lambda ticket: order[ticket.id])
    lines = "\n".join(ticket_text.line(context.town, ticket, context.now, context.person) for ticket in tickets)
    text = context.say("supervising.page", name=slots["name"], total=total, lines=lines)
    more = context.say("supervising.more") if total > start + PAGE else ""
    return Reply(f"{text}\n{more}".strip(), Asks.ROWS, slots)
