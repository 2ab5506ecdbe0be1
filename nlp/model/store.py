"""Models on disk: one folder a version, a pointer to the one in use. No pickle: a model file can't run code."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp.model.labels import lexicon_hash
from nlp.model.linear import Head, LinearModel
from nlp.model.segment import Dictionary, Segmenter
from nlp.model.trust import Trust

FORMAT = 12
_CURRENT, _USED = "current", "used"
_CARD, _ARRAYS, _VOCABULARY, _WORDS = "model.json", "arrays.npz", "vocabulary.json", "words.txt"


class BadModelError(Exception):
    """A model's folder is missing, half-written, of another program, or changed since it was written."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability something is said: a category, a second one, an alarm, a question, urgency, a wish."""

    sure: float
    also: float
    alarm: float
    question: float
    urgent: float
    wish: float


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a model beside its numbers.

    `signs`: how much each sign of a second matter in a message weighs.
    """

    version: str
    data_hash: str
    examples: int
    thresholds: Thresholds
    trust: Trust
    signs: Mapping[str, float]
    lexicon_hash: str
    made_with: Mapping[str, str]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model ready to read with."""

    card: Card
    linear: LinearModel
    segmenter: Segmenter


def save(folder: Path, card: Card, linear: LinearModel, dictionary: Dictionary) -> None:
    """Writes one version beside the others; a crash leaves no half of it under its name."""
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    try:
        np.savez(
            scratch / _ARRAYS,
            idf=linear.idf,
            weights=linear.weights.astype(np.float32),
            intercepts=linear.intercepts,
            short=linear.short.astype(np.float32),
            columns=linear.columns,
        )
        (scratch / _VOCABULARY).write_text(
            json.dumps([list(terms) for terms in linear.vocabularies], ensure_ascii=False), "utf-8"
        )
        dictionary.save(scratch / _WORDS)
        _write_card(scratch, card, linear)
        scratch.chmod(0o755)  # mkdtemp's 0700 would shut out a service that runs under another user
        scratch.rename(folder / card.version)
    except OSError:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _write_card(scratch: Path, card: Card, linear: LinearModel) -> None:
    facts = {
        "format": FORMAT,
        "version": card.version,
        "data_hash": card.data_hash,
        "lexicon_hash": card.lexicon_hash,
        "examples": card.examples,
        "thresholds": asdict(card.thresholds),
        "trust": asdict(card.trust),
        "signs": dict(card.signs),
        "made_with": dict(card.made_with),
        "scores": dict(card.scores),
        "heads": [{"name": h.name, "labels": list(h.labels), "start": h.start} for h in linear.heads.values()],
        "sha256": {name: _sha256(scratch / name) for name in (_ARRAYS, _VOCABULARY, _WORDS)},
    }
    (scratch / _CARD).write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load(folder: Path, version: str = "") -> StoredModel:
    """The version in use, or a named one."""
    home = folder / (version or current(folder))
    facts = _facts(home)
    vocabularies, row = [], 0
    for terms in json.loads((home / _VOCABULARY).read_text("utf-8")):
        vocabularies.append({term: row + position for position, term in enumerate(terms)})
        row += len(terms)
    with np.load(home / _ARRAYS, allow_pickle=False) as arrays:
        idf, weights, intercepts = arrays["idf"].tolist(), arrays["weights"], arrays["intercepts"]
        short, columns = arrays["short"], arrays["columns"]
    heads = {head["name"]: Head(head["name"], tuple(head["labels"]), head["start"]) for head in facts["heads"]}
    linear = LinearModel(tuple(vocabularies), idf, weights, intercepts, heads, short, columns)
    return StoredModel(_card(facts), linear, Segmenter(Dictionary.load(home / _WORDS)))


def _card(facts: Mapping[str, Any]) -> Card:
    fields = ("version", "data_hash", "examples", "signs", "lexicon_hash", "made_with", "scores")
    thresholds, trust = Thresholds(**facts["thresholds"]), Trust(**facts["trust"])
    return Card(thresholds=thresholds, trust=trust, **{field: facts[field] for field in fields})


def _facts(home: Path) -> dict[str, Any]:
    """The card of a folder whose files are all there and unchanged."""
    try:
        facts: dict[str, Any] = json.loads((home / _CARD).read_text("utf-8"))
        if facts.get("format") != FORMAT:
            raise BadModelError(
                f"{home} 的格式是 {facts.get('format')}，这个程序读的是 {FORMAT}：请运行 python -m bot train 重新训练"
            )
        if facts["lexicon_hash"] != lexicon_hash():
            raise BadModelError(f"{home} 是用别的词表训练的：请运行 python -m bot train 重新训练")
        changed = [name for name, digest in facts["sha256"].items() if _sha256(home / name) != digest]
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise BadModelError(
            f"{home} 里没有完整的模型（{error}）：请重新训练，或 train --rollback 换回上一个"
        ) from error
    if changed:
        raise BadModelError(
            f"{home} 里的 {'、'.join(changed)} 写好以后被改过：请重新训练，或 train --rollback 换回上一个"
        )
    return facts


def current(folder: Path) -> str:
    """The version in use."""
    try:
        return (folder / _CURRENT).read_text("utf-8").strip()
    except OSError as error:
        raise BadModelError(f"{folder} 里没有在用的模型：请先运行 python -m bot train") from error


def use(folder: Path, version: str) -> None:
    """Makes a version the one in use; readers see the old pointer or the new one, never half of it."""
    if version not in versions(folder):
        raise BadModelError(f"{folder} 里没有 {version} 这个模型")
    _replace(folder / _USED, "".join(f"{each}\n" for each in (*used(folder), version)))
    _replace(folder / _CURRENT, version + "\n")


def _replace(path: Path, contents: str) -> None:
    handle, scratch = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    with os.fdopen(handle, "w") as pointer:
        pointer.write(contents)
    Path(scratch).chmod(0o644)
    Path(scratch).replace(path)


def used(folder: Path) -> Sequence[str]:
    """The versions that were ever in use and are still there, the last one last: a trained model need not be one."""
    try:
        lines = (folder / _USED).read_text("utf-8").split()
    except OSError:
        return ()
    known = versions(folder)
    return [version for version in lines if version in known]


def versions(folder: Path) -> Sequence[str]:
    """Oldest first."""
    return sorted(path.parent.name for path in folder.glob(f"[0-9]*/{_CARD}"))


def next_version(folder: Path, data_hash: str) -> str:
    numbers = [int(version.partition("-")[0]) for version in versions(folder)]
    return f"{max(numbers, default=0) + 1:04d}-{data_hash[:8]}"


def rollback(folder: Path) -> str:
    """Back to the version that was in use before this one, which is returned."""
    now = current(folder)
    before = [version for version in used(folder) if version != now]
    if not before:
        raise BadModelError(f"{folder}：{now} 之前没有用过别的模型，换不回去")
    _replace(folder / _USED, "".join(f"{each}\n" for each in before))
    _replace(folder / _CURRENT, before[-1] + "\n")
    return before[-1]


def forget(folder: Path, keep: int = 5) -> None:
    """Drops all but the last versions; never the one in use, nor the one to go back to."""
    kept = {*versions(folder)[-keep:], *used(folder)[-2:], current(folder)}
    for version in versions(folder):
        if version not in kept:
            shutil.rmtree(folder / version)
