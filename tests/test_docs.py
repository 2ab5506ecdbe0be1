"""The documentation says what the program does: what is told here by hand is compared with what is there."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Option
from pydantic import BaseModel

from bot.__main__ import COMMANDS as COMMAND_LINE
from bot.__main__ import command as named
from bot.assembly import Program
from bot.installation.settings import SECRETS, Settings
from bot.web.app import create_app
from docs.render import FILES, rendered
from docs.targets import is_met, missed
from handlers.town_import.tables import COLUMNS, OPTIONAL

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README = (ROOT / "README.md").read_text("utf-8")
TOWN = (ROOT / "docs" / "town.md").read_text("utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")
BENCH = (ROOT / "docs" / "bench.md").read_text("utf-8")
OPERATE = (ROOT / "docs" / "operate.md").read_text("utf-8")


@pytest.mark.parametrize("file", FILES)
def test_tables_made_from_the_program_are_current(file: str):
    assert (ROOT / file).read_text("utf-8") == rendered(file), "run `make docs`"


@pytest.mark.parametrize("name", COMMAND_LINE)
def test_every_command_is_listed_and_has_help(name: str):
    command = named(name)
    assert re.search(rf"^\| `{name}[ `]", COMMANDS, re.MULTILINE)
    assert command.help
    assert all(each.opts[0].startswith("--") for each in command.params if isinstance(each, Option))


def test_the_readme_is_read_in_a_few_minutes():
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("line", missed(), ids=lambda line: line["what"])
def test_every_missed_target_has_a_word_on_why(line: Mapping[str, Any]):
    assert f"**{line['what']}**" in BENCH.partition("<!-- /missed -->")[2]


@pytest.mark.parametrize(
    ("target", "value", "ratio", "more", "held"),
    [
        ("≥ 0.5, p99 ≤ 100 ms", 300, 0.6, "p50 9 ms, p99 99.9 ms", True),
        ("≥ 0.5, p99 ≤ 100 ms", 300, 0.4, "p50 9 ms, p99 99.9 ms", False),
        ("≥ 0.5, p99 ≤ 100 ms", 300, 0.6, "p50 9 ms, p99 100.1 ms", False),
        ("≤ 1500 µs", 1500, None, "", True),
        ("≤ 1500 µs", 1501, None, "", False),
        ("0", 0, None, "", True),
        ("0", 1, None, "", False),
    ],
)
def test_a_target_is_compared_with_what_was_measured(target, value, ratio, more, held):
    assert is_met({"target": target, "value": value, "ratio": ratio, "more": more}) is held


def test_a_target_that_nobody_can_compare_is_an_error():
    with pytest.raises(ValueError, match="soon"):
        is_met({"what": "x", "target": "soon", "value": 1})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path):
    targets = [target.partition("#")[0] for target in re.findall(r"\]\((?!https?:)([^)]*)\)", page.read_text("utf-8"))]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_that_is_mentioned_exists(page: Path):
    there = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)) <= there


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "adr").glob("0*.md")), ids=lambda page: page.stem)
def test_every_decision_says_its_context_and_its_consequences(page: Path):
    headings = re.findall(r"^#+ (.*)", page.read_text("utf-8"), re.MULTILINE)
    assert headings[0].startswith(f"{int(page.stem[:4])}. ")
    assert headings[1:4] == ["Context", "Decision", "Consequences"]


def test_every_secret_is_in_the_runbook():
    names = [f"BOT_{section}__{key}".upper() for section, keys in SECRETS.items() for key in keys]
    assert [name for name in names if f"`{name}`" not in OPERATE] == []


@pytest.mark.parametrize("page", [README, OPERATE, TOWN], ids=["README", "operate", "town"])
def test_every_environment_variable_that_is_mentioned_is_a_setting(page: str):
    for name in set(re.findall(r"BOT_[A-Z]+__[A-Z_]+[A-Z]", page)):
        section, key = name.removeprefix("BOT_").lower().split("__")
        assert key in section_of(section).model_fields, name


def section_of(name: str) -> type[BaseModel]:
    section = Settings.model_fields[name].annotation
    assert section is not None
    return section


def test_every_setting_stands_in_the_shipped_configuration():
    """A clerk finds it there, with its comment; secrets and the platform's own constants stay out."""
    text = (ROOT / "config.yaml").read_text("utf-8")
    sections = {name: section_of(name) for name in yaml.safe_load(text) if name not in {"town", "routing"}}
    missing = [
        f"{section}.{key}"
        for section, model in sections.items()
        for key in model.model_fields
        if key not in SECRETS.get(section, set()) and not re.search(rf"\b{key}:", text)
    ]
    assert set(missing) <= {"wechat.app_id", "wechat.gh_id", "wechat.mode", "wechat.api_base", "privacy.key_file"}


def test_every_section_stands_in_the_shipped_configuration():
    text = (ROOT / "config.yaml").read_text("utf-8")
    sections = set(Settings.model_fields) - {"source", "wecom"}
    assert [name for name in sections if not re.search(rf"^#? ?{name}:", text, re.MULTILINE)] == []


def test_the_columns_of_the_world_are_as_the_importer_wants_them():
    for name, columns in {**COLUMNS, **OPTIONAL}.items():
        told = re.search(rf"^\| `{name}\.csv` \| `([a-z,_]+)`(.*)", TOWN, re.MULTILINE)
        assert told, name
        assert set(columns.needed) <= set(told[1].split(",")) <= set(columns.known)
        assert [
            column for column in columns.known if column not in told[1].split(",") and f"`{column}`" not in told[2]
        ] == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_every_figure_of_the_runbook_is_exposed(program: Program):
    account = {"token": "t" * 8, "aes_key": "a" * 43, "app_id": "wx0123456789abcdef", "gh_id": "gh_0123456789ab"}
    told = program.settings.wechat.model_validate(account)
    object.__setattr__(program, "settings", program.settings.model_copy(update={"wechat": told}))
    said = create_app(program).test_client().get("/metrics").get_data(as_text=True)
    exposed = set(re.findall(r"^(whistle_\w+)", said, re.MULTILINE))
    assert set(re.findall(r"whistle_\w+", OPERATE)) <= exposed
