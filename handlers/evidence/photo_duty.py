"""Some tickets need a picture when resolved; if it is missing or doubtful, a supervisor is asked to check.

A doubt is no accusation: pictures may be alike by chance.
"""

from datetime import datetime, timedelta
from math import cos, hypot, radians

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.notifications.pushes import notify
from handlers.town.limits import local_day
from handlers.town.town import Town
from handlers.world.rosters import reach_of
from handlers.world.staff import Colleague
from models.status_moves import NOTE, RESOLVE, Status
from models.ticket import SYSTEM, Attachment, Ticket, TicketEvent

ALIKE = "alike"
"""Field of an attachment: the id of another one that it looks like"""
_EARLIER = timedelta(hours=1)
"""Tolerance for wrong clocks of phones"""
_FAR_METRES = 2_000
_DEGREE_METRES = 111_320


def wants_picture(town: Town, ticket: Ticket) -> bool:
    """Whether the limit's row demands a picture and none of the work has been sent."""
    on = local_day(ticket.created_at)
    wanted = town.limits.wants_picture(ticket.category, ticket.item, urgent=ticket.urgent, text=ticket.text, on=on)
    return wanted and not pictures_of_work(ticket)


def pictures_of_work(ticket: Ticket) -> list[Attachment]:
    """Pictures of the work sent since the ticket was signed for."""
    since = ticket.accepted_at or ticket.created_at
    return [each for each in ticket.attachments if each.of_work and each.kind != "voice" and each.created_at >= since]


def look_into(session: Session, town: Town, ticket: Ticket, now: datetime, *, lacks_picture: bool = False) -> None:
    """Ask supervisors to check the work, once, if the picture is missing or doubtful."""
    why = town.say("check.no_picture") if lacks_picture else _doubt(session, town, ticket)
    if not why or ticket.status != Status.RESOLVED:
        return
    note = town.say("history.to_check", why=why)
    if _is_asked(session, ticket, note):
        return
    others = [each for each in town.staff.overseeing(reach_of(ticket)) if not _did_it(each, ticket)]
    ticket.apply(NOTE, by=SYSTEM, at=now, note=note)
    notify(session, town, ticket, "check", now, named=others, why=why)


def _is_asked(session: Session, ticket: Ticket, note: str) -> bool:
    """Whether this check was already asked for since the ticket was last resolved."""
    mine = TicketEvent.ticket_id == ticket.id
    done = session.scalar(select(func.max(TicketEvent.id)).where(mine, TicketEvent.move == RESOLVE.name))
    said = select(TicketEvent.id).where(mine, TicketEvent.id > (done or 0), TicketEvent.note == note)
    return session.scalar(said.limit(1)) is not None


def _did_it(person: Colleague, ticket: Ticket) -> bool:
    return person.id == ticket.assignee_id or (person.team is not None and person.team == ticket.team)


def _doubt(session: Session, town: Town, ticket: Ticket) -> str:
    """Why a picture may not show this work; "" if there is no doubt."""
    for picture in pictures_of_work(ticket):
        if other := picture.fields.get(ALIKE):
            return town.say("check.alike", number=_number_of(session, other))
        if _was_earlier(picture, ticket):
            return town.say("check.earlier")
        if _was_elsewhere(town, picture, ticket):
            return town.say("check.elsewhere")
    return ""


def _number_of(session: Session, attachment: int) -> str:
    found = select(Ticket.number).join(Attachment, Attachment.ticket_id == Ticket.id).where(Attachment.id == attachment)
    return session.scalar(found) or ""


def _was_earlier(picture: Attachment, ticket: Ticket) -> bool:
    taken = picture.fields.get("taken_at")
    return taken is not None and datetime.fromisoformat(taken) < ticket.created_at - _EARLIER


def _was_elsewhere(town: Town, picture: Attachment, ticket: Ticket) -> bool:
    lat, lng = picture.fields.get("taken_lat"), picture.fields.get("taken_lng")
    place = town.world.places.get(ticket.place_id) if ticket.place_id else None
    spots = [(ticket.lat, ticket.lng), *([(place.lat, place.lng)] if place else [])]
    known = [(y, x) for y, x in spots if y is not None and x is not None]
    if lat is None or lng is None or not known:
        return False
    return all(_metres((lat, lng), spot) > _FAR_METRES for spot in known)


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north, east = one[0] - other[0], (one[1] - other[1]) * cos(radians(one[0]))
    return hypot(north, east) * _DEGREE_METRES
