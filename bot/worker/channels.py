"""One push goes out: which ways it may go, and what each of them said. Touches no database."""

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
    """An interface of the platform that brings something to a person."""

    CUSTOM = "custom"
    """A customer-service message: to people who wrote within 48 hours"""
    SUBSCRIPTION = "subscription"
    """A notice that the person agreed to: one for each time"""
    TEMPLATE = "template"
    WECOM = "wecom"
    """A message or card of our application in WeCom: to staff who are members there"""


@dataclass(frozen=True, slots=True)
class CardToSend:
    """A template or a notice, filled in."""

    template_id: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """A push with all that sending needs, gathered before the session is closed: no connection waits on HTTP."""

    push_id: int
    openid: str
    text: str
    ways: tuple[Way, ...]
    """The best first"""
    cards: Mapping[Way, CardToSend]
    attempts: int
    created_at: datetime
    url: str = ""
    """What a card leads to"""
    wecom: str = ""
    """The member's id in WeCom"""
    wecom_card: WeComCard | None = None
    acceptance: int | None = None
    """What allows the notice"""
    in_danger: bool = False
    also: tuple[int, ...] = ()
    """Other pushes to the same person that stand in the text, too; a card has room for the first alone"""
    enclosed: tuple[Enclosure, ...] = ()
    """Photos and voices that follow the text, where it goes as a customer-service message"""
    by_machine: bool = False
    """It carries words that a machine has heard"""
    link: str = ""
    """Where the ticket can be looked at, in words for the end of the text, if there is room"""
    probes: frozenset[Way] = frozenset()
    """Ways that are shut, and to be tried with this very letter"""


@dataclass(frozen=True, slots=True)
class Failure:
    """A way that did not work; `way` is None where none was tried."""

    way: Way | None
    error: WeChatError


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a letter."""

    failures: tuple[Failure, ...]
    sent: Sent | None = None
    way: Way | None = None
    told: tuple[int, ...] = ()
    """The pushes that have gone out"""
    shown: tuple[int, ...] = ()
    """The attachments that have gone out with them"""
    messages: int = 1
    """How many the platform has counted"""


_ANOTHER_WAY = frozenset({Trouble.MOMENT, Trouble.REFUSED, Trouble.CONTENT, Trouble.INTERFACE, Trouble.RATE})
_ANOTHER_WAY_FOR_DANGER = _ANOTHER_WAY | {Trouble.BUSY, Trouble.UNKNOWN}
"""Who is in danger may well be told twice"""


@dataclass(frozen=True, slots=True)
class Outside:
    """The platforms, and what was uploaded."""

    gateway: Gateway
    uploads: Uploads
    wecom: WeComGateway | None = None


def send(outside: Outside, letter: Letter, shut: Collection[str]) -> Attempt:
    """By the first way that works."""
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
                return send(outside, replace(letter, ways=(Way.WECOM,)), shut)  # who left the account is there still
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
    """What has gone out of what was to follow the text; the rest can be asked for, and seen on the ticket's page."""
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
    """What the platform won't take as it is may do when it is shorter and plainer."""
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
