"""A command as a value: its words, who may use it, its line in 帮助, what may follow it."""

from dataclasses import dataclass
from enum import StrEnum

from models.person import Role


class Shield(StrEnum):
    """Why staff may not give a command on a complaint about themselves; the value is the refusal's wording key."""

    NONE = ""
    QUESTIONS = "no_questions"
    """The answer would show who complained"""
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
    """It writes nothing but the read log, so it can take the read-only path"""
    every_day: bool = False
    """「帮助」 shows it on the first page; nobody reads a list of forty lines"""
    wants_words: bool = True
    """False: only a number can follow. 「接 1」 names a ticket, while 「结 1楼的灯换了」 tells what was done"""
    opens: bool = False
    """It only opens an item of a list, so a question asked later takes precedence"""
    shield: Shield = Shield.NONE
    settles: frozenset[str] = frozenset()
    """Questions of other modules that it answers when it succeeds"""
    speaks: bool = False
    """Only representatives of a building or compound have it"""
    practice: str = ""
    """The practice that it belongs to; a town that switches the practice off loses the command"""

    @property
    def name(self) -> str:
        """Its first word, which is shown to people and stored in the database."""
        return self.words[0]
