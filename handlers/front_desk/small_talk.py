"""Greetings, thanks, abuse, small talk: never a dead end."""

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, intent
from nlp.reading.understanding import Intent, Wish

router = Router("small talk")
_SURELY = 0.85


def _is_unseen(context: Context) -> Context | None:
    seen = context.understanding
    return context if seen and seen.wish is Wish.STICKER else None


@router.on(_is_unseen)
def unseen(context: Context) -> Reply:
    """What the platform doesn't hand on: they hear that nobody can see it."""
    return Reply(context.say("welcome.unseen"), keep=True)


@router.on(intent(Intent.GREETING))
def hello(context: Context) -> Reply:
    return Reply(context.say("welcome.greeting"), keep=True)


@router.on(intent(Intent.THANKS))
def thanks(context: Context) -> Reply:
    return Reply(context.say("welcome.thanks"), keep=True)


@router.on(intent(Intent.ABUSE))
def abuse(context: Context) -> Reply:
    """Anger is met with help, not with a lecture."""
    return Reply(context.say("welcome.abuse", phone=context.town.contacts.hall), keep=True)


@router.on(intent(Intent.CHITCHAT, at_least=_SURELY))
def chitchat(context: Context) -> Reply:
    return Reply(context.say("welcome.chitchat"), keep=True)


@router.on(lambda context: context if context.text else None)
def anything_else(context: Context) -> Reply:
    """Never a dead end."""
    return Reply(context.say("welcome.chitchat"), keep=True, missed=True)
