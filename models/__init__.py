"""Tables, and the rules that always hold. Importing this package registers every table."""

from models import (
    appeal,
    appointment,
    approval,
    breaker,
    conversation,
    day_sums,
    follower,
    grid,
    learning,
    moves,
    person,
    push,
    roster,
    support,
    ticket,
)

__all__ = [
    "appeal",
    "appointment",
    "approval",
    "breaker",
    "conversation",
    "day_sums",
    "follower",
    "grid",
    "learning",
    "moves",
    "person",
    "push",
    "roster",
    "support",
    "ticket",
]
