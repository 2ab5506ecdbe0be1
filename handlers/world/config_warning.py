"""What looks wrong in a town's rules or world, for `check` to print."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConfigWarning:
    """What is strange, and how it is mended. Nothing stops because of it."""

    what: str
    mend: str
