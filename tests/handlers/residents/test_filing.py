"""How residents really report: photos first, voices, pins, half an address, numbers, second thoughts."""

import pytest
from chat import NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select

from handlers.dialogue.message import Kind
from handlers.staff.roles import invite
from handlers.world.coordinates import gcj_to_wgs
from models.conversation import Asked
from models.person import Person, Role
from models.ticket import Attachment

pytestmark = pytest.mark.slow

LIFT = "德尚小区3号楼电梯又坏了"
DESHANG = (37.142267, 111.798570)  # as WeChat gives it
UNSURE = "我家这边老是这样，真没法过了，你们管管吧"


def attached(chat):
    with chat.program.reading() as session:
        return [(each.kind, each.ticket_id) for each in session.scalars(select(Attachment).order_by(Attachment.id))]


def pin(chat, where=DESHANG, label="德尚小区东门"):
    return chat.sends(RESIDENT, Kind.LOCATION, latitude=where[0], longitude=where[1], label=label)


# -- pictures, voices, links -----------------------------------------------------------------------------------------


def test_a_voice_that_was_recognised_is_read_like_words(chat):
    reply = chat.sends(RESIDENT, Kind.VOICE, text=LIFT, media_id="v1")
    assert chat.ticket().number in reply
    assert chat.ticket().text == LIFT


def test_a_recognised_voice_can_still_be_listened_to_by_staff(chat):
    chat.sends(RESIDENT, Kind.VOICE, text=LIFT, media_id="v1")
    assert attached(chat) == [("voice", chat.ticket().id)]


def test_a_voice_without_words_asks_for_a_few_and_goes_along(chat):
    assert "打几个字" in chat.sends(RESIDENT, Kind.VOICE, media_id="v1")
    assert chat.tickets() == []
    chat.says(RESIDENT, LIFT)
    assert attached(chat) == [("voice", chat.ticket().id)]


def test_photos_and_a_video_before_and_after_the_words_all_go_along(chat):
    chat.sends(RESIDENT, Kind.IMAGE, media_id="p1")
    chat.sends(RESIDENT, Kind.VIDEO, media_id="f1")
    chat.says(RESIDENT, LIFT)
    assert chat.ticket().number in chat.sends(RESIDENT, Kind.IMAGE, media_id="p2")
    ticket = chat.ticket()
    assert attached(chat) == [("image", ticket.id), ("video", ticket.id), ("image", ticket.id)]
    assert len(chat.tickets()) == 1


def test_a_photo_of_one_s_own_never_goes_to_another_s_ticket(chat):
    chat.sends(NEIGHBOUR, Kind.IMAGE, media_id="p1")
    chat.says(RESIDENT, LIFT)
    assert attached(chat) == [("image", None)]


def test_a_forwarded_page_is_answered_and_files_nothing(chat):
    reply = chat.sends(
        RESIDENT, Kind.LINK, text="震惊！电梯竟然", extra={"url": "https://example.org", "title": "震惊"}
    )
    assert reply
    assert chat.tickets() == []


def test_what_the_platform_may_invent_one_day_is_passed_over_in_silence(chat):
    assert chat.sends(RESIDENT, Kind.UNKNOWN) == ""


# -- pins ------------------------------------------------------------------------------------------------------------


def test_a_pin_first_waits_for_the_words_and_finds_its_grid(chat):
    assert "德尚小区东门" in pin(chat)
    chat.says(RESIDENT, "路灯不亮了")
    ticket = chat.ticket()
    assert (ticket.grid, ticket.status) == ("WY-01", "dispatched")
    assert (ticket.lat, ticket.lng) == pytest.approx(gcj_to_wgs(*DESHANG))


def test_a_pin_answers_where(chat):
    assert "哪个小区" in chat.says(RESIDENT, "路灯不亮了")
    assert "已受理" in pin(chat)
    assert chat.ticket().grid == "WY-01"


def test_a_pin_outside_of_every_grid_goes_to_a_person_and_says_so(chat):
    chat.says(RESIDENT, "路灯不亮了")
    reply = pin(chat, (39.9087, 116.3975), "天安门")
    assert "值班人员" in reply
    assert chat.ticket().team is None
    assert any("没找到归属" in told for told in chat.pushed(SUPERVISOR))


def test_a_pin_after_the_ticket_is_added_to_it(chat):
    chat.says(RESIDENT, LIFT)
    assert chat.ticket().number in pin(chat)
    assert chat.ticket().lat is not None
    assert len(chat.tickets()) == 1


# -- where -------------------------------------------------------------------------------------------------------------


def test_of_two_places_of_a_name_the_resident_chooses(chat):
    asked = chat.says(RESIDENT, "幸福小区2号楼下水道堵了")
    assert "1 长安社区" in asked
    assert "2 桥北社区" in asked
    assert "已受理" in chat.says(RESIDENT, "２")
    assert (chat.ticket().grid, chat.ticket().community) == ("QB-01", "QB")


@pytest.mark.parametrize("answer", ["长安社区的", "长安社区", "长安那个"])
def test_the_community_s_name_chooses_too(chat, answer):
    chat.says(RESIDENT, "幸福小区2号楼下水道堵了")
    assert "已受理" in chat.says(RESIDENT, answer)
    assert chat.ticket().community == "CA"


@pytest.mark.parametrize(
    ("words", "community"),
    [
        ("长安社区幸福小区2号楼下水道堵了", "CA"),
        ("桥北社区的幸福小区2号楼下水道堵了", "QB"),
        ("幸福小区（桥北社区）2号楼下水道堵了", "QB"),
        ("桥北的幸福小区2号楼下水道堵了", "QB"),
        ("长安幸福小区2号楼下水道堵了", "CA"),
        ("长安三网格幸福小区2号楼下水道堵了", "CA"),
    ],
)
def test_one_who_says_which_one_isn_t_asked(chat, words, community):
    assert "已受理" in chat.says(RESIDENT, words)
    assert (chat.ticket().community, chat.ticket().building) == (community, "2")


def test_what_is_said_goes_before_the_home(chat):
    chat.says(RESIDENT, "绑定 长安社区幸福小区2号楼")
    chat.says(RESIDENT, "桥北社区幸福小区2号楼下水道堵了")
    assert chat.ticket().community == "QB"


def test_who_lives_in_one_of_them_isn_t_asked(chat):
    chat.says(RESIDENT, "绑定 幸福小区2号楼")
    chat.says(RESIDENT, "1")
    assert "已受理" in chat.says(RESIDENT, "幸福小区2号楼下水道堵了")
    assert chat.ticket().community == "CA"


def test_where_houses_belong_to_different_grids_the_house_is_asked(chat):
    assert "几号楼" in chat.says(RESIDENT, "城南宜居家园单元门坏了关不上")
    assert "已受理" in chat.says(RESIDENT, "15")
    assert (chat.ticket().building, chat.ticket().grid) == ("15", "CN-02")


def test_a_house_that_is_named_isn_t_asked(chat):
    assert "已受理" in chat.says(RESIDENT, "城南宜居家园35号楼单元门坏了关不上")
    assert chat.ticket().grid == "CN-04"


@pytest.mark.parametrize("answer", ["公共", "不清楚", "小区门口"])
def test_who_can_t_name_a_house_is_served_all_the_same(chat, answer):
    chat.says(RESIDENT, "城南宜居家园单元门坏了关不上")
    chat.says(RESIDENT, answer)
    ticket = chat.ticket()
    assert (ticket.community, ticket.place_name) == ("CN", "城南宜居家园")
    assert ticket.team


def test_where_is_asked_twice_at_most_and_then_a_person_sees_to_it(chat):
    assert "哪个小区" in chat.says(RESIDENT, "楼道灯坏了")
    assert "小区" in chat.says(RESIDENT, "就我家这儿")
    assert chat.tickets() == []
    assert "值班人员" in chat.says(RESIDENT, "就我家这儿")
    assert len(chat.tickets()) == 1


# -- what --------------------------------------------------------------------------------------------------------------


def unsure(chat):
    """A message of which the reader can't say the category; gives the numbered choices."""
    reply = chat.says(RESIDENT, UNSURE)
    assert "哪一类" in reply
    return dict(line.split(" ", 1) for line in reply.splitlines() if line[:1].isdigit())


def test_an_unsure_category_is_a_numbered_choice(chat):
    choices = unsure(chat)
    assert 2 <= len(choices) <= 4
    chat.says(RESIDENT, "1")
    chat.says(RESIDENT, "德尚小区2号楼")
    assert chat.program.towns._town.catalogue.name(chat.ticket().category) == choices["1"]


@pytest.mark.parametrize("answer", ["噪音", "噪音扰民", "楼上半夜唱歌吵得睡不着"])
def test_the_category_s_name_or_plainer_words_answer_too(chat, answer):
    unsure(chat)
    chat.says(RESIDENT, answer)
    chat.says(RESIDENT, "德尚小区2号楼")
    assert chat.ticket().category == "noise"


# -- second thoughts ------------------------------------------------------------------------------------------------

QUESTIONS = {
    "where": "楼道灯坏了",
    "which house": "城南宜居家园单元门坏了关不上",
    "which place": "幸福小区2号楼下水道堵了",
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("word", ["0", "人工", "转人工"])
def test_from_every_question_a_person_can_be_had(chat, question, word):
    chat.says(RESIDENT, question)
    reply = chat.says(RESIDENT, word)
    assert "值班人员" in reply
    assert "0358-7620000" in reply
    assert question in chat.ticket().text, "what was told already is not asked again"
    assert chat.tickets()[1:] == []


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_from_every_question_one_can_turn_back(chat, question):
    chat.says(RESIDENT, question)
    assert "不报了" in chat.says(RESIDENT, "取消")
    with chat.program.reading() as session:
        assert session.scalars(select(Asked)).all() == []
    assert chat.tickets() == []


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_an_old_question_is_no_question_any_more_and_the_report_stands(chat, clock, question):
    chat.says(RESIDENT, question)
    clock.turn(minutes=31)
    reply = chat.says(RESIDENT, "谢谢")
    assert [ticket.text for ticket in chat.tickets()] == [question]
    assert "不客气" in reply
    assert chat.ticket().number in reply


def test_a_danger_that_is_told_in_the_middle_of_a_question_is_heard(chat):
    chat.says(RESIDENT, "楼道灯坏了")
    reply = chat.says(RESIDENT, "德尚小区2号楼着火了！")
    assert "119" in reply
    assert chat.ticket().red_flag == "fire"


def test_an_alarm_in_the_middle_of_a_question_keeps_the_place_that_was_told(chat):
    chat.says(RESIDENT, "城南宜居家园单元门坏了关不上")
    assert "119" in chat.says(RESIDENT, "15号楼着火了！")
    ticket = chat.ticket()
    assert (ticket.red_flag, ticket.place_name, ticket.building, ticket.grid) == ("fire", "城南宜居家园", "15", "CN-02")
    assert len(chat.tickets()) == 1


def test_an_alarm_is_no_answer_to_what_is_still_wrong_and_no_address_of_a_home(chat):
    chat.says(RESIDENT, "绑定")
    chat.says(RESIDENT, "德尚小区2号楼着火了！")
    assert chat.ticket().red_flag == "fire"
    assert person(chat, RESIDENT).home_place_id is None


def test_nothing_of_a_turned_back_report_comes_into_the_next(chat):
    chat.says(RESIDENT, "楼道灯坏了")
    chat.says(RESIDENT, "取消")
    chat.says(RESIDENT, LIFT)
    assert chat.ticket().text == LIFT


# -- coming and going -------------------------------------------------------------------------------------------------


def place_id(chat, name):
    with chat.program.reading() as session:
        return chat.program.towns.current(session).world.places_named(name)[0].id


def person(chat, openid):
    with chat.program.reading() as session:
        return session.scalars(select(Person).where(Person.openid == openid)).one()


def test_who_follows_by_a_compound_s_code_need_not_tell_where(chat):
    reply = chat.does("oNeu", "subscribe", f"qrscene_place_{place_id(chat, '德尚小区')}")
    assert "德尚小区" in reply
    assert "已受理" in chat.says("oNeu", "3号楼电梯又坏了")
    assert (chat.ticket().place_name, chat.ticket().building) == ("德尚小区", "3")


@pytest.mark.parametrize("scene", ["", "qrscene_", "qrscene_place_999999", "qrscene_水表", "qrscene_place_-1"])
def test_a_code_that_means_nothing_here_is_a_plain_hello(chat, scene):
    assert "吹哨" in chat.does("oNeu", "subscribe", scene)
    assert person(chat, "oNeu").home_place_id is None


def test_who_leaves_and_comes_back_is_known(chat):
    chat.says(RESIDENT, LIFT)
    assert chat.does(RESIDENT, "unsubscribe") == ""
    assert person(chat, RESIDENT).following is False
    chat.does(RESIDENT, "subscribe")
    assert person(chat, RESIDENT).following is True
    assert chat.ticket().number in chat.says(RESIDENT, "进度")


def test_a_bound_home_is_taken_where_no_place_is_told(chat):
    assert "记住了" in chat.says(RESIDENT, "绑定 园丁小区2号楼1单元")
    assert "已受理" in chat.says(RESIDENT, "楼道灯坏了")
    ticket = chat.ticket()
    assert (ticket.place_name, ticket.building, ticket.unit) == ("园丁小区", "2", "1")


@pytest.mark.parametrize("nonsense", ["绑定 火星基地1号楼", "绑定"])
def test_a_home_that_nobody_knows_is_asked_for(chat, nonsense):
    assert "住哪里" in chat.says(RESIDENT, nonsense)
    assert person(chat, RESIDENT).home_place_id is None


# -- joining the staff -------------------------------------------------------------------------------------------------


def a_code(chat, days=3):
    with chat.program.sessions.begin() as session:
        return invite(session, Role.PROPERTY_STAFF, None, "P-DS", chat.program.clock(), days)


@pytest.mark.parametrize("shape", ["加入 {}", "加入{}", "加入：{}", " 加入  {} "])
def test_a_code_makes_a_colleague_however_it_is_typed(chat, shape):
    code = a_code(chat)
    assert "报到成功" in chat.says("oNeu", shape.format(code.lower() if "：" in shape else code))
    assert (person(chat, "oNeu").team, Role.PROPERTY_STAFF in person(chat, "oNeu").roles) == ("P-DS", True)
    chat.says(RESIDENT, LIFT)
    assert any("新工单" in told for told in chat.pushed("oNeu"))


def test_a_used_an_old_and_a_wrong_code_are_refused_alike(chat, clock):
    used, old = a_code(chat), a_code(chat)
    chat.says("oNeu", f"加入 {used}")
    refusals = {chat.says("oDieb", f"加入 {used}"), chat.says("oDieb", "加入 ABCDEFGH"), chat.says("oDieb", "加入")}
    clock.turn(days=4)
    refusals.add(chat.says("oDieb", f"加入 {old}"))
    assert len(refusals) == 1
    assert "邀请码不对" in refusals.pop()
    assert person(chat, "oDieb").roles == {Role.RESIDENT}


# -- who reported stays unknown ------------------------------------------------------------------------------------------


def test_one_who_is_complained_of_never_learns_who_complained(chat):
    """The property company's steward, who has the ticket in hand, through its whole life."""
    chat.says(RESIDENT, "德尚小区物业收费乱，电梯坏了也不修，我是3号楼的王秀兰13800000001")
    number = chat.ticket().number
    typed = ("待办", "接", "看", f"看 {number}", "到", "结 已修好", "备注 查过")
    told = [chat.says(PROPERTY, words) for words in typed]
    chat.says(RESIDENT, "4")
    chat.says(RESIDENT, "还是坏的")
    told += chat.pushed(PROPERTY)
    for secret in (RESIDENT, "王秀兰", "13800000001"):
        assert [words for words in told if secret in words] == []


def test_what_staff_note_for_themselves_never_reaches_the_resident(chat):
    chat.says(RESIDENT, LIFT)
    number = chat.ticket().number
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, f"备注 {number} 这家老投诉，先拖着")
    heard = [chat.says(RESIDENT, "进度"), chat.says(RESIDENT, f"进度 {number}"), *chat.pushed(RESIDENT)]
    assert [words for words in heard if "拖着" in words] == []
    assert "拖着" in chat.says(SUPERVISOR, f"查 {number}")


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("德尚小区3号楼，昨天夜里就停了", "我邻居家停水了，德尚小区3号楼，昨天夜里就停了"),
        ("我在德尚小区3号楼", "我邻居家停水了"),
        ("德尚小区3号楼2单元", "我邻居家停水了"),
    ],
)
def test_what_is_told_beside_the_place_is_read_by_the_team(chat, answer, kept):
    chat.says(RESIDENT, "我邻居家停水了")
    chat.says(RESIDENT, answer)
    assert (chat.ticket().text, chat.ticket().building) == (kept, "3")
