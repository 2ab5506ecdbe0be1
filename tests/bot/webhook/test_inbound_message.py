"""Every type of message and event as the platform writes it, and what we make of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.webhook.message import to_message
from bot.webhook.xml import MalformedError, parse_xml
from handlers.dialogue.message import Kind, Message

PAYLOADS = Path(__file__).parents[2] / "payloads"
OPENID = "oXyT-0aBcDeFgHiJkLmNoPqRsTuV"
HEAD = f"gh_f3a1c09b77e2|{OPENID}|1763690000|"
WHERE = {"latitude": 37.144421, "longitude": 111.778902}
ACCEPTED = "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc,4Lh0mHpk5YxBnA7sVf2cWqR9dTzJ1uEo6NgKi3OvPXs"
REJECTED = "9nLIlbOQZC5Y89AZteFEux3WCXRRRG5Wfzkpssu4bLI"


def said(number: int, kind: Kind, **fields: object) -> Message:
    """What is said has a number; `extra` holds it too."""
    whole = f"248374659301827{number}"
    extra = {"msgid": whole} | fields.pop("extra", {})
    return Message(HEAD + whole, OPENID, kind, datetime(2025, 11, 21, 1, 53, 20, tzinfo=UTC), extra=extra, **fields)


def done(event: str, event_key: str = "", *, key: str = "", **fields: object) -> Message:
    at = datetime(2025, 11, 21, 1, 53, 20, tzinfo=UTC)
    key = HEAD + (key or f"{event}|{event_key}")
    return Message(key, OPENID, Kind.EVENT, at, event=event, event_key=event_key, **fields)


EXPECTED = {
    "text": said(36, Kind.TEXT, text="3号楼电梯又坏了，困了两个人 [捂脸]😭𠮷"),
    "text_menu_tap": said(37, Kind.TEXT, text="满意", extra={"bizmsgmenuid": "101"}),
    "text_from_article": said(38, Kind.TEXT, text="停电到几点", extra={"msgdataid": "2247483651_1", "idx": "1"}),
    "text_empty": said(39, Kind.TEXT),
    "text_several_lines": said(40, Kind.TEXT, text="  5号楼 &amp; 6号楼之间\n<垃圾>三天没清  "),
    "image": said(41, Kind.IMAGE, media_id="media-img_0aB1cD2eF3", media_url="http://mmbiz.qpic.cn/mmbiz_jpg/abc123/0"),
    "voice": said(
        42, Kind.VOICE, media_id="media-amr_0aB1", extra={"format": "amr", "mediaid16k": "media-amr16k_0aB1"}
    ),
    "voice_recognised": said(43, Kind.VOICE, media_id="media-amr_0aB2", text="楼道灯不亮。", extra={"format": "amr"}),
    "video": said(44, Kind.VIDEO, media_id="media-mp4_1", extra={"thumbmediaid": "media-thumb_1"}),
    "shortvideo": said(45, Kind.VIDEO, media_id="media-mp4_2", extra={"thumbmediaid": "media-thumb_2"}),
    "location": said(46, Kind.LOCATION, **WHERE, label="山西省吕梁市孝义市新义街道德尚小区", extra={"scale": "16"}),
    "link": said(
        47,
        Kind.LINK,
        text="小区停水通知\nhttps://mp.weixin.qq.com/s/abc?x=1&y=2",
        extra={"title": "小区停水通知", "description": "明天 8 点起", "url": "https://mp.weixin.qq.com/s/abc?x=1&y=2"},
    ),
    "unknown_type": said(48, Kind.UNKNOWN, extra={"beam": "blue"}),
    "event_subscribe": done("subscribe"),
    "event_subscribe_scene": done("subscribe", "grid-0312", extra={"ticket": "gQH47zwAAAAAAAAAASxodHRw"}),
    "event_unsubscribe": done("unsubscribe"),
    "event_scan": done("scan", "grid-0312", extra={"ticket": "gQH47zwAAAAAAAAAASxodHRw"}),
    "event_click": done("click", "my-reports"),
    "event_view": done(
        "view",
        "https://example.org/notice?a=1|2",
        key="view|dea76f8b53b9c4ea51ba8bc9ac38d074ea9518642cf28fea5f28cfaef19d6add",
        extra={"menuid": "435216789"},
    ),
    "event_location": done("location", **WHERE, extra={"precision": "40.000000"}),
    "event_template_done": done(
        "templatesendjobfinish",
        key="templatesendjobfinish||2400684071922892800",
        extra={"msgid": "2400684071922892800", "status": "success"},
    ),
    "event_template_blocked": done(
        "templatesendjobfinish",
        key="templatesendjobfinish||2400684071922892801",
        extra={"msgid": "2400684071922892801", "status": "failed:user block"},
    ),
    "event_subscription_popup": done(
        "subscribe_msg_popup_event",
        key=f"subscribe_msg_popup_event||{ACCEPTED}|{REJECTED}",
        extra={"accepted": ACCEPTED, "rejected": REJECTED},
    ),
    "event_subscribe_sent": done(
        "subscribe_msg_sent_event",
        key="subscribe_msg_sent_event||VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc|1700827132819554304",
        extra={
            "templateid": "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc",
            "msgid": "1700827132819554304",
            "errorcode": "0",
            "errorstatus": "success",
            "status": "success",
        },
    ),
    "event_scancode": done("scancode_waitmsg", "scan-meter", extra={"scantype": "qrcode", "scanresult": "metre-42"}),
    "event_pictures": done("pic_photo_or_album", "photo", extra={"count": "2"}),
    "event_mass_send_done": done(
        "masssendjobfinish",
        key="masssendjobfinish||1000001625",
        extra={
            "msgid": "1000001625",
            "status": "send success",
            "totalcount": "100",
            "filtercount": "80",
            "sentcount": "75",
            "errorcount": "5",
        },
    ),
    "event_unknown": done("card_dreamt_of"),
}


def read(name: str) -> Message:
    return to_message(parse_xml((PAYLOADS / f"{name}.xml").read_bytes()))


def test_every_captured_payload_is_expected_here():
    assert {path.stem for path in PAYLOADS.glob("*.xml")} >= set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_captured_payload_becomes_the_message(name):
    assert read(name) == EXPECTED[name]


def a_text(**changed: str) -> bytes:
    """A text message with some of its elements replaced by other XML ("" leaves one out)."""
    elements = {
        "ToUserName": "<ToUserName>gh_1</ToUserName>",
        "FromUserName": "<FromUserName>o1</FromUserName>",
        "CreateTime": "<CreateTime>1763690000</CreateTime>",
        "MsgType": "<MsgType>text</MsgType>",
        "Content": "<Content>好</Content>",
        "MsgId": "<MsgId>1</MsgId>",
    }
    return f"<xml>{''.join((elements | changed).values())}</xml>".encode()


@pytest.mark.parametrize(
    ("field", "xml"),
    [
        *[(name, "") for name in ("ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId")],
        *[(name, f"<{name}/>") for name in ("ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId")],
        ("FromUserName", "<FromUserName>o1</FromUserName><FromUserName>o2</FromUserName>"),
        ("Content", "<Content>a</Content><Content>b</Content>"),
        ("MsgId", "<MsgId>1</MsgId><MsgId>2</MsgId>"),
        ("FromUserName", "<FromUserName>o1|o2</FromUserName>"),
        ("FromUserName", f"<FromUserName>{'o' * 65}</FromUserName>"),
        ("FromUserName", "<FromUserName>我</FromUserName>"),
        ("FromUserName", "<FromUserName><a>o1</a></FromUserName>"),
        ("Content", "<Content>a<b>c</b></Content>"),
        ("MsgType", "<MsgType><a/></MsgType>"),
        ("CreateTime", "<CreateTime>-1</CreateTime>"),
        ("CreateTime", "<CreateTime>1e9</CreateTime>"),
        ("CreateTime", "<CreateTime>99999999999</CreateTime>"),
        ("CreateTime", f"<CreateTime>{'9' * 5000}</CreateTime>"),
        ("CreateTime", "<CreateTime>１７６３６９００００</CreateTime>"),
        ("MsgId", f"<MsgId>{'9' * 5000}</MsgId>"),
        ("MsgId", "<MsgId>1a</MsgId>"),
        ("MsgType", "<MsgType>event</MsgType>"),
        ("MsgType", "<MsgType>event</MsgType><Event> </Event>"),
    ],
)
def test_a_field_that_is_missing_doubled_nested_or_misshapen_is_refused(field, xml):
    with pytest.raises(MalformedError):
        to_message(parse_xml(a_text(**{field: xml})))


def test_the_key_tells_two_people_apart_who_have_one_message_id():
    keys = {to_message(parse_xml(a_text(FromUserName=f"<FromUserName>o{n}</FromUserName>"))).key for n in range(15)}
    assert len(keys) == 15


def test_a_long_event_key_makes_a_short_key():
    event = "<MsgType>event</MsgType><Event>VIEW</Event><EventKey>https://example.org/{}</EventKey>"
    keys = {to_message(parse_xml(a_text(MsgType=event.format("x" * 5000 + end)))).key for end in "ab"}
    assert len(keys) == 2
    assert all(len(key) < 200 for key in keys)


def test_stray_controls_of_a_phone_don_t_turn_a_resident_away():
    message = to_message(parse_xml(a_text(Content="<Content>灯\x08不\x1b亮\ufffe</Content>")))
    assert message.text == "灯不亮"


def test_a_byte_order_mark_and_a_declaration_are_no_obstacle():
    body = b"\xef\xbb\xbf<?xml version='1.0' encoding='GBK'?>" + a_text()
    assert to_message(parse_xml(body)).text == "好"


@pytest.mark.parametrize(
    ("x", "y"),
    [("nan", "1"), ("inf", "1"), ("91", "1"), ("1", "180.5"), ("1e1", "1"), ("", ""), ("37.1", ""), ("1" * 400, "1")],
)
def test_a_pin_whose_degrees_are_missing_or_odd_is_a_message_without_them(x, y):
    pin = f"<MsgType>location</MsgType><Location_X>{x}</Location_X><Location_Y>{y}</Location_Y>"
    passing = f"<MsgType>event</MsgType><Event>LOCATION</Event><Latitude>{x}</Latitude><Longitude>{y}</Longitude>"
    for xml in (pin, passing):
        message = to_message(parse_xml(a_text(MsgType=xml)))
        assert (message.latitude, message.longitude) == (None, None)
