"""Which event is pushed to whom with which wording, and which push makes an older one needless."""

from dataclasses import dataclass, replace
from enum import StrEnum

from models.push import Push

UNREACHED = "red_flag_unreached"
INSTEAD = "red_flag_instead"
DANGERS = frozenset({"red_flag", INSTEAD, UNREACHED})
"""Events that are sent first, at any hour and by every way"""


class Audience(StrEnum):
    """The recipients of a push."""

    RESIDENTS = "residents"
    TEAM = "team"
    ASSIGNEE = "assignee"
    SUPERVISORS = "supervisors"
    REPORTER = "reporter"
    NAMED = "named"
    CALLED = "called"
    VOICES = "voices"
    """Representatives of the building"""
    COMMITTEES = "committees"
    """Representatives of the compound"""
    PAGED = "paged"
    """All staff who got a push about the ticket"""


class Line(StrEnum):
    """Of two waiting pushes of one line, about one ticket for one person, only the newer is sent."""

    STANDING = "standing"
    """Progress of a resident's ticket"""
    LIMIT = "limit"
    """Deadlines: staff should hurry"""
    OVER = "over"
    """Staff have nothing more to do, so no older push about the ticket is sent"""


@dataclass(frozen=True, slots=True)
class PushRule:
    """A row of the table: recipients, wording, and the platform's template for use after its 48-hour window."""

    to: Audience
    wording: str
    template: str
    asks: str = ""
    """The question that it carries: a value of dialogue.states.Asks"""
    line: Line | None = None


STAFF_TEMPLATE = "staff"
RESIDENT_TEMPLATE = "resident"


def _residents(wording: str, line: Line | None = None) -> PushRule:
    return PushRule(Audience.RESIDENTS, f"push.{wording}", RESIDENT_TEMPLATE, line=line)


def _standing(wording: str) -> PushRule:
    return _residents(wording, Line.STANDING)


def _team(wording: str, line: Line | None = None) -> PushRule:
    return PushRule(Audience.TEAM, f"push.{wording}", STAFF_TEMPLATE, line=line)


def _assignee(wording: str, line: Line | None = None) -> PushRule:
    return PushRule(Audience.ASSIGNEE, f"push.{wording}", STAFF_TEMPLATE, line=line)


def _called(wording: str) -> PushRule:
    return PushRule(Audience.CALLED, f"push.{wording}", STAFF_TEMPLATE)


def _supervisors(wording: str, line: Line | None = None) -> PushRule:
    return PushRule(Audience.SUPERVISORS, f"push.{wording}", STAFF_TEMPLATE, line=line)


def _voices(wording: str) -> PushRule:
    return PushRule(Audience.VOICES, f"push.{wording}", RESIDENT_TEMPLATE)


def _committees(wording: str) -> PushRule:
    return PushRule(Audience.COMMITTEES, f"push.{wording}", RESIDENT_TEMPLATE)


def _named(wording: str, line: Line | None = None) -> PushRule:
    return PushRule(Audience.NAMED, f"push.{wording}", STAFF_TEMPLATE, line=line)


def _named_resident(wording: str) -> PushRule:
    return PushRule(Audience.NAMED, f"push.{wording}", RESIDENT_TEMPLATE)


_asks_outcome = replace(_standing("resolved"), asks="outcome")

PUSH_RULES: dict[str, tuple[PushRule, ...]] = {
    "unrouted": (_supervisors("unrouted"),),
    "unrouted_still": (_supervisors("unrouted", Line.LIMIT),),
    "dispatch": (_team("new_ticket"), _voices("in_your_house")),
    "council": (_residents("council"), _team("council_team"), _voices("council_voice"), _committees("council_voice")),
    "promised": (_team("promised_ticket"),),
    "red_flag": (_team("red_flag"), _supervisors("red_flag_known"), _voices("in_your_house")),
    "accept": (_standing("accepted"),),
    "report_in": (_standing("arrived"),),
    "return_": (_standing("handed_on"), _team("new_ticket")),
    "return_unrouted": (_standing("returned"), _supervisors("returned_to_desk")),
    "reassign": (_standing("handed_on"), _team("new_ticket")),
    "escalate": (_standing("escalated"), _team("new_ticket"), _supervisors("climbed")),
    "whistle": (_called("whistle"), _team("whistle_known"), _residents("whistle_blown")),
    "whistle_missing": (_called("whistle_late"), _supervisors("whistle_missing")),
    "call_reported": (_standing("arrived"), _team("call_reported")),
    "call_finished": (_team("call_finished"),),
    "call_released": (_called("call_released"),),
    INSTEAD: (_named("red_flag"),),
    UNREACHED: (_supervisors("red_flag_unreached"),),
    "red_flag_again": (_team("red_flag_again"), _supervisors("red_flag_again")),
    "more_neighbours": (_team("more_neighbours"),),
    "joined_unasked": (_named_resident("joined_unasked"),),
    "incomplete": (_named_resident("incomplete"),),
    "filed_unasked": (_named_resident("filed_unasked"),),
    "desk_unasked": (_named_resident("desk_unasked"),),
    "told_again": (_named_resident("told_again"),),
    "verify": (_residents("verified"),),
    "event_solved": (_residents("event_solved"),),
    "inform": (_residents("informed"),),
    "visit_proposed": (replace(_residents("visit_proposed"), asks="appointments.proposed"),),
    "visit_wished": (replace(_team("visit_wished"), asks="appointments.wished"),),
    "visit_agreed": (_team("visit_agreed"), _residents("visit_set")),
    "visit_set": (_residents("visit_set"),),
    "visit_put_off": (_team("visit_put_off"),),
    "visit_remind": (_residents("visit_near"), _team("visit_remind")),
    "visit_missed": (_residents("visit_not_kept"), _team("visit_missed")),
    "extend": (_standing("extended"),),
    "suspend": (_standing("suspended"),),
    "resume": (_standing("resumed"), _assignee("resumed")),
    "resolve": (_asks_outcome,),
    "check": (replace(_named("check"), asks="evidence.check"),),
    "confirm": (_assignee("confirmed"),),
    "rating_why": (_assignee("rating_why"),),
    "lapse": (_standing("lapsed"),),
    "close": (_standing("closed"), _assignee("ended", Line.OVER)),
    "not_ours": (_standing("declined"), _assignee("ended", Line.OVER)),
    "reopen": (_team("reopened"), _supervisors("reopened_known"), _residents("reopened_for_all")),
    "withdraw": (replace(_team("withdrawn", Line.OVER), to=Audience.PAGED), _team("withdrawn", Line.OVER)),
    "decline": (_standing("declined"),),
    "objected": (_supervisors("objected"),),
    "approval_asked": (replace(_named("approval_asked"), asks="approving.asked"),),
    "approval_waits": (replace(_named("approval_waits"), asks="approving.asked"),),
    "approval_granted": (_named("approval_granted"),),
    "approval_refused": (_named("approval_refused"),),
    "ask": (PushRule(Audience.REPORTER, "push.asked", RESIDENT_TEMPLATE, "questioning.answer"),),
    "answer": (_named("answered"), _team("answered")),
    "unanswered": (_named("unanswered"),),
    "merge": (_residents("merged"), _named("merged_away", Line.OVER)),
    "merged_in": (_team("merged_in"),),
    "urge": (_team("urged", Line.LIMIT),),
    "supervise": (_team("supervised"),),
    "supplement": (_team("supplemented"),),
    "place_wrong": (replace(_assignee("place_wrong"), asks="correcting.place_wrong"),),
    "kind_wrong": (replace(_assignee("kind_wrong"), asks="correcting.kind_wrong"),),
    "kind_kept": (PushRule(Audience.REPORTER, "push.kind_kept", RESIDENT_TEMPLATE),),
    "kind_changed": (PushRule(Audience.REPORTER, "push.kind_changed", RESIDENT_TEMPLATE),),
    "place_kept": (PushRule(Audience.REPORTER, "push.place_kept", RESIDENT_TEMPLATE),),
    "place_changed": (PushRule(Audience.REPORTER, "push.place_changed", RESIDENT_TEMPLATE),),
    "recategorised": (_team("recategorised"),),
    "taken": (_standing("taken"),),
    "human": (_named("human_says"), _team("human"), _supervisors("human")),
    "talk_said": (_named("talk_said"),),
    "talk_colleague": (_named("talk_colleague"),),
    "talk_finished": (_named("talk_finished"),),
    "talk_answered": (_named_resident("talk_answered"),),
    "talk_over": (_named_resident("talk_over"),),
    "talk_late": (_named_resident("talk_late"),),
    "accept_overdue": (_team("accept_overdue", Line.LIMIT), _supervisors("accept_overdue", Line.LIMIT)),
    "handle_overdue": (_team("handle_overdue", Line.LIMIT), _supervisors("handle_overdue", Line.LIMIT)),
    "accept_remind": (_team("accept_remind", Line.LIMIT),),
    "remind": (_team("remind", Line.LIMIT),),
    "climbing": (_team("climbing", Line.OVER),),
    "handed_away": (_team("handed_away", Line.OVER),),
    "passed_on": (_team("passed_on"),),
    "follow_up": (_asks_outcome,),
}


def rule_of(push: Push) -> PushRule | None:
    """The row of a push. An event may have several rows, told apart by template."""
    return next((each for each in PUSH_RULES.get(push.event, ()) if each.template == push.template), None)


def asks(push: Push) -> bool:
    """Whether it carries a question."""
    rule = rule_of(push)
    return rule is not None and bool(rule.asks)


def overtakes(newer: Push, older: Push) -> bool:
    """Whether the newer of two waiting pushes to one person makes the older one needless."""
    if (newer.ticket_id, newer.template) != (older.ticket_id, older.template) or newer.id <= older.id:
        return False
    line, before = (rule.line if (rule := rule_of(push)) else None for push in (newer, older))
    return line is Line.OVER or (line is not None and line is before)
