"""Everything around a report: hello, help, binding a home, joining the staff, a person to talk to, small talk."""

import hashlib
import re
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.dialogue.choices import chosen, numbered
from handlers.dialogue.media import waiting
from handlers.dialogue.router import Command, Context, Reply, Router, event, in_state, intent, menu
from handlers.notifications import ticket_text
from handlers.notifications.pushes import tell
from handlers.residents import locate
from handlers.residents.report import reported
from handlers.tickets.access import resident
from handlers.tickets.filing import Draft, file, recent
from models.moves import NOTE
from models.person import Guess, Invitation, Person, Role
from nlp.model.features import plain
from nlp.reading.understanding import Intent, PlaceMention

router = Router("welcome")
last_resort = Router("last resort")
EVERYBODY = (Role.RESIDENT,)
_EVERY_DAY = frozenset(
    {"进度", "催办", "撤回", "补充", "重办", "绑定", "人工"}
    | {"接", "到", "结", "退", "转", "备注", "待办", "看", "巡查", "代报"}
    | {"今日", "本周", "超时", "排行", "查", "督办", "导出", "派"}
)
"""What 「帮助」 shows at once; a list of forty lines is read by nobody"""
SURE_ENOUGH = 0.6  # calling a person or writing down a home on a mere guess would only confuse
HOME, BIND_WHICH = "welcome.home", "welcome.bind_which"
# Letters that are not mistaken for digits when somebody types a code from a slip of paper.
_CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_SAYS_HOME = re.compile(r"住|绑|搬|地址|我家是")
_FILLING = re.compile(r"[我俺咱们家在是就的呢哦啊吧呀\W]|那边|这边|这里|小区")
_GLUED = re.compile(r"加入([A-Za-z2-9]{8})")


@router.on(event("subscribe"))
def greet(context: Context) -> Reply:
    """Somebody follows us. A scene says which compound's QR code was scanned: their home is known then."""
    context.person.following = True
    place = _place_of_scene(context, context.message.event_key)
    if place is None:
        return Reply(context.say("welcome.hello", town=context.town.name))
    context.person.home_place_id = place
    return Reply(context.say("welcome.hello_from", town=context.town.name, place=context.town.world.places[place].name))


@router.on(event("scan"))
def scanned(context: Context) -> Reply | None:
    """A follower scans a compound's code: the place of what they report next."""
    place = _place_of_scene(context, context.message.event_key)
    if place is None:
        return None
    if context.person.home_place_id is None:
        context.person.home_place_id = place
    return Reply(context.say("welcome.scanned", place=context.town.world.places[place].name))


@router.on(event("unsubscribe"))
def farewell(context: Context) -> Reply:
    """Can't be answered; nothing can be sent to them from now on."""
    context.person.following = False
    return Reply("", keep=True)


def _glued_code(context: Context) -> Context | None:
    """「加入ABCD2345」: many a phone's keyboard makes no space between the two."""
    found = _GLUED.fullmatch(context.text)
    return replace(context, rest=found[1]) if found else None


@router.on(_glued_code)
@router.command("加入", roles=EVERYBODY, help="加入 邀请码：网格员、物业人员报到")
def join(context: Context) -> Reply:
    """A one-time code from the town's operator gives its role, grid and team."""
    now = context.now
    if _guesses(context) >= context.town.privacy.guesses_per_hour:
        return Reply(context.say("welcome.too_many_guesses"))
    found = select(Invitation).where(Invitation.code_hash == code_hash(context.rest)).with_for_update()
    invitation = context.session.scalar(found)
    if invitation is None or invitation.used_at or invitation.expires_at < now:
        context.session.add(Guess(person_id=context.person.id, at=now))
        return Reply(context.say("welcome.code_unknown"))
    invitation.used_at, invitation.used_by = now, context.person.id
    appoint(context.person, Role(invitation.role), invitation.grid, invitation.team)
    role = ticket_text.ROLE_NAMES[Role(invitation.role)]
    return Reply(context.say("welcome.joined", role=role, help=help_text(context)))


@router.on(menu("report"))
def menu_report(context: Context) -> Reply:
    return Reply(context.say("welcome.how_to_report"), keep=True)


@router.on(menu("human"))
@router.on(intent(Intent.HUMAN, at_least=SURE_ENOUGH))
@router.command("人工", "转人工", "0", roles=EVERYBODY, help="人工：请值班人员联系您")
def human(context: Context) -> Reply:
    """A person is told, and the resident gets a number to call; what was being asked is dropped."""
    draft = Draft.of(context.slots) if context.state.startswith("filing.") and "text" in context.slots else None
    last = recent(context, 7 * 24 * 60)
    sent = draft.attachments if draft else ()
    if (draft and (draft.text or sent)) or last is None:
        text = (draft.text if draft and draft.text else "") or "居民请值班人员联系"
        asks = Draft(text, category="consult", attachments=sent or waiting(context))
        last = file(context, locate.at_home(context, asks), context.person)
    else:
        last.apply(NOTE, by=resident(context.person), at=context.now, note="居民请人工联系")
        tell(context.session, context.town, last, "human", context.now, but=context.person)
    said = context.say("welcome.human", number=last.number, phone=context.town.contacts.hall)
    return Reply(said, answered=True)


@router.on(intent(Intent.BIND))
def home_told(context: Context) -> Reply | None:
    """「我住德尚小区3号楼」. A full address with a trouble behind it is a report, however much it looks like a home."""
    seen = context.understanding
    if seen and ((seen.sure and seen.category) or _tells_more(context.text, seen.place)):
        return reported(context)
    return bind(context) if seen and seen.intent_confidence >= SURE_ENOUGH else None


def _tells_more(text: str, place: PlaceMention | None) -> bool:
    """「德尚小区3号楼楼道堆杂物」: the model takes it for a home, but there is more to it than an address."""
    if place is None or not place.known or _SAYS_HOME.search(text):
        return False
    words = plain(text)
    return len(_FILLING.sub("", words[: place.start] + words[place.end :])) > 1


@router.on(in_state(HOME))
@router.command("绑定", "绑定住址", roles=EVERYBODY, help="绑定 小区几号楼几单元：记住您的住址，报修不用再说")
def bind(context: Context) -> Reply | None:
    """Remember where somebody lives. The room is kept only if they tell it."""
    if context.understanding and context.understanding.red_flag:
        return None  # 「德尚小区2号楼着火了」 is no address
    draft = locate.place(context, Draft(context.text), context.understanding)
    mention = context.understanding.place if context.understanding else None
    if mention is None or not mention.known:
        if context.state == HOME:
            return None  # asked once; whatever this is, it is no place we know
        return Reply(context.say("welcome.bind_where"), HOME)
    if draft.places:
        communities = [context.town.world.places[place].community for place in draft.places]
        names = numbered([f"{context.town.world.grids[c].name}{draft.place_name}" for c in communities])
        return Reply(context.say("welcome.bind_which", choices=names), BIND_WHICH, draft.slots())
    return _bound(context, draft)


@router.on(in_state(BIND_WHICH))
def bind_which(context: Context) -> Reply | None:
    """One of several compounds of this name."""
    draft = Draft.of(context.slots)
    number = chosen(context.text, len(draft.places))
    if number is None:
        return None
    return _bound(context, locate.settle(draft, context.town.world.places[draft.places[number]]))


def _bound(context: Context, draft: Draft) -> Reply:
    person = context.person
    person.home_place_id = draft.place_id
    person.home_building, person.home_unit, person.home_room = draft.building, draft.unit, draft.room
    home = ticket_text.address(draft.place_name, draft.building, draft.unit, draft.room)
    return Reply(context.say("welcome.bound", home=home))


def _guesses(context: Context) -> int:
    """Wrong codes of this person in the last hour."""
    lately = (Guess.person_id == context.person.id) & (Guess.at > context.now - timedelta(hours=1))
    return context.session.scalar(select(func.count()).where(lately)) or 0


def appoint(person: Person, role: Role, grid: str | None, team: str | None) -> None:
    """Give a person a role, and the grid and team in which it holds."""
    person.give(role)
    person.grid = grid or person.grid
    person.team = team or person.team


def invite(session: Session, role: Role, grid: str | None, team: str | None, now: datetime, days: int) -> str:
    """A new one-time code. It is returned once and kept only as a hash."""
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(8))
    row = Invitation(
        code_hash=code_hash(code),
        role=role.value,
        grid=grid,
        team=team,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    return code


def code_hash(code: str) -> str:
    """What is kept of an invitation's code."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


@router.on(menu("help"))
@router.on(intent(Intent.HELP))
@router.command("帮助", "?", "？", "菜单", roles=EVERYBODY, help="帮助：看能做什么")
def show_help(context: Context) -> Reply:
    return Reply(help_text(context, everything=context.rest == "全部"), keep=True)


def help_text(context: Context, *, everything: bool = False) -> str:
    """The commands of the person's roles, generated from the commands themselves: first the few of every day."""
    allowed = [command for command in ALL_COMMANDS if command.roles & context.person.roles]
    mine = [command for command in allowed if everything or command.words[0] in _EVERY_DAY]
    special = [command for command in mine if Role.RESIDENT not in command.roles]
    lines = [f"· {command.help}" for command in mine if command not in special]
    staff = [f"· {command.help}" for command in special]
    text = context.say("welcome.help", town=context.town.name, lines="\n".join(lines))
    if staff:
        text += "\n" + context.say("welcome.help_staff", lines="\n".join(staff))
    others = len(allowed) - len(mine)
    return text + ("\n" + context.say("welcome.help_more", count=others) if others else "")


ALL_COMMANDS: list[Command] = []
"""Filled by `handlers.answering.answer` with the commands of all routers, in their order"""


@router.command("取消", "算了", "退出", roles=EVERYBODY, help="取消：不报了，从头来")
def cancel(context: Context) -> Reply:
    return Reply(context.say("welcome.cancelled" if context.state else "welcome.nothing_to_cancel"), answered=True)


@last_resort.on(intent(Intent.GREETING))
def hello(context: Context) -> Reply:
    return Reply(context.say("welcome.greeting"), keep=True)


@last_resort.on(intent(Intent.THANKS))
def thanks(context: Context) -> Reply:
    return Reply(context.say("welcome.thanks"), keep=True)


@last_resort.on(intent(Intent.ABUSE))
def abuse(context: Context) -> Reply:
    """Anger is met with help, not with a lecture."""
    return Reply(context.say("welcome.abuse", phone=context.town.contacts.hall), keep=True)


@last_resort.on(intent(Intent.CHITCHAT, Intent.WITHDRAW))
def chitchat(context: Context) -> Reply:
    return Reply(context.say("welcome.chitchat"), keep=True)


@last_resort.on(lambda context: context if context.text else None)
def anything_else(context: Context) -> Reply:
    """Never a dead end."""
    return Reply(context.say("welcome.chitchat"), keep=True)


def _place_of_scene(context: Context, scene: str) -> int | None:
    """QR codes carry `place_ID`, as the operators' codes are made."""
    digits = scene.removeprefix("qrscene_").removeprefix("place_")
    return int(digits) if digits.isdigit() and int(digits) in context.town.world.places else None
