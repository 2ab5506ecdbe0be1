"""What all staff commands share: choosing the ticket, rules while a whistle is on, and refusals."""

from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import held, signed
from handlers.dialogue.message import Reply
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import no_longer, pick_any, which
from handlers.notifications import ticket_text
from handlers.tickets.access import called, overseen, reached, tickets, worked
from handlers.tickets.scope import TicketScope
from handlers.whistle import calls
from models.person import OVERSEERS, STAFF, Person
from models.status_moves import Status
from models.ticket import Ticket

SIGN = Command(
    ("接", "接单", "签收"),
    roles=STAFF,
    help="接 [工单号]：签收工单",
    every_day=True,
    wants_words=False,
    shield=Shield.IN_CHARGE,
)
ARRIVE = Command(
    ("到", "到场", "已到", "报到"),
    roles=STAFF,
    help="到 [工单号]：到现场了（吹哨的单子为报到）",
    every_day=True,
    wants_words=False,
)
RESOLVE = Command(
    ("结", "办结", "完成", "结单", "结案"),
    roles=STAFF,
    help="结 [工单号] 办了什么：办结，请居民确认",
    every_day=True,
    shield=Shield.IN_CHARGE,
)
RETURN = Command(
    ("退", "退单"),
    roles=STAFF,
    help="退 [工单号] 原因：不归我们，转给下一家；第二次由社区裁定",
    every_day=True,
    shield=Shield.IN_CHARGE,
)
HAND_ON = Command(
    ("转", "转派"),
    roles=STAFF | OVERSEERS,
    help="转 [工单号] 单位 原因：转给别的单位，几张一起转就写几个工单号",
    every_day=True,
    shield=Shield.IN_CHARGE,
)
ESCALATE = Command(("上报",), roles=STAFF, help="上报 [工单号] 原因：本级办不了，请上一级接手", shield=Shield.IN_CHARGE)
INFORM = Command(
    ("告知", "告诉居民"),
    roles=STAFF,
    help="告知 [工单号] 内容：告诉居民进展，比如配件周五到",
    shield=Shield.IN_CHARGE,
)
NOTE = Command(("备注",), roles=STAFF, help="备注 [工单号] 内容：记一笔（居民看不到）", every_day=True)

HELD = (Status.DISPATCHED, Status.WORKING)
"""Statuses in which a team has the ticket, signed for or not"""


def reach(context: Context) -> TicketScope:
    """Tickets that staff may move: their team's, and those to which a whistle called the team."""
    return worked(context.person) | called(context.person)


def reach_of(context: Context, command: Command) -> TicketScope:
    """Tickets to which the person may apply this command; supervisors also their area's, if they have it."""
    return reach(context) | overseen(context.person) if OVERSEERS & command.roles else reach(context)


def pick_or_ask(context: Context, statuses: tuple[Status, ...], command: Command) -> tuple[Ticket, str] | Reply:
    """`pick_any`; a repeated command still finds the current ticket, so that the caller can show its status."""
    picked = pick_any(context, reach_of(context, command), statuses, command)
    if not isinstance(picked, Reply) or context.rest or picked.text != context.say("picking.none", word=command.name):
        return picked
    ticket = held(context, reach(context), ())
    return (ticket, "") if ticket else picked


def meant_by(context: Context, command: Command, words: str) -> str | Reply | None:
    """The command with the number of the ticket that plain words mean; None if there is none.

    Closing the wrong ticket is the worst mistake, and telling the wrong resident the next, so staff who work on several
    are asked which.
    """
    if command in {RESOLVE, INFORM} and len(mine := signed(context)) > 1:
        return which(context, mine, words, command)
    ticket = held(context, reach(context), (*HELD, Status.RESOLVED) if command is RESOLVE else HELD)
    if ticket is None:
        return None
    if command is ARRIVE:
        return command.name
    return f"{command.name} {ticket.number} {words}".strip()


def by_whistle(context: Context, ticket: Ticket, command: Command, words: str = "") -> Reply | None:
    """The reply to a command while a whistle is on: a called team can only report in and finish its own part.

    None: handle it as an ordinary command.
    """
    call = calls.open_call(context.person, ticket)
    if command is NOTE or not any(each.is_call for each in ticket.support):
        return None
    if call is None and _is_theirs(context, ticket):
        return calls.refuse_resolving(context, ticket) if command is RESOLVE else None
    if call and command is ARRIVE:
        return calls.report_in(context, ticket, call)
    if call and command is RESOLVE and words:
        return calls.finish(context, ticket, call, words)
    if call and command is RESOLVE:
        return ask_words(context.say("whistle.finish_how", number=ticket.number), command, ticket)
    team = ticket_text.team_name(context.town, ticket.team)
    return Reply(context.say("whistle.not_in_charge", number=ticket.number, team=team), keep=True)


def _is_theirs(context: Context, ticket: Ticket) -> bool:
    return context.session.scalar(tickets(reached(context.person) & (Ticket.id == ticket.id))) is not None


def ask_words(question: str, command: Command, ticket: Ticket, said: str = "") -> Reply:
    """Ask for the words that a command needs; `said` are those that they have written already."""
    return Reply(question, Asks.WORK_WORDS, {"word": command.name, "ticket": ticket.id, "said": said})


def already(context: Context, ticket: Ticket) -> Reply:
    """Refuse a command that the ticket's status no longer allows, and show the status."""
    line = ticket_text.line(context.town, ticket, context.now, context.person)
    if ticket.assignee_id == context.person.id:
        return Reply(context.say("working.already_mine", line=line))
    assignee = context.session.get(Person, ticket.assignee_id) if ticket.assignee_id else None
    if assignee and ticket.status == Status.WORKING and assignee.team == context.person.team:
        return Reply(context.say("working.already_colleague", name=assignee.name, line=line))
    return no_longer(context, ticket)
