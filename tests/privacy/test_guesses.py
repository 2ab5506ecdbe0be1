"""Invitation codes can't be guessed: they are long, used once, expire, and few wrong ones may be tried."""

from chat import NEIGHBOUR, RESIDENT
from sqlalchemy import select

from handlers.staff.roles import invite
from models.person import Person, Role


def code(program, clock, days=3):
    with program.sessions.begin() as session:
        return invite(session, Role.GRID_STAFF, "WY-01", None, clock.now, days)


def test_after_five_wrong_codes_even_the_right_one_waits_an_hour(chat, clock):
    right = code(chat.program, clock)
    for number in range(5):
        assert "不对" in chat.says(RESIDENT, f"加入 WRONG{number}23")
    assert "太多次" in chat.says(RESIDENT, f"加入 {right}")
    assert "报到成功" not in chat.says(RESIDENT, f"加入 {right}")
    clock.turn(minutes=61)
    assert "报到成功" in chat.says(RESIDENT, f"加入 {right}")


def test_one_persons_guesses_do_not_stop_another(chat, clock):
    right = code(chat.program, clock)
    for number in range(6):
        chat.says(RESIDENT, f"加入 WRONG{number}23")
    assert "报到成功" in chat.says(NEIGHBOUR, f"加入 {right}")


def test_a_used_and_an_expired_code_read_like_a_wrong_one(chat, clock):
    used, expired = code(chat.program, clock), code(chat.program, clock, days=1)
    chat.says(NEIGHBOUR, f"加入 {used}")
    clock.turn(days=2)
    replies = {chat.says(RESIDENT, f"加入 {each}") for each in (used, expired, "WRONG234")}
    assert len(replies) == 1
    with chat.program.reading() as session:
        assert session.scalars(select(Person).where(Person.openid == RESIDENT)).one().roles == {Role.RESIDENT}
