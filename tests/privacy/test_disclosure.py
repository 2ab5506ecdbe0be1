"""Every way out × everybody complained of × complaints that were written apart from the rules: nothing leaks.

`data/complaints.jsonl` are complaints in ordinary words, `data/ordinary.jsonl` reports that only speak of those who
work here, with what a worker must still read (`where`). All of a file are filed in one town; half of the lines was never
looked at while rules and training lines were written (`unseen`). leaks.py goes through the ways out.
"""

import hashlib
from collections import Counter

import pytest
from leaks import filing, leaks, lines, secrets_in, told
from sqlalchemy import select

from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind, Message
from handlers.disclosure.policy import Way, is_danger, shut_out, sight
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.tickets.access import overseen, worked
from handlers.tickets.staff_complaints import hear
from models.person import Person
from models.ticket import Ticket

COMPLAINTS, ORDINARY = lines("complaints.jsonl"), lines("ordinary.jsonl")
LATER, LATER_ORDINARY = lines("complaints_later.jsonl"), lines("ordinary_later.jsonl")
"""Written when all the rest was done: who is meant, and who is not"""


def unseen(line):
    return int(hashlib.sha256(line["text"].encode()).hexdigest(), 16) % 2 == 1


@pytest.fixture
def at(program):
    with filing(program) as made:
        yield made


def test_those_complained_of_get_nothing_by_any_way(at):
    found = leaks(at, COMPLAINTS, compared=60)
    assert found.now == Counter(), str(found)
    assert [line for line in found.unread if not unseen(line)] == []
    assert len(found.unread) <= 0.05 * sum(map(unseen, COMPLAINTS))
    assert sum(found.without["look.lead", about] for about in found.read) > 40, "the check would not see a leak"


def test_no_list_or_figure_of_theirs_holds_it(at):
    tickets = [at.filed(number, line["text"]) for number, line in enumerate(COMPLAINTS)]
    at.session.flush()
    for person, kind in at.staff().values():
        reached = set(at.session.scalars(select(Ticket.id).where(worked(person) | overseen(person))))
        hidden = {each.id for each in tickets if kind in shut_out(at.town, each) and not is_danger(each)}
        assert not reached & hidden, person.name


def test_ordinary_reports_still_say_where_to_go(at):
    over, unread = [], []
    for number, line in enumerate(ORDINARY):
        ticket = at.filed(number, line["text"])
        if shut_out(at.town, ticket) and ticket.category not in at.town.privacy.shield:
            over.append(line)
        worker = next(iter(at.town.staff.teams.get(ticket.team or "", ())), None)
        if worker:
            text = f"{ticket_text.where(ticket)} {sight(at.town, ticket, worker, Way.OPENED).words(ticket.text)}"
            unread += [where for where in line["where"] if where not in text]
    assert unread == []
    assert len(over) <= 0.12 * len(ORDINARY)


def test_it_is_known_of_lines_written_later_who_is_meant(at):
    filed = [(line, shut_out(at.town, at.filed(number, line["text"]))) for number, line in enumerate(LATER)]
    missed = [line["text"] for line, out in filed if line["about"] not in out]
    assert len(missed) <= 0.08 * len(LATER), missed
    shield = at.town.privacy.shield
    others = [at.filed(1000 + number, line["text"]) for number, line in enumerate(LATER_ORDINARY)]
    over = [ticket.text for ticket in others if ticket.category not in shield and shut_out(at.town, ticket)]
    assert len(over) <= 0.2 * len(others), over  # nearly each of them names somebody who works here


def test_what_a_resident_says_later_is_shielded_as_what_they_said_first(at):
    context = Context(Message("later", "", Kind.TEXT, at.now, ""), at.session, at.now, Person(), at.town)
    leaked, people = [], at.staff()
    for number, line in enumerate(COMPLAINTS[::4]):
        ticket = at.filed(number, "德尚小区电梯坏了")
        hear(context, ticket, line["text"])
        notify(at.session, at.town, ticket, "supplement", at.now, note=line["text"])
        sent = told(at.session, ticket)
        gets = [text for person, text in sent if people.get(person, (None, ""))[1] == line["about"]]
        leaked += [line for text in gets if secrets_in(line, text)]
    assert [line for line in leaked if not unseen(line)] == []
    assert len({line["text"] for line in leaked}) <= 3
