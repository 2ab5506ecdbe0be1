"""Sends one push by the first way that works, and reports what each way answered. Uses no database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import structlog

from bot.wechat.errors import Trouble, WeChatError
from bot.wechat.gateway import Gateway, Sent
from bot.wechat.template_fields import plainly
from bot.wechat.text_limits import TEXT_BYTES, shortened
from bot.wecom.gateway import Card as WeComCard
from bot.wecom.gateway import WeComGateway
from bot.worker.uploads import Enclosure, Uploads

log = structlog.get_logger(__name__)


class Way(StrEnum):
    """An interface by which a push can be sent."""

    CUSTOM = "custom"
    """A customer-service message: to people who wrote within 48 hours"""
    SUBSCRIPTION = "subscription"
    """A subscription notice; each acceptance allows one"""
    TEMPLATE = "template"
    WECOM = "wecom"
    """A message or card in WeCom, to staff who are members there"""


@dataclass(frozen=True, slots=True)
class CardToSend:
    """A template or a notice, filled in."""

    template_id: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """A push with all that sending needs, so that no database connection is held during HTTP calls."""

    push_id: int
    openid: str
    text: str
    ways: tuple[Way, ...]
    """In order of preference"""
    cards: Mapping[Way, CardToSend]
    attempts: int
    created_at: datetime
    url: str = ""
    """The card's link"""
    wecom: str = ""
    """The recipient's member id in WeCom"""
    wecom_card: WeComCard | None = None
    acceptance: int | None = None
    """The id of the acceptance that the notice uses"""
    in_danger: bool = False
    also: tuple[int, ...] = ()
    """Other pushes to the same person that the text includes; a card contains only the first"""
    enclosed: tuple[Enclosure, ...] = ()
    """Photos and voices sent after the text, if it goes as a customer-service message"""
    by_machine: bool = False
    """The text contains words from speech recognition"""
    link: str = ""
    """A sentence with the link to the ticket's page, added to the text if there is room"""
    probes: frozenset[Way] = frozenset()
    """Ways with an open breaker that this letter probes"""


@dataclass(frozen=True, slots=True)
class Failure:
    """A way that failed; `way` is None if none was tried."""

    way: Way | None
    error: WeChatError


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of sending a letter."""

    failures: tuple[Failure, ...]
    sent: Sent | None = None
    way: Way | None = None
    told: tuple[int, ...] = ()
    """The pushes that were sent"""
    shown: tuple[int, ...] = ()
    """The attachments that were sent with them"""
    messages: int = 1
    """How many messages count towards the platform's quota"""


_ANOTHER_WAY = frozenset({Trouble.MOMENT, Trouble.REFUSED, Trouble.CONTENT, Trouble.INTERFACE, Trouble.RATE})
_ANOTHER_WAY_FOR_DANGER = frozenset(Trouble) - {Trouble.GONE}
"""For a danger, a duplicate is better than no message; and WeCom works when the whole WeChat account doesn't"""


@dataclass(frozen=True, slots=True)
class Outside:
    """The platforms' gateways, and the uploaded media."""

    gateway: Gateway
    uploads: Uploads
    wecom: WeComGateway | None = None


def send(outside: Outside, letter: Letter, shut: Collection[str]) -> Attempt:
    """Send by the first way that works."""
    if not letter.openid and not letter.ways:
        return Attempt((Failure(None, WeChatError(0, "does not follow", Trouble.GONE)),))
    if not letter.ways:
        return Attempt((Failure(None, WeChatError(0, "waits for the next contact", Trouble.MOMENT)),))
    failures: list[Failure] = []
    for way in letter.ways:
        if way in shut and way not in letter.probes and not letter.in_danger:
            failures.append(Failure(None, WeChatError(0, f"{way} is shut", Trouble.INTERFACE)))
            continue
        try:
            sent = _by(way, outside, letter)
        except WeChatError as error:
            if error.kind is Trouble.GONE and way is not Way.WECOM and Way.WECOM in letter.ways:
                return send(outside, replace(letter, ways=(Way.WECOM,)), shut)  # unfollowed, but in WeCom
            failures.append(Failure(way, error))
            if error.kind not in (_ANOTHER_WAY_FOR_DANGER if letter.in_danger else _ANOTHER_WAY):
                break
        else:
            told = (letter.push_id, *letter.also) if way is Way.CUSTOM else (letter.push_id,)
            shown = _enclose(outside, letter) if way is Way.CUSTOM else ()
            return Attempt(tuple(failures), sent, way, told, shown, len(shown) + bool(letter.text))
    return Attempt(tuple(failures))


def _in_wecom(wecom: WeComGateway, letter: Letter) -> Sent:
    if letter.wecom_card:
        return Sent(wecom.send_card(letter.wecom, letter.wecom_card))
    return Sent(wecom.send_text(letter.wecom, _with_link(letter)))


def _enclose(outside: Outside, letter: Letter) -> tuple[int, ...]:
    """Send the attachments; return the ids of those sent. The others can be seen on the ticket's page."""
    rest = letter.enclosed if letter.text else letter.enclosed[1:]
    shown = [each.attachment for each in letter.enclosed if each not in rest]
    for each in rest:
        try:
            outside.uploads.send(outside.gateway, letter.openid, each)
        except WeChatError as error:
            log.warning("picture_not_sent", push=letter.push_id, code=error.code, reason=error.reason)
            break
        shown.append(each.attachment)
    return tuple(shown)


def _by(way: Way, outside: Outside, letter: Letter) -> Sent:
    """Send by this way; if the content is refused, try once more with a shorter and plainer text."""
    if way is Way.WECOM and outside.wecom:
        return _in_wecom(outside.wecom, letter)
    try:
        return _once(way, outside, letter)
    except WeChatError as error:
        if error.kind is not Trouble.CONTENT:
            raise
    return _once(way, outside, _plainer(letter))


def _plainer(letter: Letter) -> Letter:
    cards = {way: replace(card, data=plainly(card.data)) for way, card in letter.cards.items()}
    return replace(letter, text=shortened(letter.text), cards=cards)


def _once(way: Way, outside: Outside, letter: Letter) -> Sent:
    gateway = outside.gateway
    if way is Way.CUSTOM and not letter.text:
        outside.uploads.send(gateway, letter.openid, letter.enclosed[0])
        return Sent()
    if way is Way.CUSTOM:
        return gateway.send_text(letter.openid, _with_link(letter), by_machine=letter.by_machine)
    card = letter.cards[way]
    if way is Way.SUBSCRIPTION:
        return gateway.send_notice(letter.openid, card.template_id, card.data, letter.url)
    message = f"push{letter.push_id}"
    return gateway.send_template(letter.openid, card.template_id, card.data, letter.url, client_msg_id=message)


def _with_link(letter: Letter) -> str:
    linked = f"{letter.text.rstrip()}\n{letter.link}"
    return linked if letter.link and len(linked.encode()) <= TEXT_BYTES else letter.text
