"""Staff work in the chat: 接 到 结 退 转 备注 待办, on the last pushed ticket or by number."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement

from handlers import climbing, rollcall, shown
from handlers.access import actor, called, first_of_all, tickets, worked
from handlers.calling import has_left
from handlers.choosing import numbered
from handlers.clocks import run_on, set_timer, sign_anew
from handlers.contesting import duty_line
from handlers.dialogue import Context, Reply, Router, in_state
from handlers.figures import most_urgent_first, still_open
from handlers.in_hand import held, signed
from handlers.picking import CHOICE, MOST, pick, pick_any, split_reference, which
from handlers.privacy import shielded
from handlers.returning import MOST_RETURNS, hand_back
from handlers.shielding import is_about
from handlers.telling import tell
from handlers.tickets import watch
from models.moves import ACCEPT, ENDED, NOTE, REASSIGN, REPORT_IN, RESOLVE, Status
from models.person import STAFF, Look, Person
from models.ticket import Source, Ticket

router = Router("working")
REASON = "working.reason"
_HELD = (Status.DISPATCHED, Status.WORKING)
_SHOWN = 10
"""As many as a reply holds"""


@router.on(in_state(REASON))
def reason_told(context: Context) -> Reply | None:
    """The words that a command was waiting for."""
    ticket = context.session.scalar(tickets(_reach(context) & (Ticket.id == context.slots["ticket"])))
    act = _WITH_WORDS.get(context.slots["word"])
    if ticket is None or act is None:
        return None
    words = context.text.strip()
    return _by_whistle(context, ticket, context.slots["word"], words) or act(context, ticket, words)


@router.command("接", "接单", "签收", roles=STAFF, help="接 [工单号]：签收工单")
def accept(context: Context) -> Reply:
    """Sign for a ticket: it is mine from now on, and the resident hears it."""
    picked = _pick(context, (Status.DISPATCHED,), "接")
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    if reply := _by_whistle(context, ticket, "接"):
        return reply
    if ticket.status == Status.WORKING and has_left(context.town, ticket):
        return _taken_over(context, ticket)
    if ticket.status != Status.DISPATCHED:
        return _already(context, ticket)
    _sign(context, ticket)
    tell(context.session, context.town, ticket, "accept", context.now, but=context.person)
    due = shown.moment(ticket.handle_by, context.now)
    where = shown.where_in_lists(context.town, ticket)
    return Reply(context.say("working.accepted", number=ticket.number, where=where, due=due))


def _taken_over(context: Context, ticket: Ticket) -> Reply:
    """Whoever had signed is gone; the clocks run on."""
    ticket.assignee_id = context.person.id
    ticket.apply(NOTE, by=actor(context.person, ticket), at=context.now, note="原承办人员已不在岗，由我接手")
    due, where = shown.moment(ticket.handle_by, context.now), shown.where_in_lists(context.town, ticket)
    return Reply(context.say("working.taken_over", number=ticket.number, where=where, due=due))


@router.command("到", "到场", "已到", "报到", roles=STAFF, help="到 [工单号]：到现场了（吹哨的单子为报到）")
def arrive(context: Context) -> Reply:
    """At the spot. For a team called by a whistle: reported in. Whoever arrives has signed."""
    picked = _pick(context, _HELD, "到")
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    if reply := _by_whistle(context, ticket, "到"):
        return reply
    if Status(ticket.status) not in REPORT_IN.sources:
        return _already(context, ticket)
    if not context.rest and ticket.status == Status.DISPATCHED and (others := _on_the_way(context)):
        return which(context, [ticket, *others], "", "到")
    if ticket.status == Status.DISPATCHED and ticket.team == context.person.team:
        _sign(context, ticket)
    if _has_arrived(context, ticket):
        return Reply(context.say("working.arrived_already", number=ticket.number))
    ticket.apply(REPORT_IN, by=actor(context.person, ticket), at=context.now)
    for helper in ticket.support:
        if helper.team == context.person.team and helper.reported_at is None and not helper.is_call:
            helper.reported_at = context.now
    tell(context.session, context.town, ticket, "report_in", context.now, but=context.person)
    return Reply(context.say("working.arrived", number=ticket.number))


def _on_the_way(context: Context) -> list[Ticket]:
    """Signed for and not arrived at: whoever says 「到」 is rather there than at what was pushed a minute ago."""
    return [ticket for ticket in signed(context) if not _has_arrived(context, ticket)][: MOST - 1]


@router.command("结", "办结", "完成", "结单", "结案", roles=STAFF, help="结 [工单号] 办了什么：办结，请居民确认")
def resolve(context: Context) -> Reply:
    """Done, with the words that the resident will read. Whoever has done it has signed."""
    named = bool(split_reference(context.rest)[0])
    unsigned = named or held(context, _reach(context), (Status.WORKING,)) is None
    return _with_words(context, _HELD if unsigned else (Status.WORKING,), "结", "working.resolve_how")


@router.command("退", "退单", roles=STAFF, help="退 [工单号] 原因：不归我们，退回社区裁定")
def give_back(context: Context) -> Reply:
    """Not ours, with a reason."""
    return _with_words(context, _HELD, "退", "working.return_why")


@router.command("转", "转派", roles=STAFF, help="转 [工单号] 单位 原因：转给别的单位")
def hand_on(context: Context) -> Reply:
    """To another team, with a reason."""
    return _with_words(context, _HELD, "转", "working.reassign_whom")


@router.command("上报", roles=STAFF, help="上报 [工单号] 原因：本级办不了，请上一级接手")
def climb(context: Context) -> Reply:
    """Beyond our means: the level above takes it."""
    return _with_words(context, _HELD, "上报", "working.escalate_why")


@router.command("备注", roles=STAFF, help="备注 [工单号] 内容：记一笔（居民看不到）")
def note(context: Context) -> Reply:
    """办理情况: for inside only."""
    return _with_words(context, tuple(set(Status) - ENDED), "备注", "working.note_what")


@router.command("待办", "我的待办", roles=STAFF, help="待办：我手上的工单")
def todo(context: Context) -> Reply:
    """What waits for this person's team, the most urgent first."""
    mine = (worked(context.person) | called(context.person, share_open=True)) & still_open()
    first, count = first_of_all(context.session, mine, most_urgent_first(context.now), _SHOWN)
    if not count:
        return Reply(context.say("working.nothing_to_do"), keep=True)
    lines = numbered([_todo_line(context, ticket) for ticket in first])
    more = context.say("working.and_more", count=count - _SHOWN) if count > _SHOWN else ""
    slots = {"word": "看", "words": "", "numbers": [ticket.number for ticket in first]}
    return Reply(context.say("working.todo", count=count, lines=lines, more=more), CHOICE, slots)


def _todo_line(context: Context, ticket: Ticket) -> str:
    line, due = shown.line(context.town, ticket, context.now), shown.due(ticket)
    if due is None:
        return line
    if due < context.now:
        return f"{line} {context.say('working.todo_late', since=shown.lasting(context.now - due))}"
    return f"{line} {context.say('working.todo_until', due=shown.moment(due, context.now))}"


@router.command("看", "详情", roles=STAFF, help="看 [工单号]：看工单全文和经过")
def look(context: Context) -> Reply:
    """All of one ticket, for whoever works on it; who looked is written down."""
    picked = pick(context, _reach(context), (), "看")
    return picked if isinstance(picked, Reply) else Reply(opened(context, picked[0]), keep=True)


def meant_by(context: Context, command: str) -> str | Reply | None:
    """The command with the number of the ticket that somebody means who says it in plain words; None: they have none.

    To close the wrong one is worst: who works on several is asked which.
    """
    word, words = command[0], command[1:].strip()
    if word == "结" and len(mine := signed(context)) > 1:
        return which(context, mine, words, word)
    ticket = held(context, _reach(context), (*_HELD, Status.RESOLVED) if word == "结" else _HELD)
    if ticket is None:
        return None
    if word == "到":
        return command
    return f"{word} {ticket.number} {words}".strip()


def opened(context: Context, ticket: Ticket) -> str:
    """A ticket in full, and the line in the read log that says who saw it."""
    context.session.add(Look(person_id=context.person.id, ticket_id=ticket.id, via="对话", at=context.now))
    hidden = is_about(context, ticket)
    text = "\n".join([ticket.text, *shown.words_of_neighbours(context.session, ticket)])
    history = "\n".join(shown.timeline(context.session, ticket, context.now))
    return context.say(
        "working.full",
        line=shown.line(context.town, ticket, context.now, "" if hidden else shown.where(ticket)),
        text=shielded(text) if hidden else text,
        source=shown.SOURCE_NAMES[Source(ticket.source)],
        team=shown.team_name(context.town, ticket.team),
        rule=ticket.rule,
        duty=duty_line(context, ticket),
        due=_due_line(context, ticket),
        media=context.say("working.media", count=len(ticket.attachments)) if ticket.attachments else "",
        history=shielded(history) if hidden else history,
    )


def _due_line(context: Context, ticket: Ticket) -> str:
    due = shown.due(ticket)
    return context.say("working.due", due=shown.moment(due, context.now)) if due else ""


def _pick(context: Context, statuses: tuple[Status, ...], word: str) -> tuple[Ticket, str] | Reply:
    picked = pick_any(context, _reach(context), statuses, word)
    if isinstance(picked, Reply) and not context.rest:
        ticket = held(context, _reach(context), ())
        if ticket and picked.text == context.say("picking.none", word=word):
            return ticket, ""  # said twice: the caller tells how it stands
    return picked


def _with_words(context: Context, statuses: tuple[Status, ...], word: str, question: str) -> Reply:
    """A command that needs words: they follow it, or are asked for."""
    picked = _pick(context, statuses, word)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if reply := _by_whistle(context, ticket, word, words):
        return reply
    if Status(ticket.status) not in statuses:
        return _already(context, ticket)
    if not words:
        return Reply(context.say(question, number=ticket.number), REASON, {"word": word, "ticket": ticket.id})
    return _WITH_WORDS[word](context, ticket, words)


def _reach(context: Context) -> ColumnElement[bool]:
    return worked(context.person) | called(context.person)


def _by_whistle(context: Context, ticket: Ticket, word: str, words: str = "") -> Reply | None:
    """What a command means while a whistle is on: a called team moves its own share alone, and the rest waits for it.

    None: the command is the ordinary one.
    """
    call = rollcall.open_call(context.person, ticket)
    if word == "备注" or not any(each.is_call for each in ticket.support):
        return None
    if call is None and _is_theirs(context, ticket):
        return rollcall.refuse_resolving(context, ticket) if word == "结" else None
    if call and word == "到":
        return rollcall.report_in(context, ticket, call)
    if call and word == "结" and words:
        return rollcall.finish(context, ticket, call, words)
    if call and word == "结":
        return Reply(context.say("whistle.finish_how", number=ticket.number), REASON, _slots(word, ticket))
    team = shown.team_name(context.town, ticket.team)
    return Reply(context.say("whistle.not_in_charge", number=ticket.number, team=team), keep=True)


def _is_theirs(context: Context, ticket: Ticket) -> bool:
    return context.session.scalar(tickets(worked(context.person) & (Ticket.id == ticket.id))) is not None


def _slots(word: str, ticket: Ticket) -> dict[str, object]:
    return {"word": word, "ticket": ticket.id}


def _resolve(context: Context, ticket: Ticket, words: str) -> Reply:
    if ticket.status == Status.DISPATCHED and ticket.team == context.person.team:
        _sign(context, ticket)
    if ticket.status != Status.WORKING:
        return _already(context, ticket)
    ticket.answer = words
    run_on(context, ticket)
    ticket.apply(RESOLVE, by=actor(context.person, ticket), at=context.now, note=words)
    set_timer(context, "lapse", ticket, context.now + timedelta(days=context.town.habits.lapse_days))
    tell(context.session, context.town, ticket, "resolve", context.now, but=context.person)
    return Reply(context.say("working.resolved", number=ticket.number))


def _return(context: Context, ticket: Ticket, words: str) -> Reply:
    if Status(ticket.status) not in _HELD:
        return _already(context, ticket)
    if ticket.returns >= MOST_RETURNS:
        return Reply(context.say("working.returned_twice", number=ticket.number))
    acting = actor(context.person, ticket)
    taken_by = hand_back(context, ticket, by=context.person, acting=acting, reason=words)
    team = taken_by.team.name if taken_by else context.say("working.the_desk")
    return Reply(context.say("working.returned", number=ticket.number, team=team))


def _reassign(context: Context, ticket: Ticket, words: str) -> Reply:
    """「城管 占道的事归他们」: the first word names the team, the rest is the reason."""
    name, _, why = words.partition(" ")
    team = context.town.world.team_named(name, ticket.grid)
    if Status(ticket.status) not in _HELD:
        return _already(context, ticket)
    if team is None or team.code == ticket.team or not why.strip():
        key = "working.reassign_why" if team and not why.strip() else "working.reassign_unknown"
        return Reply(context.say(key, name=name), REASON, {"word": "转", "ticket": ticket.id})
    acting = actor(context.person, ticket)
    ticket.team, ticket.rule = team.code, f"转派：{why}"
    ticket.helped_by((), context.now)
    ticket.apply(REASSIGN, by=acting, at=context.now, note=f"转给{team.name}：{why}")
    sign_anew(context, ticket)
    watch(context, ticket)
    tell(context.session, context.town, ticket, "reassign", context.now, but=context.person, reason=why)
    return Reply(context.say("working.reassigned", number=ticket.number, team=team.name))


def _escalate(context: Context, ticket: Ticket, words: str) -> Reply:
    if Status(ticket.status) not in _HELD:
        return _already(context, ticket)
    above = climbing.climb(context, ticket, by=actor(context.person, ticket), reason=words, but=context.person)
    if above is None:
        return Reply(context.say("working.no_level_above", number=ticket.number))
    return Reply(context.say("working.escalated", number=ticket.number, team=above.team.name))


def _note(context: Context, ticket: Ticket, words: str) -> Reply:
    ticket.apply(NOTE, by=actor(context.person, ticket), at=context.now, note=words)
    return Reply(context.say("working.noted", number=ticket.number))


_WITH_WORDS: dict[str, Callable[[Context, Ticket, str], Reply]] = {
    "结": _resolve,
    "退": _return,
    "转": _reassign,
    "上报": _escalate,
    "备注": _note,
}


def _sign(context: Context, ticket: Ticket) -> None:
    ticket.apply(ACCEPT, by=actor(context.person, ticket), at=context.now)
    ticket.assignee_id = context.person.id


def _has_arrived(context: Context, ticket: Ticket) -> bool:
    arrivals = ticket.events.select().filter_by(move=REPORT_IN.name, by_person=context.person.id)
    latest = context.session.scalars(arrivals).all()
    return any(ticket.accepted_at and each.at >= ticket.accepted_at for each in latest)


def _already(context: Context, ticket: Ticket) -> Reply:
    """The command was right once, but the ticket has moved on: say how it stands."""
    line = shown.line(context.town, ticket, context.now)
    if ticket.assignee_id == context.person.id:
        return Reply(context.say("working.already_mine", line=line))
    assignee = context.session.get(Person, ticket.assignee_id) if ticket.assignee_id else None
    if assignee and ticket.status == Status.WORKING and assignee.team == context.person.team:
        return Reply(context.say("working.already_colleague", name=assignee.name, line=line))
    return Reply(context.say("working.already", line=line))
