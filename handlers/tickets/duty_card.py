"""The duty card (权属): which party must do the work, by which clause, as shown to staff and residents."""

from sqlalchemy import bindparam, select

from handlers.tickets.change import Change
from models.approval import Approval, Wish
from models.deferred_inserts import catch_up
from models.prepared_statements import Prepared
from models.ticket import Ticket

_CONTEST = Prepared[tuple[int]](
    select(Approval.id)
    .where(Approval.ticket_id == bindparam("ticket"), Approval.wish == Wish.CONTEST.value)
    .order_by(Approval.id)
    .limit(1)
)
"""Few tickets have one, so only the id is read"""
_SAID = {True: "upheld", False: "kept", None: "open"}


def card_of(change: Change, ticket: Ticket) -> str:
    """The duty table's text for a ticket; "" if no row applies."""
    place = change.town.world.places.get(ticket.place_id) if ticket.place_id else None
    return change.town.duties.card(ticket.category, ticket.item, ticket.text, place)


def duty_line(change: Change, ticket: Ticket) -> str:
    """The card as a line, with the result of a contest; "" if there is no card."""
    card = card_of(change, ticket)
    if not card:
        return ""
    contest = contest_of(change, ticket)
    is_void = contest is None or (contest.decided_at is not None and contest.granted is None)
    said = "" if contest is None or is_void else change.town.say(f"contesting.{_SAID[contest.granted]}")
    return f"\n{change.town.say('contesting.line', card=card)}{said}"


def contest_of(change: Change, ticket: Ticket) -> Approval | None:
    """The one contest of a ticket, decided or not."""
    catch_up(change.session, Approval)
    contest = _CONTEST.scalar(change.session, {"ticket": ticket.id})
    return change.session.get_one(Approval, contest) if contest else None
