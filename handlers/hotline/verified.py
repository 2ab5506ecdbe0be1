"""属实: staff enter whether an order was true; it is exported with the outcome."""

from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import pick
from handlers.hotline.import_orders import order_of
from handlers.tickets.access import mover, reached
from models.hotline import Truth
from models.person import OVERSEERS, STAFF
from models.promise import Practice
from models.status_moves import NOTE
from models.ticket import SYSTEM

router = Router("truth of orders")
_SAID = {
    "是": Truth.YES,
    "属实": Truth.YES,
    "否": Truth.NO,
    "不属实": Truth.NO,
    "部分": Truth.PARTLY,
    "部分属实": Truth.PARTLY,
}

TRUTH = Command(
    ("属实",),
    roles=STAFF | OVERSEERS,
    help="属实 工单号 是/否/部分：热线的诉求是不是实情，随结果报回",
    practice=Practice.HOTLINE,
    shield=Shield.IN_CHARGE,
)


@router.command(TRUTH)
def truth(context: Context) -> Reply:
    picked = pick(context, reached(context.person), (), TRUTH)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    said, orders = _SAID.get(words.strip()), order_of(context.session, ticket)
    if said is None:
        return Reply(context.say("hotline.how_true", number=ticket.number), keep=True)
    if not orders:
        return Reply(context.say("hotline.no_order", number=ticket.number), keep=True)
    for order in orders:
        order.truth = said.value
    told = context.say(f"hotline.truth_{said}")
    by = mover(context.person, ticket, NOTE) or SYSTEM
    ticket.apply(NOTE, by=by, at=context.now, note=context.say("history.hotline_truth", truth=told))
    return Reply(context.say("hotline.noted", number=ticket.number, truth=told))
