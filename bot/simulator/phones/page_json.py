"""What the page is told, as JSON."""

import threading
from dataclasses import asdict
from typing import Any

from bot.simulator.api.menu import DEFAULT_MENU
from bot.simulator.errors import Json
from bot.simulator.journal import Journal, Line, Numbered
from bot.simulator.phones.config import SimulatorConfig
from bot.simulator.phones.fault_switches import switches_json
from bot.simulator.phones.visitors import Visitors
from bot.simulator.platform import Platform

PATIENCE = 10  # seconds that a request for news waits
WAITING = 4  # requests at most that wait: each holds one of the server's threads, and the webhook needs some


def world_json(config: SimulatorConfig, platform: Platform, visitors: Visitors) -> Json:
    everybody = visitors.all()
    with platform.lock:
        people = [{**asdict(one), "following": platform.followers.is_following(one.openid)} for one in everybody]
    return {
        "account": config.account_name,
        "people": people,
        "places": [asdict(place) for place in config.places()],
        "samples": {role: list(sentences) for role, sentences in config.samples.items()},
        "scenes": dict(config.scenes),
        "menu": platform.menu or DEFAULT_MENU,
        "mode": config.mode,
        "epoch": platform.journal.epoch,
        "now": platform.now(),
        "moves": list(config.moves),
        "restarts": config.start_over is not None,
        "faults": switches_json(config, platform),
        "wecom": config.wecom is not None,
    }


def quotas_json(platform: Platform) -> Json:
    """What the account may still send of itself, by person; who is not named has no open window."""
    at = platform.now()
    with platform.lock:
        windows = platform.allowances.left(at)
        notices = {openid for (openid, _), left in platform.subscriptions.items() if left}
        return {
            openid: {
                "left": windows[openid].left if openid in windows else 0,
                "until": windows[openid].until if openid in windows else 0,
                "notices": sum(left for (one, _), left in platform.subscriptions.items() if one == openid),
            }
            for openid in windows.keys() | notices
        }


class News:
    """Tells pages what is new, as soon as there is something."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._places = threading.BoundedSemaphore(WAITING)

    def since(self, after: int, epoch: str) -> Json:
        """A page of an earlier run is told to reload; one too many is answered at once and asks again later."""
        if epoch != self._journal.epoch:
            return {"epoch": self._journal.epoch, "changes": [], "wait": 0}
        if not self._places.acquire(blocking=False):
            return {"epoch": epoch, "changes": _changes(self._journal.since(after)), "wait": 1}
        try:
            return {"epoch": epoch, "changes": _changes(self._journal.since(after, wait=PATIENCE)), "wait": 0}
        finally:
            self._places.release()


def _changes(news: list[Numbered]) -> list[dict[str, Any]]:
    return [_change(item) for item in news]


def _change(item: Numbered) -> dict[str, Any]:
    entry = item.entry
    change = {"number": item.number, "type": type(entry).__name__, **asdict(entry)}
    if isinstance(entry, Line):
        change["body"]["kind"] = type(entry.body).__name__
    return change
