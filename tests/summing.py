"""A town with a past, and the worker's sums of it."""

from datetime import timedelta

from sqlalchemy import select

from bot.synth.filling import fill
from bot.worker.summing import Summing
from handlers.board.keeping import KIND
from handlers.timers.chores import plan_chores
from models.push import Timer


def look_once(program, clock):
    """As the worker does when the timer is due; says whether it wants to look again at once."""
    with program.sessions.begin() as session:
        plan_chores(session, clock.now)
    with program.reading() as session:
        timer = session.scalars(select(Timer.id).where(Timer.kind == KIND, Timer.due_at.is_not(None))).first()
    Summing(program.sessions, program.reading)(timer, clock.now)
    with program.reading() as session:
        again = session.get_one(Timer, timer).due_at
    return again is not None and again <= clock.now + timedelta(seconds=1)


def sum_up(program, clock):
    for _ in range(100):
        if not look_once(program, clock):
            return
    raise AssertionError("it never ends")


def fill_town(program, clock, tickets):
    with program.reading() as session:
        world = program.towns.current(session).world
    fill(program.engine, world, program.settings.routing, tickets, 7, clock.now, lambda _done: None)
