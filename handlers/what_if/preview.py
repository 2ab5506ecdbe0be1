"""Preview what would happen to a text: reading, place, route and limits. Files nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind, Message
from handlers.notifications import ticket_text
from handlers.notifications.night import begins
from handlers.residents.read_into_draft import read
from handlers.tickets.draft import Draft
from handlers.town.able_teams import signers
from handlers.town.limits import Limit, local_day, promise
from handlers.town.routing import Case, Route, choose
from handlers.town.town import Town
from handlers.what_if.explain import explain
from models.person import Person
from models.ticket import Source


def preview(
    session: Session | None,
    town: Town,
    text: str,
    now: datetime,
    at: tuple[float, float] | None = None,
    source: Source = Source.CHAT,
) -> dict[str, Any]:
    """The preview for an unknown sender, as JSON; `at` in WGS-84. Without a session there is no team."""
    message = Message("preview", "", Kind.TEXT, now, text)
    context = Context(message, session or Session(), now, Person(), town, town.reader.understand(text))
    world, (lat, lng) = town.world, at or (None, None)
    draft = read(context, context.text, Draft("", lat=lat, lng=lng, source=source.value))
    category = draft.category or draft.choices[0]
    place = world.places.get(draft.place_id) if draft.place_id else None
    grid = place.grid_of(draft.building) if place else None
    if grid is None and lat is not None and lng is not None:
        grid = world.grid_at(lat, lng)
    urgent = draft.urgent or bool(draft.red_flag)
    working = town.calendar.is_working(context.now)
    case = Case(category, draft.item, urgent, bool(draft.red_flag), place, draft.source, working)
    route = choose(world, town.routing, case, grid, signers(town, grid, now))
    rows = town.limits.of(
        category, draft.item, urgent=urgent, red_flag=bool(draft.red_flag), text=draft.text, on=local_day(context.now)
    )
    made = promise(rows, _begins(town, route, draft, rows, context.now), town.calendar)
    return {
        "understanding": _understood(context, draft),
        "would_ask": None if draft.category or draft.red_flag else list(draft.choices),
        "grid": _node(world.grids.get(route.grid if route else "")),
        "team": _node(route.team) if route else None,
        "support": [_node(team) for team in route.support] if route else [],
        "rule": route.rule if route else None,
        "why": explain(context, case, route) if route else None,
        "limits": {
            "row": made.limit.row,
            "clause": made.limit.clause,
            "accept": str(made.accept),
            "handle": str(made.limit.handle),
            "accept_by": ticket_text.iso(made.accept_by),
            "handle_by": ticket_text.iso(made.handle_by),
        },
    }


def _begins(town: Town, route: Route | None, draft: Draft, rows: list[Limit], now: datetime) -> datetime:
    if draft.red_flag:
        return now
    chain = [node.code for node in town.world.chain(route.grid)] if route else []
    team = town.staff.members([route.team.code], chain) if route else ()
    return begins(town, team, [span for row in rows for span in (row.accept, row.handle)], now)


def _understood(context: Context, draft: Draft) -> dict[str, Any]:
    seen = context.understanding
    names = context.town.catalogue
    return {
        "intent": seen.intent.value if seen else None,
        "category": seen.category if seen else None,
        "category_name": names.name(seen.category) if seen else None,
        "item": draft.item or None,
        "confidence": round(seen.confidence, 4) if seen else None,
        "red_flag": draft.red_flag or None,
        "urgent": draft.urgent,
        "place": {"name": draft.place_name, "building": draft.building, "unit": draft.unit, "room": draft.room},
    }


def _node(node: Any) -> dict[str, str] | None:  # noqa: ANN401  (a grid or a team)
    return {"code": node.code, "name": node.name} if node else None
