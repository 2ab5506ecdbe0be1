"""Every question that the program can leave open × every kind of second sentence: nothing slips.

The questions come from handlers/dialogue/states.py: a new one without a scene in scenes.yaml fails here.
"""

import pytest
from stage import SCENES, SECONDS, Stage
from testbed import Clock, settings_for

from bot.assembly import assemble
from handlers.dialogue.states import ACCEPTS, Asks
from models.status_moves import Status

pytestmark = pytest.mark.slow

UNDONE = {Status.WITHDRAWN, Status.MERGED, Status.CLOSED, Status.DECLINED}
SILENCES = (31, 60, 480, 1440)
"""Minutes, one after the other: past every question's time, a night, a day"""
CANCELLED = "取消"
FLAGS, ASKED = tuple(SECONDS["危险"]), tuple(SCENES)
SETTLED = {
    Asks.TICKET_PLACE: "八一小区东区4号楼",
    Asks.PLACE: "八一小区东区4号楼",
    Asks.OWN_REPORT: "1",
    Asks.ANSWER_OR_REPORT: "2",
    Asks.WORDS: "门口垃圾桶满了没人倒",
    Asks.CHOICE: "1",
    Asks.WITHDRAW_SURE: "2",
}
"""What settles a question that the second sentence has raised itself"""


@pytest.fixture(scope="module")
def stage(databases, reader, tmp_path_factory):
    clock = Clock()
    settings = settings_for(databases.fresh("sqlite", with_town=True), tmp_path_factory.mktemp("stage"))
    program = assemble(settings, clock, reader)
    yield Stage(program, clock)
    program.engine.dispose()


class Cell:
    """One second sentence at the end of one scene, and all that is wrong with what comes of it."""

    def __init__(self, stage, question, kind, said):
        self.stage, self.question, self.kind, self.said = stage, question, kind, said
        self.scene = SCENES[question]
        self.who, self.faults = self.scene["问"], []
        stage.back()
        self.before = stage.standing()
        self.settled = dict(SETTLED)

    def check(self, wrong, fault):
        if wrong:
            self.faults.append(f"{self.kind}（{self.said}）：{fault}")

    def plays(self):
        self.reply = self.stage.says(self.who, self.said)
        self.check(not self.reply.strip() or "{" in self.reply, f"said {self.reply!r}")
        self.nothing_is_undone()

    def nothing_is_undone(self):
        now = self.stage.standing()
        for number, (status, team) in self.before.items():
            self.check(now[number][0] in UNDONE - {status}, f"{number} is {now[number][0]}")
            self.check(team and now[number][1] != team, f"{number} went to {now[number][1]}")
        self.check(not self.stage.is_known(self.who), "was forgotten")

    def is_alarmed(self, flag, advice):
        self.check(advice not in self.reply, f"no advice in {self.reply[:60]!r}")
        told = [ticket for ticket in self.stage.chat.tickets() if ticket.red_flag == flag]
        self.check(len(told) != 1, f"{len(told)} tickets of the danger")
        self.check(told and not self.stage.paged(told[-1], self.who), "nobody was paged")

    def falls_silent(self):
        for minutes in SILENCES:
            self.stage.passes(minutes)

    def is_kept(self, words, after=""):
        homes = len(self.stage.homes_of(words))
        self.check(homes != 1, f"{words!r} is in {homes} tickets {after}")

    def raised(self):
        return self.stage.asked_of(self.who)

    def the_question_is_answered(self):
        """At once, or after what was raised in between is settled; nothing is undone by the first try."""
        told = []
        if self.stage.is_in_talk(self.who):  # anger was met with a person, who hears the rest
            return
        for _ in range(4):
            raised = self.raised()
            settles = self.settled.pop(raised, None) if raised != self.question else None
            told.append(self.stage.says(self.who, settles or self.scene["答"]))
            if self.scene["听到"] in told[-1]:
                return
        self.check(True, f"is not answered any more, but {told[-1][:80]!r} after {self.reply[:60]!r}")


def seconds_of(who):
    """(kind, words) for somebody of this role, dangers apart."""
    yield "别的事", SECONDS["别的事"]
    yield from (("命令", word) for word in SECONDS["命令"][who])
    yield from SECONDS["旁的话"].items()


def lets_go(question, kind, said=""):
    """Where nobody waits for the answer any more: it was answered by this, or said that it is dropped."""
    accepts = ACCEPTS[Asks(question)]
    needless = accepts.lists or accepts.offers or not accepts.undoable or SCENES[question].get("可不答")
    return bool(needless) or kind == CANCELLED or not {kind, said}.isdisjoint(SCENES[question].get("也算答", ()))


def opened(stage, question):
    stage.play(SCENES[question])
    stage.keep()
    assert question in stage.open_with(SCENES[question]["问"])


def test_every_question_has_a_scene():
    assert set(SCENES) == {each.value for each in Asks}


@pytest.mark.parametrize("question", SCENES)
def test_the_scene_s_answer_is_taken(stage, question):
    opened(stage, question)
    scene = SCENES[question]
    assert scene["听到"] in stage.says(scene["问"], scene["答"])


@pytest.mark.parametrize("question", SCENES)
def test_a_danger_goes_before_and_the_question_is_not_lost(stage, question):
    opened(stage, question)
    faults = []
    for flag, said in SECONDS["危险"].items():
        cell = Cell(stage, question, flag, said)
        cell.plays()
        cell.is_alarmed(flag, stage.advice(flag))
        followed = flag in {"fire", FLAGS[ASKED.index(question) % len(FLAGS)]}  # what it is of makes no difference here
        if followed and not lets_go(question, "危险"):
            cell.the_question_is_answered()
        if followed and (words := SCENES[question].get("话")):
            cell.falls_silent()
            cell.is_kept(words)
        faults += cell.faults
    assert faults == []


@pytest.mark.parametrize("question", SCENES)
def test_whatever_is_said_second_lands_where_it_belongs(stage, question):
    opened(stage, question)
    faults, scene = [], SCENES[question]
    for kind, said in seconds_of(scene["问"]):
        cell = Cell(stage, question, kind, said)
        cell.plays()
        if not lets_go(question, kind, said):
            cell.the_question_is_answered()
        if kind == "别的事" and cell.raised() == Asks.OWN_REPORT:
            stage.says(cell.who, "1")
        if kind == "别的事":
            cell.is_kept("门口路灯")
        if (words := scene.get("话")) and kind != CANCELLED:
            cell.falls_silent()
            cell.is_kept(words, "after all")
        faults += cell.faults
    assert faults == []


@pytest.mark.parametrize("question", [question for question, scene in SCENES.items() if "话" in scene])
def test_who_falls_silent_has_reported_all_the_same(stage, question):
    opened(stage, question)
    cell = Cell(stage, question, "沉默", "")
    cell.falls_silent()
    cell.is_kept(SCENES[question]["话"])
    assert cell.faults == []


NOT_WITH_AN_OWN = {Asks.ASIDE, Asks.CATEGORY}
"""Who waits for something themselves is not asked these: their words are about that"""
OWN = "锦佳园小区4号楼门口路灯不亮了"


def reported_before(who):
    """A ticket of their own, of a day before, at which somebody is working."""
    says = OWN if who in {"居民", "邻居"} else f"巡查 {OWN}"
    return [(who, says), ("过", 2), ("别家物业", "接"), ("过", 1500)]


@pytest.mark.parametrize("question", sorted(NOT_WITH_AN_OWN))
def test_who_waits_for_something_themselves_is_not_asked_this(stage, question):
    scene = SCENES[question]
    stage.play(scene, reported_before(scene["问"]))
    assert question not in stage.open_with(scene["问"])


@pytest.mark.parametrize("question", [each for each in SCENES if each not in NOT_WITH_AN_OWN])
def test_a_digit_answers_what_was_pushed_later_or_is_asked_about(stage, question):
    scene = SCENES[question]
    stage.play(scene, reported_before(scene["问"]))
    assert question in stage.open_with(scene["问"])
    own = stage.chat.tickets()[0]
    stage.passes(0.2)
    assert "已办结" in stage.says("别家物业", f"结 {own.number} 换了灯泡")
    stage.passes(0.2)
    stage.keep()
    cell = Cell(stage, question, "晚一步的推送", "1")
    cell.before[own.number] = (Status.CLOSED, own.team)
    cell.plays()
    asks_which = stage.asked_of(scene["问"]) == Asks.WHICH_QUESTION or question == Asks.TALK
    cell.check(not asks_which and stage.chat.tickets()[0].rating != 3, f"went astray: {cell.reply[:80]!r}")
    if not lets_go(question, ""):
        cell.settled[Asks.WHICH_QUESTION] = stage.option_of(scene["问"], question)
        cell.the_question_is_answered()
    assert cell.faults == []
