"""Figures about the reading, and the report that stands in the repository."""

import json
import warnings

import pytest

from nlp.measuring.drawing import draw_confusions, draw_curves
from nlp.measuring.evaluation import calibration_error, evaluate
from nlp.measuring.failing import failing
from nlp.measuring.lines import is_first
from nlp.measuring.reporting import write_report
from nlp.measuring.rows import BadRowError, read_rows
from nlp.model.labels import DATA, categories

COMMITTED = DATA / "report.json"
ROWS = (
    {
        "id": "1",
        "title": "电梯坏了",
        "text": "3号楼电梯坏了没人修",
        "label": "repairs",
        "also": ["safety"],
        "place": "3号楼",
    },
    {"id": "2", "title": "", "text": "楼下KTV半夜唱歌", "label": "noise", "also": [], "place": ""},
    {"id": "3", "title": "投诉", "text": "手机13800138000，垃圾没人清", "label": "consult", "also": [], "place": ""},
)


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS), "utf-8")
    return path


def test_figures_of_rows_from_outside(reader, data):
    found = evaluate(reader, data)
    assert set(found.views) == {"title_and_text", "title", "text", "short_text"}
    assert found.views["title_and_text"].accuracy == pytest.approx(2 / 3, abs=0.001)
    assert found.labels["noise"].recall == 1
    assert found.place_found == 1
    assert found.confusions["consult"]["sanitation"] == 1
    assert [mistake.key for mistake in found.mistakes] == ["3"]


def test_the_report_is_written_with_numbers_masked(reader, data, tmp_path):
    write_report(evaluate(reader, data), tmp_path / "out")
    errors = (tmp_path / "out" / "errors.tsv").read_text("utf-8")
    assert "138****8000" in errors
    assert "13800138000" not in errors
    assert json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["views"]["text"]["rows"] == 3
    for picture in ("confusion.png", "curves.png"):
        assert (tmp_path / "out" / picture).read_bytes().startswith(b"\x89PNG")


def test_every_character_of_the_pictures_is_in_the_font(reader, data, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of a glyph that it draws as a box
        found = evaluate(reader, data)
        draw_confusions(found.confusions, tmp_path / "confusion.png")
        draw_curves(found, tmp_path / "curves.png")


def test_the_committed_report_is_what_is_measured_today(reader):
    """Close to it: other processors round other bits. `evaluate` without --data writes it again."""
    committed, found = json.loads(COMMITTED.read_text("utf-8")), evaluate(reader).to_json()
    assert set(committed["labels"]) == {category.key for category in categories()}
    assert {key: score["rows"] for key, score in committed["labels"].items()} == {
        key: score["rows"] for key, score in found["labels"].items()
    }
    for view, figures in committed["views"].items():
        for name, value in figures.items():
            if isinstance(value, float):
                assert found["views"][view][name] == pytest.approx(value, abs=0.01), (view, name)
    for half, figures in committed["written_apart"].items():
        assert found["written_apart"][half] == pytest.approx(figures, abs=0.02), half
    assert found["own_lines"] == pytest.approx(committed["own_lines"], abs=0.01)
    assert found["sure_at"] == pytest.approx(committed["sure_at"], abs=0.03)


def test_failing_lines_are_shown_of_the_first_half_alone(reader):
    found = failing(reader)
    lines = [line for each in found.values() for line in each]
    assert all(len(each) <= 10 for each in found.values())
    assert [text for _wanted, _said, text in lines if not is_first(text)] == []
    assert [(wanted, said) for wanted, said, _text in found["intents"] if said in wanted.split("|")] == []
    assert lines


def test_the_threshold_lies_at_the_bottom_of_the_cost_curve(reader):
    costs = dict(evaluate(reader).costs)
    assert costs[reader.model.card.thresholds.sure] <= min(costs.values()) + 0.08


def test_calibration_error_is_the_distance_of_promise_and_fact():
    assert calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == 0
    assert calibration_error([(0.9, False), (0.9, False)]) == pytest.approx(0.9)
    assert calibration_error([(1.0, True)]) == 0


@pytest.mark.parametrize("line", ["{", '{"text": "a"}', '{"text": "a", "label": "music"}', "[]"])
def test_a_bad_row_is_named(tmp_path, line):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "label": "noise"}\n' + line, "utf-8")
    with pytest.raises(BadRowError, match=r"rows\.jsonl:2"):
        read_rows(path)
