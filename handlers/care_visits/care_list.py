"""The care list, which is private: who may read which row. Every reading is logged."""

import re
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from handlers.disclosure.masks import TITLE
from handlers.tickets.change import Change, PersonalChange
from handlers.town.limits import local_day
from handlers.world.staff import Member
from models.care import CaredFor, CareLook
from models.person import STAFF, Role

_HEAD = re.compile(r"[\s，,。.：:；;！!]+")
_LONGEST_NAME = 5
_DOUBLE = 2


def listed(change: Change) -> list[CaredFor]:
    """All people on the list, the one due first in front."""
    rows = change.session.scalars(select(CaredFor).where(~CaredFor.left_out).order_by(CaredFor.id)).all()
    return sorted(rows, key=lambda each: (each.due_on or date.min, each.id))


def visitors(change: Change, cared: CaredFor) -> list[Member]:
    """The named visitor, if still on the staff; else the grid's own staff."""
    staff = change.town.staff.people
    if cared.visitor_id in staff:
        return [staff[cared.visitor_id or 0]]
    everybody = (each for each in staff.values() if each.grid == cared.grid and Role.GRID_STAFF in each.roles)
    return sorted(everybody, key=lambda each: each.id)


def to_visit(change: PersonalChange) -> list[CaredFor]:
    """The people whom this person visits; nobody else's rows may be read for a visit."""
    if not change.person.roles & STAFF and not change.person.is_overseer:
        return []
    return [each for each in listed(change) if change.person.id in {who.id for who in visitors(change, each)}]


def answers_for(change: PersonalChange, grid: str) -> bool:
    """Whether a grid lies in the area that a supervisor oversees."""
    person = change.person
    everywhere = Role.ADMIN in person.roles or person.grid is None
    return person.is_overseer and (everywhere or change.town.world.lies_in(grid, person.grid))


def overseen(change: PersonalChange) -> list[CaredFor]:
    """The people on the list in the supervisor's area."""
    return [each for each in listed(change) if answers_for(change, each.grid)] if change.person.is_overseer else []


def looked(change: PersonalChange, shown: Sequence[CaredFor]) -> None:
    """Write the read log in the same transaction, so that no reading goes unlogged."""
    change.session.add_all(CareLook(person_id=change.person.id, cared_id=each.id, at=change.now) for each in shown)


def today(change: Change) -> date:
    return local_day(change.now)


def meant(theirs: Sequence[CaredFor], words: str) -> tuple[list[CaredFor], str]:
    """「李奶奶 一切都好」「李桂英，都好」「12 都好」 → the people who may be meant, and the remaining words."""
    head = _HEAD.split(words, maxsplit=1)[0]
    if head.isdecimal():
        return [each for each in theirs if each.id == int(head)], _after(words, head)
    whole = [each for each in theirs if words.startswith(each.name)]
    if whole:
        return whole, _after(words, whole[0].name)
    found: list[CaredFor] = []
    called = ""
    for each in theirs:
        if title := _called(each, words, head):
            found.append(each)
            called = title
    return found, _after(words, called)


def _called(cared: CaredFor, words: str, head: str) -> str:
    """The part of the words that names the person: surname with title, or a short first word; else ""."""
    for surname in {cared.name[:_DOUBLE], cared.name[:1]}:
        if titled := re.match(rf"{re.escape(surname)}{TITLE}", words):
            return titled[0]
        if head.startswith(surname) and len(head) < _LONGEST_NAME and len(head) < len(words):
            return head
    return ""


def _after(words: str, name: str) -> str:
    return words[len(name) :].strip(" ，,。.：:；;\n")
