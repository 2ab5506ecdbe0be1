"""Every command as an operator types it: what it prints, to the key, and how it refuses."""

import io
import json
import stat
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from outbox import account_environment
from sqlalchemy import func, select
from testbed import ROOT, WORLD
from whole_program import KEYS, environment
from whole_program import run as run_process

from bot import __main__ as cli
from models.connecting import connect
from models.conversation import Inbound
from models.person import Person, Role
from models.sessions import reading_sessions
from models.ticket import Ticket

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

RESIDENT, PROPERTY = "oWhistleResident000000000001", "oWhistleProperty000000000001"
SUPERVISOR = "oWhistleSupervisor0000000001"
LIFT = "德尚小区3号楼电梯困人了"
TICKET_KEYS = {
    "number", "status", "category", "title", "text", "urgent", "red_flag", "place", "grid", "community", "street",
    "team", "support", "assignee", "level", "created_at", "accept_by", "handle_by", "closing", "rating", "followers",
    "events",
}  # fmt: skip
UNDERSTOOD_KEYS = {"intent", "category", "confidence", "also", "urgent", "red_flag", "place", "parts"}


class Operator:
    """Types commands; each runs as `python -m bot` would, in this process."""

    def __init__(self, monkeypatch, capsys, url):
        self._monkeypatch, self._capsys, self.url = monkeypatch, capsys, url

    def __call__(self, *arguments, stdin="", config=ROOT / "config.yaml"):
        self._monkeypatch.setattr(sys, "argv", ["bot", "--config", str(config), *arguments])
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        self._capsys.readouterr()
        with _closing_engines(self._monkeypatch):
            status = cli.run()
        told = self._capsys.readouterr()
        return status, told.out, told.err

    def prints(self, *arguments, stdin=""):
        status, out, err = self(*arguments, stdin=stdin)
        assert status == 0, err
        return out

    def json(self, *arguments, stdin=""):
        return json.loads(self.prints(*arguments, stdin=stdin))

    def refused(self, *arguments, stdin=""):
        """One line on stderr, status 2, nothing on stdout, nothing changed."""
        before = self.everything()
        status, out, err = self(*arguments, stdin=stdin)
        assert (status, out) == (2, "")
        assert len(err.strip().splitlines()) == 1
        assert "Traceback" not in err
        assert self.everything() == before
        return err.strip()

    def everything(self):
        engine = connect(self.url)
        with reading_sessions(engine)() as session:
            rows = [session.scalar(select(func.count()).select_from(table)) for table in (Ticket, Person, Inbound)]
        engine.dispose()
        return rows

    @contextmanager
    def reading(self):
        engine = connect(self.url)
        with reading_sessions(engine)() as session:
            yield session
        engine.dispose()


@contextmanager
def _closing_engines(monkeypatch):
    """A command's process ends with its connections; here somebody must close them."""
    opened = []

    def connecting(*arguments):
        opened.append(connect(*arguments))
        return opened[-1]

    monkeypatch.setattr("bot.installation.database.connect", connecting)
    yield
    for engine in opened:
        engine.dispose()


@pytest.fixture(autouse=True)
def _one_model_for_all(reader, monkeypatch):
    """Loading it is proved by the command that runs as a process; the others need not wait for it."""
    monkeypatch.setattr(
        "nlp.reading.reader.Reader.load", lambda _folder, places=None: reader.with_places(places) if places else reader
    )


@pytest.fixture
def bot(databases, kind, model, tmp_path, monkeypatch, capsys):
    """A database with the demonstration town, and all that the environment gives."""
    url = databases.fresh(kind, with_town=True)
    given = KEYS | {"BOT_DATABASE__URL": url, "BOT_FILES__MEDIA": str(tmp_path / "media")}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return Operator(monkeypatch, capsys, url)


@pytest.fixture
def empty(databases, kind, model, tmp_path, monkeypatch, capsys):
    """A migrated database without a town."""
    url = databases.fresh(kind, with_town=False)
    for name, value in (KEYS | {"BOT_DATABASE__URL": url}).items():
        monkeypatch.setenv(name, value)
    return Operator(monkeypatch, capsys, url)


def test_route_says_where_a_text_would_go_and_files_nothing(bot):
    before = bot.everything()
    route = bot.json("route", LIFT)
    assert route["understanding"]["red_flag"] == "lift_trapped"
    assert route["understanding"]["place"] == {"name": "德尚小区", "building": "3", "unit": "", "room": ""}
    assert route["grid"] == {"code": "WY-01", "name": "文苑一网格"}
    assert route["team"]["code"] == "G-WY-01"
    assert "P-DS" in [team["code"] for team in route["support"]]
    assert route["rule"] == "红色警情：网格员和物业先到场"
    assert {"row", "clause", "accept", "handle", "accept_by", "handle_by"} <= route["limits"].keys()
    assert bot.everything() == before


def test_route_takes_a_pin_in_place_of_a_name(bot):
    assert bot.json("route", "垃圾堆成山了", "--lat", "37.142267", "--lng", "111.798570")["grid"]["code"] == "WY-01"
    nowhere = bot.json("route", "垃圾堆成山了", "--lat", "39.9", "--lng", "116.4")
    assert (nowhere["grid"], nowhere["team"]) == (None, None)


def test_understand_prints_the_reading_on_one_line(bot):
    out = bot.prints("understand", "德尚小区3号楼电梯又坏了")
    assert len(out.splitlines()) == 1
    seen = json.loads(out)
    assert seen.keys() >= UNDERSTOOD_KEYS
    assert (seen["intent"], seen["category"], seen["red_flag"]) == ("report", "repairs", None)
    assert 0 < seen["confidence"] <= 1
    assert seen["place"]["known"] == "德尚小区"


def test_understand_jsonl_keeps_the_ids_and_the_order(bot):
    rows = [{"id": 7, "text": "3号楼路灯不亮"}, {"id": "b", "text": "家里一股臭鸡蛋味"}, {"text": "谢谢"}]
    out = bot.prints("understand", "--jsonl", stdin="".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    seen = [json.loads(line) for line in out.splitlines()]
    assert [each["id"] for each in seen] == [7, "b", None]
    assert [each["red_flag"] for each in seen] == [None, "gas", None]
    assert all(each.keys() >= UNDERSTOOD_KEYS | {"id"} for each in seen)


@pytest.mark.parametrize("line", ["nichts", "[]", '{"id": 1}', '{"id": 1, "text": 5}', "7"])
def test_understand_jsonl_names_the_line_that_it_can_t_read(bot, line):
    assert "标准输入第1行" in bot.refused("understand", "--jsonl", stdin=line + "\n")


def test_say_is_the_real_way_and_tickets_shows_what_came_of_it(bot):
    reply = bot.prints("say", RESIDENT, "德尚小区3号楼电梯又坏了")
    (ticket,) = [json.loads(line) for line in bot.prints("tickets", "--json").splitlines()]
    assert ticket["number"] in reply
    assert ticket.keys() >= TICKET_KEYS
    assert ticket["place"] == {"name": "德尚小区", "building": "3", "unit": "", "room": ""}
    assert (ticket["grid"], ticket["community"], ticket["street"]) == ("WY-01", "WY", "XY-XINYI")
    assert (ticket["team"], ticket["status"], ticket["level"]) == ("P-DS", "dispatched", "grid")
    assert (ticket["rating"], ticket["closing"], ticket["assignee"], ticket["followers"]) == (None, None, None, 1)
    for name in ("created_at", "accept_by", "handle_by"):
        assert datetime.fromisoformat(ticket[name]).utcoffset() == timedelta(hours=8)
    assert [each["move"] for each in ticket["events"]] == ["receive", "dispatch"]
    assert all(each.keys() >= {"move", "by_role", "at", "note"} for each in ticket["events"])
    assert bot.json("ticket", ticket["number"], "--json") == ticket
    shown = bot.prints("ticket", ticket["number"])
    assert "德尚小区3号楼" in shown
    assert "受理" in shown


def test_a_ticket_s_json_names_nobody_who_reported(bot):
    bot.prints("say", RESIDENT, "德尚小区3号楼电梯又坏了，我电话13800000001")
    out = bot.prints("tickets", "--json")
    assert RESIDENT not in out
    assert "王秀兰" not in out


def test_tickets_can_be_narrowed_down(bot):
    bot.prints("say", RESIDENT, "德尚小区3号楼电梯又坏了")
    bot.prints("say", RESIDENT, "园丁小区2号楼门口垃圾成堆没人清")

    def texts(*narrower):
        return [json.loads(line)["place"]["name"] for line in bot.prints("tickets", "--json", *narrower).splitlines()]

    assert texts() == ["园丁小区", "德尚小区"]
    assert texts("--grid", "WY-01") == ["德尚小区"]
    assert texts("--grid", "XY") == ["园丁小区", "德尚小区"]
    assert texts("--category", "sanitation") == ["园丁小区"]
    assert texts("--status", "working") == []
    assert texts("--since", "2199-01-01") == []
    assert texts("--limit", "1") == ["园丁小区"]
    assert "共 2 张，这里是最近的 1 张" in bot("tickets", "--limit", "1")[2]
    assert bot("tickets", "--limit", "2")[2] == ""
    assert len(bot.prints("tickets").splitlines()) == 2


def test_ask_gives_query_and_rows(bot):
    bot.prints("say", RESIDENT, "德尚小区3号楼电梯又坏了")
    answer = bot.json("ask", "本周各类诉求多少件", "--as", SUPERVISOR)
    assert answer.keys() == {"query", "rows", "unread"}
    assert {"period", "filters", "group", "measure", "order", "limit"} <= answer["query"].keys()
    assert [(row["key"], row["value"]) for row in answer["rows"]] == [("repairs", 1)]
    other = bot.json("ask", "本周各类诉求多少件", "--as", "oWhistleSupervisor0000000002")
    assert [row for row in other["rows"] if row["value"]] == []
    both = bot.json("ask", "本周比上周多还是少", "--as", SUPERVISOR)
    assert (both["query"]["against"]["name"], [row["name"] for row in both["rows"]][:2]) == ("上周", ["本周", "上周"])
    refused = bot.json("ask", "上周3号楼停车投诉多少件", "--as", SUPERVISOR)
    assert (refused["rows"], refused["unread"]) == ([], ["3号楼"])
    past = bot.json("ask", "本周各类诉求多少件", "--now", "2020-01-01T09:00:00+08:00")
    assert [row for row in past["rows"] if row["value"]] == []


def test_appoint_gives_a_role(bot):
    assert "督导" in bot.prints("appoint", "oNeu", "supervisor", "--grid", "WY")
    with bot.reading() as session:
        person = session.scalars(select(Person).where(Person.openid == "oNeu")).one()
        assert (Role.SUPERVISOR in person.roles, person.grid) == (True, "WY")


def test_an_invitation_works_once(bot):
    words = bot.prints("invite", "property_staff", "--team", "P-DS").strip()
    assert words.startswith("加入 ")
    assert "报到成功" in bot.prints("say", "oNeu", words)
    assert "用过了" in bot.prints("say", "oNeuer", words)
    with bot.reading() as session:
        assert session.scalars(select(Person.team).where(Person.openid == "oNeu")).one() == "P-DS"


REFUSALS = [
    (("ticket", "99999999999"), "没有工单 99999999999"),
    (("tickets", "--grid", "MARS"), "没有网格 MARS"),
    (("tickets", "--since", "gestern"), "不是时间"),
    (("tickets", "--status", "happy"), "happy"),
    (("appoint", "oNeu", "supervisor", "--grid", "MARS"), "没有网格 MARS"),
    (("appoint", "oNeu", "property_staff", "--team", "P-X"), "没有承办单位 P-X"),
    (("appoint", "oNeu", "king"), "king"),
    (("appoint", "oNeu", "system"), "system"),
    (("invite", "property_staff", "--team", "P-X"), "没有承办单位 P-X"),
    (("invite", "property_staff"), "--team"),
    (("invite", "grid_staff"), "--grid"),
    (("appoint", "oNeu", "property_staff"), "--team"),
    (("ask", "你好吗"), "没看懂"),
    (("ask", "今天多少件", "--as", "oNobody"), "oNobody"),
    (("ask", "今天多少件", "--now", "bald"), "不是时间"),
    (("understand",), "--jsonl"),
    (("import", "/nonexistent"), "/nonexistent"),
    (("restore", "/nonexistent"), "/nonexistent"),
    (("frobnicate",), "frobnicate"),
]


@pytest.mark.parametrize(
    ("arguments", "told"), REFUSALS, ids=lambda each: " ".join(each) if isinstance(each, tuple) else ""
)
def test_what_can_t_be_done_is_said_in_one_line_and_changes_nothing(bot, arguments, told):
    assert told in bot.refused(*arguments)


def test_a_config_that_is_not_there_is_said_so(bot, tmp_path):
    status, out, err = bot("check", config=tmp_path / "none.yaml")
    assert (status, out) == (2, "")
    assert "读不到 none.yaml" in err


def test_import_is_all_or_nothing_and_as_often_as_one_likes(empty):
    assert "检查通过，没有写入" in empty.prints("import", str(WORLD), "--check")
    assert empty.everything()[1] == 0
    assert "新增" in empty.prints("import", str(WORLD))
    people = empty.everything()[1]
    assert people > 50
    assert "新增 0" in empty.prints("import", str(WORLD))
    assert empty.everything()[1] == people


def test_check_says_what_is_missing_and_how_to_mend_it(empty, monkeypatch):
    status, out, _ = empty("check")
    assert status == 2
    assert "还没有社区数据 → 运行 python -m bot import" in out
    empty.prints("import", str(WORLD))
    assert empty("check")[0] == 0
    monkeypatch.setenv("BOT_WECHAT__TOKEN", "")
    status, out, _ = empty("check")
    assert status == 2
    assert "BOT_WECHAT__" in out


def test_who_has_no_way_to_wechat_is_told_so_and_not_sent_to_look_for_keys(bot, monkeypatch):
    for name, value in account_environment("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    status, out, _ = bot("check", "--online")
    assert status == 2
    assert "微信不给令牌：没有得到微信的回答" in out
    assert bot.refused("menu").startswith("没有得到微信的回答（no connection） → 看这台机器")


def test_check_online_fetches_a_token(bot, monkeypatch):
    from bot.simulator.server import running_platform

    with running_platform() as platform:
        for name, value in account_environment(platform.api_base).items():
            monkeypatch.setenv(name, value)
        assert bot("check", "--online")[0] == 0
        assert platform.tokens.issued == 1
        monkeypatch.setenv("BOT_WECHAT__APP_SECRET", "f" * 32)
        status, out, err = bot("check", "--online")
        assert status == 2
        assert "微信不给令牌" in out
        assert "f" * 32 not in out + err


def test_migrate_makes_an_empty_file_a_database(tmp_path, model, monkeypatch, capsys):
    url = f"sqlite:///{tmp_path}/new.db"
    for name, value in (KEYS | {"BOT_DATABASE__URL": url}).items():
        monkeypatch.setenv(name, value)
    bot = Operator(monkeypatch, capsys, url)
    status, _, err = bot("tickets")
    assert (status, "migrate" in err) == (2, True)
    assert "数据库已是最新" in bot.prints("migrate")
    assert bot.prints("tickets") == ""


@pytest.mark.parametrize("kind", ["sqlite"])  # the other, by its own client's programs: tests/drill/test_backup.py
def test_backup_and_restore_bring_back_what_was(bot, tmp_path):
    bot.prints("say", RESIDENT, "德尚小区3号楼电梯又坏了")
    copy = tmp_path / "copy.db"
    bot.prints("backup", str(copy))
    bot.prints("say", RESIDENT, "园丁小区2号楼门口垃圾成堆没人清")
    assert bot.everything()[0] == 2
    rubbish = tmp_path / "rubbish.db"
    rubbish.write_bytes(b"SQLite format 3\x00" + b"?" * 5000)
    assert "不是完整的吹哨备份" in bot.refused("restore", str(rubbish))
    bot.prints("restore", str(copy))
    assert bot.everything()[0] == 1


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_every_command_has_help_in_chinese(command):
    words = cli.command(command).help
    assert words
    assert any("\u4e00" <= character <= "\u9fff" for character in words)


def test_as_a_process_it_prints_utf8_and_ends_with_status_2(databases, model, tmp_path):
    env = environment(databases.fresh("sqlite", with_town=True), tmp_path, LC_ALL="C", LANG="C")
    good = run_process("route", LIFT, env=env)
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["team"]["name"]
    bad = run_process("ticket", "1", env=env)
    assert (bad.returncode, bad.stdout, bad.stderr) == (2, "", "没有工单 1\n")


SLOW_TO_START = {"alembic", "flask", "jieba", "openpyxl", "requests", "sklearn", "waitress", "wechatpy", "bot.assembly"}


def test_a_sentence_is_read_without_starting_the_rest_of_the_program(databases, model, tmp_path):
    """What Python itself tells of its imports: a count of seconds would depend on the machine."""
    env = environment(databases.fresh("sqlite", with_town=True), tmp_path, PYTHONPROFILEIMPORTTIME="1")
    read = run_process("understand", LIFT, env=env)
    imported = {line.rpartition("|")[2].strip() for line in read.stderr.splitlines() if line.startswith("import time:")}
    assert json.loads(read.stdout)["place"]["known"] == "德尚小区"
    assert "nlp.reading.reader" in imported
    assert SLOW_TO_START & imported == set()


def test_synth_fills_a_town_of_its_own_and_never_one_where_somebody_lives(bot):
    bot.prints("synth", "--tickets", "20")
    bot.prints("synth", "--tickets", "10", "--seed", "2")
    assert len(bot.prints("tickets", "--limit", "100").strip().splitlines()) >= 30
    bot.prints("say", "oRealResident", "德尚小区3号楼电梯坏了")
    assert "真的居民" in bot.refused("synth", "--tickets", "20")


def test_a_list_of_tickets_masks_numbers_in_the_histories_too_and_one_ticket_shows_them(bot):
    bot.prints("say", RESIDENT, "德尚小区3号楼电梯又坏了")
    bot.prints("say", RESIDENT, "补充 我的电话13812345678")
    listed = bot.prints("tickets", "--json")
    assert "138****5678" in listed
    assert "13812345678" not in listed
    assert "13812345678" in bot.prints("ticket", json.loads(listed)["number"])


def test_a_new_database_is_for_its_owner_alone(tmp_path, monkeypatch, capsys):
    url = f"sqlite:///{tmp_path}/new.db"
    for name, value in (KEYS | {"BOT_DATABASE__URL": url}).items():
        monkeypatch.setenv(name, value)
    Operator(monkeypatch, capsys, url).prints("migrate")
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("new.db*")} == dict.fromkeys(
        [path.name for path in tmp_path.glob("new.db*")], 0o600
    )
    assert (tmp_path / "new.db").stat().st_size > 0


def test_without_a_database_a_text_is_read_and_routed_as_far_as_that_goes(model, tmp_path, monkeypatch, capsys):
    url = f"sqlite:///{tmp_path}/none.db"
    for name, value in (KEYS | {"BOT_DATABASE__URL": url}).items():
        monkeypatch.setenv(name, value)
    operator = Operator(monkeypatch, capsys, url)
    status, out, err = operator("understand", LIFT)
    assert (status, json.loads(out)["red_flag"]) == (0, "lift_trapped")
    assert err.count("\n") == 1
    assert "没有数据库可读" in err
    status, out, err = operator("route", LIFT)
    told = json.loads(out)
    assert (status, told["team"], told["grid"]) == (0, None, None)
    assert told["limits"]["handle"]
    assert "没有数据库可读" in err
