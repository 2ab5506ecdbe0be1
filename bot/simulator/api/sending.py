"""The API's three ways of sending: customer-service messages, template messages, subscription notices."""

from dataclasses import dataclass, field

from bot.simulator.api.customer_message import body_of, text_in
from bot.simulator.chat_bodies import Clip, Picture, Voice
from bot.simulator.errors import ApiError, Json
from bot.simulator.events import SubscriptionSent, TemplateFinished
from bot.simulator.platform import Platform

SAME_MESSAGE = 600  # seconds in which a client_msg_id stands for one message


@dataclass(slots=True)
class Sending:
    """Call it under the platform's lock."""

    platform: Platform
    _delivered: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)

    def custom(self, request: Json) -> Json:
        openid = self._known(request)
        body = body_of(request)
        if isinstance(body, Picture | Voice | Clip):
            self.platform.media.get(body.media_id)
        if not self.platform.followers.is_following(openid):
            raise ApiError(45015)
        self.platform.allowances.spend(openid, self.platform.now())
        self.platform.show(openid, body)
        return {}

    def template(self, request: Json) -> Json:
        openid = self._known(request)
        template = self.platform.templates.get(request.get("template_id"))
        if not self.platform.followers.is_following(openid):
            raise ApiError(43004)
        card = template.card(request.get("data"), text_in(request, "url"))
        key = (openid, text_in(request, "client_msg_id"))
        if earlier := self._earlier(key):
            return {"msgid": earlier}
        msgid = self.platform.next_id()
        self._delivered[key] = (msgid, self.platform.now())
        self.platform.show(openid, card)
        self.platform.deliver_soon(openid, TemplateFinished(msgid))
        return {"msgid": msgid}

    def subscription(self, request: Json) -> Json:
        openid = self._known(request)
        template = self.platform.templates.get(request.get("template_id"))
        card = template.card(request.get("data"), text_in(request, "page"), subscription=True)
        left = self.platform.subscriptions.get((openid, template.id), 0)
        if not left:
            raise ApiError(43101)
        self.platform.subscriptions[openid, template.id] = left - 1
        msgid = self.platform.next_id()
        self.platform.show(openid, card)
        self.platform.deliver_soon(openid, SubscriptionSent(template.id, msgid))
        return {"msgid": msgid}

    def _known(self, request: Json) -> str:
        openid = request.get("touser")
        if not isinstance(openid, str) or self.platform.followers.get(openid) is None:
            raise ApiError(40003)
        return openid

    def _earlier(self, key: tuple[str, str]) -> int:
        """The message that went out under the same id before; 0 if none, or if the caller gave no id."""
        msgid, at = self._delivered.get(key, (0, 0.0))
        return msgid if key[1] and at + SAME_MESSAGE > self.platform.now() else 0
