"""A question of ours that a newer one of ours came before: it stays open beneath it, and comes up again after it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.message import Reply
from handlers.dialogue.states import ACCEPTS, DRAFTS, Asks

_SLOT, _PUT = "beneath", "put"
_DEEPEST = 3
"""Questions that wait at most; older ones are dropped"""


def lay_beneath(
    context: Context, *, drafts: bool = True, among: Sequence[OpenQuestion] | None = None
) -> dict[str, Any]:
    """Slots that keep older open questions (or only those `among` them) waiting under a new one.

    `drafts=False` drops questions about a draft, because a new draft replaces it.
    """
    mine = _of_replies(context) if among is None else among
    waiting = [each for each in mine if drafts or each.state not in DRAFTS]
    return _stored([each for each in waiting if ACCEPTS[Asks(each.state)].repeats])


def has_beneath(slots: Mapping[str, Any]) -> bool:
    return _SLOT in slots


def apart(state: str, slots: Mapping[str, Any], text: str, shown_at: datetime | None) -> tuple[OpenQuestion, ...]:
    """What is stored as one: the question, and those beneath it, the nearest first."""
    top = OpenQuestion(state, _own(slots), text=text, shown_at=shown_at, put=slots.get(_PUT, 1))
    before = slots.get(_SLOT, ())
    before = [before] if isinstance(before, Mapping) else before  # as it was stored when one alone could lie there
    return (top, *(OpenQuestion(**each, shown_at=shown_at, lies_beneath=True) for each in before))


def stored(reply: Reply) -> dict[str, Any]:
    """A reply's slots as they are kept."""
    return dict(reply.slots) | ({_PUT: reply.put} if reply.put > 1 else {})


def _own(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in slots.items() if name not in {_SLOT, _PUT}}


def without(slots: Mapping[str, Any], state: str) -> dict[str, Any]:
    """Slots beneath which this question doesn't lie any more."""
    left = [each for each in slots.get(_SLOT, ()) if each["state"] != state]
    return {name: value for name, value in slots.items() if name != _SLOT} | ({_SLOT: left} if left else {})


def come_up(context: Context, answered: OpenQuestion, reply: Reply) -> Reply:
    """One of them is answered: the next is put again below, and is the open one; what the answer asks goes first."""
    others = [each for each in _of_replies(context) if each is not answered]
    if not others or (reply.keep and not _is_list(answered)):
        return reply
    if Asks.WHICH_QUESTION in {answered.state, *(each.state for each in others)}:
        return reply  # it has found what it asked for
    if reply.state not in _LEAVES_ROOM:
        return reply if has_beneath(reply.slots) else replace(reply, slots={**reply.slots, **_stored(others)})
    return reply if answered.is_pushed and not others[0].text else put_again(replace(reply, keep=False), others)


def _is_list(question: OpenQuestion) -> bool:
    """One number of it was opened: what lay beneath it comes up, and the list has done its work."""
    return ACCEPTS[Asks(question.state)].lists or bool(question.slots.get("opens"))


def put_again(reply: Reply, questions: Sequence[OpenQuestion]) -> Reply:
    """The first of them is the open one, above the others."""
    first, *others = questions
    text = "\n\n".join(filter(None, (reply.text, first.text)))
    return replace(reply, text=text, state=first.state, slots={**first.slots, **_stored(others)})


def left_open(reply: Reply) -> OpenQuestion:
    """What the reply asks, as a question that may wait."""
    return OpenQuestion(reply.state, reply.slots, text=reply.question)


def beneath(reply: Reply, more: Reply) -> Reply:
    """The reply, with what another one asks beneath its own question."""
    return replace(reply, slots={**_stored([left_open(more)]), **reply.slots})


def _of_replies(context: Context) -> list[OpenQuestion]:
    """Those that our replies left open, the latest first."""
    return [each for each in context.asked if not each.is_pushed]


def _stored(questions: Sequence[OpenQuestion]) -> dict[str, Any]:
    kept = [{"state": each.state, "slots": dict(each.slots), "text": each.text} for each in questions[:_DEEPEST]]
    return {_SLOT: kept} if kept else {}


_LEAVES_ROOM = frozenset({"", Asks.JOINED})
"""States in which nothing is asked"""
