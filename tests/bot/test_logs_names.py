"""An error's name in the log tells a full disk from a locked file, and quotes nobody."""

import sqlite3

from sqlalchemy.exc import OperationalError

from bot.logs import named


def test_a_database_s_trouble_has_its_own_name(tmp_path):
    with (
        sqlite3.connect(tmp_path / "a", isolation_level=None) as one,
        sqlite3.connect(tmp_path / "a", timeout=0) as other,
    ):
        one.execute("begin exclusive")
        try:
            other.execute("create table 王秀兰 (x)")
        except sqlite3.OperationalError as error:
            said = named(OperationalError("insert 王秀兰", {"text": "王秀兰"}, error))
    assert said == "OperationalError SQLITE_BUSY"


def test_any_other_error_is_its_class():
    assert named(KeyError("王秀兰")) == "KeyError"
