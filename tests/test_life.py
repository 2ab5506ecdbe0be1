"""A town lives at random: everybody writes what they like for days, and no ticket is ever lost, stuck or unexplained.

`make test` plays thirty lives, `make nightly` two thousand longer ones.
"""

import os
from collections import Counter
from datetime import timedelta

import pytest
from chat import (
    COLLEAGUE,
    COMMUNITY,
    GRID_STAFF,
    NEIGHBOUR,
    PROPERTY,
    RESIDENT,
    STREET,
    SUPERVISOR,
    Chat,
)
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from life import Town, forget_everything
from sqlalchemy import event
from testbed import Clock, settings_for

from bot.assembly import assemble
from models.status_moves import MOVES, Status

pytestmark = pytest.mark.both_databases

_COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True, "database": None}
PROFILES = {
    "default": settings(max_examples=30, stateful_step_count=14, derandomize=True, **_COMMON),
    "nightly": settings(max_examples=2000, stateful_step_count=20, **_COMMON),
}
PROFILE = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "default")]
if os.environ.get("HYPOTHESIS_SHRINK") == "no":  # a life takes a while: first look, then make it small
    PROFILE = settings(PROFILE, phases=[Phase.generate])

REPORTS = (
    "德尚小区3号楼电梯又坏了",
    "德尚小区5号楼二单元下水道堵了往外冒",
    "德尚小区大门口的垃圾桶满了没人倒",
    "德尚小区的物业费收得不合理",
    "德尚小区3号楼有人困在电梯里了",
    "德尚小区停水了",
    "府前街有个卖水果的摊子天天占道",
    "阳光新城门口的垃圾堆成山了没人管",
    "德尚小区2号楼楼道灯不亮",
)
QUESTIONED = (
    "楼道灯坏了",
    "楼道灯坏了。还有楼下烧烤店半夜还在吵",
    "城南宜居家园单元门坏了关不上",
    "幸福小区2号楼下水道堵了",
    "我家这边老是这样，真没法过了，你们管管吧",
)
"""Of which something is asked"""
RESIDENTS = st.sampled_from((RESIDENT, NEIGHBOUR))
TICKETS = st.integers(0, 5)
"""Which of the tickets that there are, counted from the newest"""
WHO = st.sampled_from(("holder", "holder", "holder", "above", "anybody"))
ANYBODY = st.sampled_from((PROPERTY, COLLEAGUE, GRID_STAFF, COMMUNITY, STREET, SUPERVISOR))
DEEDS = {
    Status.DISPATCHED: ("接 {n}", "接 {n}", "接 {n}", "退 {n} 不归我们管", "转 {n} 城管 占道归他们", "上报 {n} 管不了", "问 {n} 是几单元",
                        "不受理 {n} 请找供电所，电话95598", "并 {n} 到 {m}", "延 {n} 1工作时 人手不够", "吹哨 {n} 城管 联合执法"),
    Status.WORKING: ("到 {n}", "结 {n} 修好了", "结 {n} 修好了", "延 {n} 2工作时 等配件", "挂账 {n} 12月1日 等配件", "问 {n} 哪一户",
                     "退 {n} 不归我们", "转 {n} 物业 归物业", "上报 {n} 要动用维修资金", "解释 {n} 列入明年改造", "并 {n} 到 {m}",
                     "吹哨 {n} 供电 突发紧急", "异议 {n} 不归我们", "备注 {n} 内部记一笔", "告知 {n} 配件周五到", "约 {n} 明天上午9点"),
    Status.SUSPENDED: ("恢复 {n}", "备注 {n} 还在等", "结 {n} 修好了", "放 {n} 城管"),
    Status.RESOLVED: ("解释 {n} 办不了", "结 {n} 修好了", "重办 {n} 没修好"),
    Status.CLOSED: ("重办 {n} 没修好", "结 {n} 修好了", "接 {n}"),
}  # fmt: skip
ALWAYS = (
    "待办",
    "看 {n}",
    "派 {n} 德尚小区",
    "督办 {n} 盯紧",
    "点名 {n}",
    "今日",
    "恢复 {n}",
    "接 {n}",
    "结 {n} 好了",
    "放 {n} 城管",
)
WAYS = (
    (("holder", "接 {n}"), ("holder", "结 {n} 修好了"), ("reporter", "1")),
    (("holder", "接 {n}"), ("holder", "结 {n} 修好了"), ("reporter", "4"), ("reporter", "还是漏水")),
    (("holder", "接 {n}"), ("holder", "挂账 {n} 12月1日 等配件"), ("approver", "1"), ("holder", "恢复 {n}")),
    (("holder", "延 {n} 1工作时 人手不够"), ("approver", "1"), ("holder", "延 {n} 1工作时 还不够"), ("approver", "2")),
    (("holder", "问 {n} 是几单元"), ("reporter", "二单元的"), ("holder", "接 {n}")),
    (
        ("holder", "接 {n}"),
        ("holder", "问 {n} 哪一户"),
        ("holder", "结 {n} 修好了"),
        ("reporter", "三单元的"),
        ("reporter", "2"),
    ),
    (("holder", "退 {n} 不归我们"), ("holder", "接 {n}"), ("holder", "退 {n} 也不归我们"), ("holder", "退 {n} 还不归")),
    (
        ("above", "吹哨 {n} 城管 需联合执法"),
        ("holder", "接 {n}"),
        ("above", "放 {n} 城管"),
        ("holder", "结 {n} 清走了"),
    ),
    (
        ("holder", "接 {n}"),
        ("above", "吹哨 {n} 城管 需联合执法"),
        ("called", "到 {n}"),
        ("called", "结 {n} 劝离了"),
        ("holder", "结 {n} 清走了"),
        ("reporter", "1"),
    ),
    (("holder", "接 {n}"), ("holder", "挂账 {n} 12月1日 等配件"), ("approver", "2"), ("holder", "结 {n} 先修了")),
    (("holder", "异议 {n} 归市政"), ("approver", "1"), ("holder", "接 {n}")),
    (("holder", "异议 {n} 归市政"), ("approver", "2"), ("holder", "接 {n}")),
    (("holder", "接 {n}"), ("holder", "结 {n} 修好了"), ("above", "回访 {n} 说好了"), ("neighbour", "1"), ("neighbour", "4")),
    (("neighbour", "4"), ("neighbour", "还是漏水"), ("reporter", "1")),
    (("above", "解释 {n} 列入明年改造"), ("overseer", "重办 {n} 有钱了"), ("holder", "接 {n}"), ("overseer", "解释 {n} 没钱")),
    (("reporter", "撤回 {n}"), ("reporter", "1")),
    (("above", "并 {n} 到 {m}"), ("above", "1"), ("reporter", "重办 {n} 还没好")),
    (("above", "不受理 {n} 请找供电所，电话95598"), ("reporter", "重办 {n} 供电所不管")),
    (("holder", "延 {n} 1工作时 人手不够"), ("approver", "1"), ("reporter", "不同意")),
    (("above", "转 {n} 城管 占道归他们"), ("holder", "接 {n}"), ("holder", "结 {n} 劝离了")),
    (("above", "转 {n} 物业 归物业"), ("holder", "退 {n} 不归我们"), ("above", "转 {n} 城管 占道归他们")),
)  # fmt: skip
"""How things often go; cut short anywhere, and mixed with everything else"""
SAYINGS = (
    "催办", "撤回", "撤回 {n}", "重办 {n} 又坏了", "不同意", "进度 {n}", "补充一下，是三单元的", "还是没修好", "修好了谢谢", "好的",
    "二单元的", "取消", "另报", "加入", "评价", "0",
)  # fmt: skip


ALWAYS_SEEN = {"supplement", "dispatch", "accept", "return_", "escalate", "reassign", "resolve", "ask", "close", "note"}
"""In thirty lives; two thousand see every move of the table, and all that follows from moves:"""
FOLLOWS = {
    *(f"{wish} {said}" for wish in ("extend", "suspend", "contest") for said in ("granted", "refused")),
    "joined", "confirmed by a neighbour", "denied by a neighbour", "own ticket", "patrol", "hotline", "objected",
    "closed confirmed", "closed default", "closed explained", "closed not_ours",
}  # fmt: skip


class Life(RuleBasedStateMachine):
    """Days of a small town under one program; `program` and `counted` are set by the test."""

    program = None
    clock = None
    counted = None

    def __init__(self):
        super().__init__()
        forget_everything(self.program)
        self.clock.now = Clock().now
        self.chat = Chat(self.program)
        self.town = Town(self.program, self.clock, self.chat)

    @initialize(what=st.sampled_from(REPORTS))
    def somebody_reports_first(self, what):
        self.town.says(RESIDENT, what)

    @rule(who=RESIDENTS, what=st.sampled_from(REPORTS))
    def somebody_reports(self, who, what):
        self.town.says(who, what)

    @rule(what=st.sampled_from(REPORTS), then=st.sampled_from(("", "", "1", "另报", "2")))
    def both_report_the_same(self, what, then):
        for who in (RESIDENT, NEIGHBOUR):
            self.town.says(who, what)
        if then:
            self.town.says(NEIGHBOUR, then)

    @rule(votes=st.tuples(st.sampled_from("1234"), st.sampled_from("1244")))
    def an_outage_ends_and_all_are_asked(self, votes):
        for who in (RESIDENT, NEIGHBOUR):
            self.town.says(who, "德尚小区停水了")
        ticket = self.town.ticket(0)
        for words in ("接 {n}", "结 {n} 接好了"):
            self.town.says(self.town.someone(ticket, "holder", SUPERVISOR), words.format(n=ticket.number))
        for who, vote in zip((RESIDENT, NEIGHBOUR), votes, strict=True):
            self.town.says(who, vote)
            if vote == "4":
                self.town.says(who, "还是没水")

    @rule(
        who=RESIDENTS,
        what=st.sampled_from(QUESTIONED),
        minutes=st.sampled_from((0, 20, 31, 31, 300, 1500)),
        then=st.sampled_from(
            ("", "德尚小区2号楼", "补充 德尚小区2号楼", "进度", "催办", "谢谢", "绑定 德尚小区3号楼", *REPORTS[:3])
        ),
    )
    def somebody_is_asked_and_does_not_answer(self, who, what, minutes, then):
        self.town.says(who, what)
        self.town.live(timedelta(minutes=minutes))
        if then:
            self.town.says(who, then)

    @rule(who=ANYBODY, word=st.sampled_from(("巡查", "代报")), what=st.sampled_from(REPORTS))
    def staff_report(self, who, word, what):
        self.town.says(who, f"{word} {what}")

    @rule(deeds=st.lists(st.tuples(TICKETS, TICKETS, WHO, ANYBODY, st.integers(0, 40)), min_size=1, max_size=3))
    def staff_act(self, deeds):
        for which, other, who, anybody, number in deeds:
            self._staff(self.town.ticket(which), self.town.ticket(other), who, anybody, number)

    @rule(which=TICKETS, way=st.sampled_from(WAYS), steps=st.integers(1, 6), minutes=st.sampled_from((0, 5, 300)))
    def a_ticket_goes_its_way(self, which, way, steps, minutes):
        ticket = self.town.ticket(which)
        for who, words in way[:steps] if ticket else ():
            self.town.says(
                self.town.someone(self.town.again(ticket), who, SUPERVISOR),
                words.format(n=ticket.number, m=self.town.number(0)),
            )
            self.town.live(timedelta(minutes=minutes))

    @rule(which=TICKETS, who=RESIDENTS, what=st.sampled_from(SAYINGS), then=st.sampled_from(("", "1", "还是漏水")))
    def residents_say(self, which, who, what, then):
        self.town.says(who, what.format(n=self.town.number(which)))
        if then:
            self.town.says(who, then)

    @rule(who=RESIDENTS | ANYBODY, digit=st.sampled_from("11234"), which=TICKETS, what=st.sampled_from(ALWAYS))
    def somebody_answers_or_says_anything(self, who, digit, which, what):
        self.town.approver_says(digit)
        self.town.says(who, digit)
        self.town.says(who, what.format(n=self.town.number(which)))

    @rule(minutes=st.sampled_from((1, 20, 100, 400, 1440, 4320, 11520)), worker=st.sampled_from((True, True, False)))
    def time_passes(self, minutes, worker):
        self.town.live(timedelta(minutes=minutes), worker=worker)

    @invariant()
    def nothing_is_lost_stuck_double_or_unexplained(self):
        self.town.check()

    def teardown(self):
        self.town.live(timedelta(minutes=1))
        self.town.check()
        self.counted.update(self.town.happened())

    def _staff(self, ticket, second, who, anybody, number):
        if ticket is None:  # a report that was answered with a question
            return
        deeds = DEEDS.get(Status(ticket.status), ALWAYS)
        words = deeds[number % len(deeds)].format(n=ticket.number, m=second.number)
        self.town.says(self.town.someone(ticket, who, anybody), words)


@pytest.mark.slow
def test_whatever_people_do_no_ticket_is_lost_stuck_closed_twice_or_unexplained(databases, kind, reader, tmp_path):
    clock = Clock()
    program = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path), clock, reader)
    if kind == "sqlite":
        event.listen(program.engine, "connect", lambda connection, _: connection.execute("pragma synchronous=off"))
        program.engine.dispose()  # nobody cuts the power here: connect again, without waiting for the disk
    Life.program, Life.clock, Life.counted = program, clock, Counter()
    few = settings(PROFILE, max_examples=PROFILE.max_examples // 10)  # the rules are the same, the dialect another
    run_state_machine_as_test(Life, settings=PROFILE if kind == "sqlite" else few)
    program.engine.dispose()
    print("\n".join(f"{number:6} {what}" for what, number in Life.counted.most_common()))
    if kind == "sqlite":
        wanted = ALWAYS_SEEN if PROFILE.derandomize else FOLLOWS | set(MOVES)
        assert wanted <= set(Life.counted), f"these lives had none of {wanted - set(Life.counted)}"
