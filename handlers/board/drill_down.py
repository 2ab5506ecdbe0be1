"""List the tickets of a number on the board, from the parameters of its link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from handlers.board.stuck_reasons import stuck
from handlers.board.sums import begins, day_of, stretch
from handlers.board.viewer import Viewer
from handlers.figures.counts import Figure, figures_of
from handlers.figures.days import day_start
from handlers.questions.figures import cases
from handlers.tickets.access import how_many, tickets, within
from handlers.town.town import Town
from models.ticket import Ticket
from nlp.questions.periods import Period
from nlp.questions.query import Query

MOST = 200
MEASURES = ("count", "on_time_rate", "solved_rate", "satisfaction_rate", "repeated")
DIVISIONS = ("day", "category", "team", "place")


class NoSuchNumberError(Exception):
    """The link's parameters name no number of the board."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The first tickets of a number, and the count of all."""

    tickets: list[Ticket]
    total: int


def figures_now(town: Town, now: datetime) -> list[Figure]:
    """Figures of the present: today's, and those of stuck tickets."""
    return [*figures_of(day_start(now), now), *stuck(town, now)]


def open_number(session: Session, town: Town, viewer: Viewer, said: Mapping[str, str], now: datetime) -> Opened:
    """`said`: the link's parameters. Raises NoSuchNumberError, KeyError or ValueError if they are invalid."""
    scope, desk = viewer.scope, viewer.desk
    if "grid" in said:
        scope, desk = scope & within(said["grid"]), desk & within(said["grid"])
    if "figure" in said:
        return _of_figure(session, town, scope, desk, said["figure"], now)
    query, group = _asked(said)
    known = None
    if query.measure == "repeated" and not query.group and "grid" not in said:
        # counting repeats from the tickets takes minutes at a million tickets; the stored sums have the number
        known = stretch(session, viewer.area, said["from"], said["to"], viewer.side).repeated
    ids, total = cases(session, town, query, scope, group, now, known)
    return Opened(_read(session, ids[:MOST]), total)


def _of_figure(
    session: Session, town: Town, scope: ColumnElement[bool], desk: ColumnElement[bool], key: str, now: datetime
) -> Opened:
    figure = next((each for each in figures_now(town, now) if each.key == key), None)
    if figure is None:
        raise NoSuchNumberError
    condition = figure.condition & (desk if figure.of_desk else scope)
    ids = session.scalars(select(Ticket.id).where(condition).order_by(*figure.order).limit(MOST)).all()
    return Opened(_read(session, ids), how_many(session, tickets(condition)))


def _asked(said: Mapping[str, str]) -> tuple[Query, Any]:
    """The number as a query, like a question in the chat: 「近30天德尚物业的按期办结率」."""
    measure, by = said.get("measure", "count"), said.get("by", "")
    if measure not in MEASURES or by not in {"", "hour", *DIVISIONS}:
        raise NoSuchNumberError
    first, last = (said["of"], said["of"]) if by == "day" else (said["from"], said["to"])
    since, until = begins(first), begins(last) + timedelta(days=1)
    if by == "hour":
        hour = int(said["hour"])
        only = {"hours": ((hour, hour + 1),)}
        return Query(Period("", since, until), (measure,), group="weekday", only=only), int(said["of"])
    of: Any = said.get("of", "")
    return Query(Period("", since, until), (measure,), group=by), int(of) if by == "place" and of else of


def _read(session: Session, ids: Any) -> list[Ticket]:  # noqa: ANN401  (numbers)
    order = {number: place for place, number in enumerate(ids)}
    return sorted(session.scalars(select(Ticket).where(Ticket.id.in_(ids))), key=lambda ticket: order[ticket.id])


def days_until(now: datetime, days: int) -> tuple[str, str]:
    """The first and last of so many days, ending today."""
    return day_of(now - timedelta(days=days - 1)), day_of(now)
