"""The baseline: a bare Flask echo app in safe mode, as in wechatpy's documentation."""

from collections.abc import Callable

from flask import Flask, Response, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.messages import TextMessage
from wechatpy.utils import check_signature

from bot.bench.messages import AES_KEY, APP_ID, GH_ID, TOKEN
from bot.web.headers import harden
from bot.webhook.settings import WebhookSettings
from bot.webhook.view import webhook


def create_app(answer: Callable[[TextMessage], str] = lambda message: str(message.content)) -> Flask:
    """Verifies, decrypts, parses, echoes, encrypts; it reads no meaning and stores nothing."""
    app = Flask("echo", static_folder=None)
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)

    @app.post("/wechat")
    def echo() -> Response:
        given = request.args
        check_signature(TOKEN, given["signature"], given["timestamp"], given["nonce"])
        xml = crypto.decrypt_message(request.data, given["msg_signature"], given["timestamp"], given["nonce"])
        message = parse_message(xml)
        reply = create_reply(answer(message), message=message).render()
        return Response(crypto.encrypt_message(reply, given["nonce"], given["timestamp"]), mimetype="application/xml")

    return app


def create_webhook() -> Flask:
    """Our own webhook with an echo behind it; it refuses wrong signatures before it reads the body."""
    app = Flask("webhook", static_folder=None)
    settings = WebhookSettings(TOKEN, AES_KEY, APP_ID, GH_ID)
    app.register_blueprint(webhook(settings, lambda message: message.text, apology="抱歉"))
    harden(app)
    return app
