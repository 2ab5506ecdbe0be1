"""An address is read as Python's own library reads it, whether by the short way or by the long one."""

from collections import Counter
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.webhook.signature import Query, RefusedError, read_query

NAMES = st.sampled_from([*Query.__slots__, "openid", "", "%6eonce", "non+ce"])
VALUES = st.text("ab9=;?/#%+ \xff\x00", max_size=6)
PAIRS = st.builds(str.__add__, NAMES, st.one_of(st.just(""), VALUES.map("={}".format)))
ADDRESSES = st.lists(PAIRS, max_size=12).map("&".join)


@given(ADDRESSES)
@example("")
@example("&&signature=a&&")
@example("nonce=a=b&timestamp==")
@example("nonce=1&%6eonce=2")
@example("nonce=1&nonce=")
@example("nonce&nonce=1")
def test_what_stands_there_once_is_read_and_nothing_else(address):
    pairs = parse_qsl(address, encoding="latin-1")
    times = Counter(name for name, _ in pairs)
    once = {name: value for name, value in pairs if times[name] == 1 and name in Query.__slots__}
    assert read_query(address.encode("latin-1")) == Query(**(dict.fromkeys(Query.__slots__, "") | once))


@pytest.mark.parametrize("pair", ["a=b", "%61=b", ""])
def test_more_parameters_than_any_message_has_are_refused(pair):
    read_query("&".join([pair] * 20).encode())
    with pytest.raises(RefusedError, match="too_many_parameters"):
        read_query("&".join([pair] * 21).encode())
