"""A question of ours that a newer one of ours came before: it stays open beneath it, and comes up again after it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.message import Reply
from handlers.dialogue.states import Asks

_SLOT = "beneath"


def lay_beneath(context: Context) -> dict[str, Any]:
    """For the slots of a question that comes before the one which our last reply left open."""
    before = next((each for each in context.asked if each.is_of_reply), None)
    if before is None:
        return {}
    return {_SLOT: {"state": before.state, "slots": dict(before.slots), "text": before.text}}


def has_beneath(slots: Mapping[str, Any]) -> bool:
    return _SLOT in slots


def apart(state: str, slots: Mapping[str, Any], text: str, shown_at: datetime | None) -> tuple[OpenQuestion, ...]:
    """What is stored as one: the question, and the one beneath it."""
    top = {name: value for name, value in slots.items() if name != _SLOT}
    asked = OpenQuestion(state, top, text=text, shown_at=shown_at)
    before = slots.get(_SLOT)
    return (asked, OpenQuestion(**before, shown_at=shown_at, lies_beneath=True)) if before else (asked,)


def without_beneath(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in slots.items() if name != _SLOT}


def come_up(context: Context, answered: OpenQuestion, reply: Reply) -> Reply:
    """One of the two is answered: the other is put again below, and is the open one."""
    other = next((each for each in context.asked if not each.is_pushed and each is not answered), None)
    if other is None or answered.is_pushed or reply.keep or reply.state not in _LEAVES_ROOM:
        return reply
    if Asks.WHICH_QUESTION in {answered.state, other.state}:
        return reply  # it has found what it asked for
    return put_again(reply, other)


def put_again(reply: Reply, question: OpenQuestion) -> Reply:
    text = "\n\n".join(filter(None, (reply.text, question.text)))
    return replace(reply, text=text, state=question.state, slots=question.slots)


_LEAVES_ROOM = frozenset({"", Asks.JOINED})
"""States in which nothing is asked"""
