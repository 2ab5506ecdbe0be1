"""Timers of sessions: announce to residents, send the receiver the opening, close, ask residents afterwards."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.practices.compound_news import announce, ask, tell
from handlers.reception_days.sessions import demands, plan_ahead, receiver_name, spoken
from handlers.reception_days.sheet import opening
from handlers.tickets.change import Change, Moment
from handlers.town.town import Town
from models.person import Person
from models.promise import Practice
from models.push import Timer
from models.reception import Reception, ReceptionSeries, Settled

_WAITS = timedelta(days=7)


def tell_residents(session: Session, town: Town, timer: Timer, now: datetime) -> None:
    """Announce the session to residents some days before."""
    change, reception = _standing(session, town, timer, now)
    place = town.world.places.get(reception.place_id) if reception else None
    if reception is None or place is None or reception.starts_at <= now:
        return
    practice = town.practices.name(Practice.RECEPTION)
    facts = {"when": spoken(change, reception), "name": receiver_name(change, reception), "place": place.name}
    text = town.say("reception.push_near", practice=practice, **facts)
    announce(change, place, "reception", f"{timer.key}", text, practice)


def open_session(session: Session, town: Town, timer: Timer, now: datetime) -> None:
    """Send the receiver the opening: broken promises and bookings."""
    change, reception = _standing(session, town, timer, now)
    if reception:
        receiver = session.get_one(Person, reception.receiver_id)
        tell(change, [receiver], "reception_opens", timer.key, opening(change, reception, receiver))


def close_session(session: Session, town: Town, timer: Timer, now: datetime) -> None:
    """Mark demands that were not entered as absent, and store the series' next sessions."""
    change, reception = _standing(session, town, timer, now)
    if reception is None:
        return
    for demand in demands(change, reception):
        if not demand.settled:
            demand.settled = Settled.ABSENT.value
    series = session.get(ReceptionSeries, reception.series_id) if reception.series_id else None
    if series and series.ended_at is None:
        plan_ahead(change, series)


def ask_afterwards(session: Session, town: Town, timer: Timer, now: datetime) -> None:
    """Ask whether demands settled on the spot are settled; promises are asked about when their ticket is resolved."""
    change, reception = _standing(session, town, timer, now)
    for demand in demands(change, reception) if reception else ():
        if demand.settled == Settled.ON_SPOT and demand.person_id and demand.confirmed is None:
            words = ticket_text.as_residents_read(demand.text)
            text = town.say("reception.push_settled", text=words, answer=ticket_text.as_residents_read(demand.answer))
            person = session.get_one(Person, demand.person_id)
            ask(
                change,
                person,
                Asks.RECEPTION_SETTLED,
                timer.key + f":{demand.id}",
                text,
                {"demand": demand.id},
                now + _WAITS,
            )


def _standing(session: Session, town: Town, timer: Timer, now: datetime) -> tuple[Change, Reception | None]:
    held = (Reception.id == timer.subject_id) & Reception.cancelled_at.is_(None)
    found = session.scalar(select(Reception).where(held)) if town.practices.reception.enabled else None
    return Moment(session, town, now), found
