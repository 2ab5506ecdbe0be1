"""How many customer-service messages the account may still send to a person, and until when."""

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

from bot.simulator.errors import ApiError


class Trigger(Enum):
    """What opens the window: (messages, seconds)."""

    MESSAGE = (5, 48 * 3600)
    TAP = (3, 60)  # a menu's button, following, a scan

    @property
    def messages(self) -> int:
        return self.value[0]

    @property
    def seconds(self) -> int:
        return self.value[1]


@dataclass(slots=True)
class Allowance:
    left: int
    until: float


class Allowances:
    """The newest trigger of a kind replaces the one before it: allowances don't pile up."""

    def __init__(self) -> None:
        self._of: dict[str, dict[Trigger, Allowance]] = defaultdict(dict)

    def open(self, openid: str, trigger: Trigger, at: float) -> None:
        self._of[openid][trigger] = Allowance(trigger.messages, at + trigger.seconds)

    def close(self, openid: str) -> None:
        self._of.pop(openid, None)

    def left(self, at: float) -> dict[str, Allowance]:
        """For each person whom the account may write to: the number of messages, and the latest end."""
        found = {}
        for openid, by_trigger in list(self._of.items()):
            live = [one for one in by_trigger.values() if at <= one.until]
            if live:
                found[openid] = Allowance(sum(one.left for one in live), max(one.until for one in live))
        return found

    def spend(self, openid: str, at: float) -> None:
        live = [allowance for allowance in self._of[openid].values() if at <= allowance.until]
        if not live:
            raise ApiError(45015)
        usable = sorted((one for one in live if one.left), key=lambda one: one.until)
        if not usable:
            raise ApiError(45047)
        usable[0].left -= 1
