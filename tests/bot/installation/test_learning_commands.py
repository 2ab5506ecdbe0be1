"""`train` and `evaluate` as an operator types them: what is wrong with a file is said line by line, without a traceback."""

import json
import shutil

import pytest
from whole_program import environment, run

from nlp.model import store


@pytest.fixture
def models(model, tmp_path):
    folder, version = tmp_path / "models", store.current(model)
    shutil.copytree(model / version, folder / version)
    store.use(folder, version)
    return folder


@pytest.fixture
def bot(models, tmp_path):
    env = environment(f"sqlite:///{tmp_path / 'none.db'}", tmp_path, BOT_FILES__MODEL=str(models))
    return lambda *arguments: run(*arguments, env=env)


def test_wrong_rows_of_a_towns_orders_are_named_and_nothing_is_trained(bot, models, tmp_path):
    orders = tmp_path / "orders.csv"
    orders.write_text("title,text,category\n电梯坏了,三号楼,维修报修\n,楼下太吵,音乐\n,,停车管理\n", "utf-8")
    done = bot("train", "--data", str(orders))
    assert (done.returncode, done.stdout) == (2, "")
    told = done.stderr.strip().splitlines()
    assert told[0] == f"{orders}:3: 不认识的类别“音乐”"
    assert told[1] == f"{orders}:4: 没有文字"
    assert told[2].startswith("类别只能是：停车管理、维修报修、")
    assert len(told) == 3
    assert len(store.versions(models)) == 1


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        (b"a,b\n1,2\n", "要有 category 一列，和 text、title 至少一列；现在是 a、b"),
        (b"\xff\xfe\x9c\x00", "既不是 UTF-8 也不是 GBK 编码"),
    ],
    ids=["other columns", "no text"],
)
def test_a_file_that_is_no_list_of_orders_is_refused_in_a_line(bot, tmp_path, contents, why):
    orders = tmp_path / "orders.csv"
    orders.write_bytes(contents)
    done = bot("train", "--data", str(orders))
    assert done.returncode == 2
    assert done.stderr.strip().endswith(why)
    assert len(done.stderr.strip().splitlines()) == 1


def test_what_is_measured_is_printed_and_written_and_a_wrong_row_is_named(bot, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"text": "楼下KTV半夜唱歌", "label": "noise"}, ensure_ascii=False), "utf-8")
    done = bot("evaluate", "--data", str(rows), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    rows.write_text('{"text": "楼下KTV", "label": "music"}', "utf-8")
    done = bot("evaluate", "--data", str(rows), "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() == f"{rows}:1: 不认识的类别“music”"


def test_without_a_model_before_there_is_nothing_to_go_back_to(bot, models):
    done = bot("train", "--rollback")
    assert done.returncode == 2
    assert "换不回去" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
