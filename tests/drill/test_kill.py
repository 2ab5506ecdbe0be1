"""Processes are killed at random while residents write: nothing that was acknowledged is lost or done twice."""

import json
import os
import random
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import requests
from fake_api import says, serving
from sqlalchemy import func, select
from storm import PATIENCE, Processes, Residents
from testbed import Clock, opened, settings_for
from whole_program import environment

from bot.assembly import assemble, worker
from models.conversation import Inbound
from models.follower import Follower
from models.person import Person
from models.push import Outcome, Push, Rank
from models.sessions import reading_sessions
from models.ticket import Ticket, TicketEvent

pytestmark = pytest.mark.both_databases

KILLS = int(os.environ.get("WHISTLE_DRILL_KILLS", "4"))
"""`make drill` sets fifty"""
SENT = "/cgi-bin/message/custom/send"
TEMPLATES = {name: {"id": "T" * 43, "fields": {"thing2": "what"}} for name in ("staff", "resident")}
"""Staff have not written within 48 hours: nothing else reaches them"""


@pytest.mark.slow
def test_what_was_acknowledged_survives_the_killing_exactly_once(databases, kind, model, tmp_path):
    url = databases.fresh(kind, with_town=True)
    with serving() as api:
        api.put(SENT, says(errcode=0, errmsg="ok"))
        api.put("/cgi-bin/message/template/send", says(errcode=0, errmsg="ok", msgid=1))
        processes = Processes(environment(url, tmp_path, **wechat_of(api)))
        residents = storm(processes)
        finish_pushes(url, tmp_path, api.url)
    with opened(url) as engine, reading_sessions(engine)() as session:
        check_messages(session, residents)
        check_histories(session)
        check_pushes(session, api)
    print(f"{kind}: {len(residents.heard)} answered, {residents.redeliveries} again, {Counter(processes.killed)}")


def wechat_of(api):
    return {"BOT_WECHAT__API_BASE": api.url, "BOT_WECHAT__TEMPLATES": json.dumps(TEMPLATES)}


def storm(processes):
    chance = random.Random(20261121)
    residents = Residents([f"http://127.0.0.1:{processes.port}"])
    with processes:
        wait_until_up(processes.port)
        with residents:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.3, 1.2))
                processes.kill_one(chance)
            wait_until_up(processes.port)
            time.sleep(1)
    return residents


def wait_until_up(port):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError("not up in time")


def finish_pushes(url, folder, api_base):
    """What killed workers held falls due again when its lease is over: we turn the clock instead of waiting.

    A process killed while fetching the token makes the others try again later, up to two hours.
    """
    clock = Clock(datetime.now(UTC))
    settings = settings_for(
        url, folder, wechat={"app_id": "wx", "app_secret": "s", "api_base": api_base, "templates": TEMPLATES}
    )
    program = assemble(settings, clock)
    hand = replace(worker(program), nightly=lambda *_: None)  # the clock passes three o'clock: no real training now
    for _ in range(6):
        clock.turn(hours=2.1)
        while hand.once():
            pass
    program.engine.dispose()


def check_messages(session, residents):
    assert len(residents.heard) > KILLS
    assert residents.unheard == []
    stored = {row.openid: row for row in session.scalars(select(Inbound))}
    filed = Counter(session.scalars(select(Person.openid).join(Ticket, Ticket.reporter_id == Person.id)))
    for heard in residents.heard:
        assert stored[heard.openid].reply == heard.reply
        assert filed[heard.openid] == ("已受理" in heard.reply)  # else it was asked whether it is a neighbour's case
    assert filed.total() > KILLS
    assert session.scalar(select(func.count()).select_from(Inbound)) == len(stored)


def check_histories(session):
    """Each line begins where the last one ended, and the last one is where the ticket stands."""
    for ticket in session.scalars(select(Ticket)):
        lines = session.scalars(select(TicketEvent).filter_by(ticket_id=ticket.id).order_by(TicketEvent.id)).all()
        assert [line.move for line in lines][:2] == ["receive", "dispatch"]
        for line, following in pairwise(lines):
            assert line.after == following.before
        assert lines[-1].after == ticket.status
        assert ticket.number
        assert session.scalar(select(func.count()).where(Follower.ticket_id == ticket.id)) == 1 + ticket.neighbours


def check_pushes(session, api):
    """Every team was told of its ticket; what was being sent when a worker died may have been said twice, no more."""
    pushes = session.scalars(select(Push)).all()
    tickets = set(session.scalars(select(Ticket.id)))
    assert {push.ticket_id for push in pushes if push.ticket_id} == tickets  # digests are about none
    unsent = [push for push in pushes if push.outcome not in {Outcome.SENT, Outcome.MERGED}]
    given_up = [push for push in unsent if push.outcome or push.rank != Rank.DIGEST]  # leaders' digests have their hour
    assert [(push.outcome, push.reason, push.due_at) for push in given_up] == []
    calls = len([asked for asked in api.asked if asked.path.endswith("/send")])
    told = {push.person_id for push in pushes if push.outcome == Outcome.SENT}
    assert len(told) <= calls <= len(pushes) + 25 * KILLS
