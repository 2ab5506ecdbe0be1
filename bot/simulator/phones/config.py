"""What the app gives the simulator: its account, its people and places, and sentences to try."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.simulator.account import Account, Mode
from bot.simulator.template_fields import TemplateField
from bot.simulator.wecom.platform import WeComPlatform


@dataclass(frozen=True, slots=True)
class SimPerson:
    """`role` is one of resident, grid_staff, property_staff, supervisor, admin; `about` a few words, as where from."""

    openid: str
    name: str
    role: str
    about: str = ""
    wecom: str = ""
    """Their name in WeCom, where they have a second phone"""


@dataclass(frozen=True, slots=True)
class SimPlace:
    """A pin on the town's map, in degrees of GCJ-02."""

    name: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """`templates` is template id → fields, each `thing1` or `thing1:诉求内容` with the label that the card shows;
    `titles` template id → the card's headline; `scenes` what a QR code in the street is called → its scene.
    """

    webhook_url: str
    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    gh_id: str
    account_name: str
    people: Callable[[], Sequence[SimPerson]]
    places: Callable[[], Sequence[SimPlace]]
    samples: Mapping[str, Sequence[str]]
    templates: Mapping[str, Sequence[str]]
    titles: Mapping[str, str] = field(default_factory=dict)
    scenes: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = Mode.SAFE
    now: Callable[[], float] = time.time
    moves: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """How the town's clock can be put forward, by name"""
    start_over: Callable[[], None] | None = None
    """Makes the town as it was at the beginning"""
    wecom: WeComPlatform | None = None
    """Those who are in WeCom can be reached there too"""
    memory: Path | None = None
    """The folder in which chats are kept over a restart"""

    def __post_init__(self) -> None:
        for fields in self.templates.values():
            for declared in fields:
                TemplateField.of(declared)

    @property
    def account(self) -> Account:
        return Account(
            app_id=self.app_id,
            app_secret=self.app_secret,
            token=self.token,
            aes_key=self.aes_key,
            gh_id=self.gh_id,
            webhook_url=self.webhook_url,
            name=self.account_name,
            mode=self.mode,
        )

    @property
    def origin(self) -> str:
        """The simulator is served by the same server as the webhook."""
        parts = urlsplit(self.webhook_url)
        return f"{parts.scheme}://{parts.netloc}"
