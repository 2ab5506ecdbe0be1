"""Routers of work other than tickets: visits, meetings, patrols, scores. Order is precedence, as in `routers`."""

from handlers.care_visits import overview as visits_overview
from handlers.care_visits import visit
from handlers.hotline import verified
from handlers.joint_meetings import agenda, decide
from handlers.joint_meetings import quarterly_report as report_of_meetings
from handlers.patrols import check_in
from handlers.patrols import patrol_report as report_of_patrols
from handlers.public_notice import read as publicity
from handlers.reception_days import ask_afterwards, book, plan, receive, sheet
from handlers.reception_days import figures as reception_figures
from handlers.scores import community, dispute, thanks
from handlers.scores import quarterly_ranking as report_of_scores
from handlers.scores import read as scores
from handlers.volunteers import call, take_part

OF_PRACTICES = (
    plan.router,
    book.router,
    receive.router,
    sheet.router,
    reception_figures.router,
    ask_afterwards.router,
    publicity.router,
    agenda.router,
    decide.router,
    verified.router,
    report_of_meetings.router,
    check_in.router,
    report_of_patrols.router,
    visit.router,
    visits_overview.router,
    scores.router,
    report_of_scores.router,
    dispute.router,
    community.router,
    thanks.router,
    call.router,
    take_part.router,
)
