"""A table is one test: every row is tried, and all that fail are told at once."""

from collections.abc import Callable, Iterable

import pytest


def every(rows: Iterable[object], check: Callable[..., None]) -> None:
    """`check` gets each row, a tuple as its arguments. Fails where there is no row at all."""
    tried, failed = 0, []
    for row in rows:
        tried += 1
        try:
            check(*row) if isinstance(row, tuple) else check(row)
        except (AssertionError, pytest.fail.Exception) as why:
            failed.append(f"{row}: {why}")
    assert tried
    assert not failed, f"{len(failed)} of {tried}:\n" + "\n".join(failed)
