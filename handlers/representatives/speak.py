"""「代报」 files for a neighbour; 「楼栋」 lists tickets of the building or compound that the person represents."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.media import waiting
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.disclosure.policy import shut_out
from handlers.notifications import ticket_text
from handlers.residents.ask_or_file import go_on
from handlers.residents.read_into_draft import read
from handlers.tickets.draft import Draft
from handlers.world.representatives import Voice, voice_of
from models.person import EVERYBODY
from models.promise import Practice
from models.status_moves import Status
from models.ticket import Source, Ticket, not_ended

router = Router("voices")
_DAYS, _SHOWN = 30, 12

REPORT_FOR = Command(
    ("代报", "热线"),
    roles=EVERYBODY,
    help="代报 什么问题：替您楼里、小区里的邻居报，结果告诉您",
    practice=Practice.VOICES,
    speaks=True,
)
HOUSE = Command(
    ("楼栋", "楼里"),
    roles=EVERYBODY,
    help="楼栋：您楼里、小区里在办的和刚办完的，不写是谁报的",
    practice=Practice.VOICES,
    speaks=True,
)


@router.command(REPORT_FOR)
def report_for(context: Context) -> Reply | None:
    """File a report in the building or compound that the person represents; a danger is filed anywhere.

    A committee's member is bound to its compound here too, though they have a staff role.
    """
    voice = voice_of(context.town.world, context.person)
    if voice is None or context.person.is_overseer:
        return None
    if not context.rest:
        return Reply(context.say("voices.what"), keep=True)
    heard = replace(context, understanding=context.town.reader.understand(context.rest))
    draft = Draft(context.rest, source=Source.HOTLINE.value, attachments=waiting(context))
    draft = read(heard, context.rest, draft)
    draft = _at_home(context, voice, draft)
    if not draft.red_flag and not voice.reaches(draft.place_id, draft.building or voice.building):
        return Reply(context.say("voices.not_there"), keep=True)
    return go_on(heard, draft)


def _at_home(context: Context, voice: Voice, draft: Draft) -> Draft:
    """The draft; if it names no place, at the one place that the person represents."""
    if draft.place_name or draft.places or draft.guess or len(voice.places) != 1:
        if draft.place_id in voice.places and not draft.building:
            return replace(draft, building=voice.building)
        return draft
    place = context.town.world.places[next(iter(voice.places))]
    return replace(draft, place_id=place.id, place_name=place.name, building=draft.building or voice.building)


@router.command(HOUSE)
def house(context: Context) -> Reply | None:
    """List tickets with number, category, building and status, without words, names and flats."""
    voice = voice_of(context.town.world, context.person)
    if voice is None:
        return None
    recent = Ticket.ended_at > context.now - timedelta(days=_DAYS)
    told = or_(not_ended(), recent) & Ticket.status.not_in([Status.WITHDRAWN.value, Status.MERGED.value])
    rows = context.session.scalars(select(Ticket).where(within(voice), told).order_by(Ticket.id.desc()))
    found = [each for each in rows if not shut_out(context.town, each)]
    going = sum(each.ended_at is None for each in found)
    lines = [_line(context, each) for each in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(context.say("voices.more", count=len(found) - _SHOWN))
    key = "voices.house" if found else "voices.house_quiet"
    facts = {"name": name_of(context, voice), "going": going, "done": len(found) - going}
    return Reply(context.say(key, lines="\n".join(lines), **facts), keep=True)


def within(voice: Voice) -> ColumnElement[bool]:
    """The tickets that a representative may see: no complaints about staff."""
    there = Ticket.place_id.in_(voice.places) & or_(Ticket.shut_out.is_(None), Ticket.shut_out == "")
    return there & (Ticket.building == voice.building) if voice.building else there


def name_of(context: Context, voice: Voice) -> str:
    names = "、".join(sorted({context.town.world.places[each].name for each in voice.places}))
    return ticket_text.address(names, voice.building, "", "")


def _line(context: Context, ticket: Ticket) -> str:
    what = context.town.catalogue.name(ticket.category, ticket.item)
    where = ticket_text.address(ticket.place_name, ticket.building, "", "")
    status = ticket_text.STATUS_NAMES[ticket.status]
    day = ticket_text.moment(ticket.created_at, context.now)
    return context.say("voices.line", number=ticket.number, what=what, where=where, status=status, day=day)
