"""Residents ask for the next reception, and book a number for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.practices.compounds import named, served
from handlers.reception_days.sessions import coming, place_name, receiver_name, spoken
from handlers.residents.ask_or_file import go_on
from handlers.residents.read_into_draft import read
from handlers.tickets.draft import Draft
from handlers.town.wording_examples import a_place
from models.person import EVERYBODY
from models.promise import Practice
from models.reception import Demand, Reception, Settled

router = Router("booking receptions")

DAYS = Command(
    ("接待日",),
    roles=EVERYBODY,
    help="接待日 [小区]：什么时候有人在小区里接待",
    practice=Practice.RECEPTION,
)
BOOK = Command(
    ("预约接待",),
    roles=EVERYBODY,
    help="预约接待 什么事：排个号，到时候当面说",
    practice=Practice.RECEPTION,
)
TAKE_BACK = Command(
    ("取消预约接待", "取消接待", "取消接待日"),
    roles=EVERYBODY,
    help="取消预约接待：排的号不要了",
    practice=Practice.RECEPTION,
)


@router.command(DAYS)
def days(context: Context) -> Reply:
    """The next sessions in the named compound, else at home; for staff, in the compounds that they serve."""
    places, _ = _places(context, context.rest)
    if not places:
        return Reply(context.say("reception.where_do_you_live", place=a_place(context.town)), keep=True)
    found = coming(context, places)
    if not found:
        return Reply(context.say("reception.nothing_planned", place=_name(context, places)), keep=True)
    lines = "\n".join(_line(context, each) for each in found)
    return Reply(context.say("reception.days", lines=lines), keep=True)


def _line(context: Context, reception: Reception) -> str:
    where, name = place_name(context, reception), receiver_name(context, reception)
    return context.say("reception.day", place=where, when=spoken(context, reception), name=name)


@router.command(BOOK)
def book(context: Context) -> Reply:
    """Book a number; a danger is filed at once instead."""
    seen = context.town.reader.understand(context.rest) if context.rest else None
    if seen and (seen.red_flag or seen.danger_question):
        heard = replace(context, understanding=seen)
        return go_on(heard, read(heard, context.rest, Draft(context.rest)))
    places, words = _places(context, context.rest)
    if not places:
        return Reply(context.say("reception.where_do_you_live", place=a_place(context.town)), keep=True)
    if not words:
        if standing := _standing(context):
            return _has_one(context, standing)
        return Reply(context.say("reception.what_about"), Asks.RECEPTION_WHAT, {"places": list(places)})
    return _booked(context, places, words)


@router.on(in_state(Asks.RECEPTION_WHAT))
def told_what(context: Context) -> Reply | None:
    return _booked(context, context.slots["places"], context.text)


@router.command(TAKE_BACK)
def take_back(context: Context) -> Reply:
    mine = _standing(context)
    if mine is None:
        return Reply(context.say("reception.not_booked"), keep=True)
    mine.settled = Settled.TAKEN_BACK.value
    return Reply(context.say("reception.taken_back", number=mine.number))


def _booked(context: Context, places: Sequence[int], words: str) -> Reply:
    ahead = [each for each in coming(context, places) if each.starts_at > context.now]
    if not ahead:
        return Reply(context.say("reception.nothing_planned", place=_name(context, places)), keep=True)
    if standing := _standing(context):
        return _has_one(context, standing)
    slots = ((each, _free_slot(context, each)) for each in ahead)
    reception, slot = next(((each, slot) for each, slot in slots if slot), (None, None))
    if reception is None or slot is None:
        return Reply(context.say("reception.full", when=spoken(context, ahead[-1])), keep=True)
    number, comes_at = slot
    demand = Demand(reception_id=reception.id, number=number, person_id=context.person.id, text=words)
    demand.comes_at, demand.booked_at = comes_at, context.now
    context.session.add(demand)
    where, name = place_name(context, reception), receiver_name(context, reception)
    when = ticket_text.moment(comes_at, context.now)
    return Reply(context.say("reception.booked", place=where, number=number, when=when, name=name))


def _has_one(context: Context, standing: Demand) -> Reply:
    when = ticket_text.moment(standing.comes_at, context.now)
    return Reply(context.say("reception.booked_already", number=standing.number, when=when), keep=True)


def _free_slot(context: Context, reception: Reception) -> tuple[int, datetime] | None:
    """The next number and its time; None if the session is full. Cancelled numbers are not reused.

    The session's row is locked, so that two bookings get different numbers.
    """
    context.session.execute(select(Reception.id).where(Reception.id == reception.id).with_for_update())
    last = select(func.max(Demand.number)).where(Demand.reception_id == reception.id)
    number = (context.session.scalar(last) or 0) + 1
    each = timedelta(minutes=context.town.practices.reception.minutes_each)
    comes_at = reception.starts_at + (number - 1) * each
    return (number, comes_at) if comes_at + each <= reception.ends_at else None


def _standing(context: Context) -> Demand | None:
    """The person's upcoming booking; only one is allowed at a time."""
    mine = (Demand.person_id == context.person.id) & (Demand.settled == "")
    ahead = mine & (Reception.ends_at > context.now) & Reception.cancelled_at.is_(None)
    return context.session.scalar(select(Demand).join(Reception).where(ahead).order_by(Reception.starts_at).limit(1))


def _places(context: Context, words: str) -> tuple[Sequence[int], str]:
    """The named compound, else their home; for staff without a home, the compounds that they serve."""
    found, rest = named(context.town, words)
    near = [each for each in found if each.id == context.person.home_place_id]
    if found:
        return tuple(each.id for each in near or found), rest
    if context.person.home_place_id:
        return (context.person.home_place_id,), words
    works = context.person.is_staff or context.person.is_overseer
    return tuple(each.id for each in served(context.town, context.person)) if works else (), words


def _name(context: Context, places: Sequence[int]) -> str:
    names = {context.town.world.places[each].name for each in places if each in context.town.world.places}
    return next(iter(names)) if len(names) == 1 else ""
