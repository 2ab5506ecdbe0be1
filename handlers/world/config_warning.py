"""A warning about a town's rules or world, printed by `check`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConfigWarning:
    """A problem and how to fix it. The program runs all the same."""

    what: str
    mend: str
