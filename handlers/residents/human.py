"""「人工」: a person of the staff is told."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.media import waiting
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, intent, menu
from handlers.notifications.pushes import notify
from handlers.residents import locate
from handlers.residents.home import SURE_ENOUGH
from handlers.tickets.access import resident
from handlers.tickets.draft import Draft
from handlers.tickets.filing import file, recent
from models.moves import NOTE
from models.person import EVERYBODY
from nlp.reading.understanding import Intent

router = Router("human")


HUMAN = Command(("人工", "转人工", "0"), roles=EVERYBODY, help="人工：请值班人员联系您", every_day=True)


@router.on(menu("human"))
@router.on(intent(Intent.HUMAN, at_least=SURE_ENOUGH))
@router.command(HUMAN)
def human(context: Context) -> Reply:
    """A person is told, and the resident gets a number to call; what was being asked is dropped."""
    draft = Draft.of(context.slots) if context.state.startswith("filing.") and "text" in context.slots else None
    last = recent(context, 7 * 24 * 60)
    sent = draft.attachments if draft else ()
    if (draft and (draft.text or sent)) or last is None:
        text = (draft.text if draft and draft.text else "") or context.say("history.asks_for_a_person")
        asks = Draft(text, category="consult", attachments=sent or waiting(context))
        last = file(context, locate.at_home(context, asks), context.person)
    else:
        last.apply(NOTE, by=resident(context.person), at=context.now, note=context.say("history.wants_a_person"))
        notify(context.session, context.town, last, "human", context.now, but=context.person)
    said = context.say("welcome.human", number=last.number, phone=context.town.contacts.hall)
    return Reply(said, answered=True)
