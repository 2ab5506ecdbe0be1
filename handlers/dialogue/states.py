"""Every question that the program can leave open, and the answers that each accepts. Only this table decides it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto
from typing import Any

MOST_PUT = 2
"""Most times that the same question is asked; then a person takes over"""


class Asks(StrEnum):
    """The kind of an open question. Values are stored in the database."""

    DANGER = "filing.danger"
    CATEGORY = "filing.category"
    PLACE = "filing.place"
    WHICH_PLACE = "filing.which_place"
    BUILDING = "filing.building"
    WORDS = "filing.words"
    PARTS = "filing.parts"
    GUESS = "filing.guess"
    TICKET_PLACE = "filing.ticket_place"
    JOIN = "filing.join"
    JOINED = "joining.joined"
    APART = "joining.apart"
    MENU = "menu.offered"
    HELP = "help.more"
    TALK = "talk.open"
    TALK_ANSWER = "talk.answer"
    OUTCOME = "outcome"
    RATING_WHY = "progress.rating_why"
    AGAIN = "progress.again"
    NOT_SOLVED_WHY = "progress.not_solved_why"
    WITHDRAW_SURE = "progress.withdraw_sure"
    ERASE_SURE = "erasing.sure"
    HOME = "welcome.home"
    BIND_WHICH = "welcome.bind_which"
    COMPLAINT = "complaining.about"
    ANSWER = "questioning.answer"
    ANSWER_OR_REPORT = "questioning.answer_or_report"
    ASIDE = "aside.note_or_report"
    WORK_WORDS = "working.reason"
    AFTER_PICTURE = "evidence.after_picture"
    CHECK = "evidence.check"
    HEARD = "evidence.heard"
    OWN_REPORT = "own_report.sure"
    HAND_ON_SURE = "working.hand_on_sure"
    CONTEST_WHY = "contesting.why"
    PATROL_WHAT = "patrolling.what"
    RIGHT_WORDS = "correcting.right_words"
    PLACE_WRONG = "correcting.place_wrong"
    KIND_WRONG = "correcting.kind_wrong"
    VISIT = "appointments.proposed"
    VISIT_WISHED = "appointments.wished"
    MERGE_SURE = "settling.merge_sure"
    APPROVAL = "approving.asked"
    WHICH_APPROVAL = "approving.which"
    WHISTLE_TEAMS = "whistle.teams"
    WHISTLE_REASON = "whistle.reason"
    WHISTLE_GROUND = "whistle.ground"
    RELEASED = "attending.released"
    CHOICE = "picking.choice"
    EXPORT_SURE = "exporting.sure"
    FIGURES = "supervising.figures"
    ROWS = "asking.rows"
    DIGEST = "digest.told"
    NOTICE = "notices.preview"
    NOTICE_SURE = "notices.sure"
    WHICH_ANSWER = "consultation.which"
    ANSWERED = "consultation.answered"
    NEW_ANSWER = "consultation.keep"
    WHICH_QUESTION = "asked.which"
    RECEPTION_WHAT = "reception.what"
    RECEPTION_SETTLED = "reception.settled"
    RECEPTION_FIGURES = "reception.figures"
    CHECK_IN = "patrols.pin"
    SCORE_LINES = "scores.lines"


class Wants(StrEnum):
    """Which words answer a question, besides its options."""

    NOTHING = auto()
    REASON = auto()
    """Any text but fillers, politeness and other requests"""
    OWN = auto()
    """Its handler parses the text: a place, a problem, a name"""


@dataclass(frozen=True, slots=True)
class Accepts:
    """What answers a question: numbered options (a count, or slots that list them), yes and no, words."""

    options: int | tuple[str, ...] = 0
    yes_no: bool = False
    wants: Wants = Wants.NOTHING
    undoable: bool = True
    """False: the action can't be undone, so only its own word confirms it, and no newer question may be open"""
    repeats: bool = False
    """Repeated below the answer to any other message"""
    lists: bool = False
    """A list whose numbers only open items, so a question asked later takes precedence"""
    offers: bool = False
    """An offer, not a question: any other text is answered as if nothing were open"""
    heard: bool = False
    """「好的」 is an answer, not a filler"""

    def count(self, slots: Mapping[str, Any]) -> int:
        if isinstance(self.options, int):
            return self.options
        return next((len(slots[name]) for name in self.options if slots.get(name)), 0)


DRAFTS = frozenset(
    {Asks.DANGER, Asks.CATEGORY, Asks.PLACE, Asks.WHICH_PLACE, Asks.BUILDING, Asks.GUESS, Asks.PARTS, Asks.JOIN}
)
"""Questions about a report that is not filed yet"""
CAN_KILL = frozenset(
    {
        "gas",
        "fire",
        "shock",
        "falling",
        "collapse",
        "manhole",
        "violence",
        "collapsed_person",
        "lost_child",
        "self_harm",
    }
)
"""Dangers for which we wait at most a minute for the answer whether they exist"""
DANGER_WAITS = timedelta(seconds=60)


def lasts(state: str, slots: Mapping[str, Any], usual: timedelta) -> timedelta:
    """How long a question waits for its answer."""
    return DANGER_WAITS if state == Asks.DANGER and slots.get("danger_question") in CAN_KILL else usual


ACCEPTS: Mapping[str, Accepts] = {
    Asks.DANGER: Accepts(2, yes_no=True, wants=Wants.OWN, repeats=True),
    Asks.CATEGORY: Accepts(("choices",), wants=Wants.OWN, repeats=True),
    Asks.PLACE: Accepts(wants=Wants.OWN, repeats=True),
    Asks.WHICH_PLACE: Accepts(("places",), wants=Wants.OWN, repeats=True),
    Asks.BUILDING: Accepts(wants=Wants.OWN, repeats=True),
    Asks.WORDS: Accepts(wants=Wants.OWN, repeats=True),
    Asks.PARTS: Accepts(2, wants=Wants.OWN, repeats=True),
    Asks.GUESS: Accepts(2, yes_no=True, wants=Wants.OWN, repeats=True),
    Asks.TICKET_PLACE: Accepts(("places",), wants=Wants.OWN, repeats=True),
    Asks.JOIN: Accepts(2, wants=Wants.OWN, repeats=True),
    Asks.JOINED: Accepts(wants=Wants.OWN),
    Asks.MENU: Accepts(("words",), lists=True, offers=True),
    Asks.HELP: Accepts(wants=Wants.OWN, lists=True, offers=True),
    Asks.TALK: Accepts(),
    Asks.TALK_ANSWER: Accepts(),
    Asks.APART: Accepts(wants=Wants.OWN, repeats=True),
    Asks.OUTCOME: Accepts(4, wants=Wants.OWN, heard=True),
    Asks.RATING_WHY: Accepts(wants=Wants.REASON),
    Asks.AGAIN: Accepts(2, yes_no=True, repeats=True),
    Asks.NOT_SOLVED_WHY: Accepts(wants=Wants.REASON, repeats=True),
    Asks.WITHDRAW_SURE: Accepts(2, yes_no=True, repeats=True),
    Asks.ERASE_SURE: Accepts(wants=Wants.OWN, undoable=False, heard=True),
    Asks.HOME: Accepts(wants=Wants.OWN, repeats=True),
    Asks.BIND_WHICH: Accepts(("places",), repeats=True),
    Asks.COMPLAINT: Accepts(wants=Wants.OWN, repeats=True),
    Asks.ANSWER: Accepts(wants=Wants.OWN, heard=True),
    Asks.ANSWER_OR_REPORT: Accepts(2, repeats=True),
    Asks.ASIDE: Accepts(3, yes_no=True, repeats=True),
    Asks.WORK_WORDS: Accepts(wants=Wants.REASON, repeats=True),
    Asks.AFTER_PICTURE: Accepts(1, repeats=True),
    Asks.CHECK: Accepts(2),
    Asks.HEARD: Accepts(2, yes_no=True),
    Asks.OWN_REPORT: Accepts(2, yes_no=True, repeats=True),
    Asks.HAND_ON_SURE: Accepts(2, yes_no=True, repeats=True),
    Asks.CONTEST_WHY: Accepts(wants=Wants.REASON, repeats=True),
    Asks.PATROL_WHAT: Accepts(wants=Wants.OWN, repeats=True),
    Asks.RIGHT_WORDS: Accepts(wants=Wants.OWN, repeats=True),
    Asks.PLACE_WRONG: Accepts(2, yes_no=True),
    Asks.KIND_WRONG: Accepts(2, yes_no=True),
    Asks.VISIT: Accepts(2, yes_no=True, wants=Wants.OWN),
    Asks.VISIT_WISHED: Accepts(1),
    Asks.MERGE_SURE: Accepts(2, yes_no=True, repeats=True),
    Asks.APPROVAL: Accepts(2),
    Asks.WHICH_APPROVAL: Accepts(("approvals",), repeats=True),
    Asks.WHISTLE_TEAMS: Accepts(wants=Wants.REASON, repeats=True),
    Asks.WHISTLE_REASON: Accepts(wants=Wants.REASON, repeats=True),
    Asks.WHISTLE_GROUND: Accepts(3, wants=Wants.OWN, repeats=True),
    Asks.RELEASED: Accepts(("calls",), repeats=True),
    Asks.CHOICE: Accepts(("numbers",), repeats=True),
    Asks.EXPORT_SURE: Accepts(2, yes_no=True, repeats=True),
    Asks.FIGURES: Accepts(("keys", "listed"), wants=Wants.OWN, lists=True),
    Asks.ROWS: Accepts(("rows",), wants=Wants.OWN, lists=True),
    Asks.DIGEST: Accepts(("groups",), lists=True),
    Asks.NOTICE: Accepts(2, yes_no=True, repeats=True),
    Asks.NOTICE_SURE: Accepts(wants=Wants.OWN, undoable=False, heard=True),
    Asks.WHICH_ANSWER: Accepts(("answers",), offers=True),
    Asks.ANSWERED: Accepts(2, offers=True),
    Asks.NEW_ANSWER: Accepts(2, yes_no=True),
    Asks.WHICH_QUESTION: Accepts(("keys",)),
    Asks.RECEPTION_WHAT: Accepts(wants=Wants.REASON, repeats=True),
    Asks.RECEPTION_SETTLED: Accepts(2, yes_no=True),
    Asks.RECEPTION_FIGURES: Accepts(("keys",), lists=True),
    Asks.CHECK_IN: Accepts(offers=True),
    Asks.SCORE_LINES: Accepts(("keys",), lists=True),
}
