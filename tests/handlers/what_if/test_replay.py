"""What would have been: the same table gives the same promises, another one its difference; nothing changes."""

import json

from chat import COMMUNITY, NEIGHBOUR, OTHER_SUPERVISOR, PROPERTY, RESIDENT, SUPERVISOR
from click.testing import CliRunner
from sqlalchemy import select, true
from testbed import ROOT

from bot.commands import shared
from bot.commands.routes import replay as command
from handlers.town.limits import read_limits
from handlers.what_if.past import past_of
from handlers.what_if.replay import due_of, replay, under
from models.base import Base
from models.ticket import Ticket, TicketEvent

DAY = 24 * 60


def done_in_time(chat, clock, text="德尚小区3号楼电梯又坏了", minutes=60):
    """A ticket filed, signed and finished after so many minutes."""
    chat.says(RESIDENT, text)
    number = chat.ticket().number
    chat.says(PROPERTY, f"接 {number}")
    clock.turn(minutes=minutes)
    chat.says(PROPERTY, f"结 {number} 办好了")
    return number


def recounted(chat):
    """Every ticket's promise as it is kept, and as a replay of the same table counts it."""
    program = chat.program
    with program.reading() as session:
        town = program.towns.current(session)
        kept = {ticket.id: ticket.handle_by for ticket in session.scalars(select(Ticket))}
        pasts = list(past_of(session, true(), program.clock()))
        return [(kept[past.id], due_of(town, past, under(town.limits)(past))) for past in pasts]


def look_again(chat, limits=None, days=90):
    program = chat.program
    with program.reading() as session:
        town = program.towns.current(session)
        return replay(session, town, under(limits or town.limits), days, program.clock(), true())


def everything(program):
    with program.reading() as session:
        return {table.name: sorted(map(repr, session.execute(select(table)))) for table in Base.metadata.sorted_tables}


def a_table(tmp_path, **changed):
    """The shipped table with other limits for some categories, and no rows of their sub-items."""
    lines = (ROOT / "handlers/data/limits.csv").read_text("utf-8").splitlines()
    columns = lines[0].split(",")
    kept = [lines[0]]
    for line in lines[1:]:
        cells = dict(zip(columns, line.split(","), strict=True))
        if cells["category"] in changed and cells["item"]:
            continue
        if cells["category"] in changed and not cells["urgent"]:
            cells["handle"] = changed[cells["category"]]
        kept.append(",".join(cells.values()))
    (tmp_path / "new.csv").write_text("\n".join(kept) + "\n", "utf-8")
    return tmp_path / "new.csv"


def test_plain_tickets_are_recounted_to_the_minute(chat, clock):
    done_in_time(chat, clock)
    clock.turn(days=2)
    done_in_time(chat, clock, "德尚小区5号楼门口垃圾没人收", minutes=30)
    found = recounted(chat)
    assert len(found) == 2
    assert all(kept == again for kept, again in found)


def test_a_ticket_that_was_suspended_extended_and_asked_about_is_recounted(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼外墙掉了块瓷砖")
    number = chat.ticket().number
    chat.says(PROPERTY, f"接 {number}")
    clock.turn(minutes=90)
    chat.says(PROPERTY, f"问 {number} 是东墙还是西墙")
    clock.turn(minutes=DAY + 45)
    chat.says(RESIDENT, "是东墙")
    clock.turn(minutes=30)
    chat.says(PROPERTY, f"延 {number} 2工作日 等脚手架")
    assert "已同意" in chat.says(COMMUNITY, "1")
    chat.says(PROPERTY, f"挂账 {number} 2026-12-01 等开春施工")
    assert "已同意" in chat.says(COMMUNITY, "1")
    assert chat.ticket().status == "suspended"
    clock.turn(days=3)
    chat.says(COMMUNITY, f"恢复 {number}")
    assert chat.ticket().status == "working"
    moves = {"ask", "answer", "extend", "suspend", "resume"}
    with chat.program.reading() as session:
        assert moves <= set(session.scalars(select(TicketEvent.move)))
    ((kept, again),) = recounted(chat)
    assert kept == again


def test_a_reopened_ticket_is_counted_from_its_reopening(chat, clock):
    number = done_in_time(chat, clock)
    clock.turn(minutes=DAY)
    chat.says(RESIDENT, "4")
    chat.says(RESIDENT, "还是一抖一抖的")
    assert chat.ticket().reopenings == 1
    chat.says(PROPERTY, f"接 {number}")
    ((kept, again),) = recounted(chat)
    assert kept == again


def test_a_returned_ticket_keeps_its_promise_and_one_taken_up_gets_a_new_one(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    clock.turn(minutes=40)
    chat.says(PROPERTY, "退 电梯还在质保期")
    clock.turn(minutes=40)
    chat.says(COMMUNITY, "上报 社区协调不了厂家")
    assert chat.ticket().level == "street"
    ((kept, again),) = recounted(chat)
    assert kept == again


def test_what_lay_on_the_desk_counts_from_its_dispatch(chat, clock):
    chat.says(RESIDENT, "阳光新城门口的垃圾堆成山了没人管")
    chat.says(RESIDENT, "就是阳光新城")
    clock.turn(minutes=120)
    chat.says(SUPERVISOR, f"派 {chat.ticket().number} 德尚小区")
    ((kept, again),) = recounted(chat)
    assert kept == again


def test_withdrawn_tickets_are_nobodys_delay(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    chat.says(RESIDENT, "撤回")
    chat.says(RESIDENT, "1")
    clock.turn(days=9)
    assert look_again(chat).total.tickets == 0


def test_the_same_table_changes_nothing_and_a_tighter_one_tells_who_would_be_late(chat, clock, tmp_path):
    done_in_time(chat, clock, minutes=120)
    clock.turn(days=1)
    done_in_time(chat, clock, "德尚小区5号楼门口垃圾没人收", minutes=30)
    before = everything(chat.program)
    same = look_again(chat)
    assert (same.total.tickets, same.total.on_time_then, same.total.on_time_now, same.total.more) == (2, 2, 2, 0)
    tight = look_again(chat, read_limits(a_table(tmp_path, repairs="1紧急工作时")))
    assert (tight.total.overdue_then, tight.total.overdue_now, tight.total.more) == (0, 1, 1)
    assert (tight.categories["repairs"].rate_then, tight.categories["repairs"].rate_now) == (1.0, 0.0)
    assert tight.categories["sanitation"].more == 0
    assert tight.teams["P-DS"].more == 1
    assert everything(chat.program) == before


def test_open_tickets_count_as_overdue_only_once_they_are(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    young = look_again(chat).total
    assert (young.tickets, young.overdue_now, young.on_time_now, young.rate_now) == (1, 0, 0, None)
    clock.turn(days=9)
    assert look_again(chat).total.overdue_now == 1
    assert look_again(chat, days=5).total.tickets == 0


def test_supervisors_rehearse_a_limit_in_the_chat(chat, clock):
    done_in_time(chat, clock, minutes=180)
    chat.says(NEIGHBOUR, "德尚小区5号楼门口垃圾没人收")
    before = everything(chat.program)["tickets"]
    said = chat.says(SUPERVISOR, "推演 报修 2小时")
    assert "维修报修改为2小时办完" in said
    assert "1件" in said
    assert "按期率 100% → 0%" in said
    assert "超时 0件 → 1件" in said
    assert "德尚物业 +1件" in said
    assert "按期率 100% → 100%" in chat.says(SUPERVISOR, "推演 电梯 3天")
    assert everything(chat.program)["tickets"] == before
    assert "没有维修报修的工单" in chat.says(OTHER_SUPERVISOR, "推演 报修 2小时")
    for words in ("推演", "推演 报修", "推演 火星 2小时"):
        assert "推演 报修 48小时" in chat.says(SUPERVISOR, words)
    assert "按期率" not in chat.says(RESIDENT, "推演 报修 2小时")


def test_the_command_prints_a_table_or_json(chat, clock, tmp_path, monkeypatch):
    done_in_time(chat, clock, minutes=120)
    program = chat.program
    monkeypatch.setattr(shared.Command, "program", lambda _self: program)
    table = str(a_table(tmp_path, repairs="1紧急工作时"))

    def run(*arguments):
        return CliRunner().invoke(command, ["--limits", *arguments], obj=shared.Command("x"), catch_exceptions=False)

    lines = run(table).output.splitlines()
    assert "全部\t1件\t100% → 0%\t0 → 1（+1）" in lines
    assert "维修报修\t1件\t100% → 0%\t0 → 1（+1）" in lines
    assert "德尚物业\t1件\t100% → 0%\t0 → 1（+1）" in lines
    told = json.loads(run(table, "--json", "--days", "30").output)
    assert (told["total"]["more"], told["categories"][0]["key"], told["teams"][0]["name"]) == (1, "repairs", "德尚物业")
    assert json.loads(run(table, "--json", "--grid", "LL").output)["total"]["tickets"] == 0
    (tmp_path / "bad.csv").write_text(
        "version,category,item,urgent,accept,handle,clause\n2026,repairs,,,快,慢,\n", "utf-8"
    )
    wrong = run(str(tmp_path / "bad.csv"))
    assert wrong.exit_code == 1
    assert "bad.csv 第2行" in wrong.output
