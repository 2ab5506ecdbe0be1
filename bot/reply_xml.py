"""Our answer as the XML that WeChat shows in the chat."""

import time

from wechatpy.replies import TextReply

from bot.text_limits import CONTINUED, fit_bytes, printable


def reply_xml(text: str, *, to: str, sender: str, ending: str = CONTINUED) -> str:
    """The text as a reply, or "" if nothing of it can be shown: an empty <Content> appears as an outage.

    `sender` must be the gh_… name: the app id (wx…) in its place brings the outage notice too.
    """
    shown = fit_bytes(printable(text), ending)
    if not shown.strip():
        return ""
    return str(TextReply(source=sender, target=to, content=_in_cdata(shown), time=int(time.time())).render())


def _in_cdata(text: str) -> str:
    """A resident who writes ]]> would write our XML: wechatpy puts the text between <![CDATA[ and ]]> as it is."""
    return text.replace("]]>", "]]]]><![CDATA[>")
