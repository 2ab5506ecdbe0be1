"""重复投诉: what the same person, or somebody in the same house, had reported not long before."""

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import Session, aliased

from handlers.figures.days import days_before
from models.moves import UNJUDGED
from models.ticket import Ticket

REPEAT_DAYS = 30
_UNJUDGED = [status.value for status in UNJUDGED]


def is_repeated(session: Session) -> ColumnElement[bool]:
    """The same sub-item once more within so many days, by the same person or of the same house; a road or a park is
    one house. What was withdrawn, declined or merged neither repeats nor is repeated.
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
