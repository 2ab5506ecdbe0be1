"""The training corpus: labelled utterances as text files, checked like code."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.model.labels import DATA, categories, category_by_name, items
from nlp.reading.understanding import Intent

CORPUS = DATA / "corpus"
COLUMNS = ("text", "intent", "category", "also", "item")
_HELD_OUT_SHARE = 15  # one in fifteen is never trained on, so that a model can be compared with the next


class BadCorpusError(ValueError):
    """A line of the training data can't be read; says file, line and why."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled utterance. `category` is empty where the intent has none."""

    text: str
    intent: str
    category: str = ""
    also: tuple[str, ...] = ()
    item: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def held_out(self) -> bool:
        """By the text alone, so that an example stays on its side whatever is added around it."""
        return int(self.digest[:8], 16) % _HELD_OUT_SHARE == 0


def read_corpus(folder: Path = CORPUS) -> tuple[Example, ...]:
    """All examples of a folder, each text once."""
    examples: dict[str, Example] = {}
    for path in sorted(folder.glob("*.tsv")):
        for example in read_examples(path):
            examples.setdefault(example.text, example)
    return tuple(examples.values())


def read_examples(path: Path) -> Sequence[Example]:
    """One file; wrong lines are all named at once."""
    lines = path.read_text("utf-8").splitlines()
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise BadCorpusError(f"{path}:1: 第一行要是 {' '.join(COLUMNS)}，中间用制表符隔开")
    rows = [(number, line.split("\t")) for number, line in enumerate(lines[1:], 2) if line.strip()]
    if errors := [f"{path}:{number}: {why}" for number, row in rows if (why := _complaint(row))]:
        raise BadCorpusError("\n".join(errors))
    return [_example(row) for _number, row in rows]


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """As `read_examples` reads them."""
    rows = [(each.text, each.intent, each.category, ";".join(each.also), each.item) for each in examples]
    path.write_text("".join("\t".join(row) + "\n" for row in (COLUMNS, *rows)), "utf-8")


def _example(row: Sequence[str]) -> Example:
    text, intent, category, also, item = row
    return Example(text.strip(), intent, category, tuple(filter(None, also.split(";"))), item)


def _complaint(row: Sequence[str]) -> str:
    """Why a row is refused, "" if it is not."""
    if len(row) != len(COLUMNS):
        return f"{len(row)} columns instead of {len(COLUMNS)}"
    text, intent, category, also, item = row
    keys = {known.key for known in categories()}
    if not text.strip():
        return "no text"
    if intent not in set(Intent):
        return f"unknown intent {intent!r}"
    if unknown := {category, *also.split(";")} - keys - {""}:
        return f"unknown category {', '.join(sorted(unknown))!r}"
    if not category and intent in (Intent.REPORT, Intent.CONSULT):
        return "a report needs a category"
    return f"unknown item {item!r}" if item and item not in {known.key for known in items()} else ""


def read_tickets_csv(path: Path) -> tuple[Example, ...]:
    """A town's past orders as examples: columns text or title (or both) and category, its key or its Chinese name."""
    rows = csv.DictReader(io.StringIO(_decoded(path)))
    columns = set(rows.fieldnames or ())
    if "category" not in columns or not columns & {"text", "title"}:
        raise BadCorpusError(
            f"{path}:1: 要有 category 一列，和 text、title 至少一列；现在是 {'、'.join(sorted(columns)) or '空的'}"
        )
    examples, errors = [], []
    for number, row in enumerate(rows, 2):
        key = category_by_name().get((row["category"] or "").strip())
        text = " ".join(filter(None, ((row.get(column) or "").strip() for column in ("title", "text"))))
        if key and text:
            examples.append(Example(" ".join(text.split()), Intent.REPORT, key))
        else:
            errors.append(f"{path}:{number}: " + ("没有文字" if key else f"不认识的类别“{row['category'] or ''}”"))
    if errors:
        names = "、".join(category.name for category in categories())
        raise BadCorpusError("\n".join([*errors, f"类别只能是：{names}"]))
    return tuple(examples)


def _decoded(path: Path) -> str:
    """UTF-8 with or without a mark, else GBK, which is what office programs in China still write."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        raise BadCorpusError(f"{path}: 既不是 UTF-8 也不是 GBK 编码") from error


def data_hash(examples: Iterable[Example]) -> str:
    """Of the examples whatever their order: the same data, the same hash."""
    whole = hashlib.sha256()
    for line in sorted("\t".join((e.text, e.intent, e.category, ";".join(e.also), e.item)) for e in examples):
        whole.update(line.encode() + b"\n")
    return whole.hexdigest()
