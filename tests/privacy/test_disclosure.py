"""Every way out × everybody complained of × complaints that were written apart from the rules: nothing leaks.

`data/complaints.jsonl` are complaints in ordinary words with what they give away (`secrets`), `data/ordinary.jsonl`
reports that only speak of those who work here, with what a worker must still read (`where`). All of a file are filed in
one town; half of the lines was never looked at while rules and training lines were written (`unseen`).
"""

import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from testbed import ROOT

from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind, Message
from handlers.disclosure.policy import Way, is_danger, passing, shut_out, side_of, sight
from handlers.notifications import pushes, tellings, ticket_text
from handlers.notifications.pushes import notify
from handlers.residents.ask_or_file import read
from handlers.staff.view import opened
from handlers.supervisors.export import table
from handlers.tickets.access import overseen, worked
from handlers.tickets.complaints import hear
from handlers.tickets.draft import Draft
from handlers.tickets.filing import file
from models.new_tickets import row_of
from models.person import Person, PersonRole
from models.push import Push
from models.ticket import Ticket

DATA = Path(__file__).parent / "data"


def lines(name):
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


COMPLAINTS, ORDINARY = lines("complaints.jsonl"), lines("ordinary.jsonl")


def unseen(line):
    return int(hashlib.sha256(line["text"].encode()).hexdigest(), 16) % 2 == 1


@pytest.fixture
def town_of(program):
    """A town, a session that is rolled back, and how to file a line in it."""
    session = program.sessions()
    town, now = program.towns.current(session), program.clock()
    fallback = town.world.places_named("德尚小区")[0]

    def filed(number, text):
        person = Person(openid=f"oLine{number:023d}")
        session.add(person)
        session.flush()
        context = Context(Message("line", "", Kind.TEXT, now, text), session, now, person, town)
        draft = read(replace(context, understanding=town.reader.understand(text)), text, Draft(""))
        if draft.place_id is None:
            draft = replace(draft, place_id=fallback.id, place_name=fallback.name, building=draft.building or "3")
        return file(context, replace(draft, category=draft.category or draft.choices[0]), person)

    yield session, town, now, filed
    session.rollback()
    session.close()


def staff_of(session, town):
    """Everybody with a post, by the kind that they belong to."""
    people = session.scalars(select(Person).where(Person.id.in_(select(PersonRole.person_id)))).all()
    return {person.id: (person, side_of(town.world, person)) for person in people}


def side(people, person):
    return people[person][1] if person in people else ""


def told(session, ticket):
    """Who was pushed what of a ticket."""
    rows = session.execute(select(Push.person_id, Push.text, Push.fields).where(Push.ticket_id == ticket.id))
    return [(person, f"{text} {' '.join(fields.values())}") for person, text, fields in rows]


CHANCE = re.compile(r"20\d\d-\d\d-\d\d[T ][\d:+]+|20\d\d年\d+月\d+日 [\d:]+|\d{11}|[一-龥]{1,4}\d\d:\d\d")
"""Numbers of tickets and moments may hold the digits of any flat"""
RUN = 6


def secrets_in(line, text):
    """What of a line stands in a text: what gives its writer away, or so many characters on end."""
    left, said = CHANCE.sub("", text), line["text"]
    told = {said[start : start + RUN] for start in range(len(said) - RUN)}
    runs = (left[start : start + RUN] for start in range(len(left) - RUN))
    return [each for each in line["secrets"] if len(each) > 1 and each in left] + [run for run in runs if run in told]


@pytest.fixture
def all_filed(town_of):
    *_town, filed = town_of
    return [(line, filed(number, line["text"])) for number, line in enumerate(COMPLAINTS)]


def test_those_complained_of_get_nothing_by_any_way(town_of, all_filed):
    session, town, now, _filed = town_of
    people = staff_of(session, town)
    leaks, missed = Counter(), []
    for number, (line, ticket) in enumerate(all_filed):
        if line["about"] not in shut_out(town, ticket):
            missed.append((line, ticket))
            continue
        them = [person for person, kind in people.values() if kind == line["about"]]
        ways = list(ways_out(session, town, now, line, ticket, them[number % len(them)]))
        heard = told(session, ticket) if not is_danger(ticket) else []
        ways += [("push", text) for person, text in heard if side(people, person) == line["about"]]
        leaks.update((way, secret) for way, text in ways for secret in secrets_in(line, text))
    assert leaks == Counter()
    assert not [each for each in missed if not unseen(each[0])]
    assert len(missed) <= 0.05 * sum(map(unseen, COMPLAINTS))


def ways_out(session, town, now, line, ticket, reader):
    """All that one of them could get to read, were the ticket before them in whatever part."""
    ticket = row_of(session, ticket)
    context = Context(Message("look", "", Kind.TEXT, now, ""), session, now, reader, town)
    before = ticket.team
    values = dict.fromkeys(OTHERS, "") | dict.fromkeys(WORDS, line["text"])
    for part in ("none", "lead"):
        ticket.team = before if part == "none" or not reader.team else reader.team
        seen = sight(town, ticket, reader, Way.OPENED)
        yield f"look.{part}", without_place(ticket, opened(context, ticket))
        yield f"line.{part}", without_place(ticket, ticket_text.line(town, ticket, now, reader))
        yield f"json.{part}", json.dumps(ticket_text.as_json(session, town, ticket, seen)["events"], ensure_ascii=False)
        yield (
            f"export.{part}",
            without_place(ticket, " ".join(map(str, list(rows_of(session, town, ticket, reader))[1]))),
        )
        for telling in STAFF_TELLINGS:
            letter = pushes._letter(town, ticket, telling, values, now, "", passing(town, ticket, reader))
            told_so = f"{letter.text} {' '.join(letter.fields.values())}"
            yield f"{telling.wording}.{part}", without_place(ticket, told_so)
    ticket.team = before


STAFF_TELLINGS = [telling for each in tellings.TELLINGS.values() for telling in each if telling.template == "staff"]
WORDS = ("text", "note", "reason", "answer")
OTHERS = set(re.findall(r"{(\w+)}", (ROOT / "handlers/data/wordings.yaml").read_text("utf-8"))) - {"where"}


def without_place(ticket, text):
    """The compound may be known, and in danger the house."""
    if is_danger(ticket):
        text = text.replace(ticket_text.where(ticket), "")
    return text.replace(ticket.place_name, "") if ticket.place_name else text


def rows_of(session, town, ticket, reader):
    return table(session, town, Ticket.id == ticket.id, reader)


def test_no_list_or_figure_of_theirs_holds_it(town_of, all_filed):
    session, town, _now, _filed = town_of
    session.flush()
    for person, kind in staff_of(session, town).values():
        reached = set(session.scalars(select(Ticket.id).where(worked(person) | overseen(person))))
        hidden = {ticket.id for _line, ticket in all_filed if kind in shut_out(town, ticket) and not is_danger(ticket)}
        assert not reached & hidden, person.name


def test_ordinary_reports_still_say_where_to_go(town_of):
    _session, town, _now, filed = town_of
    over, unread = [], []
    for number, line in enumerate(ORDINARY):
        ticket = filed(number, line["text"])
        if shut_out(town, ticket) and ticket.category not in town.privacy.shield:
            over.append(line)
        worker = next(iter(town.staff.teams.get(ticket.team or "", ())), None)
        if worker:
            text = f"{ticket_text.where(ticket)} {sight(town, ticket, worker, Way.OPENED).words(ticket.text)}"
            unread += [where for where in line["where"] if where not in text]
    assert unread == []
    assert len(over) <= 0.12 * len(ORDINARY)


def test_what_a_resident_says_later_is_shielded_as_what_they_said_first(town_of):
    session, town, now, filed = town_of
    context = Context(Message("later", "", Kind.TEXT, now, ""), session, now, Person(), town)
    leaks = []
    people = staff_of(session, town)
    for number, line in enumerate(COMPLAINTS[::4]):
        ticket = filed(number, "德尚小区电梯坏了")
        hear(context, ticket, line["text"])
        notify(session, town, ticket, "supplement", now, note=line["text"])
        gets = [text for person, text in told(session, ticket) if side(people, person) == line["about"]]
        leaks += [line for text in gets if secrets_in(line, text)]
    assert [line for line in leaks if not unseen(line)] == []
    assert len({line["text"] for line in leaks}) <= 3
