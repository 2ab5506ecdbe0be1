"""Our answer as the XML that WeChat shows in the chat."""

import time

from bot.wechat.text_limits import CUT, fit_bytes, printable


def reply_xml(text: str, *, to: str, sender: str, ending: str = CUT) -> str:
    """The text as a reply, or "" if nothing of it can be shown: an empty <Content> appears as an outage.

    `sender` must be the gh_… name: the app id (wx…) in its place brings the outage notice too.
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
    """A resident who writes ]]> would write our XML."""
    return text.replace("]]>", "]]]]><![CDATA[>")
