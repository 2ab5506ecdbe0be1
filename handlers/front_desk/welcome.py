"""Following the account, scanning a code, the menu's 「我要报」, and 「取消」."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, event, intent, menu
from handlers.dialogue.states import DRAFTS, Asks
from handlers.notifications import ticket_text
from handlers.residents.withdraw import ask_sure, just_reported
from handlers.town.wording_examples import a_place
from handlers.world.qr_scenes import Scene, scene_of
from models.person import EVERYBODY
from nlp.answers.choices import yes_or_no
from nlp.reading.understanding import Intent

router = Router("welcome")
_PLAINLY = 0.6


@router.on(event("subscribe"))
def greet(context: Context) -> Reply:
    """Greet a new follower. The compound of a scanned code becomes their home, as they most likely live there."""
    context.person.following = True
    scene = _scene(context)
    if scene is None:
        return Reply(context.say("welcome.hello", town=context.town.name, place=a_place(context.town)))
    context.person.home_place_id = scene.place
    return Reply(context.say("welcome.hello_from", town=context.town.name, place=_place_name(context, scene)))


@router.on(event("scan"))
def scanned(context: Context) -> Reply | None:
    """A scanned code is the place of the follower's next report, and their home if none is known."""
    scene = _scene(context)
    if scene is None:
        return None
    if context.person.home_place_id is None:
        context.person.home_place_id = scene.place
    house = ticket_text.address(_place_name(context, scene), scene.building, "", "")
    point = context.say(f"scenes.{scene.point}") if scene.point else ""
    return Reply(context.say("welcome.scanned", place=f"{house}{point}"))


def _scene(context: Context) -> Scene | None:
    """The scanned place, which is stored for the next report."""
    scene = scene_of(context.town.world, context.message.event_key)
    if scene:
        context.person.scanned, context.person.scanned_at = str(scene), context.now
    return scene


def _place_name(context: Context, scene: Scene) -> str:
    return context.town.world.places[scene.place].name


@router.on(event("unsubscribe"))
def farewell(context: Context) -> Reply:
    """Store that the person no longer follows; nothing can be sent to them."""
    context.person.following = False
    return Reply("", keep=True)


@router.on(menu("report"))
def menu_report(context: Context) -> Reply:
    return Reply(context.say("welcome.how_to_report"), keep=True)


CANCEL = Command(("取消", "算了", "退出"), roles=EVERYBODY, help="取消：不报了，从头来")


@router.command(CANCEL)
def cancel(context: Context) -> Reply | None:
    """Drop the current draft; for a ticket that was just filed, ask first whether to withdraw it."""
    if context.state == Asks.WITHDRAW_SURE and yes_or_no(context.text) == _NO:
        return None  # 「算了」 is a plain no to that question
    filling = not context.nothing_asked and context.state not in _NOTHING_TO_FILL
    if not filling and (ticket := just_reported(context)):
        return ask_sure(context, ticket)
    return Reply(context.say("welcome.cancelled" if filling else "welcome.nothing_to_cancel"), answered=True)


@router.on(intent(Intent.WITHDRAW, at_least=_PLAINLY))
def not_wanted(context: Context) -> Reply | None:
    """「撤回」 while a draft is open: cancel the draft."""
    return cancel(context) if context.is_asked(*DRAFTS) else None


_NO = 1
_NOTHING_TO_FILL = frozenset({Asks.JOINED, Asks.TICKET_PLACE, Asks.WITHDRAW_SURE})
