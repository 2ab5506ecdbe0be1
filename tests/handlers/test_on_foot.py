"""A worker on foot: one hand, many pushes, commands without numbers, dictated, typed twice, taken by others."""

import pytest
from chat import COLLEAGUE, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR, Chat

from models.ticket import Ticket

pytestmark = pytest.mark.slow

LIFT, BIN, DRAIN = "德尚小区3号楼电梯坏了", "德尚小区2号楼楼道垃圾没人扫", "德尚小区5号楼一单元下水道堵了"


@pytest.fixture
def chat(program):
    return Chat(program)


def reported(chat, *troubles):
    for who, trouble in zip((RESIDENT, NEIGHBOUR, "oWhistleResident000000000003"), troubles, strict=False):
        chat.says(who, trouble)
    return [ticket.number for ticket in chat.tickets()]


def status(chat, number):
    with chat.program.reading() as session:
        return session.query(Ticket).filter_by(number=number).one().status


@pytest.mark.parametrize("words", ["接。", "接！", "接!", "接 。", "接. ", "接～", "接　"])
def test_a_dictated_command_ends_in_a_full_stop(chat, words):
    [number] = reported(chat, LIFT)
    assert "已签收" in chat.says(PROPERTY, words)
    assert status(chat, number) == "working"


def test_a_number_typed_in_wide_figures(chat):
    number, _ = reported(chat, LIFT, BIN)
    wide = "".join(chr(ord(figure) + 0xFEE0) for figure in number)
    assert number in chat.says(PROPERTY, f"接 {wide}")


def test_a_command_with_a_figure_out_of_the_list_that_was_just_shown(chat):
    _, second, third = reported(chat, LIFT, BIN, DRAIN)
    chat.says(PROPERTY, f"接 {third}")
    asked = chat.says(COLLEAGUE, "接")
    assert "回数字就行" in asked
    wanted = next(line for line in asked.splitlines() if second in line)[0]
    assert f"已签收 {second}" in chat.says(COLLEAGUE, f"接 {wanted}")


def test_a_short_figure_is_the_end_of_a_number_and_never_just_the_last_one(chat):
    first, _, third = reported(chat, LIFT, BIN, DRAIN)
    assert first[-1] != third[-1]
    assert f"已签收 {first}" in chat.says(PROPERTY, f"接 {first[-1]}")
    assert chat.says(PROPERTY, f"看 {first[-1]}").startswith(first)


def test_what_a_colleague_took_says_who_has_it(chat):
    reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    assert "同事刘建平已经接了" in chat.says(COLLEAGUE, "接")


def test_arriving_means_what_was_signed_for_though_another_was_pushed_last(chat, clock):
    first, second = reported(chat, LIFT, BIN)
    clock.turn(minutes=1)
    chat.says(PROPERTY, f"接 {first}")
    assert first in chat.says(PROPERTY, "到")
    assert (status(chat, first), status(chat, second)) == ("working", "dispatched")


def test_arriving_while_something_new_comes_in_is_asked_about(chat, clock):
    [first] = reported(chat, LIFT)
    clock.turn(minutes=1)
    chat.says(PROPERTY, "接")
    clock.turn(minutes=1)
    chat.says(NEIGHBOUR, BIN)
    second = chat.ticket().number
    asked = chat.says(PROPERTY, "到")
    assert "到哪一张" in asked
    assert status(chat, second) == "dispatched"
    assert f"已记下到场（{first}）" in chat.says(PROPERTY, "2")


def test_what_was_opened_last_is_meant(chat, clock):
    first, _ = reported(chat, LIFT, BIN)
    clock.turn(minutes=1)
    chat.says(PROPERTY, f"看 {first}")
    assert f"已签收 {first}" in chat.says(PROPERTY, "接")


def test_a_supervisor_presses_what_they_opened_last(chat, clock):
    first, _ = reported(chat, LIFT, BIN)
    clock.turn(minutes=1)
    chat.says(SUPERVISOR, f"查 {first}")
    assert f"{first} 已督办" in chat.says(SUPERVISOR, "督办")
