"""Conversations at random: three residents, two of the staff and a supervisor write across each other for days.

Every demand ends in one ticket or a stated refusal, every answer at its own ticket. `make test` plays two hundred, the
nightly profile (HYPOTHESIS_PROFILE=nightly) five thousand longer ones.
"""

import csv
import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from stage import Stage
from testbed import ROOT, Clock, settings_for

from bot.assembly import assemble
from models.status_moves import Status
from nlp.reading.understanding import Intent

_COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True, "database": None}
PROFILES = {
    "default": settings(max_examples=200, stateful_step_count=7, derandomize=True, **_COMMON),
    "nightly": settings(max_examples=5000, stateful_step_count=14, **_COMMON),
}
PROFILE = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "default")]
if os.environ.get("HYPOTHESIS_SHRINK") == "no":
    PROFILE = settings(PROFILE, phases=[Phase.generate])

RESIDENTS, STAFF, SUPERVISOR = ("居民", "邻居", "邻居乙"), ("物业", "社区"), "督导"
_LONGEST = 24
FROM_THE_TABLE = "\n出处："


def told_in_the_corpus():
    """Troubles as the model learned them, short enough to be one sentence."""
    for path in sorted((ROOT / "nlp" / "data" / "corpus").glob("*.tsv")):
        with path.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["intent"] == Intent.REPORT and len(row["text"]) <= _LONGEST:
                    yield row["text"]


WHERE = st.sampled_from(
    ("", "", "德尚小区3号楼", "德尚小区5号楼", "幸福小区2号楼", "城南宜居家园", "德尚家园1号楼", "6号楼")
)
PLACES = st.sampled_from(("德尚小区2号楼", "5号楼", "不清楚", "就在我家楼下", "文苑花园", "不对，是4号楼"))
ASIDES = st.sampled_from(
    ("谢谢", "您好", "稍等", "好的", "快点", "进度", "催办", "帮助", "[照片]", "[位置]", "[微笑]", "[空白]")
)
ANSWERS = st.sampled_from(
    ("1", "1", "2", "3", "4", "是", "否", "另报", "加入", "可以", "改天", "还是没修好", "好了，谢谢", "分开")
)
DEEDS = st.sampled_from(
    ("接 {n}", "接 {n}", "结 {n} 换了新的", "结 {n} 换了新的", "问 {n} 是哪个单元", "约 {n} 明天上午9点", "告知 {n} 配件周五到",
     "退 {n} 不归我们", "结 {n}", "待办", "延 {n} 1工作时 等配件", "回 师傅在路上了", "结束", "1", "2", "师傅说明天来")
)  # fmt: skip
OVERSEES = st.sampled_from(
    ("今日", "超时", "1", "2", "昨天多少件", "督办 {n} 盯紧", "查 {n}", "德尚小区3号楼路灯不亮了")
)


class Conversations(RuleBasedStateMachine):
    """`stage`, `lines` and `counted` are set by the test."""

    stage = lines = reader = counted = None

    def __init__(self):
        super().__init__()
        self.stage.play({"说": ()})
        self.demands = {}

    @initialize(who=st.sampled_from(RESIDENTS), where=WHERE, line=st.integers(0, 10_000))
    def one_reports(self, who, where, line):
        self.reports(who, where, line)

    @rule(who=st.sampled_from(RESIDENTS), where=WHERE, line=st.integers(0, 10_000))
    def another_reports(self, who, where, line):
        self.reports(who, where, line)

    @rule(who=st.sampled_from(RESIDENTS), words=PLACES | ASIDES | ANSWERS)
    def a_resident_says(self, who, words):
        self.says(who, words)

    @rule(who=st.sampled_from(RESIDENTS), first=ANSWERS, then=ASIDES | ANSWERS | PLACES)
    def a_resident_says_two_things(self, who, first, then):
        self.says(who, first)
        self.says(who, then)

    @rule(who=st.sampled_from(RESIDENTS))
    def a_resident_cancels(self, who):
        """What is not in a ticket yet is not reported: they hear so."""
        if "不报了" in self.says(who, "取消"):
            for words, teller in self.demands.items():
                if teller == who and not self.stage.homes_of(words):
                    self.demands[words] = ""

    @rule(who=st.sampled_from(STAFF), which=st.integers(0, 4), deed=DEEDS, second=DEEDS)
    def staff_act(self, who, which, deed, second):
        for words in (deed, second):
            self.says(who, words.format(n=self.number(which)))

    @rule(which=st.integers(0, 4), words=OVERSEES)
    def the_supervisor_asks(self, which, words):
        self.says(SUPERVISOR, words.format(n=self.number(which)))

    @rule(which=st.integers(0, 4), votes=st.tuples(ANSWERS, ANSWERS))
    def something_is_done_and_voted_on(self, which, votes):
        """By its own team: a push asks those who wait, whatever else is open with them. Said once, it asks for a picture."""
        for words in ("接 {n}", "结 {n} 换了新的", "结 {n} 换了新的"):
            self.says("物业", words.format(n=self.number(which)))
        for who, vote in zip(RESIDENTS, votes, strict=False):
            self.says(who, vote)

    @rule(minutes=st.sampled_from((1, 5, 31, 120, 700, 1500)))
    def time_passes(self, minutes):
        self.stage.passes(minutes)

    def teardown(self):
        for minutes in (31, 61, 700, 1500, 1500):
            self.stage.passes(minutes)
        for words, teller in self.demands.items():
            homes = self.stage.telling(words)
            self.counted["demands"] += 1
            assert not teller or len(homes) == 1, (words, teller, homes)
        self.counted["lives"] += 1

    def reports(self, who, where, line):
        self.tells(who, where, self.lines[line % len(self.lines)])

    def tells(self, who, where, words):
        seen = self.reader.understand(where + words)
        if words in self.demands or seen.intent is not Intent.REPORT or not seen.sure or seen.parts:
            return  # several matters in one message become several tickets: tests of splitting have them
        open_before = self.stage.asked_of(who)
        reply = self.says(who, where + words)
        self.counted[f"told while {open_before or 'nothing'} was open"] += 1
        if FROM_THE_TABLE in reply:  # taken for a question: they are told how to say that it was none
            self.counted["answered from the table"] += 1
        elif "今天您已经报了很多件" not in reply:
            self.demands[words] = who

    def says(self, who, words):
        before = {ticket.number: ticket for ticket in self.stage.chat.tickets()}
        self.stage.clock.turn(seconds=20)
        reply = self.stage.says(who, words)
        assert reply.strip() or self.stage.is_in_talk(who), (who, words)
        assert "{" not in reply
        for ticket in self.stage.chat.tickets():
            was = before.get(ticket.number)
            if was and was.rating is None and ticket.rating is not None:
                self.counted["ratings"] += 1
                assert ticket.number in reply, (words, reply, ticket.number)
            if was and was.status != ticket.status and ticket.status == Status.WITHDRAWN:
                assert ticket.number in reply, (words, reply, ticket.number)
        return reply

    def number(self, which):
        tickets = self.stage.chat.tickets()
        return tickets[-1 - which % len(tickets)].number if tickets else "12345"


@pytest.fixture(scope="module")
def played(databases, reader, tmp_path_factory):
    clock = Clock()
    program = assemble(
        settings_for(databases.fresh("sqlite", with_town=True), tmp_path_factory.mktemp("lives")), clock, reader
    )
    Conversations.stage, Conversations.reader = Stage(program, clock), reader
    Conversations.lines, Conversations.counted = sorted(set(told_in_the_corpus())), Counter()
    yield Conversations
    program.engine.dispose()


FOUND = {
    "the second of two troubles while the first one's place is asked for": [
        ("tells", "居民", "", "101开成棋牌室了 人来人往"),
        ("tells", "居民", "", "消火栓里没水"),
    ],
    "another trouble with a house while a danger's place is asked for": [
        ("says", "居民", "着火了，楼道里全是黑烟"),
        ("tells", "居民", "6号楼", "南关夜市扰民又堵路 请迁走"),
    ],
    "another trouble in a place of which there are two, where a report lies that lacks its place": [
        ("tells", "居民", "幸福小区2号楼", "下水道堵了往外冒"),
        *(("passes", minutes) for minutes in (1, 120, 120)),
        ("tells", "居民", "幸福小区2号楼", "学籍被学校压着不放"),
    ],
    "what lies beneath the place of a danger when a person is called": [
        ("says", "邻居乙", "6号楼求救：地下室有煤气味"),
        ("tells", "邻居乙", "", "气压不稳 壁挂炉报E1 半夜冻醒"),
        ("tells", "邻居乙", "6号楼", "101开成棋牌室了 人来人往"),
    ],
    "a person who has no ticket yet, called after the third miss": [
        ("tells", "居民", "德尚小区5号楼", "楼道灯不亮了"),
        *(("says", "邻居", each) for each in ("还是没修好", "1", "2", "您好", "1", "不清楚", "否", "不清楚")),
    ],
    "what waits beneath a question that a pin answers": [
        ("tells", "邻居", "6号楼", "单行道 外卖全逆行 差点把我妈撞了"),
        *(("says", "邻居", each) for each in ("另报", "催办", "可以", "[位置]", "1")),
    ],
    "another trouble in another house while the place of a danger was guessed": [
        ("tells", "邻居乙", "德尚小区5号楼", "楼道灯不亮了"),
        ("says", "邻居乙", "着火了，6号楼楼道里全是黑烟"),
        ("tells", "邻居乙", "德尚小区1号楼", "下水道又堵"),
    ],
    "a report that was taken for a question, and nobody said which": [
        ("tells", "邻居", "德尚家园1号楼", "供暖期还有半个月呢 怎么偷偷停了"),
        ("passes", 1500),
    ],
    "another house, while joining a neighbour's report is offered": [
        ("tells", "居民", "德尚小区3号楼", "楼道灯不亮了"),
        ("tells", "邻居", "德尚小区3号楼", "楼道灯不亮"),
        ("tells", "邻居", "德尚小区5号楼", "哎呀我家厨房起火苗子了"),
    ],
    "a trouble of its own while two others are asked apart": [
        ("says", "居民", "德尚小区2号楼楼道灯坏了。还有楼下烧烤店半夜还在吵"),
        ("tells", "居民", "德尚小区5号楼", "下水道堵了 蟑螂也跟着爬出来"),
        ("tells", "居民", "6号楼", "医院门口黑出租排两排 救护车怎么走啊"),
    ],
    "a trouble of its own while the right address is asked for": [
        ("tells", "居民", "德尚小区2号楼", "楼道灯不亮了"),
        ("says", "居民", "地址错了"),
        ("tells", "居民", "德尚小区5号楼", "下水道堵了 蟑螂也跟着爬出来"),
    ],
    "a trouble in which something was changed, while a place is guessed": [
        ("tells", "邻居", "德尚小区3号楼", "楼道灯不亮了"),
        ("says", "邻居", "6号楼一下水管子就爆，修一回爆一回"),
        ("tells", "邻居", "城南宜居家园", "业主大会改成线上 我怀疑后台能改票"),
    ],
    "an answer while a place was asked for twice": [
        ("tells", "邻居", "城南宜居家园", "能不能劝劝我那位拿棍子敲墙的邻居"),
        *(("says", "邻居", each) for each in ("公共", "取消", "楼道灯也坏了", "稍等", "好了，谢谢")),
    ],
    "a report in which somebody was called": [
        ("tells", "邻居", "6号楼", "物业收欠款找外面的催收公司 半夜打我妈电话"),
    ],
}
"""Lives in which something was lost once"""


@pytest.mark.parametrize("life", FOUND)
def test_what_was_lost_once_is_not_lost_again(played, life):
    machine = played()
    for step, *words in FOUND[life]:
        getattr(machine if hasattr(machine, step) else machine.stage, step)(*words)
    assert machine.demands
    machine.teardown()


@pytest.mark.slow
def test_whatever_crosses_every_demand_and_every_answer_finds_its_ticket(played):
    played.counted.clear()
    run_state_machine_as_test(played, settings=PROFILE)
    print("\n".join(f"{number:6} {what}" for what, number in played.counted.most_common()))
    assert played.counted["demands"] > PROFILE.max_examples / 2
    assert played.counted["ratings"]
    assert played.counted["answered from the table"] <= played.counted["demands"] / 200
