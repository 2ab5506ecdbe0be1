"""`check` on a town set up wrongly, in the ways that towns are: what is wrong, how to mend it, in words without jargon."""

import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from testbed import ROOT, opened, take_no_writes
from whole_program import KEYS

from bot.__main__ import main
from bot.installation import free_disk_space
from bot.installation.config_problems import ConfigError
from bot.installation.keys import new_key

pytestmark = pytest.mark.both_databases

SHIPPED = (ROOT / "config.yaml").read_text("utf-8")


@pytest.fixture
def check(databases, model, tmp_path, monkeypatch):
    """Runs it under a changed file and a changed environment; gives its status and all of its words."""
    monkeypatch.setenv("BOT_DATABASE__URL", databases.fresh("sqlite", with_town=True))
    monkeypatch.setenv("BOT_FILES__MEDIA", str(tmp_path / "media"))
    monkeypatch.setenv("BOT_FILES__MODEL", str(model))
    monkeypatch.setenv("BOT_PRIVACY__KEY_FILE", str(ROOT / "var" / "whistle.key"))
    for name in ("CATEGORIES", "LIMITS", "DUTIES", "WORDINGS", "MENU", "HOUSEHOLDS", "SCORES", "GRADES"):
        file = {"WORDINGS": "wordings.yaml", "MENU": "menu.yaml"}.get(name, f"{name.lower()}.csv")
        monkeypatch.setenv(f"BOT_FILES__{name}", str(ROOT / "handlers" / "data" / file))
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)

    def run(file: str | bytes = SHIPPED, **environment: str) -> tuple[int, str]:
        config = tmp_path / "config.yaml"
        config.write_bytes(file if isinstance(file, bytes) else file.encode())
        for name, value in environment.items():
            monkeypatch.setenv(f"BOT_{name}", value)
        done = CliRunner().invoke(main, ["--config", str(config), "check"])
        if isinstance(done.exception, ConfigError):  # the command line's own last net tells it on stderr
            return 2, str(done.exception)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


def test_as_shipped_it_can_run(check):
    assert check()[0] == 0


def test_a_town_s_past_orders_are_offered_until_the_model_learns_from_them(check, model, tmp_path):
    assert "train --data" in check()[1]
    taught = tmp_path / "model"
    shutil.copytree(model, taught)
    (taught / "orders.tsv").write_text("text\tintent\tcategory\talso\titem\n", "utf-8")
    status, said = check(FILES__MODEL=str(taught))
    assert status == 0
    assert "train --data" not in said


FILES = {
    "a key twice": (SHIPPED + "\ntown: 另一个\n", ("town", "只留一处", "第3行")),
    "a tab": (SHIPPED + "\nweb2:\n\ta: 1\n", ("制表符", f"第{len(SHIPPED.splitlines()) + 3}行")),
    "a colon too many": (SHIPPED.replace("\ntown: ", "\ntown: a: "), ("冒号", "第3行")),
    "a bracket left open": (SHIPPED + "\nx: [1, 2\n", ("没有成对",)),
    "a section nobody knows": (SHIPPED + "\nhabbits: {}\n", ("habbits", "不认识")),
    "saved by an old editor": (SHIPPED.encode("gbk"), ("UTF-8",)),
    "empty": ("", ("键: 值",)),
}


@pytest.mark.parametrize("case", FILES)
def test_a_broken_file_is_told_with_its_line(check, case):
    file, signs = FILES[case]
    status, said = check(file)
    assert status == 2
    assert [sign for sign in signs if sign not in said] == [], said
    assert is_plain(said)


ENVIRONMENTS = {
    "a section misspelt": ({"DATABSE__URL": "sqlite:///x"}, ("BOT_DATABSE__URL", "拼错")),
    "a key misspelt": ({"WECHAT__TOKENN": "x"}, ("BOT_WECHAT__TOKENN", "不认识")),
    "not a number": ({"WORK__POLL_SECONDS": "soon"}, ("环境变量 BOT_WORK__POLL_SECONDS", "数字")),
    "no token": ({"WECHAT__TOKEN": ""}, ("BOT_WECHAT__TOKEN", "谁都能签名")),
    "a token too short": ({"WECHAT__TOKEN": "ab"}, ("BOT_WECHAT__TOKEN", "3–32")),
    "a key cut off": ({"WECHAT__AES_KEY": "a" * 42}, ("BOT_WECHAT__AES_KEY", "43", "42")),
    "no key": ({"WECHAT__AES_KEY": ""}, ("没有设置 BOT_WECHAT__AES_KEY", "safe")),
    "no secret": ({"WECHAT__APP_SECRET": ""}, ("BOT_WECHAT__APP_SECRET", "通知发不出去")),
    "the two ids changed over": (
        {"WECHAT__APP_ID": "gh_0123456789ab", "WECHAT__GH_ID": "wx0123456789abcdef"},
        ("BOT_WECHAT__APP_ID", "BOT_WECHAT__GH_ID", "以 gh_ 开头"),
    ),
    "another kind of database": ({"DATABASE__URL": "mysql://a:geheim@h/x"}, ("BOT_DATABASE__URL", "sqlite:///")),
    "no such folder": ({"DATABASE__URL": "sqlite:////nowhere/x.db"}, ("没有文件夹 /nowhere",)),
    "a server that is down": (
        {"DATABASE__URL": "postgresql+psycopg://whistle:geheim@127.0.0.1:1/x"}, ("127.0.0.1:1", "PostgreSQL 开着没有"),
    ),
    "no such host": (
        {"DATABASE__URL": "postgresql+psycopg://whistle:geheim@no.invalid/x"}, ("no.invalid",),
    ),
    "another privacy key": ({"PRIVACY__KEY": new_key()}, ("有电话读不出来", "BOT_PRIVACY__OLD_KEYS")),
    "no privacy key": ({"PRIVACY__KEY": "geheim"}, ("BOT_PRIVACY__KEY", "rekey --new")),
    "no model": ({"FILES__MODEL": "/nowhere"}, ("模型不能用", "python -m bot train")),
    "no limits": ({"FILES__LIMITS": "/nowhere/limits.csv"}, ("读不到 /nowhere/limits.csv", "没有这个文件")),
    "an address with a slash": ({"WEB__PUBLIC_URL": "whistle.example.cn/"}, ("BOT_WEB__PUBLIC_URL", "https://")),
}  # fmt: skip


@pytest.mark.parametrize("case", ENVIRONMENTS)
def test_a_broken_environment_is_told_with_what_to_do(check, case):
    environment, signs = ENVIRONMENTS[case]
    status, said = check(**environment)
    assert status == 2
    assert [sign for sign in signs if sign not in said] == [], said
    assert is_plain(said)
    assert "geheim" not in said


def is_plain(said: str) -> bool:
    """No traceback, no name of a class."""
    return not re.search(r"Traceback|Error\b|Exception|\bNone\b", said)


def test_a_file_that_is_no_database_is_told(check, tmp_path):
    (tmp_path / "notes.db").write_bytes(b"these are my recipes" * 500)
    assert "不是数据库或已经坏了" in check(DATABASE__URL=f"sqlite:///{tmp_path}/notes.db")[1]


def test_a_database_that_somebody_holds_is_told(check, tmp_path, monkeypatch):
    file = tmp_path / "held.db"
    with sqlite3.connect(file, isolation_level=None) as held:
        held.execute("pragma locking_mode=exclusive")
        held.execute("create table x (y)")
        held.execute("begin exclusive")
        status, said = check(DATABASE__URL=f"sqlite:///{file}")
    held.close()
    assert (status, "锁住" in said) == (2, True), said


def test_a_database_that_can_only_be_read_is_told(check, databases):
    url = databases.fresh("postgresql", with_town=True)
    with opened(url) as engine:
        take_no_writes(engine, "on")
    status, said = check(DATABASE__URL=url)
    assert (status, "数据库只能读" in said) == (2, True), said


def test_a_disk_that_is_full_and_one_that_soon_will_be(check, monkeypatch):
    monkeypatch.setattr(free_disk_space.shutil, "disk_usage", lambda _: Free(free_disk_space.NEEDED - 1))
    status, said = check()
    assert (status, "一条消息也收不下" in said) == (2, True)
    monkeypatch.setattr(free_disk_space.shutil, "disk_usage", lambda _: Free(free_disk_space.LITTLE - 1))
    status, said = check()
    assert (status, "快满了" in said) == (0, True)


class Free:
    """What `disk_usage` gives, of which just this is looked at."""

    def __init__(self, free: int) -> None:
        self.free = free


def test_a_folder_for_photos_that_is_not_there_yet_is_looked_at_where_it_will_be_made(tmp_path):
    assert free_disk_space.existing(tmp_path / "a" / "b") == tmp_path
    assert free_disk_space.existing(Path("/")) == Path("/")
