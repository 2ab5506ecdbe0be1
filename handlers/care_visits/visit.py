"""「走访 李奶奶 一切都好」: enter a visit in one line. A danger in it is filed at once."""

import re
from dataclasses import replace
from datetime import date, timedelta

from handlers.care_visits.care_list import looked, meant, to_visit, today
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.residents.ask_or_file import go_on
from handlers.residents.read_into_draft import read
from handlers.tickets.draft import Draft
from models.care import CaredFor, CareVisit
from models.person import OVERSEERS, STAFF
from models.promise import Practice
from models.ticket import Source
from nlp.answers.choices import plain
from nlp.answers.practice_phrases import of_somebody
from nlp.reading.understanding import Understanding

router = Router("visits")
_SHOWN = 10
_SEVERAL = re.compile(r"(\d{1,5})号?[\s,，、和]+\d{1,5}(?:号|[\s,，、])")

VISIT = Command(
    ("走访",),
    roles=STAFF | OVERSEERS,
    help="走访 李奶奶 一切都好：去看过了，记一笔；只发“走访”看该去哪几家",
    practice=Practice.VISITS,
)


@router.command(VISIT)
def visit(context: Context) -> Reply:
    """Enter a visit, or list those that are due. `private`: neither message nor reply is stored."""
    return replace(_visited(context), private=True)


def _visited(context: Context) -> Reply:
    theirs = to_visit(context)
    if theirs and not context.rest:
        return _listed(context, theirs)
    if theirs and (several := _SEVERAL.match(plain(context.rest))):
        return Reply(context.say("visits.one_at_a_time", number=several[1]), keep=True)
    found, words = meant(theirs, context.rest)
    if len(found) == 1:
        return _told(context, found[0], words)
    if danger := _danger_all_the_same(context):
        return danger
    if not found:
        return Reply(context.say("visits.unknown" if theirs else "visits.nobody"), keep=True)
    numbers = "、".join(str(each.id) for each in found)
    return Reply(context.say("visits.which", count=len(found), numbers=numbers), keep=True)


def _told(context: Context, cared: CaredFor, words: str) -> Reply:
    if not words:
        return Reply(context.say("visits.how_was_it", number=cared.id), keep=True)
    reader = context.town.reader
    seen, of_a_person = reader.understand(context.rest), reader.understand(of_somebody(words))
    danger = seen if seen.red_flag else of_a_person
    return _alarmed(context, cared, words, danger) if danger.red_flag else _well(context, cared, words, seen)


def _danger_all_the_same(context: Context) -> Reply | None:
    """File a danger even if the words match nobody on the list."""
    seen = context.town.reader.understand(context.rest) if context.rest else None
    if seen is None or not seen.red_flag:
        return None
    heard = replace(context, understanding=seen)
    return go_on(heard, read(heard, context.rest, Draft(context.rest, source=Source.PATROL.value)))


def _listed(context: Context, theirs: list[CaredFor]) -> Reply:
    """The visits that are due, else the next ones."""
    due = [each for each in theirs if each.due_on is None or each.due_on <= today(context)]
    shown = (due or theirs)[:_SHOWN]
    looked(context, shown)
    lines = "\n".join(line(context, each) for each in shown)
    key = "visits.due" if due else "visits.next"
    return Reply(context.say(key, count=len(due), total=len(theirs), lines=lines), keep=True)


def line(context: Context, cared: CaredFor) -> str:
    """The row that a visitor needs: number, day, name, kind, address, telephone."""
    facts = {"name": cared.name, "kind": cared.kind, "address": cared.address, "phone": cared.phone}
    if cared.due_on:
        when = context.say("visits.due_by", day=spoken(context, cared.due_on))
    else:
        when = context.say("visits.as_soon_as_may_be")
    return context.say("visits.line", number=cared.id, when=when, **facts)


def spoken(context: Context, day: date) -> str:
    return context.say("visits.day", month=day.month, day=day.day)


def _well(context: Context, cared: CaredFor, words: str, seen: Understanding) -> Reply:
    _write(context, cared, words, alarm=False)
    cared.due_on = today(context) + timedelta(days=cared.every)
    hint = context.say("visits.in_danger") if seen.danger_question else ""
    return Reply(context.say("visits.visited", number=cared.id, day=spoken(context, cared.due_on)) + hint)


def _alarmed(context: Context, cared: CaredFor, words: str, seen: Understanding) -> Reply:
    """File the danger with the place, but without the name and kind from the list.

    The visit's day is unchanged, because the person must still be visited.
    """
    _write(context, cared, words, alarm=True)
    text = words.replace(cared.name, context.say("visits.somebody"))
    placed = context.town.reader.understand(f"{cared.address}，{text}")
    danger = replace(
        seen, text=text, place=placed.place, red_flag=seen.red_flag, danger_question="", parts=(), urgent=True
    )
    heard = replace(context, understanding=danger)
    return go_on(heard, read(heard, text, Draft(text, source=Source.PATROL.value)))


def _write(context: Context, cared: CaredFor, words: str, *, alarm: bool) -> None:
    context.session.add(
        CareVisit(cared_id=cared.id, person_id=context.person.id, at=context.now, words=words, alarm=alarm)
    )
