"""The corpus: variety, honest labels, and errors that name their line."""

from collections import Counter
from pathlib import Path

import pytest

from nlp.model.labels import categories, rows
from nlp.reading.understanding import Intent
from nlp.training.alarms import read_dangers
from nlp.training.corpus import BadCorpusError, Example, data_hash, read_corpus, read_examples, read_tickets_csv
from nlp.training.duplicates import distinct, near_duplicates

_MEASURED_BY = ("intent", "more_intent", "redflag", "danger", "chat", "urgent", "part", "more_part")
_APART = Path(__file__).parents[1] / "data"
MEASURED = [_APART / f"{name}_lines.tsv" for name in _MEASURED_BY] + sorted((_APART / "later").glob("*_lines.tsv"))
LONGER_THAN_A_PHRASE = 9
HEADER = "text\tintent\tcategory\talso\titem\n"


@pytest.fixture(scope="module")
def corpus():
    return read_corpus()


def test_there_are_six_thousand_distinct_utterances(corpus):
    assert distinct([example.text for example in corpus]) >= 6000


def test_hardly_any_utterance_repeats_another(corpus):
    assert len(near_duplicates([example.text for example in corpus])) < len(corpus) * 0.02


def test_every_category_has_hundreds_and_every_intent_a_hundred(corpus):
    filed = Counter(example.category for example in corpus)
    assert all(filed[category.key] >= 300 for category in categories())
    said = Counter(example.intent for example in corpus)
    assert all(said[intent] >= 100 for intent in Intent)


def test_people_write_short_and_long(corpus):
    lengths = [len(example.text) for example in corpus if example.category]
    assert sum(length <= 40 for length in lengths) > 2000
    assert sum(length >= 80 for length in lengths) > 800


def test_no_identity_or_telephone_number_is_in_it(corpus):
    from nlp.reading.identities import find_identities

    assert [example.text for example in corpus if find_identities(example.text)] == []


def test_near_duplicates_are_seen_whatever_the_punctuation():
    texts = ["3号楼电梯又坏了，没人修", "楼下垃圾没人收", "3号楼电梯又坏了 没人修!!", "路灯不亮"]
    assert near_duplicates(texts) == {2: 0}
    assert distinct(texts) == 3


def test_all_bad_lines_are_named_at_once(tmp_path):
    path = tmp_path / "bad.tsv"
    path.write_text(HEADER + "a\treport\tnoise\t\t\nb\treport\tmusic\t\t\nc\tsing\tnoise\t\t\nd\treport\n", "utf-8")
    with pytest.raises(BadCorpusError) as caught:
        read_examples(path)
    assert [line.rsplit("/", 1)[1] for line in str(caught.value).splitlines()] == [
        "bad.tsv:3: unknown category 'music'",
        "bad.tsv:4: unknown intent 'sing'",
        "bad.tsv:5: 2 columns instead of 5",
    ]


def test_a_file_without_its_header_is_refused(tmp_path):
    path = tmp_path / "bad.tsv"
    path.write_text("楼下太吵\treport\tnoise\t\t\n", "utf-8")
    with pytest.raises(BadCorpusError, match=r"bad\.tsv:1"):
        read_examples(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_towns_past_orders_are_read_in_either_encoding(tmp_path, encoding):
    path = tmp_path / "tickets.csv"
    path.write_bytes("title,text,category\n电梯坏了,三号楼,维修报修\n,楼下太吵,noise\n".encode(encoding))
    assert read_tickets_csv(path) == (
        Example("电梯坏了 三号楼", "report", "repairs"),
        Example("楼下太吵", "report", "noise"),
    )


def test_an_unknown_category_of_a_town_is_named_by_line(tmp_path):
    path = tmp_path / "tickets.csv"
    path.write_text("text,category\n电梯坏了,维修报修\n楼下太吵,音乐\n", "utf-8")
    with pytest.raises(BadCorpusError, match=r"tickets\.csv:3: 不认识的类别“音乐”\n类别只能是：停车管理、"):
        read_tickets_csv(path)


def test_the_hash_does_not_depend_on_the_order(corpus):
    some = corpus[:50]
    assert data_hash(some) == data_hash(reversed(some))
    assert data_hash(some) != data_hash(some[1:])


def test_an_example_stays_on_its_side_of_the_split(corpus):
    share = sum(example.held_out for example in corpus) / len(corpus)
    assert 0.04 < share < 0.1
    assert Example("楼下太吵", "report", "noise").held_out == Example("楼下太吵", "urge").held_out


def test_nothing_that_is_learned_from_resembles_a_line_that_is_measured_with(corpus):
    """Set phrases apart: there is one way to say 你好."""
    measured = [line.split("\t")[0] for path in MEASURED for line in path.read_text("utf-8").splitlines()[1:]]
    measured = [line for line in measured if len(line) >= LONGER_THAN_A_PHRASE]
    learned = [*(example.text for example in corpus), *(alarm.text for alarm in read_dangers())]
    learned += [text for name in ("urgent.tsv", "wishes.tsv") for text, _label in rows(name)]
    learned += [text.replace("|", "，") for text, _matters in rows("parts.tsv")]
    texts = [*measured, *learned]
    doubles = near_duplicates(texts).items()
    assert [(texts[a], texts[b]) for a, b in doubles if b < len(measured) <= a] == []
