"""Files that are there whole or not at all, whatever happens while they are written."""

import resource
import signal
import stat
from contextlib import contextmanager

import click
import pytest

from bot.evidence.storage import Folder, MediaStorageError, keep
from bot.installation.atomic_files import for_the_operator, whole_or_not_at_all


@contextmanager
def little_room(size):
    """The system lets no file of this process grow beyond this, as on a full disk."""
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)


def test_what_is_whole_takes_the_place_of_what_was_there_and_is_its_owner_s_alone(tmp_path):
    target = tmp_path / "list.csv"
    target.write_text("old")
    with whole_or_not_at_all(target) as part:
        part.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_what_breaks_on_the_way_leaves_what_was_there_and_nothing_beside_it(tmp_path):
    target = tmp_path / "list.csv"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        _interrupted(target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def _interrupted(target):
    with whole_or_not_at_all(target) as part:
        part.write_text("ne")
        raise KeyboardInterrupt


def test_a_picture_for_which_there_is_no_room_leaves_nothing_behind(tmp_path):
    with little_room(1000), pytest.raises(MediaStorageError, match="File too large"):
        keep(Folder(tmp_path), b"p" * 5000, "image/jpeg")
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("target", ["nowhere/list.csv", "full.csv"])
def test_an_operator_is_told_what_is_wrong_with_their_file(tmp_path, target):
    with (
        little_room(1000),
        pytest.raises(click.ClickException, match=f"写不了 .*{target}"),
        for_the_operator(tmp_path / target) as part,
    ):
        part.write_bytes(b"p" * 5000)
    assert list(tmp_path.iterdir()) == []
