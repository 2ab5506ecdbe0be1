"""Photos, voices and pins that residents send, before or after their words."""

from dataclasses import replace

from handlers.dialogue.asked import to_repeat
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import at_work
from handlers.dialogue.media import NAMES, hold, waiting
from handlers.dialogue.message import Kind, Reply
from handlers.dialogue.question_stack import come_up
from handlers.dialogue.router import Router, kind
from handlers.dialogue.states import ACCEPTS, DRAFTS, Asks
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.residents import locate
from handlers.residents.ask_or_file import go_on
from handlers.residents.incomplete import now_placed, placeless
from handlers.residents.read_into_draft import pinned
from handlers.tickets.access import actor, resident
from handlers.tickets.draft import Draft
from handlers.tickets.filing import recent
from models.status_moves import NOTE
from models.ticket import Attachment, Ticket
from nlp.reading.understanding import Intent

router = Router("sent")
_TELLS_NO_PLACE = frozenset({Asks.DANGER, Asks.CATEGORY, Asks.PARTS, Asks.JOIN})
"""Questions that a pin doesn't answer"""


@router.on(kind(Kind.IMAGE, Kind.VIDEO, Kind.VOICE))
def media_sent(context: Context) -> Reply | None:
    """A photo belongs to the current draft, to the ticket just filed, or to the words that will follow."""
    if context.text:  # a voice that was recognised is read like a text; staff can listen to it all the same
        if context.understanding and context.understanding.intent is Intent.REPORT:
            hold(context)
        return None
    attachment, what = hold(context), NAMES[context.message.kind]
    if context.message.kind is Kind.VOICE and context.town.hears and not at_work(context):
        return Reply(context.say("filing.listening"), keep=True)
    if work := at_work(context):
        return _media_of_work(context, work, attachment, what)
    return _media_of_question(context, attachment, what) or _media_alone(context, attachment, what)


def _media_alone(context: Context, attachment: Attachment, what: str) -> Reply:
    last = recent(context, context.town.habits.recent_minutes)
    if last and context.is_free:
        return _media_added(context, last, attachment, what)
    key = "filing.voice_needs_words" if context.message.kind is Kind.VOICE else "filing.media_needs_words"
    return Reply(context.say(key, what=what), Asks.WORDS, Draft("", attachments=(attachment.id,)).slots())


def _media_of_question(context: Context, attachment: Attachment, what: str) -> Reply | None:
    """Add the photo to the ticket or draft that the open question is about; the question stays open."""
    if asked := _ticket_asked_of(context):
        return replace(_media_added(context, asked, attachment, what), keep=True)
    if context.state in {Asks.COMPLAINT, Asks.APART}:  # it belongs to the words that will follow
        return Reply(context.say("filing.media_held", what=what), keep=True)
    if context.state not in {Asks.WORDS, Asks.PATROL_WHAT, *DRAFTS}:
        return None
    draft = Draft.of(context.slots)
    kept = replace(draft, attachments=(*draft.attachments, attachment.id))
    said = context.say("filing.media_kept", what=what, question=to_repeat(context)).rstrip()
    return Reply(said, context.state, kept.slots())


def _ticket_asked_of(context: Context) -> Ticket | None:
    """The person's own ticket that the open question is about."""
    asks = context.state and ACCEPTS[context.state].repeats
    ticket = context.session.get(Ticket, context.slots["ticket"]) if asks and "ticket" in context.slots else None
    return ticket if ticket and ticket.reporter_id == context.person.id else None


@router.on(kind(Kind.LOCATION))
def pin_sent(context: Context) -> Reply:
    """A pin answers 「在哪里」, gives an open or just filed ticket its place, or waits for words."""
    if context.message.latitude is None:
        return Reply(context.say("filing.pin_unread"), keep=True)
    asking = context.state.startswith("filing.") and context.state != Asks.TICKET_PLACE
    draft = pinned(Draft.of(context.slots) if asking else Draft("", attachments=waiting(context)), context.message)
    draft = locate.known(context, draft, draft.place_name) if _is_named(context, draft) else draft
    if draft.text and context.state in _TELLS_NO_PLACE:
        question = to_repeat(context)
        return Reply(context.say("filing.pin_kept", question=question).rstrip(), context.state, draft.slots())
    if draft.text:
        return replace(_beside_others(context, go_on(context, draft)), answered=True)
    last = placeless(context) or recent(context, context.town.habits.recent_minutes)
    if last and last.lat is None and last.reporter_id == context.person.id and not asking:
        return now_placed(context, last, draft)
    return Reply(
        context.say("filing.pin_needs_words", label=context.message.label or context.say("places.pin")),
        Asks.WORDS,
        draft.slots(),
    )


def _beside_others(context: Context, reply: Reply) -> Reply:
    """After a pin has answered the open question, ask the next waiting one."""
    top = next((each for each in context.asked if each.is_of_reply), None)
    return come_up(context, top, reply) if top else reply


def _is_named(context: Context, draft: Draft) -> bool:
    """The map's label of the spot is the name of a known place."""
    return draft.place_id is None and bool(context.town.world.places_named(draft.place_name))


def _media_added(context: Context, ticket: Ticket, attachment: Attachment, what: str) -> Reply:
    attachment.ticket_id = ticket.id
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=context.say("history.media_added", what=what))
    notify(context.session, context.town, ticket, "supplement", context.now, but=context.person, note=f"[{what}]")
    return Reply(context.say("filing.media_added", what=what, number=ticket.number))


def _media_of_work(context: Context, ticket: Ticket, attachment: Attachment, what: str) -> Reply:
    """A photo before or after the work, from the ticket's team."""
    attachment.ticket_id, attachment.of_work = ticket.id, True
    ticket.apply(
        NOTE, by=actor(context.person, ticket), at=context.now, note=context.say("history.media_of_work", what=what)
    )
    where = ticket_text.where_for(context.town, ticket, context.person)
    return Reply(context.say("working.media_added", what=what, number=ticket.number, where=where), keep=True)
