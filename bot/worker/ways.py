"""One push goes out: which ways it may go, and what each of them said. Touches no database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.installation.settings import Template
from bot.wechat.errors import Trouble, WeChatError
from bot.wechat.gateway import Gateway, Sent
from bot.wechat.template_fields import plainly
from bot.wechat.text_limits import shortened


class Way(StrEnum):
    """An interface of the platform that brings something to a person."""

    CUSTOM = "custom"
    """A customer-service message: to people who wrote within 48 hours"""
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Letter:
    """A push with all that sending needs, gathered before the session is closed: no connection waits on HTTP."""

    push_id: int
    openid: str
    text: str
    template: Template | None
    data: Mapping[str, str]
    in_window: bool
    attempts: int
    created_at: datetime
    in_danger: bool = False
    also: tuple[int, ...] = ()
    """Other pushes to the same person that stand in the text, too; a template has room for the first alone"""
    probes: frozenset[Way] = frozenset()
    """Ways that are shut, and to be tried with this very letter"""

    @property
    def ways(self) -> tuple[Way, ...]:
        """The best first. For a danger, even the one that should not work."""
        if not self.template:
            return (Way.CUSTOM,)
        if self.in_window:
            return (Way.CUSTOM, Way.TEMPLATE)
        return (Way.TEMPLATE, Way.CUSTOM) if self.in_danger else (Way.TEMPLATE,)


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


_ANOTHER_WAY = frozenset({Trouble.MOMENT, Trouble.REFUSED, Trouble.CONTENT, Trouble.INTERFACE, Trouble.RATE})
_ANOTHER_WAY_FOR_DANGER = _ANOTHER_WAY | {Trouble.BUSY, Trouble.UNKNOWN}
"""Who is in danger may well be told twice"""


def send(gateway: Gateway, letter: Letter, shut: Collection[str]) -> Attempt:
    """By the first way that works."""
    if not letter.openid:
        return Attempt((Failure(None, WeChatError(0, "does not follow", Trouble.GONE)),))
    failures: list[Failure] = []
    for way in letter.ways:
        if way in shut and way not in letter.probes and not letter.in_danger:
            failures.append(Failure(None, WeChatError(0, f"{way} is shut", Trouble.INTERFACE)))
            continue
        try:
            sent = _by(way, gateway, letter)
        except WeChatError as error:
            failures.append(Failure(way, error))
            if error.kind not in (_ANOTHER_WAY_FOR_DANGER if letter.in_danger else _ANOTHER_WAY):
                break
        else:
            told = (letter.push_id, *letter.also) if way is Way.CUSTOM else (letter.push_id,)
            return Attempt(tuple(failures), sent, way, told)
    return Attempt(tuple(failures))


def _by(way: Way, gateway: Gateway, letter: Letter) -> Sent:
    """What the platform won't take as it is may do when it is shorter and plainer."""
    try:
        return _once(way, gateway, letter)
    except WeChatError as error:
        if error.kind is not Trouble.CONTENT:
            raise
    return _once(way, gateway, replace(letter, text=shortened(letter.text), data=plainly(letter.data)))


def _once(way: Way, gateway: Gateway, letter: Letter) -> Sent:
    if way is Way.CUSTOM:
        return gateway.send_text(letter.openid, letter.text)
    assert letter.template  # noqa: S101  (for the type checker: without one there is no such way)
    message = f"push{letter.push_id}"
    return gateway.send_template(letter.openid, letter.template.id, letter.data, client_msg_id=message)
