"""Greetings, thanks, abuse, small talk: every text gets a reply that says how to go on."""

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, intent
from nlp.answers.choices import is_filler
from nlp.reading.understanding import Intent, Wish

router = Router("small talk")
_SURELY = 0.85


def _is_unseen(context: Context) -> Context | None:
    seen = context.understanding
    return context if seen and seen.wish is Wish.STICKER else None


@router.on(_is_unseen)
def unseen(context: Context) -> Reply:
    """The platform doesn't deliver stickers and the like: say that we can't see them."""
    return Reply(context.say("welcome.unseen"), keep=True)


@router.on(lambda context: context if context.text and is_filler(context.text) else None)
def heard(context: Context) -> Reply:
    """「好」「行」 where nothing is asked."""
    return Reply(context.say("welcome.chitchat"), keep=True)


@router.on(intent(Intent.GREETING))
def hello(context: Context) -> Reply:
    return Reply(context.say("welcome.greeting"), keep=True)


@router.on(intent(Intent.THANKS))
def thanks(context: Context) -> Reply:
    return Reply(context.say("welcome.thanks"), keep=True)


@router.on(intent(Intent.ABUSE))
def abuse(context: Context) -> Reply:
    """Offer help to an angry person."""
    return Reply(context.say("welcome.abuse", phone=context.town.contacts.hall), keep=True)


@router.on(intent(Intent.CHITCHAT, at_least=_SURELY))
def chitchat(context: Context) -> Reply:
    return Reply(context.say("welcome.chitchat"), keep=True)


@router.on(lambda context: context if context.text else None)
def anything_else(context: Context) -> Reply:
    """The last handler: answers any other text."""
    return Reply(context.say("welcome.chitchat"), keep=True, missed=True)
