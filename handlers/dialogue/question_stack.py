"""A stack of our open questions: an older one waits under a newer one, and is asked again after it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.message import Reply
from handlers.dialogue.states import ACCEPTS, DRAFTS, MOST_PUT, Asks
from models.status_moves import OPEN, Status
from models.ticket import Ticket

_SLOT, _PUT = "beneath", "put"
_DEEPEST = 3
"""Most questions that wait; older ones are dropped"""


def lay_beneath(
    context: Context, *, drafts: bool = True, among: Sequence[OpenQuestion] | None = None
) -> dict[str, Any]:
    """Slots that keep older open questions (or only those `among` them) waiting under a new one.

    `drafts=False` drops questions about a draft, because a new draft replaces it.
    """
    mine = _of_replies(context) if among is None else among
    waiting = [each for each in mine if drafts or each.state not in DRAFTS]
    return _stored([each for each in waiting if ACCEPTS[each.state].repeats])


def has_beneath(slots: Mapping[str, Any]) -> bool:
    return _SLOT in slots


def apart(state: str, slots: Mapping[str, Any], text: str, shown_at: datetime | None) -> tuple[OpenQuestion, ...]:
    """Split a stored row into its question and the questions that wait under it, the nearest first."""
    top = OpenQuestion(state, _own(slots), text=text, shown_at=shown_at, put=slots.get(_PUT, 1))
    before = slots.get(_SLOT, ())
    before = [before] if isinstance(before, Mapping) else before  # rows stored when only one could wait
    return (top, *(OpenQuestion(**each, shown_at=shown_at, lies_beneath=True) for each in before))


def stored(reply: Reply) -> dict[str, Any]:
    """A reply's slots as they are stored."""
    return dict(reply.slots) | ({_PUT: reply.put} if reply.put > 1 else {})


def _own(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in slots.items() if name not in {_SLOT, _PUT}}


def without(slots: Mapping[str, Any], state: str) -> dict[str, Any]:
    """The slots without a waiting question of this state."""
    left = [each for each in slots.get(_SLOT, ()) if each["state"] != state]
    return {name: value for name, value in slots.items() if name != _SLOT} | ({_SLOT: left} if left else {})


def come_up(context: Context, answered: OpenQuestion, reply: Reply) -> Reply:
    """After an answer, ask the next waiting question below the reply; if the reply asks something, that comes first."""
    others = [each for each in _of_replies(context) if each is not answered and not _is_over(context, each)]
    if not others or (reply.keep and not _is_list(answered)):
        return reply
    if Asks.WHICH_QUESTION in {answered.state, *(each.state for each in others)}:
        return reply  # 「which question」 is answered with the question that it was about
    if reply.state not in _LEAVES_ROOM:
        return reply if has_beneath(reply.slots) else replace(reply, slots={**reply.slots, **_stored(others)})
    often = not others[0].text or others[0].put >= MOST_PUT
    return reply if answered.is_pushed and often else put_again(replace(reply, keep=False), others)


def _is_over(context: Context, question: OpenQuestion) -> bool:
    """Return whether nobody waits for the place of its ticket any more: it was withdrawn, or has ended."""
    if question.state != Asks.TICKET_PLACE:
        return False
    ticket = context.session.get(Ticket, question.slots["ticket"])
    return ticket is None or Status(ticket.status) not in OPEN


def _is_list(question: OpenQuestion) -> bool:
    """A list: once a number is opened, the list is done, and the next waiting question is asked."""
    return ACCEPTS[question.state].lists or bool(question.slots.get("opens"))


def put_again(reply: Reply, questions: Sequence[OpenQuestion]) -> Reply:
    """The reply, then the first question, which is open; the others wait under it."""
    first, *others = questions
    text = "\n\n".join(filter(None, (reply.text, first.text)))
    return replace(reply, text=text, state=first.state, slots={**first.slots, **_stored(others)})


def left_open(reply: Reply) -> OpenQuestion:
    """The reply's question as one that may wait."""
    return OpenQuestion(reply.state, reply.slots, text=reply.question)


def beneath(reply: Reply, more: Reply) -> Reply:
    """The reply; the question of `more` waits under its own."""
    return replace(reply, slots={**_stored([left_open(more)]), **reply.slots})


def _of_replies(context: Context) -> list[OpenQuestion]:
    """Open questions of our replies, the latest first."""
    return [each for each in context.asked if not each.is_pushed]


def _stored(questions: Sequence[OpenQuestion]) -> dict[str, Any]:
    kept = [{"state": each.state, "slots": dict(each.slots), "text": each.text} for each in questions[:_DEEPEST]]
    return {_SLOT: kept} if kept else {}


_LEAVES_ROOM = frozenset({"", Asks.JOINED})
"""States without a question, after which the next waiting one can be asked"""
