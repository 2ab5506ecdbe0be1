"""`make mutants`: small faults are put into the parts that must not fail, one at a time; the tests have to notice.

Works in a copy of the tree (var/mutants), so that a run that is broken off leaves no fault behind. What survives is
explained in docs/mutants.md.
MUTANTS=clocks,access takes some parts; MUTANTS_SHARE=0.1 a tenth of the faults of each, always the same.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPY = ROOT / "var" / "mutants"
TOOLS = ROOT / ".venv" / "mutants" / "bin"
ENOUGH = 0.9
SECONDS = 600
"""For all tests of one fault; an endless loop is noticed so"""

OF_A_KIND = [
    "core/ReplaceBinaryOperator_Bit(Or|And)_(?!Bit(Or|And))",
    "core/ReplaceBinaryOperator_(Add|Sub)_(?!Add|Sub|Mul)",
    "core/ReplaceComparisonOperator_(Eq|NotEq)_Is",
]
"""Not tried: `|` made `<<` is an error at import, which any test notices, and would only make the share look better; `|`
made `^` joins sets that have nothing in common just as well; of short strings and small numbers `is` says what `==` says
"""

PARTS = {
    "clocks": ("handlers/tickets/clocks.py", "tests/handlers/tickets tests/models/test_working_time.py"),
    "calendar": ("models/calendar.py", "tests/models/test_working_time.py tests/handlers/tickets"),
    "escalation": ("handlers/tickets/escalation.py", "tests/handlers/tickets tests/test_stories.py"),
    "same_event": ("handlers/neighbours/same_event.py", "tests/handlers/neighbours"),
    "approvals": ("handlers/approvals", "tests/handlers/approvals tests/handlers/appeals tests/test_stories.py"),
    "notifications": (
        "handlers/notifications/pushes.py",
        "tests/handlers/notifications tests/bot/wecom tests/test_stories.py",
    ),
    "recipients": ("handlers/notifications/recipients.py", "tests/handlers/notifications tests/test_stories.py"),
    "moves": ("models/status_moves.py", "tests/models/test_status_moves.py"),
    "access": (
        "handlers/tickets/access.py",
        "tests/handlers/tickets tests/test_rights.py tests/privacy/test_disclosure.py",
    ),
}
"""What is made faulty, and which tests look at it, the quick ones first"""


def copied() -> None:
    """What git knows of, as it stands; the environment and the model are shared."""
    shutil.rmtree(COPY, ignore_errors=True)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        (COPY / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, COPY / name)
    (COPY / ".venv").symlink_to(ROOT / ".venv")
    if (ROOT / "var" / "model").exists():
        shutil.copytree(ROOT / "var" / "model", COPY / "var" / "model")


def configured(part: str) -> tuple[Path, Path]:
    """cosmic-ray's two files: what it is to do, and what it has done."""
    module, tests = PARTS[part]
    command = f".venv/bin/pytest -x -q -p no:cacheprovider -k 'not postgresql' {tests}"
    lines = ["[cosmic-ray]", f'module-path = "{module}"', f"timeout = {SECONDS}", "excluded-modules = []"]
    lines += [f"test-command = {json.dumps(command)}", "[cosmic-ray.distributor]", 'name = "local"']
    lines += ["[cosmic-ray.filters.operators-filter]", f"exclude-operators = {json.dumps(OF_A_KIND)}"]
    config, session = COPY / f"{part}.toml", COPY / f"{part}.sqlite"
    config.write_text("\n".join(lines) + "\n")
    return config, session


def thinned(session: Path, share: float) -> None:
    """Some faults of all, chosen by lot and always the same."""
    with closing(sqlite3.connect(session)) as database, database:
        open_ones = "select job_id from work_items where job_id not in (select job_id from work_results)"
        jobs = [job for (job,) in database.execute(open_ones)]
        places = dict(database.execute("select job_id, operator_name || start_pos_row || ':' || start_pos_col"
                                       " from mutation_specs"))  # fmt: skip
        jobs.sort(key=lambda job: places.get(job, ""))
        kept = set(random.Random(1).sample(jobs, max(1, round(len(jobs) * share))))
        for job in set(jobs) - kept:
            for table in ("mutation_specs", "work_items"):
                database.execute(f"delete from {table} where job_id = ?", (job,))  # noqa: S608


def counted(session: Path) -> tuple[int, list[str]]:
    """How many were tried, and where those stand that nobody noticed."""
    with closing(sqlite3.connect(session)) as database:
        done = "select count(*) from work_results where upper(test_outcome) in ('KILLED', 'SURVIVED', 'INCOMPETENT')"
        tried = database.execute(done).fetchone()[0]
        rows = database.execute(
            "select module_path, start_pos_row, operator_name, coalesce(diff, '') from mutation_specs"
            " join work_results using (job_id) where upper(test_outcome) = 'SURVIVED' order by 1, 2"
        )
        return tried, [f"{path}:{line} {operator}\n{diff}" for path, line, operator, diff in rows]


def tried(part: str, share: float) -> bool:
    config, session = configured(part)
    subprocess.run([TOOLS / "cosmic-ray", "init", config, session], cwd=COPY, check=True)
    subprocess.run([TOOLS / "cr-filter-operators", session, config], cwd=COPY, check=True)
    if share < 1:
        thinned(session, share)
    every_story_on_sqlite = os.environ | {"WHISTLE_NIGHTLY": "1"}
    # Tests that fail without a fault would take every fault for noticed.
    subprocess.run([TOOLS / "cosmic-ray", "baseline", config], cwd=COPY, check=True, env=every_story_on_sqlite)
    subprocess.run([TOOLS / "cosmic-ray", "exec", config, session], cwd=COPY, check=True, env=every_story_on_sqlite)
    number, survivors = counted(session)
    print(f"{part}: {number - len(survivors)} of {number} noticed", *survivors, sep="\n", flush=True)
    return number > 0 and number - len(survivors) >= ENOUGH * number


def main() -> int:
    wanted = list(filter(None, os.environ.get("MUTANTS", "").split(","))) or list(PARTS)
    copied()
    results = [tried(part, float(os.environ.get("MUTANTS_SHARE", "1"))) for part in wanted]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
