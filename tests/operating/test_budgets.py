"""What a message costs stays within what it cost when it was last measured: calls, statements, rows, WAL, the lock."""

import pytest

from bot.bench import budgets
from bot.bench.databases import Databases
from bot.bench.parts import Bench

SLACK = 1.1
HELD = {
    budgets.REPORT: budgets.Cost(calls=981, statements=13.4, rows=9.1, wal=26_400, locked=692),
    budgets.MIX: budgets.Cost(calls=1634, statements=0, rows=0, wal=0, locked=944),
    budgets.TAKE: budgets.Cost(calls=695, statements=18, rows=0, wal=0, locked=529),
    budgets.PROGRESS: budgets.Cost(calls=760, statements=0, rows=0, wal=0, locked=578),
    budgets.TODAY: budgets.Cost(calls=1142, statements=0, rows=0, wal=0, locked=387),
}
"""Measured; what is 0 is not held. The budgets themselves are not met yet (docs/bench.md)"""


@pytest.fixture(scope="module")
def counted(tmp_path_factory, model):
    folder = tmp_path_factory.mktemp("budgets")
    return dict(budgets.counted(Bench(Databases(folder, ""), folder, model, full=False)))


def test_nothing_costs_more_than_it_did(counted):
    """Counts don't depend on the machine, so a tenth more is a change of the program."""
    assert counted.keys() == HELD.keys()
    for budget, held in HELD.items():
        cost = counted[budget]
        for name in ("calls", "statements", "rows", "wal", "locked"):
            most = getattr(held, name) * SLACK
            assert not most or getattr(cost, name) <= most, (budget.what, name, getattr(cost, name))
