"""A database that is not there is told soon: somebody waits for an answer."""

import socket
import time

import pytest
from sqlalchemy.exc import OperationalError

from models.connecting import connect

pytestmark = pytest.mark.both_databases


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = connect(f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing")
        began = time.monotonic()
        with pytest.raises(OperationalError):
            engine.connect()
        assert time.monotonic() - began < 4
