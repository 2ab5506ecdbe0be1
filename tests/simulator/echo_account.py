"""A tiny account of the tests' own: opens deliveries with wechatpy, which shares no code with the simulator."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import xmltodict
from flask import Flask, Response, request
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from bot.simulator.account import Account, Mode
from bot.simulator.server import DEMO_ACCOUNT, serving

Fields = dict[str, str]


@dataclass
class Webhook:
    """`reply` makes a text of a message's fields ("" for silence); `respond` instead makes the whole response."""

    account: Account = DEMO_ACCOUNT
    reply: Callable[[Fields], str] = lambda fields: f"收到：{fields.get('Content', fields['MsgType'])}"
    respond: Callable[[Fields], Response] | None = None
    url: str = ""
    seen: list[Fields] = field(default_factory=list)
    queries: list[Fields] = field(default_factory=list)
    headers: list[Fields] = field(default_factory=list)

    def handle(self) -> Response:
        query = request.args.to_dict()
        check_signature(self.account.token, query["signature"], query["timestamp"], query["nonce"])
        fields = xmltodict.parse(self.opened(query, request.get_data(as_text=True)))["xml"]
        self.queries.append(query)
        self.headers.append(dict(request.headers))
        self.seen.append(fields)
        if self.respond:
            return self.respond(fields)
        text = self.reply(fields)
        return Response(self.sealed(self.xml(fields, text)) if text else "success")

    def opened(self, query: Fields, body: str) -> str:
        if self.account.mode is Mode.PLAIN:
            return body
        return self.crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])

    def sealed(self, xml: str) -> str:
        if self.account.mode is Mode.PLAIN:
            return xml
        return self.crypto.encrypt_message(xml, request.args["nonce"], str(int(time.time())))

    def xml(self, fields: Fields, text: str, **changed: str) -> str:
        inner = {
            "ToUserName": fields["FromUserName"],
            "FromUserName": fields["ToUserName"],
            "CreateTime": str(int(time.time())),
            "MsgType": "text",
            "Content": text,
        } | changed
        return xmltodict.unparse({"xml": inner}, full_document=False)

    @property
    def crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)


@contextmanager
def running_webhook(webhook: Webhook) -> Iterator[Webhook]:
    app = Flask("webhook")
    app.add_url_rule("/wechat", "wechat", webhook.handle, methods=["POST"])
    with serving(app) as address:
        webhook.url = f"{address}/wechat"
        yield webhook
