"""Training, versions on disk, and the right to take over."""

import itertools
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from nlp.model import recipe, store
from nlp.model.features import Featurizer
from nlp.model.labels import rows
from nlp.model.store import BadModelError
from nlp.reading.reader import Reader
from nlp.training import alarms, fitting, openings, training
from nlp.training.corpus import Example, read_corpus, write_examples
from nlp.training.fitting import fit, flatten
from nlp.training.one_at_a_time import TrainingNowError, alone
from nlp.training.training import train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _thin_tables():
    """Every fifth of the written lines beside the corpus: nine in ten seconds of a training would be theirs."""
    with pytest.MonkeyPatch.context() as patch:
        for reads in (alarms, fitting, openings):
            patch.setattr(reads, "rows", lambda name: itertools.islice(rows(name), 0, None, 5))
        yield


@pytest.fixture(scope="module")
def sample():
    """Every twelfth example: enough to fit something real in a second or two."""
    return read_corpus()[::12]


@pytest.fixture(scope="module")
def fitted(sample):
    return fit(sample)


@pytest.fixture(scope="module")
def small_corpus(tmp_path_factory, sample):
    return written(tmp_path_factory.mktemp("small") / "corpus", sample)


@pytest.fixture(scope="module")
def small_model(tmp_path_factory, small_corpus):
    """A folder with one version, trained on the small corpus; to be copied."""
    out = tmp_path_factory.mktemp("trained")
    return out, train(small_corpus, out=out)


def written(folder, examples):
    folder.mkdir()
    write_examples(folder / "all.tsv", examples)
    return folder


@pytest.mark.parametrize("head", ["category", "intent", "alarm", "danger", "item"])
def test_the_fast_path_agrees_with_scikit_learn(fitted, head, sample):
    linear = flatten(fitted)
    reading = fitted.pipelines[head].named_steps["read"]
    texts = ["", "3号楼电梯又坏了", "家里一股臭鸡蛋味", "谢谢😊", *[example.text for example in sample[:150]]]
    wanted = fitted.pipelines[head].predict_proba(texts)
    for text, expected in zip(texts, wanted, strict=True):
        features = reading.transform([text])[0]
        ours = linear.probabilities(linear.scores(linear.weigh(features)), head)
        assert np.abs(ours - expected).max() < 1e-9


def test_the_same_examples_give_the_same_model(sample, fitted):
    again = flatten(fit(sample))
    once = flatten(fitted)
    assert np.array_equal(once.weights, again.weights)
    assert once.vocabularies == again.vocabularies


def test_a_first_model_is_used_and_a_better_one_takes_over(tmp_path, sample, small_corpus):
    out = tmp_path / "model"
    # Safety stays as it is: of what the alarms learn, nothing may differ.
    mistaken = {number for number, e in enumerate(sample) if number % 2 and e.category not in {"", "safety"}}
    careless = [replace(e, category="noise") if number in mistaken else e for number, e in enumerate(sample)]
    first = train(written(tmp_path / "careless", careless), out=out)
    assert (first.took_over, first.why) == (True, "there was no model in use")
    second = train(small_corpus, out=out)
    assert second.took_over
    assert second.version.startswith("0002-")
    assert store.current(out) == second.version
    assert store.rollback(out) == first.version
    assert Reader.load(out).model.card.version == first.version
    with pytest.raises(BadModelError, match="换不回去"):
        store.rollback(out)


def test_a_quiet_day_makes_no_new_model(tmp_path, small_corpus, small_model):
    folder, first = small_model
    out = shutil.copytree(folder, tmp_path / "model")
    again = train(small_corpus, out=out)
    assert (again.version, again.took_over, again.why) == (first.version, False, "it has learned all of this already")
    assert store.versions(out) == [first.version]
    assert train(small_corpus, out=out, renewing=True).version.startswith("0002-")


def test_back_is_to_what_was_in_use_not_to_what_lost(tmp_path, model_dir):
    first = store.current(model_dir)
    for number in range(1, 4):
        shutil.copytree(model_dir / first, tmp_path / f"000{number}-x")
    store.use(tmp_path, "0001-x")
    store.use(tmp_path, "0003-x")
    assert store.rollback(tmp_path) == "0001-x"
    assert store.current(tmp_path) == "0001-x"
    with pytest.raises(BadModelError, match="0001-x 之前没有用过别的模型"):
        store.rollback(tmp_path)


def test_a_second_training_at_the_same_time_is_refused_in_a_line(tmp_path, small_corpus):
    with alone(tmp_path), pytest.raises(TrainingNowError, match=r"^.*正在训练，等它结束再来$"):
        train(small_corpus, out=tmp_path)
    assert store.versions(tmp_path) == []
    with alone(tmp_path):
        pass  # let go of: the next may have it


def test_a_new_version_of_the_program_may_be_a_line_worse(small_model, monkeypatch):
    out, first = small_model
    slightly_better = {name: score + 0.01 for name, score in first.scores.items()}
    monkeypatch.setattr(training, "held_out_scores", lambda _reader, _unseen: slightly_better)
    assert training._comparison(out, [], first.scores, training._NOISE)[1].startswith("macro_f1 fell")
    assert training._comparison(out, [], first.scores, training._RENEWAL)[1] == ""


def test_a_worse_model_is_kept_but_not_used(tmp_path, small_corpus, model_dir):
    out = tmp_path / "model"
    shutil.copytree(model_dir, out)
    good = store.current(out)
    wrong = [
        Example(f"{example.text} {number}", example.intent, "noise")
        for number, example in enumerate(read_corpus(small_corpus))
        if example.category
    ]
    # the held-out side stays honest, or both models would be measured by the wrong labels
    report = train(small_corpus, [example for example in wrong if not example.held_out], out=out)
    assert not report.took_over
    assert "macro_f1 fell" in report.why
    assert store.current(out) == good
    assert report.version in store.versions(out)


def test_a_model_survives_the_disk_unchanged(model_dir, reader):
    again = Reader.load(model_dir)
    for text in ("电梯坏了", "楼下太吵", "家里一股臭鸡蛋味"):
        assert again.understand(text).candidates == reader.understand(text).candidates


def test_a_model_holds_no_code(model_dir):
    home = model_dir / store.current(model_dir)
    assert {path.suffix for path in home.iterdir()} == {".json", ".npz", ".txt"}
    with np.load(home / "arrays.npz", allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays.files} <= {"f", "i"}


def damaged(model_dir, tmp_path, damage):
    out = tmp_path / "model"
    shutil.copytree(model_dir, out)
    damage(out / store.current(out))
    return out


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (
            lambda home: (home / "arrays.npz").write_bytes((home / "arrays.npz").read_bytes()[:-100]),
            "arrays.npz 写好以后被改过",
        ),
        (lambda home: (home / "words.txt").unlink(), "没有完整的模型"),
        (lambda home: (home / "model.json").write_text("{", "utf-8"), "没有完整的模型"),
        (lambda home: (home / "model.json").write_text('{"format": 99}', "utf-8"), "格式是 99"),
        (lambda home: (home / "model.json").write_text("[]", "utf-8"), "没有完整的模型"),
    ],
)
def test_a_damaged_model_is_refused_with_a_way_out(model_dir, tmp_path, damage, why):
    with pytest.raises(BadModelError, match=why) as caught:
        Reader.load(damaged(model_dir, tmp_path, damage))
    assert "重新训练" in str(caught.value)


def test_a_model_of_other_word_lists_is_refused(model_dir, tmp_path):
    def change(home):
        card = json.loads((home / "model.json").read_text("utf-8"))
        (home / "model.json").write_text(json.dumps(card | {"lexicon_hash": "0"}), "utf-8")

    with pytest.raises(BadModelError, match="别的词表"):
        Reader.load(damaged(model_dir, tmp_path, change))


def test_without_a_model_the_error_says_what_to_run(tmp_path):
    with pytest.raises(BadModelError, match="python -m bot train"):
        Reader.load(tmp_path)


def test_old_versions_are_dropped_but_never_the_one_in_use(model_dir, tmp_path):
    out = tmp_path / "model"
    first = store.current(model_dir)
    shutil.copytree(model_dir / first, out / first)
    store.use(out, first)
    for number in range(2, 9):
        shutil.copytree(out / first, out / f"9{number:03d}-x")
    store.forget(out, keep=3)
    assert store.versions(out) == [first, "9006-x", "9007-x", "9008-x"]


def test_features_of_an_empty_text_are_empty(reader):
    features = Featurizer(reader.model.segmenter).features("")
    assert all(not block for block in features.blocks())


def test_a_model_is_old_when_a_word_list_a_line_or_the_fitting_changes(tmp_path, monkeypatch):
    room = tmp_path / "nlp"
    shutil.copytree(
        recipe.__file__.removesuffix("/model/recipe.py"), room, ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(recipe, "__file__", str(room / "model" / "recipe.py"))
    monkeypatch.setattr(recipe, "DATA", room / "data")
    seen = [recipe.fingerprint()]
    for name in ("data/dangers.tsv", "data/corpus/noise.tsv", "training/fitting.py"):
        with (room / name).open("a", encoding="utf-8") as changed:
            changed.write("\n")
        seen.append(recipe.fingerprint())
    assert len(set(seen)) == len(seen)
    (room / "data/report.json").write_text("{}")
    assert recipe.fingerprint() == seen[-1]
