"""A share of the hostile requests of `make hostile`, without a server."""

import pytest
from hostile import COUNTS, attacks
from hostile_counted import fault
from test_webhook import Bot, a_client

SHARE = 6


@pytest.mark.parametrize("mode", COUNTS)
def test_none_of_them_is_mishandled(mode):
    bot, wrong = Bot(), []
    client, all_of_them = a_client(bot, mode), attacks(mode)
    assert len(set(all_of_them)) == COUNTS[mode]
    for attack in all_of_them[::SHARE]:
        then = len(bot.heard)
        answer = client.open(attack.path, method=attack.method, data=attack.body)
        if what := fault(attack, answer.status_code, answer.text, len(bot.heard) - then):
            wrong.append((attack.kind, what, attack.path, attack.body[:200]))
    assert wrong == []
    assert bot.heard
