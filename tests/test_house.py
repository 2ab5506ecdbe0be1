"""Rules of the house that no linter knows: where sentences stand, how long things are, what is caught."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mutants import PARTS

ROOT = Path(__file__).parents[1]
CHINESE = re.compile(r"[\u4e00-\u9fff]")

OPERATORS = ("bot/__main__.py", "bot/bench/", "bot/commands/", "bot/demo/", "bot/installation/")
OPERATORS += (
    "bot/operating/",
    "bot/simulator/",
    "bot/synth/",
    "bot/week/",
    "bot/web/files.py",
    "bot/webhook/settings.py",
)
OPERATORS += ("handlers/tables/", "handlers/town_import/", "handlers/town/routing_warnings.py")
OPERATORS += ("handlers/town/catalogue.py", "handlers/town/wordings.py", "handlers/world/town_warnings.py")
OPERATORS += ("handlers/world/upkeep_warnings.py",)
"""What operators, clerks and developers read while they run a command, with what is wrong with which file"""

READING = ("handlers/questions/", "handlers/world/rosters.py", "handlers/staff/plain_words.py")
READING += ("handlers/joint_meetings/decide.py", "handlers/practice_settings/", "handlers/reception_days/receive.py")
READING += ("handlers/hotline/orders.py", "handlers/hotline/verified.py")
READING += ("handlers/town/duties.py", "handlers/town/limits.py", "handlers/town/limits_in_plain_words.py")
READING += ("handlers/digests/choose.py",)
READING += (
    "handlers/town/escalation_levels.py",
    "handlers/disclosure/masks.py",
    "handlers/town/privacy.py",
    "handlers/town/same_event_rules.py",
)
"""Vocabularies that read what people write, or the cells of a clerk's files"""

CALLS = {"Command", "re.compile", "re.sub", "ValueError", "Span.parse", "frozenset"}
"""A command's words and help; patterns; what is wrong with a setting; spans of time; words that are read"""

NAMES = {"STATUS_NAMES", "CLOSING_NAMES", "ROLE_NAMES", "SOURCE_NAMES", "GROUND_NAMES", "CONDITION_NAMES", "NAMES"}
NAMES |= {"MEASURES", "HEADING", "_RATINGS", "_WEEKDAYS", "_OF_THE_HOUSE"}
"""One word for one value, also in tables that programs read"""

EXCUSED = {
    # what the platform's fields take
    "bot/wechat/template_fields.py": "无|0-9.,¥￥$元",
    # the ending of a grid's name, which a map has no room for
    "bot/web/board/map_paths.py": "网格",
    # names of figures, cells and sheets
    "handlers/figures/counts.py": "新增|办结待回访|居民确认解决|未确认解决的结案|在办|超时|红色警情|待补充（还差地点）|无人承接",
    "handlers/supervisors/export.py": "是| 的，,",
    "handlers/supervisors/spreadsheets.py": "工单",
    # how times, spans and addresses are written
    "handlers/notifications/ticket_text.py": (
        "昨日|今日|明日|周|月|日|年|日 |天|小时|分钟|号楼|座|单元|室|号|弄|所发定位处|地点待核实"
    ),
    # what a recogniser is primed with
    "bot/speech/local.py": "以下是普通话的句子。",
    # marks in the database that an erasure looks for
    "handlers/privacy/erasure.py": "（居民已删除）|最早反映的居民退出，其他邻居还在等|并入",
    # words of commands, and parts of names
    "handlers/front_desk/numbered_menu.py": "报事|进度|人工|帮助|待办|今日|超时",
    "handlers/front_desk/talk.py": "位置",
    "handlers/residents/locate.py": "的|那边|号|弄",
    # how numbers on a road are written
    "handlers/world/buildings.py": "单|双|弄",
}
"""The rest, literal by literal"""


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def literals() -> Iterator[tuple[str, int, str]]:
    """Chinese literals that stand in no place where one may."""
    for room in ("bot", "handlers"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(OPERATORS + READING):
                yield from ((name, line, text) for line, text in _within(parsed(path), name))


def _within(node: ast.AST, name: str) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Compare) or (isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS):
        return
    if isinstance(node, ast.Assign | ast.AnnAssign) and _assigned(node) <= NAMES:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value):
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from _within(child, name)


def _assigned(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {ast.unparse(target) for target in targets}


def test_what_people_read_stands_in_the_wordings():
    excused = {name: set(words.split("|")) for name, words in EXCUSED.items()}
    found = list(literals())
    assert [each for each in found if each[2] not in excused.get(each[0], ())] == []
    assert excused.keys() <= {name for name, _, _ in found}


def test_no_place_is_named_that_needs_no_excuse():
    for opening in OPERATORS + READING:
        found = ROOT.rglob("*.py") if opening.endswith("/") else [ROOT / opening]
        files = [path for path in found if path.relative_to(ROOT).as_posix().startswith(opening)]
        assert any(CHINESE.search(path.read_text()) for path in files), opening


# -- plain English -------------------------------------------------------------------------------------------------

ORNATE = re.compile(r"\b(?:who" r"ever|an" r"ew|whose " r"it is)\b", re.IGNORECASE)
WRITTEN = {".py", ".md", ".yaml", ".toml", ".js", ".css", ".html", ""}


def test_comments_and_documents_are_in_plain_english():
    rooms = [ROOT / room for room in ("bot", "docs", "handlers", "models", "nlp", "tests")]
    files = [path for room in rooms for path in room.rglob("*") if path.is_file() and path.suffix in WRITTEN]
    files += [path for path in ROOT.iterdir() if path.is_file() and path.suffix in WRITTEN]
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files
        for line in path.read_text(errors="ignore").splitlines()
        if ORNATE.search(line)
    ]
    assert found == []


# -- lengths and nets ----------------------------------------------------------------------------------------------

USUAL_LINES, MOST_LINES = 200, 320
NETS = {
    "bot/server/rounds.py": 1,
    "bot/webhook/view.py": 1,
    "bot/worker/worker.py": 1,
    "handlers/answering/answer.py": 1,
    "handlers/answering/read_only.py": 1,
    "models/writer_lock.py": 1,
}
"""Where everything is caught: the outermost layer of a message, a push, a timer; or to hand the error on"""


def program() -> Iterator[tuple[str, str]]:
    """Our own modules; migrations are left as they were written."""
    for room in ("bot", "handlers", "models", "nlp"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if "versions" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def test_functions_are_short():
    trees = (parsed(ROOT / name) for name, _ in program())
    found = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    lengths = sorted((node.end_lineno or 0) - node.lineno + 1 for node in found)
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] <= 25
    assert lengths[-1] <= 45


def test_modules_are_short():
    lengths = {name: len(text.splitlines()) for name, text in program()}
    assert [name for name, lines in lengths.items() if lines > MOST_LINES] == []
    assert sorted(lengths.values())[len(lengths) * 9 // 10] <= USUAL_LINES


def test_folders_hold_few_modules():
    folders = Counter(str(Path(name).parent) for name, _ in program() if not name.endswith("__init__.py"))
    assert {name: count for name, count in folders.items() if count > 20 and name != "models"} == {}


def test_everything_is_caught_only_where_it_is_written_down():
    found: dict[str, int] = {}
    for name, _ in program():
        for node in ast.walk(parsed(ROOT / name)):
            if isinstance(node, ast.ExceptHandler) and _catches_all(node):
                found[name] = found.get(name, 0) + 1
    assert {name: count for name, count in found.items() if count > NETS.get(name, 0)} == {}
    assert NETS.keys() <= found.keys()


def _catches_all(node: ast.ExceptHandler) -> bool:
    caught = {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)} if node.type else set()
    return node.type is None or bool(caught & {"Exception", "BaseException"})


def test_no_module_is_a_drawer():
    assert [name for name, _ in program() if Path(name).stem in {"utils", "util", "helpers", "common", "misc"}] == []


# -- tests that bite -------------------------------------------------------------------------------------------------

SKIPS = {"tests/browser.py": 1, "tests/test_deploy.py": 1}
"""Of a program of the system that may be missing, a browser and nginx; the run says so in a line"""


def suite() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), parsed(path)


def test_no_test_is_skipped_but_where_a_program_is_missing():
    found: dict[str, int] = {}
    for name, tree in suite():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "xfail", "importorskip"}:
                found[name] = found.get(name, 0) + 1
    assert found == SKIPS


def test_no_test_ends_before_it_has_looked_at_anything():
    found = []
    for name, tree in suite():
        tests = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
        branches = (node for test in tests for node in ast.walk(test) if isinstance(node, ast.If))
        found += [f"{name}:{each.lineno}" for each in branches if any(map(_gives_up, (each.body, each.orelse)))]
    assert found == []


def test_what_the_mutants_are_put_into_and_who_looks_at_it_is_there():
    """Of a folder that is gone pytest says it failed, and every fault would count as noticed."""
    named = [name for module, tests in PARTS.values() for name in (module, *tests.split())]
    assert [name for name in named if not (ROOT / name).exists()] == []


def _gives_up(body: list[ast.stmt]) -> bool:
    if not body or not isinstance(body[-1], ast.Return):
        return False
    inside = [node for statement in body for node in ast.walk(statement)]
    raises = any(isinstance(node, ast.withitem) and "raises" in ast.unparse(node) for node in inside)
    return not raises and not any(isinstance(node, ast.Assert) for node in inside)
