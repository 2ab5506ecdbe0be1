"""The reply's XML."""

import time

from bot.wechat.text_limits import CUT, fit_bytes, printable


def reply_xml(text: str, *, to: str, sender: str, ending: str = CUT) -> str:
    """The reply's XML, or "" if the text has nothing to show: WeChat shows an empty <Content> as an outage.

    `sender` must be the gh_… name: with the app id (wx…) WeChat shows the outage notice too.
    """
    shown = fit_bytes(printable(text), ending)
    if not shown.strip():
        return ""
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{_in_cdata(shown)}]]></Content></xml>"
    )


def _in_cdata(text: str) -> str:
    """Escape ]]>, so that a resident's text can't change our XML."""
    return text.replace("]]>", "]]]]><![CDATA[>")
