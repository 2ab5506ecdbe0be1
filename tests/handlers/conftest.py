"""The town as a handler sees it."""

import pytest

from bot.assembly import Program
from handlers.town.town import Town


@pytest.fixture
def town(program: Program) -> Town:
    with program.reading() as session:
        return program.towns.current(session)
