"""A board's figures as input of its template: shapes, bars and cells, each with the parameters of its link."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from bot.installation.settings import Web
from bot.web.board.map_paths import map_of, shade
from handlers.board.board import Board, Standing
from handlers.board.sums import begins
from handlers.figures.counts import percent
from handlers.notifications import ticket_text
from handlers.town.town import Town
from models.ticket import CHINA

_DARKEST = 5
_NAMED_DAYS = 6
"""Intervals between the named days of the trend"""
_SHORT = {"on_time_rate": "board.on_time", "solved_rate": "board.solved", "satisfaction_rate": "board.content"}
_PLAIN = ("new", "open", "late", "red")
"""Shown first and large"""


def drawn(town: Town, board: Board, now: datetime, web: Web) -> dict[str, Any]:
    """All values of the page's template."""
    links = _Links(board.first, board.last)
    return {
        "board": board,
        "at": ticket_text.stamp(now),
        "large": [_number(links, each) for each in board.numbers if each.key in _PLAIN],
        "small": [_number(links, each) for each in board.numbers if each.key not in _PLAIN],
        "map": map_of(board.shapes, links.figure, web.tile_url, shifted=web.tiles_gcj),
        "trend": _trend(town, board, links),
        "hours": list(_hours(town, board, links)),
        "categories": _categories(board, links),
        "repeated": (board.repeated, links.counted("", "", town.say("board.repeated"), measure="repeated")),
        "standings": [
            ("teams", [_standing(town, each, "team", links) for each in board.teams], board.more_teams),
            ("places", [_standing(town, each, "place", links) for each in board.places], board.more_places),
        ],
        "stuck": [_number(links, each) for each in board.stuck],
        "worst": [_worst(town, each, now) for each in board.worst],
    }


class _Links:
    """Links of numbers; each says what its number counts, as `handlers.board.drill_down` reads it."""

    def __init__(self, first: str, last: str) -> None:
        self._span = {"from": first, "to": last}

    def figure(self, key: str, name: str, **more: str) -> str:
        return urlencode({"figure": key, "name": name, **more})

    def counted(self, by: str, of: str, name: str, **more: object) -> str:
        return urlencode({**self._span, "by": by, "of": of, "name": name, **more})


def _number(links: _Links, number: Any) -> dict[str, Any]:  # noqa: ANN401  (a figure of this moment)
    return {
        "key": number.key,
        "name": number.name,
        "value": number.value,
        "link": links.figure(number.key, number.name),
    }


def _trend(town: Town, board: Board, links: _Links) -> dict[str, Any]:
    """Bars of a picture with height 100; the first day is named, the last, and some between at equal distances."""
    most = max((count for _, count in board.by_day), default=0) or 1
    named = {round(at * (len(board.by_day) - 1) / _NAMED_DAYS) for at in range(_NAMED_DAYS + 1)}
    bars = []
    for at, (day, count) in enumerate(board.by_day):
        name = town.say("board.day_cell", day=f"{begins(day).astimezone(CHINA):%m-%d}", count=count)
        label = f"{begins(day).astimezone(CHINA):%m-%d}" if at in named else ""
        link = links.counted("day", day, name)
        bars.append({"at": at, "height": round(100 * count / most, 1), "name": name, "link": link, "label": label})
    return {"bars": bars, "most": most, "total": sum(count for _, count in board.by_day)}


def _hours(town: Town, board: Board, links: _Links) -> Iterator[dict[str, Any]]:
    """A row for each day of the week."""
    most = max(board.by_hour.values(), default=0) or 1
    for number, weekday in enumerate(town.say("board.weekdays"), 1):
        cells = []
        for hour in range(24):
            count = board.by_hour.get((number, hour), 0)
            name = town.say("board.hour_cell", weekday=weekday, hour=hour, count=count)
            link = links.counted("hour", str(number), name, hour=hour)
            cells.append({"shade": shade(count, most, _DARKEST), "name": name, "link": link, "count": count})
        yield {"name": weekday, "cells": cells}


def _categories(board: Board, links: _Links) -> list[Mapping[str, Any]]:
    most = max((count for *_, count in board.categories), default=0) or 1
    return [
        {
            "name": name,
            "count": count,
            "width": round(100 * count / most, 1),
            "link": links.counted("category", key, name),
        }
        for key, name, count in board.categories
    ]


def _standing(town: Town, row: Standing, division: str, links: _Links) -> Mapping[str, Any]:
    rates = []
    for measure, share, of in row.rates:
        rate, short = percent(share), town.say(_SHORT[measure])
        name = town.say("board.rate_cell", name=row.name, measure=short, rate=rate, of=of)
        link = links.counted(division, row.key, name, measure=measure)
        rates.append({"rate": rate, "of": of, "name": name, "link": link, "low": share is not None and share < 0.8})
    return {"name": row.name, "filed": row.filed, "link": links.counted(division, row.key, row.name), "rates": rates}


def _worst(town: Town, ticket: Any, now: datetime) -> Mapping[str, Any]:  # noqa: ANN401  (a ticket)
    due = ticket_text.due(ticket)
    return {
        "number": ticket.number,
        "what": town.catalogue.name(ticket.category, ticket.item),
        "where": ticket.place_name if ticket.place_id else "",
        "team": ticket_text.team_name(town, ticket.team),
        "status": ticket_text.STATUS_NAMES[ticket.status],
        "late": ticket_text.lasting(now - due) if due else "",
    }


Rows = Sequence[Mapping[str, Any]]
