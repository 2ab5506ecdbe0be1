"""「人工」, anger, or the third text not understood: staff are notified and answer."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.media import waiting
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, intent, menu
from handlers.front_desk import talk
from handlers.front_desk.home import SURE_ENOUGH
from handlers.residents import locate
from handlers.residents.unanswered import keep_beneath
from handlers.tickets.access import resident
from handlers.tickets.draft import Draft
from handlers.tickets.filing import file, recent
from models.person import EVERYBODY
from models.status_moves import NOTE
from models.ticket import Ticket
from nlp.reading.understanding import Intent

router = Router("human")
_ANGRY = 0.85


HUMAN = Command(("人工", "转人工", "0"), roles=EVERYBODY, help="人工：请值班人员联系您", every_day=True)


@router.on(menu("human"))
@router.on(intent(Intent.HUMAN, at_least=SURE_ENOUGH))
@router.command(HUMAN)
def human(context: Context) -> Reply:
    return called(context)


def called(context: Context, words: str = "") -> Reply:
    """Notify staff and give the resident a telephone number; open questions are dropped.

    `words`: the resident's text, which is passed on.
    """
    ticket = _ticket(context, words)
    key = "welcome.human" if talk.begin(context, ticket) else "welcome.human_later"
    said = context.say(key, number=ticket.number, phone=context.town.contacts.hall)
    return keep_beneath(context, Reply(said, answered=True))


@router.on(intent(Intent.ABUSE, at_least=_ANGRY))
def angry(context: Context) -> Reply | None:
    """Call staff for an angry resident, unless a question is open."""
    return called(context) if context.is_free and not (context.person.is_staff or context.person.is_overseer) else None


def _asked_about(context: Context) -> Ticket | None:
    """The person's own ticket that the open question is about."""
    asked = context.slots.get("ticket")
    ticket = context.session.get(Ticket, asked) if isinstance(asked, int) else None
    return ticket if ticket and ticket.reporter_id == context.person.id else None


def _ticket(context: Context, words: str) -> Ticket:
    """The ticket of the talk: the current draft, filed now, or a recent ticket; else a new one that asks for staff."""
    draft = Draft.of(context.slots) if context.state.startswith("filing.") and "text" in context.slots else None
    last = _asked_about(context) or recent(context, 7 * 24 * 60)
    sent = draft.attachments if draft else ()
    if (draft and (draft.text or sent)) or last is None:
        told = "，".join(filter(None, (draft.text if draft else "", words)))
        text = told or context.say("history.asks_for_a_person")
        asks = Draft(text, category="consult", attachments=sent or waiting(context))
        return file(context, _where(context, asks, draft), context.person)
    last.apply(NOTE, by=resident(context.person), at=context.now, note=context.say("history.wants_a_person"))
    if words:
        last.apply(NOTE, by=resident(context.person), at=context.now, note=words)
    return last


def _where(context: Context, asks: Draft, told: Draft | None) -> Draft:
    """The draft at the place of the report in progress, else at home."""
    there = locate.as_placed(asks, told) if told else asks
    return there if locate.is_placed(there) or there.place_name else locate.at_home(context, asks)
