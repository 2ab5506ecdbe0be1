"""What happens to an open question when something else is answered: it is repeated, waits, or goes to a person."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.dialogue.asked import to_repeat
from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import says_nothing
from handlers.dialogue.question_stack import has_beneath, lay_beneath, left_open, put_again
from handlers.dialogue.states import ACCEPTS, DRAFTS, MOST_PUT, Asks
from handlers.front_desk import human


def put_at_most_twice(context: Context, reply: Reply) -> Reply:
    """Count how often the reply's question was asked; at MOST_PUT a person takes over instead."""
    before = next((each for each in context.asked if not each.is_pushed and _is_put_again(each, reply)), None)
    if before is None:
        return reply
    if before.put >= MOST_PUT and context.text and not (context.understanding and context.understanding.red_flag):
        return _with_answer(reply, _given_up(context))
    return replace(reply, put=before.put + (not reply.reminds))


def _with_answer(reply: Reply, given_up: Reply) -> Reply:
    """What the reply says beside the question: the text may have answered another one, and done something."""
    said = reply.text.removesuffix(reply.question).strip() if reply.answered else ""
    return replace(given_up, text="\n\n".join(filter(None, (said, given_up.text))))


def above(context: Context, reply: Reply, beneath: Sequence[OpenQuestion] | None = None) -> Reply:
    """A reply that asks, lists or offers something new: the older open questions wait under it.

    `beneath`: the open questions that a command has not settled; None: all.
    """
    goes_on = beneath is None and reply.state == context.state
    if reply.state in {"", Asks.JOINED} or goes_on or reply.keep or reply.answered or has_beneath(reply.slots):
        return reply
    if not ACCEPTS[reply.state].undoable:
        return reply  # a question that can't be undone stands alone
    if reply.state in DRAFTS and (danger := _danger_asked(context)):
        return put_again(replace(reply, text=context.say("asked.danger_first")), [*danger, left_open(reply)])
    laid = lay_beneath(context, drafts=reply.state not in DRAFTS, among=beneath)
    return replace(reply, slots={**reply.slots, **laid})


def _danger_asked(context: Context) -> list[OpenQuestion]:
    """Our open questions, the one about a danger's place first; empty if none is about a danger."""
    mine = [each for each in context.asked if not each.is_pushed]
    is_asked = any(each.slots.get("danger") for each in mine)
    return sorted(mine, key=lambda each: not each.slots.get("danger")) if is_asked else []


def still_open(context: Context, reply: Reply) -> Reply:
    """Repeat the open question below the reply; a question that can't be undone is dropped instead."""
    accepts = ACCEPTS[context.state] if context.state else None
    if reply.answered or not (reply.text or reply.missed) or (accepts and accepts.offers and not reply.keep):
        return reply
    if accepts and not accepts.undoable:
        return dropped(context, reply)
    return _below(context, reply, to_repeat(context)) if reply.state in {"", Asks.JOINED} else reply


def dropped(context: Context, reply: Reply) -> Reply:
    """The reply, and the sentence that the dropped question must be started again."""
    if reply.keep:
        return replace(reply, text=reply.text or context.say("welcome.chitchat"))
    before, _, asks = reply.text.rpartition("\n\n") if reply.state else (reply.text, "", "")
    return replace(reply, text="\n\n".join(filter(None, (before, context.say("asked.dropped"), asks))))


def _below(context: Context, reply: Reply, again: str) -> Reply:
    if reply.state and not again:
        return reply
    if not again or again in reply.text:
        return replace(reply, text=reply.text or context.say("welcome.chitchat"), state="", slots={}, keep=True)
    mine = [each for each in context.asked if not each.is_pushed]
    if mine[0].put < MOST_PUT:
        return put_again(replace(reply, keep=False, put=mine[0].put + 1), mine)
    is_lost = reply.missed or (reply.keep and says_nothing(context.text))  # 「好了，谢谢」 may have rated a ticket
    return _given_up(context) if is_lost else replace(reply, state="", slots={}, keep=True)


def _is_put_again(question: OpenQuestion, reply: Reply) -> bool:
    return not reply.keep and question.state == reply.state and question.text == reply.question != ""


def _given_up(context: Context) -> Reply:
    """Residents get a person; staff and supervisors are told that the question is dropped."""
    if context.person.is_staff or context.person.is_overseer:
        return Reply(context.say("asked.dropped"), answered=True)
    return human.called(context, "" if says_nothing(context.text) else context.text)
