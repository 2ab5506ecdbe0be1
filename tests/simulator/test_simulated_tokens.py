"""Access tokens as WeChat gives and kills them."""

import re

import pytest
from simulated_wechat import Api, Clock

from bot.simulator.platform import Platform


def checked(api: Api, token: str) -> int:
    return api.get("getcallbackip", access_token=token).json().get("errcode", 0)


def test_the_stable_token_is_the_same_for_all_who_ask(api: Api):
    first, second = api.stable_token(), api.stable_token()
    assert first == second
    assert first["expires_in"] == 7200
    assert checked(api, first["access_token"]) == 0


def test_it_is_renewed_five_minutes_before_its_end_and_both_are_good_until_then(api: Api, clock: Clock):
    old = api.token
    clock.passes(7200 - 299)
    new = api.token
    assert new != old
    assert (checked(api, old), checked(api, new)) == (0, 0)
    clock.passes(300)
    assert (checked(api, old), checked(api, new)) == (42001, 0)


def test_a_forced_refresh_kills_the_old_token_at_once(api: Api):
    old = api.token
    new = api.stable_token(force_refresh=True)["access_token"]
    assert (checked(api, old), checked(api, new)) == (40001, 0)


def test_forced_refreshes_must_be_thirty_seconds_apart_and_twenty_a_day(api: Api, clock: Clock):
    assert "access_token" in api.stable_token(force_refresh=True)
    assert api.stable_token(force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        clock.passes(31)
        assert "access_token" in api.stable_token(force_refresh=True)
    clock.passes(31)
    assert api.stable_token(force_refresh=True)["errcode"] == 45009


def test_the_old_kind_of_token_retires_its_predecessor_after_five_minutes_and_leaves_the_stable_one(
    api: Api, platform: Platform, clock: Clock
):
    stable = api.token
    ask = {"grant_type": "client_credential", "appid": platform.account.app_id, "secret": platform.account.app_secret}
    first = api.get("token", **ask).json()["access_token"]
    second = api.get("token", **ask).json()["access_token"]
    assert first != second
    assert checked(api, first) == 0
    clock.passes(301)
    assert (checked(api, first), checked(api, second), checked(api, stable)) == (42001, 0, 0)


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"appid": "wx0000000000000000", "grant_type": "nonsense"}, 40013),
        ({"secret": "0" * 32}, 40125),
        ({"secret": ""}, 41004),
        ({"appid": ""}, 41002),
        ({"grant_type": "nonsense"}, 40002),
    ],
)
def test_wrong_credentials_are_named(api: Api, changed: dict, errcode: int):
    refused = api.stable_token(**changed)
    assert refused["errcode"] == errcode
    assert re.search(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$", refused["errmsg"])


def test_a_missing_and_a_made_up_token_are_told_apart(api: Api):
    assert api.get("getcallbackip").json()["errcode"] == 41001
    assert checked(api, "made-up") == 40001


def test_tests_can_let_tokens_grow_old_or_be_forgotten(api: Api, platform: Platform):
    token = api.token
    platform.tokens.expire()
    assert checked(api, token) == 42001
    token = api.token
    platform.tokens.forget()
    assert checked(api, token) == 40001
    assert platform.tokens.issued == 2
