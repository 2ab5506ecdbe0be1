"""What is said every day is read once; a new reader reads it again."""

from types import SimpleNamespace

import pytest

from handlers.answering.said_often import LONGEST, MOST, ReadingCache


@pytest.fixture
def reader():
    return counting()


def counting():
    reads = []
    return SimpleNamespace(reads=reads, understand=lambda text: reads.append(text) or f"understood {text}")


def test_a_short_text_is_read_once_and_a_long_one_every_time(reader):
    said = ReadingCache()
    for text in ("进度", "进度", "楼" * (LONGEST + 1), "楼" * (LONGEST + 1)):
        assert said.understand(reader, text) == f"understood {text}"
    assert [len(text) for text in reader.reads] == [2, LONGEST + 1, LONGEST + 1]


def test_another_reader_begins_again(reader):
    said, other = ReadingCache(), counting()
    for each in (reader, other, reader):
        said.understand(each, "进度")
    assert (reader.reads, other.reads) == (["进度"] * 2, ["进度"])


def test_it_does_not_grow_for_ever(reader):
    said = ReadingCache()
    for number in range(3 * MOST):
        said.understand(reader, str(number))
    assert len(said._of[1]) <= MOST + 1
