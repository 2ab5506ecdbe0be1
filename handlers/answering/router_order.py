"""Which router comes before which, and which commands there are."""

from handlers.announcements import announce
from handlers.answering import platform_receipts
from handlers.answering.practice_routers import OF_PRACTICES
from handlers.answering.supervisor_routers import OF_JUDGING
from handlers.appointments import at_home, propose
from handlers.approvals import contest, decide, endings, extend, suspend
from handlers.consultation import announced, ask, new_answer
from handlers.dialogue.router import Router
from handlers.digests import choose as digests
from handlers.evidence import ask_pictures
from handlers.front_desk import erase_me, help, home, human, numbered_menu, small_talk, welcome  # noqa: A004  (「帮助」)
from handlers.representatives import speak
from handlers.residents import (
    complaint,
    contact,
    correct_draft,
    corrections,
    join_event,
    outcome,
    progress,
    reopen,
    report,
    sent,
    supplement,
    withdraw,
)
from handlers.staff import (
    ask_resident,
    correct,
    follow_up,
    hand_on_several,
    note_or_report,
    own_report,
    patrol,
    role_refusal,
    roles,
    sign,
    todo,
    view,
    work,
)
from handlers.staff import talk as talk_of_staff
from handlers.supervisors import assign, check, drill_down, export, overview, read_log, what_if, what_to_ask
from handlers.whistle import attendance, blow

picked = Router("picked")
"""Texts that stand for others: a number of a list, plain words for a command. Its handlers are in `routers`"""


# Order is precedence: the platform's events, then commands, then the open question, then the intent of the text.
ROUTERS = (
    platform_receipts.router,
    erase_me.router,
    read_log.router,
    export.router,
    *OF_JUDGING,
    blow.router,
    attendance.router,
    sign.router,
    work.router,
    hand_on_several.router,
    todo.router,
    view.router,
    ask_pictures.router,
    speak.router,
    patrol.router,
    decide.router,
    extend.router,
    contest.router,
    suspend.router,
    ask_resident.router,
    talk_of_staff.router,
    endings.router,
    follow_up.router,
    what_if.router,
    drill_down.router,
    digests.router,
    announce.router,
    overview.router,
    correct.router,
    assign.router,
    check.router,
    picked,
    contact.router,
    role_refusal.router,
    supplement.router,
    decide.digits,
    ask_resident.answers,
    propose.router,
    *OF_PRACTICES,
    at_home.router,
    numbered_menu.router,
    correct_draft.router,
    corrections.router,
    supplement.houses,
    note_or_report.router,
    complaint.router,
    new_answer.router,
    announced.router,
    ask.router,
    what_to_ask.router,
    withdraw.answers,
    progress.router,
    withdraw.router,
    outcome.router,
    reopen.router,
    supplement.more,
    join_event.router,
    own_report.router,
    sent.router,
    report.router,
    welcome.router,
    roles.router,
    human.router,
    home.router,
    own_report.unread,
    help.router,
    small_talk.router,
)


# Their commands come first in 帮助.
_USUAL = (
    sign.router,
    work.router,
    todo.router,
    view.router,
    overview.router,
    progress.router,
    withdraw.router,
    outcome.router,
    reopen.router,
    roles.router,
    human.router,
    home.router,
    help.router,
    welcome.router,
)


COMMANDS = tuple(
    command for router in sorted(ROUTERS, key=lambda router: router not in _USUAL) for command in router.commands
)
"""All commands, in the order of 帮助"""
