"""A message as WeChat writes it, and all that may stand in its place: bodies, timestamps, nonces, signatures."""

import time

import wechat_side as wechat

TEXT = (
    f"<xml><ToUserName><![CDATA[{wechat.GH_ID}]]></ToUserName>"
    f"<FromUserName><![CDATA[{wechat.OPENID}]]></FromUserName><CreateTime>1763690000</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[3号楼电梯又坏了]]></Content>"
    "<MsgId>24837465930182736</MsgId></xml>"
).encode()

NOW = str(int(time.time()))
LAUGHS = b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))


def text_with(old: bytes, new: bytes) -> bytes:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


MALFORMED = [
    *[b"", b" ", b"\n\n", b"\x00", b"\x00" * 1000, b"<", b"<xml>", b"</xml>", b"<xml/>", b"<xml></xml>", b"xml", b"success"],
    *[b"<html><body>502</body></html>", b"<xml><xml/></xml>", b"<xml>" * 2000, b"<a>" * 7000, b"<xml" + b" a='1'" * 9000],
    *[b"<xml>" + b"<a/>" * 9000 + b"</xml>", b"<xml a='1' a='2'/>", TEXT + TEXT, TEXT + b"x", b"x" + TEXT, TEXT[1:]],
    *[b"{}", b'{"MsgType":"text"}', b'[{"ToUserName":"gh_1"}]', b"a=1&b=2", b"null", b"\x1f\x8b\x08\x00", b"\x89PNG\r\n"],
    *[TEXT.decode().encode(code) for code in ("gbk", "utf-16", "utf-16-le", "utf-32")],
    *[b"\xff\xfe" + TEXT, b"\xed\xa0\x80" + TEXT, text_with(b"[CDATA[3", b"[CDATA[\xff"), text_with(b"3", b"\xed\xa0\x80")],
    *[text_with(b"[CDATA[3", b"[CDATA[\x00"), text_with(b"<![CDATA[3", b"&#0;<![CDATA[3"), text_with(b"<![C", b"&#xD800;<![C")],
    *[text_with(b"<![CDATA[3", entity + b"<![CDATA[3") for entity in (b"&nbsp;", b"&a;", b"&#x110000;", b"&#1;", b"&;", b"&")],
    *[b"<!DOCTYPE xml>" + TEXT, b"<!DOCTYPE xml SYSTEM 'file:///etc/passwd'>" + TEXT, b"<!DOCTYPE x PUBLIC 'a' 'b'>" + TEXT],
    b"<!DOCTYPE xml [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + text_with(b"<![CDATA[3", b"&a;<![CDATA[3"),
    b"<!DOCTYPE xml [<!ENTITY % a SYSTEM 'http://127.0.0.1:1/x'>%a;]>" + TEXT,
    b"<!DOCTYPE xml [<!ENTITY l0 'ha'>" + LAUGHS + b"]>" + text_with(b"<![CDATA[3", b"&l9;<![CDATA[3"),
    b"<!DOCTYPE xml [<!ENTITY a '" + b"a" * 20000 + b"'>]>" + text_with(b"<![CDATA[3", b"&a;" * 1000 + b"<![CDATA[3"),
    *[text_with(b"1763690000", time_) for time_ in (b"", b"-1", b"1e5", b"0x10", b"nan", b"9" * 4000, b"99999999999", b" ", b"1.5")],
    *[text_with(b"24837465930182736", number) for number in (b"", b"-1", b"9" * 4000, b"a", b"1.0", b"NULL", b"1;--")],
    *[text_with(wechat.OPENID.encode(), who) for who in (b"", b"a b", b"a|b", b"'--", b"../..", b"o" * 65, "用户".encode())],
    *[text_with(wechat.GH_ID.encode(), who) for who in (b"", b"a b", b"<", b"g" * 65)],
    *[text_with(b"[text]", kind) for kind in (b"[event]", b"[]", b"[ ]")],
    *[text_with(b"</xml>", double + b"</xml>") for double in (b"<Content>b</Content>", b"<MsgId>2</MsgId>", b"<MsgType>event</MsgType>")],
    *[text_with(b"</xml>", b"<FromUserName>o2</FromUserName></xml>"), text_with(b"<![CDATA[text]]>", b"<a>text</a>")],
    *[text_with(b"</xml>", b"<a>" * n + b"</a>" * n + b"</xml>") for n in (8, 1000)],
    *[text_with(b"</xml>", b"<a/>" * n + b"</xml>") for n in (506, 5000)],
    *[text_with(b"<xml>", b"<XML>"), TEXT.replace(b"xml>", b"html>"), TEXT.replace(b"Content>", b"Con tent>")],
]  # fmt: skip

TIMESTAMPS = ["", "0", "abc", NOW[:9], NOW + "0", "-" + NOW[1:], NOW[:-2] + ".5", " " + NOW, NOW + "\n", "9" * 400]
TIMESTAMPS += [
    "".join(chr(0xFF10 + int(digit)) for digit in NOW),
    "٠١٢٣٤٥٦٧٨٩",
    "1e9",
    "0x69200000",
    "9999999999",
    NOW + "\x00",
]
NONCES = ["", "]]>", "<a/>", "a b", "n" * 129, "中文", "\x00", "'", "n\n", "]]></Nonce><Encrypt>"]

SIGNATURES = ["", "0" * 40, "0", "a" * 4000, "中" * 40, "\x00" * 40, "null", "' OR 1=1 --", "\ufffd", "%", "\U0001f600"]
