"""What becomes of a question that is open where something else is answered: it is put again, waits, or is given up."""

from dataclasses import replace

from handlers.dialogue.asked import to_repeat
from handlers.dialogue.beneath import has_beneath, lay_beneath, put_again
from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import says_nothing
from handlers.dialogue.states import ACCEPTS, DRAFTS, MOST_PUT, Asks
from handlers.front_desk import human


def put_at_most_twice(context: Context, reply: Reply) -> Reply:
    """The reply with how often its question was put; one that was put twice before goes to a person instead."""
    before = next((each for each in context.asked if not each.is_pushed and _is_put_again(each, reply)), None)
    if before is None:
        return reply
    if before.put >= MOST_PUT and context.text and not (context.understanding and context.understanding.red_flag):
        return _given_up(context)
    return replace(reply, put=before.put + 1)


def above(context: Context, reply: Reply, *, commanded: bool = False) -> Reply:
    """What asks, lists or offers something new leaves the questions that were open beneath it.

    `commanded`: by a command, which goes on from a question of its own kind: 「吹哨 12 城管」 after 「叫哪几家」.
    """
    if reply.state in {"", Asks.JOINED, context.state} or reply.keep or reply.answered or has_beneath(reply.slots):
        return reply
    if not ACCEPTS[Asks(reply.state)].undoable:
        return reply  # nothing shall come up after it
    kind = reply.state.partition(".")[0] if commanded else ""
    beneath = lay_beneath(context, drafts=reply.state not in DRAFTS, but=kind)
    return replace(reply, slots={**reply.slots, **beneath})


def still_open(context: Context, reply: Reply) -> Reply:
    """The question that was open stays so, and is put again below; one that can't be undone is dropped instead."""
    accepts = ACCEPTS[Asks(context.state)] if context.state else None
    if reply.answered or not (reply.text or reply.missed) or (accepts and accepts.offers and not reply.keep):
        return reply
    if accepts and not accepts.undoable:
        return _dropped(context, reply)
    return _below(context, reply, to_repeat(context)) if reply.state in {"", Asks.JOINED} else reply


def _dropped(context: Context, reply: Reply) -> Reply:
    """That what can't be undone has to be asked for again."""
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
    is_lost = reply.missed or says_nothing(context.text)
    return _given_up(context) if is_lost else replace(reply, state="", slots={}, keep=True)


def _is_put_again(question: OpenQuestion, reply: Reply) -> bool:
    return not reply.keep and question.state == reply.state and question.text == reply.question != ""


def _given_up(context: Context) -> Reply:
    """A person has it; staff may begin again."""
    if context.person.is_staff or context.person.is_overseer:
        return Reply(context.say("asked.dropped"), answered=True)
    return human.called(context, "" if says_nothing(context.text) else context.text)
