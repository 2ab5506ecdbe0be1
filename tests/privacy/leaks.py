"""What those complained of could read of who complained, counted by way out. `make leaks` prints it.

`data/complaints.jsonl` (and `_later`) are complaints in ordinary words, written apart from the rules, with what they give
away (`secrets`); all are filed in one town. Each is laid before somebody of the kind that it complains of, once as the
program has it, and once as if it complained of nobody: that is what would leak without the shielding.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from testbed import ROOT, Clock, Databases, settings_for, trained_model

from bot.assembly import Program, assemble
from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind, Message
from handlers.disclosure.policy import Way, is_danger, passing, shut_out, side_of, sight
from handlers.evidence import page
from handlers.notifications import push_rules, pushes, ticket_text
from handlers.residents.read_into_draft import read
from handlers.staff.view import opened
from handlers.supervisors.export import table
from handlers.tickets.draft import Draft
from handlers.tickets.filing import file
from handlers.town.downloads import TicketLink
from handlers.town.town import Town
from models.new_tickets import row_of
from models.person import Person, PersonRole, highest
from models.push import Push
from models.ticket import Ticket

DATA = Path(__file__).parent / "data"
RUN = 6
CHANCE = re.compile(r"20\d\d-\d\d-\d\d[T ][\d:+]+|20\d\d年\d+月\d+日 [\d:]+|\d{11}|[一-龥]{1,4}\d\d:\d\d")
"""Numbers of tickets and moments may hold the digits of any flat"""
STAFF_TELLINGS = [telling for each in push_rules.PUSH_RULES.values() for telling in each if telling.template == "staff"]
WORDS = ("text", "note", "reason", "answer")
OTHERS = set(re.findall(r"{(\w+)}", (ROOT / "handlers/data/wordings.yaml").read_text("utf-8"))) - {"where"}

Line = dict[str, Any]


def lines(name: str) -> list[Line]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


@dataclass(frozen=True)
class Filing:
    """A town, a session that is rolled back at the end, and how to file a line in it."""

    session: Session
    town: Town
    now: datetime

    def filed(self, number: int, text: str) -> Ticket:
        fallback = self.town.world.places_named("德尚小区")[0]
        person = Person(openid=f"oLine{number:023d}")
        self.session.add(person)
        self.session.flush()
        context = Context(Message("line", "", Kind.TEXT, self.now, text), self.session, self.now, person, self.town)
        draft = read(replace(context, understanding=self.town.reader.understand(text)), text, Draft(""))
        if draft.place_id is None:
            draft = replace(draft, place_id=fallback.id, place_name=fallback.name, building=draft.building or "3")
        return file(context, replace(draft, category=draft.category or draft.choices[0]), person)

    def staff(self) -> dict[int, tuple[Person, str]]:
        """Everybody with a post, and the kind that they belong to."""
        people = self.session.scalars(select(Person).where(Person.id.in_(select(PersonRole.person_id))))
        return {person.id: (person, side_of(self.town.world, person)) for person in people}


@contextmanager
def filing(program: Program) -> Iterator[Filing]:
    session = program.sessions()
    try:
        yield Filing(session, program.towns.current(session), program.clock())
    finally:
        session.rollback()
        session.close()


def secrets_in(line: Line, text: str) -> list[str]:
    """What of a line stands in a text: what gives its writer away, or so many characters on end."""
    left, said = CHANCE.sub("", text), _runs(line["text"])
    found = [each for each in line["secrets"] if len(each) > 1 and each in left]
    return found + [run for start in range(len(left) - RUN) if (run := left[start : start + RUN]) in said]


@lru_cache(maxsize=8)
def _runs(said: str) -> frozenset[str]:
    return frozenset(said[start : start + RUN] for start in range(len(said) - RUN))


def ways_out(at: Filing, line: Line, ticket: Ticket, reader: Person) -> Iterator[tuple[str, str]]:
    """All that one of them could get to read, were the ticket before them, whether their team has it or not."""
    ticket = row_of(at.session, ticket)
    context = Context(Message("look", "", Kind.TEXT, at.now, ""), at.session, at.now, reader, at.town)
    before = ticket.team
    for part in ("none", "lead"):
        ticket.team = before if part == "none" or not reader.team else reader.team
        for way, text in _read(context, line, ticket, reader):
            yield f"{way}.{part}", without_place(ticket, text)
    ticket.team = before


def _read(context: Context, line: Line, ticket: Ticket, reader: Person) -> Iterator[tuple[str, str]]:
    session, town, now = context.session, context.town, context.now
    seen = sight(town, ticket, reader, Way.OPENED)
    yield "look", opened(context, ticket)
    yield "list", ticket_text.line(town, ticket, now, reader)
    yield "json", json.dumps(ticket_text.as_json(session, town, ticket, seen)["events"], ensure_ascii=False)
    yield "export", " ".join(map(str, list(table(session, town, Ticket.id == ticket.id, reader))[1]))
    yield "page", _page(session, town, ticket, reader, now)
    values: dict[str, object] = dict.fromkeys(OTHERS, "") | dict.fromkeys(WORDS, line["text"])
    for telling in STAFF_TELLINGS:
        letter = pushes._letter(town, ticket, telling, values, now, "", passing(town, ticket, reader))
        yield telling.wording, f"{letter.text} {' '.join(letter.fields.values())}"


def _page(session: Session, town: Town, ticket: Ticket, reader: Person, now: datetime) -> str:
    """As if the link to it were theirs; where it shows nothing to them at all, nothing."""
    wanted = TicketLink(ticket.id, reader.id, highest(reader.roles), now + timedelta(days=1))
    found = page.page_of(session, town, wanted, now)
    return " ".join(str(getattr(found, each.name)) for each in fields(found) if each.name != "pin") if found else ""


def told(session: Session, ticket: Ticket) -> list[tuple[int, str]]:
    """Who was pushed what of a ticket."""
    rows = session.execute(select(Push.person_id, Push.text, Push.fields).where(Push.ticket_id == ticket.id))
    return [(person, f"{text} {' '.join(fields.values())}") for person, text, fields in rows]


def without_place(ticket: Ticket, text: str) -> str:
    """The compound may be known, and in danger the house."""
    if is_danger(ticket):
        text = text.replace(ticket_text.where(ticket), "")
    return text.replace(ticket.place_name, "") if ticket.place_name else text


@dataclass(frozen=True)
class Found:
    """Complaints that leaked, by way and by the kind complained of; and how many there were."""

    now: Counter[tuple[str, str]]
    without: Counter[tuple[str, str]]
    read: Counter[str]
    unread: list[Line]

    def __str__(self) -> str:
        kinds, ways = sorted(self.read), sorted({way for way, _ in (*self.now, *self.without)})
        head = ["way out", *(f"{kind}: without, now" for kind in kinds), "all: without, now"]
        rows = [[way, *(self._cell(way, [kind]) for kind in kinds), self._cell(way, kinds)] for way in ways]
        told = ", ".join(f"{kind} {self.read[kind]}" for kind in kinds)
        table = "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])
        return f"complaints read as such: {told}; not: {len(self.unread)}\n{table}\nleaks now: {self.now.total()}"

    def _cell(self, way: str, kinds: list[str]) -> str:
        return ", ".join(str(sum(found[way, kind] for kind in kinds)) for found in (self.without, self.now))


def leaks(at: Filing, complaints: list[Line], compared: int | None = None) -> Found:
    """`compared`: so many of them are looked at without the shielding, too; all, unless it is given."""
    found, people = Found(Counter(), Counter(), Counter(), []), at.staff()
    for number, line in enumerate(complaints):
        ticket, about = row_of(at.session, at.filed(number, line["text"])), line["about"]
        if about not in shut_out(at.town, ticket):
            found.unread.append(line)
            continue
        them = [person for person, kind in people.values() if kind == about]
        found.read[about] += 1
        shut = ticket.shut_out
        cases = [(found.now, shut), (found.without, "")]
        for counted, ticket.shut_out in cases if compared is None or number < compared else cases[:1]:
            ways = ways_out(at, line, ticket, them[number % len(them)])
            counted.update({(way, about) for way, text in ways if secrets_in(line, text)})
        ticket.shut_out = shut
        sent = told(at.session, ticket) if not is_danger(ticket) else []
        theirs = [text for person, text in sent if people.get(person, (None, ""))[1] == about]
        found.now["sent", about] += any(secrets_in(line, text) for text in theirs)
    return replace(found, now=+found.now)


def main() -> int:
    trained_model()
    with TemporaryDirectory() as folder:
        url = Databases(Path(folder)).fresh("sqlite", with_town=True)
        program = assemble(settings_for(url, Path(folder)), Clock())
        with filing(program) as at:
            found = leaks(at, [*lines("complaints.jsonl"), *lines("complaints_later.jsonl")])
        program.engine.dispose()
    print(found)
    return int(bool(found.now))


if __name__ == "__main__":
    sys.exit(main())
