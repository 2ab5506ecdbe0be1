"""(h) The time of practices (agenda, statement, notice) in a town of 200 compounds with five years of history."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.assembly import Program
from bot.bench.parts import Bench
from bot.bench.programs import program_on
from bot.bench.result_lines import Line
from bot.demo.town import WORLD
from bot.synth.filling import Past, fill
from handlers.figures.days import month_start
from handlers.joint_meetings.agenda_candidates import stuck
from handlers.practice_settings.scores import Side
from handlers.public_notice.figures import months
from handlers.public_notice.issue import following, issue
from handlers.public_notice.verify import verify
from handlers.scores.statement import quarter_before, statement, statements
from handlers.scores.subjects import all_of, named
from handlers.tickets.change import Moment
from handlers.town.town import Town
from handlers.town_import.importing import import_world, read_world
from models.connecting import connect
from models.sessions import sessions
from models.ticket import Ticket
from nlp.questions.days import months_on

_COMPOUNDS, _TICKETS, _YEARS = 200, 100_000, 5
_SOON, _LONG = "≤ 2 s", "≤ 10 s"


def between(bench: Bench) -> Iterator[Line]:
    """Times the agenda, the statement, a month's notice, and the chain of all months."""
    tickets = _TICKETS if bench.full else _TICKETS // 5
    for kind in bench.databases.kinds:
        url = bench.databases.town(kind, "between")
        _grow(url)
        with program_on(bench, url) as program:
            now = datetime.now(UTC)
            town = _lived(program, tickets, now)
            where = f"{kind}, {tickets:,} tickets, {_COMPOUNDS} compounds"
            for what, seconds, target in _measured(program, town, now):
                yield Line("h", f"{what}, {where}", seconds, "s", tickets, target=target)


def _grow(url: str) -> None:
    """Adds copies of the demonstration's compounds, under new names."""
    files = read_world(WORLD)
    compounds = [each for each in files.places if each.kind == "compound"]
    rounds = range(2, 2 + _COMPOUNDS // len(compounds))
    more = [replace(each, name=f"{each.name}{number}期", aliases=()) for number in rounds for each in compounds]
    places = (*files.places, *more[: _COMPOUNDS - len(compounds)])
    engine = connect(url)
    with sessions(engine).begin() as session:
        import_world(session, replace(files, places=places))
    engine.dispose()


def _lived(program: Program, tickets: int, now: datetime) -> Town:
    with program.reading() as session:
        town = program.towns.current(session)
    fill(program.engine, town.world, town.routing, tickets, 1, now, lambda _: None, Past(timedelta(days=365 * _YEARS)))
    return town


def _measured(program: Program, town: Town, now: datetime) -> Iterator[tuple[str, float, str]]:
    span = quarter_before(now)
    with program.sessions() as session:
        busiest = _busiest(session)
        one = named(town, busiest[0])
        assert one  # noqa: S101  (every team with tickets is known)
        companies = all_of(town, Side.COMPANY)
        yield "statement of a company", _seconds(lambda: statement(session, town, one, span)), _SOON
        every = _seconds(lambda: statements(session, town, companies, Side.COMPANY, span))
        yield "statements of all companies", every, _SOON
        yield "agenda", _seconds(lambda: stuck(Moment(session, town, now), busiest[1])), _SOON
        month = months_on(month_start(now), -1)
        yield "a month's notice", _seconds(lambda: months(session, town, month, following(month))), _SOON
    with program.sessions.begin() as session:
        for number in range(-12 * _YEARS, 0):
            issue(session, town, months_on(month, number + 1), now)
    with program.reading() as session:
        yield f"chain of {_YEARS} years verified", _seconds(lambda: verify(session, now)), _LONG


def _busiest(session: Session) -> tuple[str, str]:
    """The company and the community with the most tickets."""
    found = []
    for column in (Ticket.team, Ticket.community):
        of_companies = Ticket.team.startswith("P-")
        most = select(column).where(of_companies).group_by(column).order_by(func.count().desc()).limit(1)
        found.append(session.scalar(most) or "")
    return found[0], found[1]


def _seconds(work: Callable[[], object]) -> float:
    """The median of three times."""
    rounds = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - start)
    return sorted(rounds)[1]
