"""Rules that hold for the whole program: wordings, commands, migrations, who is told, what is never told."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from rows import every
from testbed import MONDAY, ROOT

from bot.installation.migrating import _config, differences, migrate
from bot.installation.settings import SECRETS, load_settings
from handlers.answering.router_order import ROUTERS
from handlers.notifications.push_rules import PUSH_RULES, Audience
from handlers.town.wordings import read_wordings
from models.connecting import connect
from models.person import Role
from models.status_moves import MOVES

pytestmark = pytest.mark.both_databases

SAY = read_wordings(ROOT / "handlers" / "data" / "wordings.yaml")
SOURCES = [path for room in ("handlers", "bot") for path in sorted((ROOT / room).rglob("*.py"))]
MOST_BYTES = 2048


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def said_keys(path: Path) -> set[str]:
    """Every constant of a module that looks like a wording's key, and the openings of those that are put together."""
    keys = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            keys.add(node.value)
    return keys


CONSTANTS = {word for path in SOURCES for word in said_keys(path)}
# "push." is spelled out in the table of push rules, "filing." begins the names of states, not of sentences.
OPENINGS = {word for word in CONSTANTS if re.fullmatch(r"[a-z_]+\.([a-z_]*_)?", word)} - {"push.", "filing."}
TOLD = {rule.wording for rules in PUSH_RULES.values() for rule in rules}


def calls_of_say() -> list[tuple[str, str, set[str] | None]]:
    """Each `say("key", a=…, b=…)`: where, which key, which values (None where a mapping is spread)."""
    found = []
    for path in SOURCES:
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "say" or not node.args:
                continue
            key = node.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value in SAY:
                names = {keyword.arg for keyword in node.keywords}
                found.append((f"{path.name}:{node.lineno}", key.value, None if None in names else names))
            elif isinstance(key, ast.Constant):
                found.append((f"{path.name}:{node.lineno}", str(key.value), None))
    return found


CALLS = calls_of_say()


# -- wordings ------------------------------------------------------------------------------------------------------


def test_every_sentence_that_is_said_exists():
    assert [(where, key) for where, key, _ in CALLS if key not in SAY] == []
    assert {wording for wording in TOLD if wording not in SAY} == set()


def test_every_sentence_is_said_somewhere():
    unused = {
        key
        for key in SAY.keys
        if key not in CONSTANTS and key not in TOLD and not any(key.startswith(opening) for opening in OPENINGS)
    }
    assert unused == set()


def test_a_sentence_gets_the_values_that_it_needs():
    every([call for call in CALLS if call[2] is not None], _gets_its_values)


def _gets_its_values(where, key, values):
    assert SAY.places_of(key) <= values, f"{where} says {key} without {SAY.places_of(key) - values}"


def test_what_a_red_flag_tells_has_its_telephone_numbers():
    from handlers.town.town import Contacts

    given = Contacts().model_dump().keys()
    for key in SAY.keys:
        if key.startswith("red_flag."):
            assert SAY.places_of(key) <= given, key


FACTS = {
    "number": "26111600001", "what": "建筑垃圾、装修垃圾乱堆放", "where": "长安社区平房片区12号楼3单元1202室",
    "status": "不予受理", "team": "长安社区综合服务队（绿化队、清洁队）", "line": "❗26111600001 停车管理 德尚小区3号楼 待签收" * 2,
}  # fmt: skip
LONG = "长" * 60


def test_a_sentence_stays_short_enough_for_the_platform():
    """Lists and residents' own words are long without an end and cut by the reply itself; all else must fit by far."""
    every(sorted(SAY.keys), _is_short)


def _is_short(key):
    values = {name: FACTS.get(name, LONG) for name in SAY.places_of(key)}
    assert len(SAY(key, **values).encode()) <= MOST_BYTES, key
    assert len(SAY(key, **dict.fromkeys(values, "")).encode()) <= 600, f"{key}: too long for an old neighbour"


FOR_OPERATORS = {"exporting.no_address", "lost_work.digest"}
"""These name a command or a file, for those who can type it"""


def test_a_sentence_is_plain_chinese():
    every(sorted(SAY.keys - FOR_OPERATORS), _is_plain_chinese)


def _is_plain_chinese(key):
    words = SAY(key, **dict.fromkeys(SAY.places_of(key), "某"))
    words = re.sub(r'<a href="[^"]*">|</a>', "", words)  # how a link is written; people see its words
    assert not re.search(r"[a-zA-Z_]{4,}", words), words
    assert not re.search(r"[,;?!](?=[\u4e00-\u9fff])", words), f"half-width punctuation: {words}"
    assert words.count("“") == words.count("”")


# -- commands ------------------------------------------------------------------------------------------------------

COMMANDS = [command for router in ROUTERS for command in router.commands]


def test_no_word_means_two_commands_for_the_same_person():
    for role in Role:
        words = [word for command in COMMANDS if role in command.roles for word in command.words]
        assert sorted(words) == sorted(set(words)), f"{role} has a word twice"


def test_a_command_s_help_begins_with_its_word_and_fits_on_a_line():
    every(COMMANDS, _helps_on_a_line)


def _helps_on_a_line(command):
    assert command.help.startswith(command.words[0])
    assert "：" in command.help
    assert len(command.help) <= 40


# -- tables --------------------------------------------------------------------------------------------------------


def test_models_and_migrations_agree_on_both_databases(engine):
    assert differences(engine) == []


def test_migrations_have_one_head_and_one_root():
    scripts = ScriptDirectory.from_config(_config())
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


def test_migrating_twice_changes_nothing(databases, kind):
    engine = connect(databases.fresh(kind, with_town=False))
    migrate(engine)
    assert differences(engine) == []
    engine.dispose()


# -- who is told ---------------------------------------------------------------------------------------------------

SILENT = {
    "receive": "dispatching follows at once, and the reply said it",
    "supplement": "the resident's own words, told to the team as a supplement",
    "dispatch": "told as dispatch, red_flag, taken",
    "note": "for inside; a resident's own are told as a supplement",
    "finish": "a called team's own share; the roll-call shows it, the ticket's end is told as ever",
    "release": "a called team need not come; the roll-call shows it",
    "rate": "told with the closing that goes with it, as confirm",
}
UNDER_ANOTHER_NAME = {
    "close": {"close", "confirm", "lapse"},
    "dispatch": {"dispatch", "red_flag", "taken", "promised"},
    "visit": {"visit_proposed", "visit_wished", "visit_agreed", "visit_set", "visit_put_off"},
}


def test_every_move_is_told_to_somebody_or_silent_for_a_reason():
    every(sorted(MOVES), _is_told_or_silent)


def _is_told_or_silent(name):
    told = UNDER_ANOTHER_NAME.get(name, {name}) & PUSH_RULES.keys()
    assert told or SILENT.get(name), f"nobody hears of {name}"


FOR_RESIDENTS_TOO = {
    "accept", "report_in", "return_", "reassign", "escalate", "extend", "suspend", "resume", "resolve", "close",
    "decline", "merge", "follow_up",
}  # fmt: skip


def test_no_change_of_a_ticket_is_kept_from_its_resident():
    kept = [name for name in FOR_RESIDENTS_TOO if all(each.to is not Audience.RESIDENTS for each in PUSH_RULES[name])]
    assert kept == []


# -- what is never told --------------------------------------------------------------------------------------------


def test_no_secret_stands_in_the_shipped_files():
    settings = load_settings(ROOT / "config.yaml")
    for section, names in SECRETS.items():
        for name in names - {"url", "replica"}:
            value = getattr(getattr(settings, section), name)
            assert value is None or not value.get_secret_value(), f"{section}.{name}"
    assert settings.database.url.startswith("sqlite:")
    assert not settings.database.replica


def test_no_sentence_has_a_place_for_who_reported():
    for key in SAY.keys:
        assert not SAY.places_of(key) & {"reporter", "resident", "openid", "phone_of", "person"}, key


def test_what_happened_on_monday_is_in_working_hours():
    """The clock that tests start with: otherwise quiet hours would hide what they look for."""
    hours = load_settings(ROOT / "config.yaml").working_hours.calendar()
    assert hours.is_working(MONDAY)
