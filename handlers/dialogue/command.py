"""A command as a value: its words, who may use it, its line in 帮助."""

from dataclasses import dataclass

from models.person import Role


@dataclass(frozen=True, slots=True)
class Command:
    """A command as 帮助 shows it: its first word, who may use it, one line."""

    words: tuple[str, ...]
    roles: frozenset[Role]
    help: str
    only_asks: bool = False
    """It changes nothing but the read log: it can be answered beside the line of those who write"""
    every_day: bool = False
    """「帮助」 shows it at once; a list of forty lines is read by nobody"""
