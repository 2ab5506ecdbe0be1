"""Assembles the program: the only module that creates the parts from the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.evidence.storage_factory import shelf_of
from bot.installation.config_problems import ConfigError
from bot.installation.database import open_current, open_replica
from bot.installation.settings import Settings
from bot.installation.town_keeper import TownKeeper
from bot.outgoing_webhooks.courier import Courier
from bot.outgoing_webhooks.posting import Subscriber
from bot.server.waiting import aside, yield_to_others
from bot.speech.recogniser_factory import ears_of
from bot.webhook.settings import Mode, WebhookSettings
from bot.wechat.access_token import TokenStore
from bot.wechat.gateway import Gateway
from bot.wechat.shared_tokens import TokensInDatabase
from bot.wecom.gateway import WeComGateway
from bot.wecom.settings import CallbackSettings
from bot.worker.alarm_watch import Watching
from bot.worker.breakers import Breakers
from bot.worker.chart_push import Showing
from bot.worker.day_sums import Summing
from bot.worker.hotline_folder import HotlineFolder
from bot.worker.nightly import Nightly
from bot.worker.transcription import Hearing
from bot.worker.uploads import Uploads
from bot.worker.worker import Worker
from handlers.answering.answer import Answering
from models.connecting import LOCK_WAIT_SECONDS
from models.replica import Replica, State
from models.sessions import reading_sessions, sessions
from models.webhook_delivery import Lines, telling_subscribers
from nlp.reading.reader import Reader

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Program:
    """The parts of one process."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    reading: sessionmaker[Session]
    replica: Replica
    towns: TownKeeper
    answering: Answering
    clock: Clock


def assemble(
    settings: Settings,
    clock: Clock = utc_now,
    reader: Reader | None = None,
    lock_wait_seconds: float = LOCK_WAIT_SECONDS,
) -> Program:
    """All parts except the gateways. Raises ConfigError if the database is not migrated.

    `reader`: a model that is already loaded, for tests. `lock_wait_seconds`: a command may wait longer than a message,
    which WeChat wants answered in time.
    """
    engine = open_current(settings, lock_wait_seconds)
    towns = TownKeeper(settings, reader or Reader.load(settings.path(settings.files.model)))
    writing, reading = sessions(engine, _watch(settings)), reading_sessions(engine)
    with reading() as session:
        towns.current(session)
    replica = replica_of(settings)
    answering = Answering(writing, reading, towns, clock, yield_to_others, aside, replica)
    return Program(settings, engine, writing, reading, replica, towns, answering, clock)


def replica_of(settings: Settings) -> Replica:
    """Where figures are read; its changes are logged."""
    oldest = timedelta(seconds=settings.database.replica_seconds)
    return Replica(open_replica(settings), oldest, _log_replica)


def _log_replica(state: State) -> None:
    if state is State.FRESH:
        log.info("replica_read_again")
    else:
        log.warning("replica_not_read", why=state.value)


def _watch(settings: Settings) -> Callable[[Lines], None] | None:
    """None if there are no subscribers."""
    wanted = {each.name: each.moves for each in settings.webhooks.subscribers}
    return telling_subscribers(wanted) if wanted else None


def courier(program: Program) -> Courier | None:
    """Notifies subscribed systems; None if there are none."""
    told, keys = program.settings.webhooks, program.settings.webhooks.by_name()
    if not told.subscribers:
        return None
    return Courier(
        program.sessions,
        program.towns,
        {each.name: Subscriber(each.name, each.url, keys[each.name]) for each in told.subscribers},
        told.retry_seconds,
        timedelta(hours=told.give_up_hours),
        program.settings.work.poll_seconds,
        program.clock,
    )


def webhook_settings(settings: Settings) -> WebhookSettings:
    """The webhook's settings. Raises ConfigError if keys are missing."""
    wechat = settings.wechat
    try:
        return WebhookSettings(
            token=wechat.token.get_secret_value(),
            aes_key=wechat.aes_key.get_secret_value(),
            previous_aes_key=wechat.previous_aes_key.get_secret_value(),
            app_id=wechat.app_id,
            gh_id=wechat.gh_id,
            mode=Mode(wechat.mode),
            window_seconds=wechat.window_seconds,
            max_bytes=wechat.max_bytes,
        )
    except ValueError as error:
        raise ConfigError([str(error)]) from None


def gateway(settings: Settings, store: TokenStore) -> Gateway:
    """The gateway to WeChat's API."""
    wechat = settings.wechat
    return Gateway(wechat.app_id, wechat.app_secret.get_secret_value(), store, wechat.api_base)


def _hotline_folder(program: Program) -> HotlineFolder | None:
    """None if no folder is configured."""
    rules = program.settings.practices.hotline
    if not rules.enabled or not rules.folder:
        return None
    return HotlineFolder(program.settings.path(Path(rules.folder)), program.sessions, program.towns)


def wecom_settings(settings: Settings) -> CallbackSettings:
    """The settings of WeCom's callback. Raises ConfigError if keys are missing."""
    wecom, wechat = settings.wecom, settings.wechat
    try:
        keys = wecom.token.get_secret_value(), wecom.aes_key.get_secret_value()
        return CallbackSettings(*keys, wecom.corp_id, wechat.window_seconds, wechat.max_bytes)
    except ValueError as error:
        raise ConfigError([str(error)]) from None


def wecom_gateway(settings: Settings, store: TokenStore) -> WeComGateway | None:
    """The gateway to WeCom's API; None if it is not used."""
    wecom = settings.wecom
    if not wecom.is_used:
        return None
    secret, robot = wecom.secret.get_secret_value(), wecom.robot.get_secret_value()
    return WeComGateway(wecom.corp_id, wecom.agent_id, secret, store, wecom.api_base, robot)


def worker(program: Program) -> Worker:
    """The process's worker; all processes share the access token through the database."""
    settings, shelf = program.settings, shelf_of(program.settings)
    way_out = gateway(settings, TokensInDatabase(program.sessions, program.reading))
    return Worker(
        sessions=program.sessions,
        towns=program.towns,
        gateway=way_out,
        work=settings.work,
        templates={str(purpose): template for purpose, template in settings.wechat.templates.items()},
        wecom=wecom_gateway(settings, TokensInDatabase(program.sessions, program.reading)),
        notices={str(purpose): notice for purpose, notice in settings.wechat.notices.items()},
        summing=Summing(program.sessions, program.reading),
        showing=Showing(program.sessions, program.reading, way_out),
        watching=Watching(program.sessions, program.reading, program.towns),
        shelf=shelf,
        uploads=Uploads(shelf),
        nightly=Nightly(program.sessions, settings.source),
        hearing=Hearing(program.sessions, program.towns, program.answering, shelf, ears_of(settings), program.clock),
        breakers=Breakers(program.clock),
        hotline=_hotline_folder(program),
        courier=courier(program),
        clock=program.clock,
    )
