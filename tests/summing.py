"""A town with a past, and the worker's sums of it."""

from sqlalchemy import select

from bot.synth.filling import fill
from bot.worker.day_sums import Summing
from handlers.board.keep_sums import KIND, read_mark
from handlers.timers.periodic_jobs import plan_chores
from models.push import Timer


def look_once(program, clock):
    """As the worker does when the timer is due; says whether days are left to count."""
    with program.sessions.begin() as session:
        plan_chores(session, clock.now)
    with program.reading() as session:
        timer = session.scalars(select(Timer.id).where(Timer.kind == KIND).order_by(Timer.id.desc())).first()
    Summing(program.sessions, program.reading)(timer, clock.now)
    with program.reading() as session:
        return bool(read_mark(session).next)


def sum_up(program, clock):
    for _ in range(100):
        if not look_once(program, clock):
            return
    raise AssertionError("it never ends")


def fill_town(program, clock, tickets):
    with program.reading() as session:
        world = program.towns.current(session).world
    fill(program.engine, world, program.settings.routing, tickets, 7, clock.now, lambda _done: None)
