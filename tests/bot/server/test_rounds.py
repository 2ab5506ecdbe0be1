"""Messages are answered in rounds, under waitress itself; whatever is no message doesn't stand in their way."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests
from flask import Flask, request
from waitress import wasyncore
from waitress.server import create_server

from bot.server.connections import Held
from bot.server.rounds import Rounds
from bot.server.waiting import aside, wait, yield_to_others
from handlers.answering.batch import Batch, Pending


@dataclass
class Said:
    """All that a line wants to know of a message."""

    openid: str


class Town:
    """An app that answers in a line, each time only when it may: another process has the lock."""

    def __init__(self):
        self.app, self.sizes, self.threads = Flask("town"), [], set()
        self.answering, self.may_answer = threading.Event(), threading.Event()
        self.line = Batch(self.answer, yield_to_others)
        self.app.add_url_rule("/wechat", view_func=self.message, methods=["POST"])
        self.app.add_url_rule("/file", view_func=lambda: threading.current_thread().name)

    def answer(self, take):
        self.answering.set()
        while not self.may_answer.is_set():
            wait(0.005)
        self.sizes.append(len(take()))
        for each in take():
            each.reply = f"收到 {each.message.openid}"

    def message(self):
        said = request.data.decode()
        self.threads.add(threading.current_thread().name)
        if said == "broken":
            raise ValueError(said)
        if said == "figures":
            return aside(self.figures)
        waiting = Pending(Said(said), None)
        self.line.wait(waiting)
        return waiting.reply

    def figures(self):
        assert self.answering.wait(20)
        return threading.current_thread().name


@dataclass
class Served:
    """The app behind waitress; `in_hand` counts whole requests without an answer."""

    server: object
    url: str

    def say(self, words):
        return requests.post(f"{self.url}/wechat", data=words.encode(), timeout=20)

    def wait_in_hand(self, count):
        deadline = time.monotonic() + 20
        while sum(len(each.requests) for each in list(self.server.active_channels.values())) != count:
            assert time.monotonic() < deadline
            time.sleep(0.005)


@contextmanager
def serving(app):
    sockets = {}
    rounds = Rounds(2, lambda seconds: wasyncore.loop(seconds, map=sockets, count=1), lambda: server.pull_trigger())  # noqa: PLW0108
    server = create_server(app, map=sockets, host="127.0.0.1", port=0, _dispatcher=rounds)

    def run():
        while sockets:
            wasyncore.loop(0 if rounds.is_due else 0.1, map=sockets, count=1)
            rounds.go()

    thread = threading.Thread(target=run, name="rounds", daemon=True)
    thread.start()
    yield Served(server, f"http://127.0.0.1:{server.effective_port}")
    server.trigger.pull_trigger(lambda: [each.close() for each in list(sockets.values())])
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def town():
    return Town()


def test_one_who_comes_while_the_first_waits_for_the_lock_goes_along(town):
    with serving(town.app) as served, ThreadPoolExecutor(9) as residents:
        first = residents.submit(served.say, "0")
        assert town.answering.wait(20)
        rest = [residents.submit(served.say, str(each)) for each in range(1, 9)]
        served.wait_in_hand(9)
        town.may_answer.set()
        assert [each.result().text for each in (first, *rest)] == [f"收到 {each}" for each in range(9)]
    assert town.sizes == [9]
    assert town.threads == {"rounds"}


def test_what_is_no_message_has_threads_of_its_own(town):
    with serving(town.app) as served, ThreadPoolExecutor(1) as residents:
        waits = residents.submit(served.say, "1")
        assert town.answering.wait(20)
        assert requests.get(f"{served.url}/file", timeout=20).text != "rounds"
        town.may_answer.set()
        assert waits.result().status_code == 200


def test_what_takes_long_goes_on_beside_while_others_are_answered(town):
    town.may_answer.set()
    with serving(town.app) as served, ThreadPoolExecutor(1) as supervisors:
        asked = supervisors.submit(served.say, "figures")  # not answered before the next one is
        served.wait_in_hand(1)
        assert served.say("1").text == "收到 1"
        assert asked.result().text.startswith("aside")
    assert town.threads == {"rounds"}


def test_a_request_that_breaks_takes_nobody_along(town):
    town.may_answer.set()
    with serving(town.app) as served:
        assert served.say("broken").status_code == 500
        assert served.say("1").text == "收到 1"


def test_elsewhere_there_is_nobody_to_wait_for():
    yield_to_others()
    assert aside(lambda: 7) == 7


def test_a_process_hears_when_another_one_holds_clearly_fewer():
    held = Held()
    first, second = held.by(1), held.by(2)
    assert not first(5)  # alone
    assert not second(0)
    assert first(5)
    assert not second(4)
    assert not first(5)
    assert first(6)
    held.gone(2)
    assert not first(6)
