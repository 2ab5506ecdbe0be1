"""Residents follow their tickets: how far, hurry up, take it back, was it solved."""

import re
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from handlers import shown
from handlers.access import followed, how_many, overseen, overseer, own, resident, tickets
from handlers.choosing import decided
from handlers.climbing import climb
from handlers.clocks import set_promise
from handlers.contesting import duty_line
from handlers.dialogue import Context, Reply, Router, in_state, intent, menu
from handlers.drafting import PLACE, TICKET_PLACE
from handlers.filing import add_words, reported
from handlers.incomplete import ask_where
from handlers.neighbours import JOINED, leave
from handlers.other_matters import tells_no_place
from handlers.picking import pick
from handlers.ratings import rated, says_again, says_unsolved
from handlers.telling import tell
from handlers.tickets import watch
from handlers.voting import ask_anew, asked_about, confirm, is_for_all, own_ticket
from models.follower import Follower
from models.moves import ACTIVE, OPEN, REOPEN, URGE, WITHDRAW, Status
from models.person import Role
from models.ticket import SYSTEM, Actor, Ticket, TicketEvent
from nlp.understanding import Intent

router = Router("progress")
EVERYBODY = (Role.RESIDENT,)
WITHDRAW_SURE, NOT_SOLVED_WHY, AGAIN = "progress.withdraw_sure", "progress.not_solved_why", "progress.again"
_KEEPS = re.compile(r"(?:还是|那就)?(?:别撤|不撤|留着|继续[办报修]?|[办报修])(?:了|回|吧)*[。.！!～~\s]*")
REOPENABLE = (Status.RESOLVED, Status.CLOSED)
_LISTED = 8
# What the four answers to the follow-up mean: rating (3 to 1), and whether it is solved.
_ANSWERS = ((3, True), (2, True), (1, True), (1, False))


@router.on(in_state(WITHDRAW_SURE))
def withdraw_confirmed(context: Context) -> Reply | None:
    """1 takes it back, 2 leaves it."""
    number = 1 if _KEEPS.fullmatch(context.text) else decided(context.text)
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if number is None or ticket is None or Status(ticket.status) not in WITHDRAW.sources:
        return None
    if number == 1:
        return Reply(context.say("progress.not_withdrawn", number=ticket.number))
    if leave(context, ticket):  # neighbours wait for it too: it is not this person's to stop
        return Reply(context.say("joining.left", number=ticket.number, count=ticket.neighbours + 1))
    ticket.apply(WITHDRAW, by=resident(context.person), at=context.now)
    tell(context.session, context.town, ticket, "withdraw", context.now, but=context.person)
    return Reply(context.say("progress.withdrawn", number=ticket.number))


@router.on(menu("progress"))
@router.on(intent(Intent.PROGRESS))
@router.command("进度", "查询", "我的工单", roles=EVERYBODY, help="进度：看您报的事办到哪一步了")
def show_progress(context: Context) -> Reply | None:
    """All open tickets in a line each; a single one, or one named by its number, in full."""
    if context.rest and context.rest[0].isdigit():
        picked = pick(context, followed(context.person), (), "进度")
        return picked if isinstance(picked, Reply) else _in_full(context, picked[0])
    mine = own(context.session, context.person, ACTIVE, _LISTED)
    if not mine and context.state == PLACE and tells_no_place(context):
        return None  # 「啥时候来修」 is about what we are just asking the place of
    if not mine:
        return Reply(context.say(_nothing_open(context)), keep=True)
    if len(mine) == 1:
        return _in_full(context, mine[0])
    lines = "\n".join(shown.line_for(context.town, ticket, context.now, context.person) for ticket in mine)
    count = len(mine)
    if count == _LISTED:
        count = how_many(context.session, tickets(followed(context.person), ACTIVE))
    more = context.say("progress.and_more", count=count - _LISTED) if count > _LISTED else ""
    return Reply(context.say("progress.list", count=count, lines=lines + more), keep=True)


def _nothing_open(context: Context) -> str:
    """What whoever works here is more likely to look for."""
    if context.person.is_overseer:
        return "progress.nothing_open_overseer"
    return "progress.nothing_open_staff" if context.person.is_staff else "progress.nothing_open"


def _in_full(context: Context, ticket: Ticket) -> Reply:
    if ticket.status == Status.RESOLVED and asked_about(context) is not None and not context.rest:
        return _please_rate(context, ticket)  # all that is missing is their own word
    if ticket.status != Status.INCOMPLETE:
        return Reply(details(context, ticket), keep=True)
    line = shown.line_for(context.town, ticket, context.now, context.person)
    said = context.say("incomplete.details", line=line, text=ticket.title)
    return Reply(said, TICKET_PLACE, {"ticket": ticket.id}, keep=bool(context.state))


def details(context: Context, ticket: Ticket) -> str:
    """One ticket for its resident: how it stands, who has it, until when, and what has happened."""
    last = shown.timeline_for(context.session, ticket, context.now, context.person)[-5:]
    return context.say(
        "progress.details",
        line=shown.line_for(context.town, ticket, context.now, context.person),
        team=shown.team_name(context.town, ticket.team),
        duty=duty_line(context, ticket),
        due=_due(context, ticket),
        history="\n".join(last),
        further=context.say("progress.further") if Status(ticket.status) in OPEN else "",
    )


def _due(context: Context, ticket: Ticket) -> str:
    limit = shown.limit(ticket, context.now)
    return context.say("progress.due", due=limit) if limit else ""


@router.on(intent(Intent.URGE))
@router.command("催办", "催单", "催一下", roles=EVERYBODY, help="催办：提醒承办单位抓紧")
def urge(context: Context) -> Reply | None:
    """Presses the team; at most once in a while, so that they keep listening."""
    if not context.rest and not _any(context, tuple(OPEN)):
        return None  # nothing of theirs is open: the words may be a report
    picked = pick(context, followed(context.person), tuple(OPEN), "催办")
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    if ticket.status == Status.INCOMPLETE:
        return ask_where(context, ticket)  # nobody has it yet: only its place would hurry it
    since = _last_urge(context, ticket)
    if since is not None:
        return Reply(context.say("progress.urged_already", number=ticket.number, ago=shown.lasting(since)), keep=True)
    ticket.apply(URGE, by=resident(context.person), at=context.now, note=context.text[:100])
    tell(context.session, context.town, ticket, "urge", context.now, but=context.person, count=ticket.urges)
    values = {"number": ticket.number, "team": shown.team_name(context.town, ticket.team)}
    return Reply(context.say("progress.urged", due=_due(context, ticket), **values), keep=True)


@router.on(intent(Intent.WITHDRAW))
@router.command("撤回", "撤销", roles=EVERYBODY, help="撤回：不用办了，撤回诉求")
def withdraw(context: Context) -> Reply | None:
    """Asks once more: what is taken back stops at once."""
    if not context.rest and not _any(context, tuple(WITHDRAW.sources)):
        return None
    picked = pick(context, followed(context.person), tuple(WITHDRAW.sources), "撤回")
    if isinstance(picked, Reply):
        return picked
    line = shown.line_for(context.town, picked[0], context.now, context.person)
    return Reply(context.say("progress.withdraw_sure", line=line), WITHDRAW_SURE, {"ticket": picked[0].id})


@router.on(lambda context: context if context.text and context.state in {"", JOINED} else None)
def answer_follow_up(context: Context) -> Reply | None:
    """1–4 to 「解决了吗」, or words that say so. Only where a ticket of theirs waits for it."""
    number = rated(context.text, len(_ANSWERS))
    ticket = asked_about(context) if number is not None else None
    if number is None or ticket is None:
        return None
    rating, solved = _ANSWERS[number]
    if not solved:
        return _ask_why(context, ticket)
    return confirm(context, ticket, rating)


@router.on(lambda context: context if context.state in {"", JOINED} and says_unsolved(context.text) else None)
def unsolved_in_words(context: Context) -> Reply | None:
    """「根本没修」「还是坏的」 of what we ask about, and 「又坏了」 of what was closed a few days ago."""
    seen = context.understanding
    if seen is None or seen.red_flag or seen.place is not None:
        return None  # tells where: a report of its own
    if ticket := asked_about(context):
        another = seen.sure and seen.item and seen.item != ticket.item
        return None if another else _ask_why(context, ticket)
    closed = _closed_lately(context) if says_again(context.text) else None
    if closed is None or (seen.item and seen.item != closed.item):
        return None
    line = shown.line_for(context.town, closed, context.now, context.person)
    return Reply(context.say("progress.broken_again", line=line), AGAIN, {"ticket": closed.id, "text": context.text})


@router.on(in_state(AGAIN))
def again_or_another(context: Context) -> Reply | None:
    """1 has it done again, 2 makes another report of the same words."""
    number, words = decided(context.text), str(context.slots["text"])
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if number is None or ticket is None or Status(ticket.status) not in REOPENABLE:
        return None
    if number == 0:
        return not_solved_for(context, ticket, words)
    seen = context.town.reader.understand(words)
    told = replace(context, message=replace(context.message, text=words), understanding=seen, state="", slots={})
    reply = reported(told)
    return reply and replace(reply, answered=True)


def _closed_lately(context: Context) -> Ticket | None:
    recently = Ticket.ended_at >= context.now - _reopen_time(context)
    return context.session.scalar(tickets(followed(context.person) & recently, (Status.CLOSED,)).limit(1))


@router.on(intent(Intent.RATE))
def rated_in_words(context: Context) -> Reply | None:
    """「修好了谢谢」「还是漏」: words are answered with the question, for a figure needs a plain answer."""
    ticket = asked_about(context)
    return _please_rate(context, ticket) if ticket and not _is_elsewhere(context, ticket) else None


@router.command("评价", roles=EVERYBODY, help="评价：办完的事，告诉我们满不满意")
def rate(context: Context) -> Reply:
    """Shows the question again."""
    ticket = asked_about(context)
    if ticket is None:
        return Reply(context.say("progress.nothing_to_rate"))
    return _please_rate(context, ticket)


@router.on(in_state(NOT_SOLVED_WHY))
def not_solved(context: Context) -> Reply | None:
    """What is still wrong becomes the reason of the 重办."""
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if ticket is None or Status(ticket.status) not in REOPENABLE:
        return None
    if context.understanding and context.understanding.red_flag:
        return None  # a danger is a report of its own, at once
    return not_solved_for(context, ticket, context.text)


def not_solved_for(context: Context, ticket: Ticket, why: str) -> Reply:
    """The whole event again where enough say so, else a ticket of their own for whoever isn't content.

    A supervisor who doesn't wait for it has seen for themselves: all of it again.
    """
    waits = context.session.get(Follower, (ticket.id, context.person.id)) is not None
    if not waits and context.person.is_overseer:
        return reopen(context, ticket, why, overseer(context.person))
    if is_for_all(context, ticket, why):
        return reopen(context, ticket, why)
    return own_ticket(context, ticket, why)


@router.command("重办", "没解决", "未解决", roles=EVERYBODY, help="重办：办完了却没解决，可以要求重办")
def ask_reopen(context: Context) -> Reply:
    """A finished ticket that was not solved after all."""
    recently = Ticket.ended_at.is_(None) | (Ticket.ended_at >= context.now - _reopen_time(context))
    reach = followed(context.person) | overseen(context.person)
    picked = pick(context, reach & recently, REOPENABLE, "重办")
    if isinstance(picked, Reply):
        return picked
    ticket, why = picked
    if not why:
        return _ask_why(context, ticket)
    return not_solved_for(context, ticket, why)


def reopen(context: Context, ticket: Ticket, why: str, by: Actor | None = None) -> Reply:
    """重办: back to the team with new limits; the second time the level above takes it."""
    ticket.apply(REOPEN, by=by or resident(context.person), at=context.now, note=why[:200])
    ticket.rating = None if by else 1  # what a supervisor finds is no resident's rating
    ask_anew(context.session, ticket)
    again = ticket.reopenings > 1
    if not (again and climb(context, ticket, by=SYSTEM, reason="第二次没办好，自动上报", but=context.person)):
        set_promise(context, ticket, context.now)
        watch(context, ticket)
    tell(context.session, context.town, ticket, "reopen", context.now, but=context.person, reason=why)
    values = {"team": shown.team_name(context.town, ticket.team), "due": shown.moment(ticket.handle_by, context.now)}
    return Reply(context.say("progress.reopened", number=ticket.number, **values))


@router.on(intent(Intent.SUPPLEMENT))
def supplemented(context: Context) -> Reply | None:
    """More words on the only ticket that is open, however old."""
    mine = own(context.session, context.person, OPEN, 2)
    return add_words(context, mine[0], context.text) if len(mine) == 1 else None


def _is_elsewhere(context: Context, ticket: Ticket) -> bool:
    """Another house than the ticket's is named: a report of its own."""
    place = context.understanding.place if context.understanding else None
    if place is None:
        return False
    other = place.known not in {"", ticket.place_name}
    return other or bool(place.building and place.building != ticket.building)


def _please_rate(context: Context, ticket: Ticket) -> Reply:
    line = shown.line_for(context.town, ticket, context.now, context.person)
    return Reply(context.say("progress.please_rate", line=line))


def _ask_why(context: Context, ticket: Ticket) -> Reply:
    what = context.town.catalogue.name(ticket.category, ticket.item)
    return Reply(
        context.say("progress.not_solved_why", number=ticket.number, what=what), NOT_SOLVED_WHY, {"ticket": ticket.id}
    )


def _any(context: Context, statuses: tuple[Status, ...]) -> bool:
    return bool(own(context.session, context.person, statuses, 1))


def _last_urge(context: Context, ticket: Ticket) -> timedelta | None:
    """How long ago it was urged, if that is too short a time to do it again."""
    last = select(func.max(TicketEvent.at)).where(TicketEvent.ticket_id == ticket.id, TicketEvent.move == URGE.name)
    at = context.session.scalar(last)
    since = context.now - at if at else None
    return since if since is not None and since < timedelta(minutes=context.town.habits.urge_minutes) else None


def _reopen_time(context: Context) -> timedelta:
    return timedelta(days=context.town.habits.reopen_days)
