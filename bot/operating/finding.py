"""One thing that `check` has found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`fatal`: the program can't run or would lose data; else a warning."""

    what: str
    mend: str
    fatal: bool = True
