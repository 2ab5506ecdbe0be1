"""Who answers about what happens between tickets. Order is precedence, as in `routers`."""

from handlers.council import agenda, decide
from handlers.council import report as report_of_meetings
from handlers.hotline import truth
from handlers.patrols import check_in
from handlers.patrols import report as report_of_patrols
from handlers.publicity import read as publicity
from handlers.reception import afterwards, book, plan, receive, sheet
from handlers.reception import figures as reception_figures
from handlers.scores import community, contest, thanks
from handlers.scores import read as scores
from handlers.scores import report as report_of_scores
from handlers.visits import overview as visits_overview
from handlers.visits import visit
from handlers.voices import speak
from handlers.volunteers import call, take_part

OF_PRACTICES = (
    plan.router,
    book.router,
    receive.router,
    sheet.router,
    reception_figures.router,
    afterwards.router,
    publicity.router,
    agenda.router,
    decide.router,
    truth.router,
    report_of_meetings.router,
    check_in.router,
    report_of_patrols.router,
    speak.router,
    visit.router,
    visits_overview.router,
    scores.router,
    report_of_scores.router,
    contest.router,
    community.router,
    thanks.router,
    call.router,
    take_part.router,
)
