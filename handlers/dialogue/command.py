"""A command as a value: its words, who may use it, its line in 帮助, what may follow it."""

from dataclasses import dataclass
from enum import StrEnum

from models.person import Role


class Shield(StrEnum):
    """What the staff that a ticket complains of may not do with it; the value names the sentence that says so."""

    NONE = ""
    QUESTIONS = "no_questions"
    """The answer would tell who complained"""
    CATEGORY = "no_other_category"
    """Under another category the ticket would no longer be a complaint"""
    IN_CHARGE = "not_in_charge"
    """A team that helps by rule explains itself (备注); it does not take the complaint over, nor end it"""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as 帮助 shows it: its first word, who may use it, one line."""

    words: tuple[str, ...]
    roles: frozenset[Role]
    help: str
    only_asks: bool = False
    """It changes nothing but the read log: it can take the read-only path"""
    every_day: bool = False
    """「帮助」 shows it at once; a list of forty lines is read by nobody"""
    wants_words: bool = True
    """False: only a number can follow. 「接 1」 names a ticket, while 「结 1楼的灯换了」 tells what was done"""
    opens: bool = False
    """It only opens what was listed: a question that is asked later goes before it"""
    shield: Shield = Shield.NONE
    settles: frozenset[str] = frozenset()
    """Questions that it answers once it has acted, beside those of its own module"""
    speaks: bool = False
    """Only who speaks for a house or a compound has it"""
    practice: str = ""
    """What it belongs to; a town that has that switched off has no such command"""

    @property
    def name(self) -> str:
        """The word that we say for it, and keep in the database."""
        return self.words[0]
