"""The body of a delivery to a subscriber: the move, and the ticket's public data."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from handlers.disclosure.policy import is_listed
from handlers.notifications.ticket_text import iso
from handlers.open311.published import as_request
from handlers.town.town import Town
from models.ticket import Ticket
from models.webhook_delivery import Delivery


def body_of(session: Session, town: Town, delivery: Delivery) -> Mapping[str, Any] | None:
    """The body; None if the ticket may not be published."""
    ticket = session.get(Ticket, delivery.ticket_id)
    if ticket is None or not is_listed(town, ticket, own=False):
        return None
    told = as_request(town, ticket, delivery.created_at)
    return {"delivery": delivery.key, "event": delivery.move, "at": iso(delivery.created_at), "ticket": told}
