"""config.yaml and the environment → one frozen Settings. All errors are reported together, with their lines."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from bot.installation.config_problems import ConfigError as ConfigError  # noqa: PLC0414  (callers that load settings catch it)
from bot.installation.config_problems import ConfigFile, Place, dotted, problem, read_file
from bot.installation.integration_settings import HotlineKey, Open311, Section, Webhooks
from bot.wechat.address import OFFICIAL
from handlers.practice_settings.practices import Practices
from handlers.town.digest_rules import Digests
from handlers.town.escalation_levels import Levels
from handlers.town.privacy import Privacy
from handlers.town.quiet_hours import QuietHours
from handlers.town.routing import Routing
from handlers.town.same_event_rules import SameEventRules
from handlers.town.town import Contacts, Habits
from handlers.town.whistle_rules import WhistleRules
from handlers.town.working_hours import WorkingHours

SECRETS = {
    "wechat": {"token", "aes_key", "previous_aes_key", "app_secret"},
    "wecom": {"secret", "token", "aes_key", "robot"},
    "database": {"url", "replica"},
    "privacy": {"key", "old_keys"},
    "hotline": {"key"},
    "open311": {"keys"},
    "webhooks": {"keys"},
    "files": {"media_key", "media_secret"},
    "speech": {"key"},
}
"""Secrets, allowed only in the environment. A database URL may contain a password: the file may only have SQLite's"""


_SERVERS = ("postgresql://", "postgresql+psycopg://")


class Template(Section):
    """A template of the platform: its id, and the fact for each of its fields."""

    id: str
    fields: dict[str, Literal["happened", "words", "number", "what", "where", "status", "due"]]


class WeChat(Section):
    """The official account: keys from the environment, the rest from the file."""

    token: SecretStr = SecretStr("")
    aes_key: SecretStr = SecretStr("")
    previous_aes_key: SecretStr = SecretStr("")
    app_id: str = ""
    app_secret: SecretStr = SecretStr("")
    gh_id: str = ""
    mode: Literal["safe", "compat", "plain"] = "safe"
    api_base: str = OFFICIAL
    window_seconds: int = Field(default=600, ge=300)
    """Maximum age of a callback: redeliveries keep the first one's timestamp, and some routes are slow"""
    max_bytes: int = Field(default=65536, ge=4096, le=262144)
    templates: dict[Literal["staff", "resident"], Template] = Field(default_factory=dict)
    """Template messages for pushes outside the 48 hours"""
    notices: dict[Literal["staff", "resident"], Template] = Field(default_factory=dict)
    """Subscription notices: each needs an acceptance by the person"""


class WeCom(Section):
    """WeCom, optional."""

    corp_id: str = ""
    agent_id: str = ""
    secret: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    aes_key: SecretStr = SecretStr("")
    robot: SecretStr = SecretStr("")
    """The key of a group's robot, which announces red flags there too"""
    api_base: str = "https://qyapi.weixin.qq.com"

    @property
    def is_used(self) -> bool:
        return bool(self.corp_id)


class Database(Section):
    url: str = Field(default="sqlite:///var/whistle.db", repr=False)
    """May contain a password, so it is never shown"""
    replica: str = Field(default="", repr=False)
    """A streaming replica, from which figures are read"""
    replica_seconds: float = Field(default=5, ge=0, le=3600)
    """Maximum age of figures; an older replica isn't read"""

    @field_validator("url")
    @classmethod
    def _of_a_kind_we_know(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", *_SERVERS)):
            raise ValueError("应以 sqlite:/// 或 postgresql+psycopg:// 开头")
        return url

    @field_validator("replica")
    @classmethod
    def _beside_a_server(cls, replica: str, info: ValidationInfo) -> str:
        if replica and not (replica.startswith(_SERVERS) and info.data.get("url", _SERVERS[0]).startswith(_SERVERS)):
            raise ValueError("从库和主库都应是 PostgreSQL，以 postgresql+psycopg:// 开头")
        return replica


class Files(Section):
    """Files that the town's clerk maintains, relative to the folder of config.yaml."""

    categories: Path = Path("handlers/data/categories.csv")
    limits: Path = Path("handlers/data/limits.csv")
    duties: Path = Path("handlers/data/duties.csv")
    households: Path = Path("handlers/data/households.csv")
    scores: Path = Path("handlers/data/scores.csv")
    grades: Path = Path("handlers/data/grades.csv")
    wordings: Path = Path("handlers/data/wordings.yaml")
    own_wordings: Path | None = None
    menu: Path = Path("handlers/data/menu.yaml")
    model: Path = Path("var/model")
    media: str = "var/media"
    """A folder, or a bucket that speaks S3: s3+https://host/bucket/folder"""
    media_key: SecretStr = SecretStr("")
    media_secret: SecretStr = SecretStr("")
    media_region: str = "us-east-1"

    @field_validator("media", mode="before")
    @classmethod
    def _a_folder_or_a_bucket(cls, media: object) -> str:
        place = str(media)
        if place.startswith("s3") and not re.fullmatch(r"s3\+https?://[^\s/]+/[^\s/]+(/[^\s]*)?", place):
            raise ValueError("应像 var/media，或像 s3+https://s3.example.cn/桶名/目录")
        return place


class PrivacyKeys(Privacy):
    """The section `privacy` with the keys that the environment adds to it."""

    key: SecretStr = SecretStr("")
    old_keys: SecretStr = SecretStr("")
    """Former keys, joined by commas: they only decrypt"""
    key_file: Path = Path("var/whistle.key")


class Web(Section):
    """How the web server is reached from outside."""

    public_url: str = ""
    """The start of links in the chat; without it, lists can't be exported in the chat"""

    tile_url: str = ""
    """URL of map tiles under the board's boundaries; empty: none"""
    tiles_gcj: bool = True
    """The tiles have China's shifted coordinates (GCJ-02)"""

    @field_validator("tile_url")
    @classmethod
    def _an_address_of_tiles(cls, url: str) -> str:
        if url and not (
            re.fullmatch(r"https?://[^\s;,'\"]+", url) and all(each in url for each in ("{z}", "{x}", "{y}"))
        ):
            raise ValueError("应像 https://tiles.example.cn/{z}/{x}/{y}.png，里面有 {z}、{x}、{y}")
        return url

    @field_validator("public_url")
    @classmethod
    def _an_address_without_a_path(cls, url: str) -> str:
        if not re.fullmatch(r"(https?://[^\s/]+)?", url):
            raise ValueError("应像 https://bot.example.cn，前面有 https://，后面没有斜杠和路径")
        return url


class Speech(Section):
    """Speech recognition: by a server, by a model on this machine, or none."""

    server: str = ""
    """The URL before /v1/audio/transcriptions"""
    model: str = ""
    folder: Path | None = None
    language: str = "zh"
    key: SecretStr = SecretStr("")

    @field_validator("server")
    @classmethod
    def _an_address(cls, url: str) -> str:
        if not re.fullmatch(r"(https?://[^\s]+)?", url):
            raise ValueError("应像 http://127.0.0.1:8001")
        return url.rstrip("/").removesuffix("/v1")


class Work(Section):
    """The worker's pace."""

    poll_seconds: float = Field(default=1.0, gt=0)
    batch: int = Field(default=20, gt=0, le=500)
    at_once: int = Field(default=4, ge=1, le=16)
    """Pushes sent in parallel; WeChat takes a tenth of a second for each"""
    retry_seconds: tuple[int, ...] = (10, 60, 300, 1800, 7200)
    """Waits between attempts of a push, the last one repeated; after three days it waits until the person writes"""


class Settings(BaseSettings):
    """All settings. Sources by priority: arguments, environment (BOT_SECTION__KEY), config.yaml."""

    model_config = SettingsConfigDict(
        env_prefix="BOT_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    town: str = "社区"
    database: Database = Database()
    wechat: WeChat = WeChat()
    wecom: WeCom = WeCom()
    files: Files = Files()
    habits: Habits = Habits()
    contacts: Contacts = Contacts()
    working_hours: WorkingHours = WorkingHours()
    routing: Routing
    whistle: WhistleRules = WhistleRules()
    joining: SameEventRules = SameEventRules()
    quiet_hours: QuietHours = QuietHours()
    levels: Levels = Levels()
    practices: Practices = Practices()
    digests: Digests = Digests()
    work: Work = Work()
    privacy: PrivacyKeys = PrivacyKeys()
    web: Web = Web()
    hotline: HotlineKey = HotlineKey()
    open311: Open311 = Open311()
    webhooks: Webhooks = Webhooks()
    speech: Speech = Speech()
    source: Path = Path("config.yaml")
    """The file that the settings were read from; not a setting itself"""

    @property
    def folder(self) -> Path:
        """The file's folder; its relative paths start there."""
        return self.source.parent

    @property
    def media_folder(self) -> Path | None:
        """The folder of photos; None if they are in a bucket."""
        return None if self.files.media.startswith("s3+") else self.path(Path(self.files.media))

    def path(self, path: Path) -> Path:
        """A path relative to the file's folder."""
        return self.folder / path


def load_settings(path: Path, **overrides: Any) -> Settings:  # noqa: ANN401  (pydantic checks them)
    """Read the file and the environment. Raises ConfigError with all problems."""
    file = read_file(path)
    secrets = [place for place in file.lines if len(place) == 2 and _is_secret(place, file.values)]
    problems = [f"{path.name} 第{file.lines[it]}行 {dotted(it)}：密钥不能写在文件里，请放到环境变量" for it in secrets]
    problems += [f"环境变量 {name}：没有这一段，是不是拼错了" for name in _strange_variables()]
    try:
        settings = _reading(file)(source=path, **overrides)
    except ValidationError as error:
        others = [each for each in error.errors() if each["loc"][:2] not in secrets]
        raise ConfigError(problems + [problem(path.name, file.lines, each) for each in others]) from None
    if problems:
        raise ConfigError(problems)
    return settings


def _strange_variables() -> list[str]:
    """Variables with unknown sections; without this check, a typing error would silently leave the default."""
    sections = {name.upper() for name in Settings.model_fields}
    ours = [name for name in os.environ if name.upper().startswith("BOT_") and "__" in name]
    return sorted(name for name in ours if name.upper().removeprefix("BOT_").partition("__")[0] not in sections)


def _reading(file: ConfigFile) -> type[Settings]:
    """A Settings class that reads this file, after the arguments and the environment."""

    class Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del dotenv_settings, file_secret_settings
            return init_settings, env_settings, InitSettingsSource(settings_cls, file.values)

    return Loaded


def _is_secret(place: Place, values: Mapping[str, Any]) -> bool:
    section, key = str(place[0]), str(place[1])
    if key not in SECRETS.get(section, set()):
        return False
    return not (section == "database" and str(values[section][key]).startswith("sqlite:"))
