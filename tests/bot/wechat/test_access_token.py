"""The contract that every token store keeps, and what the token makes of it. A new store joins `STORES`."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.wechat.access_token import SharedToken, Token, TokensInMemory
from bot.wechat.errors import Trouble, WeChatError

STORES = {"memory": TokensInMemory}


@pytest.fixture(params=STORES)
def store(request):
    return STORES[request.param]()


def within(**span):
    return datetime.now(UTC) + timedelta(**span)


def test_a_store_begins_empty(store):
    assert store.read("a") is None


def test_what_is_written_is_read_under_its_name_alone(store):
    token = Token("T1", within(hours=1))
    store.write("a", token)
    assert store.read("a") == token
    assert store.read("b") is None


def test_a_later_token_replaces_an_earlier_even_an_expired_one(store):
    store.write("a", Token("T1", within(hours=-1)))
    assert store.read("a").value == "T1"
    store.write("a", Token("T2", within(hours=1)))
    assert store.read("a").value == "T2"


def test_a_lease_is_one_caller_s_until_it_ends(store):
    assert store.claim("a", within(hours=1))
    assert not store.claim("a", within(hours=2))
    assert store.claim("b", within(hours=1))
    store.release("a")
    assert store.claim("a", within(hours=1))


def test_a_lease_runs_out_by_itself(store):
    assert store.claim("a", within(seconds=-1))
    assert store.claim("a", within(hours=1))


def test_writing_leaves_the_lease_and_releasing_leaves_the_token(store):
    store.claim("a", within(hours=1))
    store.write("a", Token("T1", within(hours=1)))
    assert not store.claim("a", within(hours=1))
    store.release("a")
    store.release("never claimed")
    assert store.read("a").value == "T1"


def test_of_sixteen_at_once_one_has_the_lease(store):
    ready = threading.Barrier(16)

    def claim(_):
        ready.wait()
        return store.claim("a", within(hours=1))

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(claim, range(16))) == 1


def test_a_late_refusal_of_an_old_token_costs_no_new_one(store):
    fetched = []

    def fetch(*, force):
        fetched.append(force)
        return Token(f"T{len(fetched)}", within(hours=1))

    token = SharedToken("a", store, fetch)
    assert token.value() == "T1"
    assert token.value(refused="T1") == "T2"
    assert token.value(refused="T1") == "T2"
    assert token.value() == "T2"
    assert fetched == [False, False]


class Late(TokensInMemory):
    """Another process fetched between our look and our lease."""

    def claim(self, name, until):
        self.write(name, Token("THEIRS", within(hours=1)))
        return super().claim(name, until)


def test_a_token_that_came_just_before_the_lease_is_not_fetched_again():
    assert SharedToken("a", Late(), None).value() == "THEIRS"


def test_who_waits_in_vain_may_try_again_later(store, monkeypatch):
    monkeypatch.setattr("bot.wechat.access_token._PATIENCE_SECONDS", 0.1)
    store.claim("a", within(hours=1))
    with pytest.raises(WeChatError) as caught:
        SharedToken("a", store, None).value()
    assert caught.value.kind is Trouble.BUSY
