"""重复投诉: the same person, or another in the same building, had reported the same problem recently."""

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import Session, aliased

from handlers.figures.days import days_before
from models.status_moves import UNJUDGED
from models.ticket import Ticket

REPEAT_DAYS = 30
_UNJUDGED = [status.value for status in UNJUDGED]


def is_repeated(session: Session) -> ColumnElement[bool]:
    """Whether a ticket repeats an earlier one: same sub-item within REPEAT_DAYS, by the same person or in the same
    building (a road or park counts as one). Withdrawn, declined and merged tickets don't count on either side.
    """
    earlier = aliased(Ticket)
    before = (
        earlier.created_at < Ticket.created_at,
        earlier.created_at >= days_before(session, Ticket.created_at, REPEAT_DAYS),
        earlier.category == Ticket.category,
        earlier.item == Ticket.item,
        earlier.status.not_in(_UNJUDGED),
    )
    by_whom = earlier.reporter_id == Ticket.reporter_id
    where = and_(earlier.place_id == Ticket.place_id, earlier.building == Ticket.building)
    told_before = or_(*(exists().where(same, *before).correlate(Ticket) for same in (by_whom, where)))
    return and_(Ticket.item != "", Ticket.status.not_in(_UNJUDGED), told_before)
