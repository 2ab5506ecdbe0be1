"""Routers of supervisors' questions: the board, root causes, appeals, the three figures."""

from handlers.alarms import root_cause
from handlers.appeals import appeal, three_figures
from handlers.board import command as board

OF_JUDGING = (board.router, root_cause.router, appeal.router, three_figures.router)
