"""Bind a resident's home address (绑定)."""

import re

from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import is_told_as_trouble
from handlers.dialogue.router import Router, in_state, intent
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.residents import locate
from handlers.residents.report import reported
from handlers.tickets.draft import Draft
from handlers.town.wording_examples import a_place
from models.person import EVERYBODY
from nlp.model.features import plain
from nlp.reading.understanding import Intent, PlaceMention

router = Router("home")

SURE_ENOUGH = 0.6  # below it, calling staff or storing a home would be a guess


_SAYS_HOME = re.compile(r"住|绑|搬|地址|我家是")


_FILLING = re.compile(r"[我俺咱们家在是就的呢哦啊吧呀\W]|那边|这边|这里|小区")


@router.on(intent(Intent.BIND))
def home_told(context: Context) -> Reply | None:
    """「我住德尚小区3号楼」 binds the home. An address followed by a problem is a report."""
    seen = context.understanding
    if seen and ((seen.sure and seen.category) or _tells_more(context.text, seen.place)):
        works = context.person.is_staff or context.person.is_overseer
        return None if works and not seen.sure else reported(context)
    return bind(context) if seen and seen.intent_confidence >= SURE_ENOUGH else None


def _tells_more(text: str, place: PlaceMention | None) -> bool:
    """「德尚小区3号楼楼道堆杂物」: the model reads BIND, but the text says more than an address."""
    if place is None or not place.known or _SAYS_HOME.search(text):
        return False
    words = plain(text)
    return len(_FILLING.sub("", words[: place.start] + words[place.end :])) > 1


BIND = Command(
    ("绑定", "绑定住址"),
    roles=EVERYBODY,
    help="绑定 小区几号楼几单元：记住您的住址，报修不用再说",
    every_day=True,
    settles=frozenset({Asks.PLACE}),
)


@router.on(in_state(Asks.HOME))
@router.command(BIND)
def bind(context: Context) -> Reply | None:
    """Store the person's home; the room only if they give it."""
    seen = context.understanding
    if seen and (seen.red_flag or (context.state == Asks.HOME and is_told_as_trouble(seen))):
        return None  # 「德尚小区2号楼着火了」 is no address
    draft = locate.place(context, Draft(context.text), context.understanding)
    mention = context.understanding.place if context.understanding else None
    if mention is None or not mention.known:
        if context.state == Asks.HOME:
            return None  # the answer is no known place; don't ask again
        return Reply(context.say("welcome.bind_where", place=a_place(context.town)), Asks.HOME)
    if draft.places:
        communities = [context.town.world.places[place].community for place in draft.places]
        names = numbered([f"{context.town.world.grids[c].name}{draft.place_name}" for c in communities])
        return Reply(context.say("welcome.bind_which", choices=names), Asks.BIND_WHICH, draft.slots())
    return _bound(context, draft)


@router.on(in_state(Asks.BIND_WHICH))
def bind_which(context: Context) -> Reply | None:
    """The answer which of several compounds of this name."""
    draft = Draft.of(context.slots)
    number = context.number
    if number is None:
        return None
    return _bound(context, locate.settle(draft, context.town.world.places[draft.places[number]]))


def _bound(context: Context, draft: Draft) -> Reply:
    person = context.person
    person.home_place_id = draft.place_id
    person.home_building, person.home_unit, person.home_room = draft.building, draft.unit, draft.room
    home = ticket_text.address(draft.place_name, draft.building, draft.unit, draft.room)
    return Reply(context.say("welcome.bound", home=home))
