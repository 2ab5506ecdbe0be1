"""A configuration that is not right starts nothing: every problem at once, in Chinese, with the line where it stands."""

import re
import shutil
import sys

import pytest
from testbed import ROOT

from bot import __main__ as cli
from bot.installation.config_problems import ConfigError
from bot.installation.settings import SECRETS, load_settings
from bot.installation.town_keeper import read_files

DATA = ("handlers/data/categories.csv", "handlers/data/limits.csv", "handlers/data/wordings.yaml")


@pytest.fixture
def config(tmp_path):
    """The shipped configuration with its data, to be broken."""
    (tmp_path / "handlers").mkdir()
    shutil.copytree(ROOT / "handlers" / "data", tmp_path / "handlers" / "data")
    shutil.copy(ROOT / "config.yaml", tmp_path)
    return tmp_path / "config.yaml"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old} is no more in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(path, words):
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if words in line)


def problems_of(config):
    with pytest.raises(ConfigError) as refused:
        read_files(load_settings(config))
    return refused.value.problems


def said(problems, *words):
    return [each for each in problems if all(word in each for word in words)]


def test_the_shipped_configuration_is_right(config):
    assert read_files(load_settings(config)).catalogue.categories["repairs"] == "维修报修"


BREAKAGES = [
    ("town: 新义街道", "town: 新义街道\ncolour: red", "colour", "不认识这个键"),
    ("question_minutes: 30", "question_minutes: -3", "habits.question_minutes", "应大于 0"),
    ("urge_minutes: 30", "urge_minutes: 半小时", "habits.urge_minutes", "应为整数"),
    ("window_seconds: 600", "window_seconds: 5", "wechat.window_seconds", "不能小于 300"),
    ("max_bytes: 65536", "max_bytes: 65536\n  mode: geheim", "wechat.mode", "应为 safe、compat、plain 之一"),
    ("templates: {}", "templates: {boss: {id: x, fields: {}}}", "wechat.templates.boss", "应为 staff、resident 之一"),
    ('["14:00", "18:00"]', '["下午", "18:00"]', "working_hours.hours[1][0]", "应为时间"),
    ("days_off: []", "days_off: [元旦]", "working_hours.days_off[0]", "应为日期"),
    ("lead: [grid, property, community]", "lead: [grid, planet]", "lead[1]", "不是承办单位"),
    ("support: [property, community]", 'support: ["property:德尚"]', "support[0]", "只有部门"),
    ("when: {mode: [cross]}", "when: {mode: [crosss]}", "mode[0]", "之一"),
    ("when: {kind: [road", "when: {kindd: [road", "kindd", "不认识这个键"),
]


def test_all_problems_of_the_file_are_told_at_once_each_with_its_line(config):
    for old, new, *_ in BREAKAGES:
        change(config, old, new)
    problems = problems_of(config)
    assert len(problems) == len(BREAKAGES)
    for _, new, where, what in BREAKAGES:
        (told,) = said(problems, where, what)
        line = line_of(config, new.splitlines()[-1])
        assert told.startswith(f"config.yaml 第{line}行 "), told


@pytest.mark.parametrize(("old", "new", "where", "what"), BREAKAGES)
def test_no_problem_is_told_in_english_prose(config, old, new, where, what):
    change(config, old, new)
    (told,) = problems_of(config)
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", told.partition("：")[2]), told


def test_the_last_rule_must_take_everything(config):
    change(config, "    - name: 其余由社区承接", "    - name: 其余由社区承接\n      when: {urgent: true}")
    (told,) = problems_of(config)
    assert "最后一条规则不能有 when" in told
    assert told.startswith(f"config.yaml 第{line_of(config, 'routing:')}行 ")


@pytest.mark.parametrize("nothing", ["{}", ""])
def test_a_rule_without_conditions_would_hide_all_that_follow(config, nothing):
    change(config, "when: {red_flag: true}", f"when: {nothing}")
    (told,) = problems_of(config)
    assert "后面的规则永远用不上" in told


def test_a_category_that_nobody_knows_is_found_in_its_rule(config):
    change(config, "when: {category: [neighbours]}", "when: {category: [neighbors]}")
    change(config, "when: {item: [theft]}", "when: {item: [burglary]}")
    problems = problems_of(config)
    for rule, key in (("邻里和养犬先由网格调解", "neighbors"), ("治安归派出所", "burglary")):
        (told,) = said(problems, key)
        assert told.startswith(f"config.yaml 第{line_of(config, f'name: {rule}')}行 ")


def test_unreadable_limits_are_told_line_by_line(config):
    limits = config.parent / "handlers" / "data" / "limits.csv"
    rows = limits.read_text(encoding="utf-8-sig").splitlines()
    broken = {3: "四工作时", 7: "-2工作日"}
    for line, span in broken.items():
        rows[line - 1] = re.sub(r"\d+(工作时|工作日|紧急工作时|小时|分钟|自然日)", span, rows[line - 1])
    limits.write_text("\n".join(rows), encoding="utf-8")
    problems = problems_of(config)
    for line, span in broken.items():
        assert said(problems, f"limits.csv 第{line}行", span)


@pytest.mark.parametrize("name", ["categories", "limits", "duties"])
def test_a_table_saved_as_gbk_with_an_empty_row_starts_as_well(config, name):
    path = config.parent / "handlers" / "data" / f"{name}.csv"
    path.write_bytes((path.read_text("utf-8-sig") + ",,,,,,,\n").encode("gbk"))
    read_files(load_settings(config))


def test_a_table_that_is_none_is_named_in_chinese_and_alone(config):
    path = config.parent / "handlers" / "data" / "duties.csv"
    path.write_bytes(b"\x80\xff\x81\n" * 9)
    assert problems_of(config) == ["duties.csv：编码不是 UTF-8、GBK 或 UTF-16，请另存为“CSV UTF-8”"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("filing: {filed: 好的}\n".encode("gbk"), "编码应为 UTF-8"),
        (b"filing: [\n", "mine.yaml 第2行：不是正确的 YAML"),
        (b"- filing\n", "应为“键: 值”的形式"),
    ],
)
def test_wordings_that_can_t_be_read_stop_the_start_with_their_name(config, content, told):
    change(config, "# own_wordings: wordings.local.yaml", "own_wordings: mine.yaml")
    (config.parent / "mine.yaml").write_bytes(content)
    assert said(problems_of(config), "mine.yaml", told)


def test_a_category_without_a_limit_is_found(config):
    limits = config.parent / "handlers" / "data" / "limits.csv"
    rows = [row for row in limits.read_text(encoding="utf-8-sig").splitlines() if ",greening,," not in row]
    limits.write_text("\n".join(rows), encoding="utf-8")
    assert said(problems_of(config), "greening", "没有时限")


def test_a_town_s_own_wordings_are_checked_before_anybody_hears_them(config):
    change(config, "# own_wordings: wordings.local.yaml", "own_wordings: mine.yaml")
    (config.parent / "mine.yaml").write_text(
        "filing: {fild: 好的, added: '好 {numbr}', where: '在哪 {what'}\n", "utf-8"
    )
    problems = problems_of(config)
    assert said(problems, "filing.fild")
    assert said(problems, "filing.added", "{numbr}")
    assert said(problems, "filing.where", "花括号不成对")


@pytest.mark.parametrize(
    ("section", "key"), [(section, key) for section, keys in SECRETS.items() for key in sorted(keys)]
)
def test_a_secret_in_the_file_is_refused_without_being_shown(config, section, key):
    value = "postgresql://bot:geheim@db/whistle" if section == "database" else "geheim"
    text = config.read_text(encoding="utf-8")
    existing = re.search(rf"^{section}:.*\n", text, re.MULTILINE)
    text = text[: existing.end()] + f"  {key}: {value}\n" + text[existing.end() :] if existing else text
    if not existing:
        text += f"\n{section}:\n  {key}: {value}\n"
    if section == "database":
        text = re.sub(r"^  url: sqlite.*\n", "", text, flags=re.MULTILINE)
    config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_settings(config)
    (told,) = said(refused.value.problems, f"{section}.{key}")
    assert "密钥不能写在文件里" in told
    assert "geheim" not in str(refused.value)


def test_a_secret_that_comes_in_by_an_alias_is_refused_too(config):
    text = config.read_text(encoding="utf-8").replace("wechat:\n", "wechat:\n  <<: {token: geheim}\n", 1)
    config.write_text(text, encoding="utf-8")
    (told,) = said(problems_of(config), "wechat.token")
    assert "密钥不能写在文件里" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("town: [", "不是正确的 YAML"),
        ("- town", "键: 值"),
        ("", "键: 值"),
        ("town: 新义\n\ttab: 1", "第2行"),
        ("town: 新义\n? [a, b]\n: 1", "第2行"),
        ("town: 新义\nlabel: !python/object:os.system 1", "第2行"),
    ],
)
def test_a_file_that_is_no_configuration_at_all(config, text, told):
    config.write_text(text, encoding="utf-8")
    assert said(problems_of(config), told)


def test_a_file_in_the_wrong_encoding_is_said_to_be(config):
    config.write_bytes("town: 新义街道".encode("gbk"))
    assert said(problems_of(config), "UTF-8")


def test_without_rules_nothing_starts(config):
    text = config.read_text(encoding="utf-8")
    config.write_text(text[: text.index("routing:")], encoding="utf-8")
    (told,) = problems_of(config)
    assert "routing：缺少这一项" in told


def test_the_environment_overrules_the_file(config, monkeypatch):
    monkeypatch.setenv("BOT_HABITS__QUESTION_MINUTES", "7")
    monkeypatch.setenv("BOT_WECHAT__TOKEN", "ausderumgebung")
    monkeypatch.setenv("BOT_DATABASE__URL", "postgresql+psycopg://bot:geheim@db/whistle")
    settings = load_settings(config)
    assert settings.habits.question_minutes == 7
    assert settings.habits.urge_minutes == 30
    assert settings.wechat.token.get_secret_value() == "ausderumgebung"
    assert settings.database.url.endswith("@db/whistle")
    assert "ausderumgebung" not in repr(settings)


def test_a_mistake_in_the_environment_is_said_to_be_there(config, monkeypatch):
    monkeypatch.setenv("BOT_WECHAT__MODE", "unsicher")
    (told,) = problems_of(config)
    assert "环境变量" in told
    assert "wechat.mode" in told


@pytest.mark.parametrize("command", [("migrate",), ("serve", "--port", "1"), ("worker",), ("say", "o1", "你好")])
def test_with_a_broken_file_no_command_does_anything(config, tmp_path, command, monkeypatch, capsys):
    change(config, "question_minutes: 30", "question_minutes: -3")
    change(config, "town: 新义街道", "town: 新义街道\ncolour: red")
    monkeypatch.setenv("BOT_DATABASE__URL", f"sqlite:///{tmp_path}/new.db")
    monkeypatch.setattr(sys, "argv", ["bot", "--config", str(config), *command])
    assert cli.run() == 2
    told = capsys.readouterr()
    assert [line.partition("：")[2] for line in sorted(told.err.splitlines())] == ["应大于 0", "不认识这个键"]
    assert told.out == ""
    assert not (tmp_path / "new.db").exists()
