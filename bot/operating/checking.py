"""The command `check`: each finding says what is wrong and how to fix it."""

import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.assembly import gateway, replica_of, webhook_settings, wecom_gateway, wecom_settings
from bot.evidence.storage import MediaStorageError, keep
from bot.evidence.storage_factory import shelf_of
from bot.installation.config_problems import ConfigError
from bot.installation.database import is_current, is_writable, open_database
from bot.installation.free_disk_space import LITTLE, existing, free_bytes, is_full, written_folders
from bot.installation.keys import key_ring, unreadable_phones
from bot.installation.learning import knows_past_orders
from bot.installation.operator_errors import of_wechat
from bot.installation.settings import Settings
from bot.installation.town_keeper import read_files
from bot.operating.finding import Finding
from bot.operating.leftover_warnings import late_to_sign, of_another_town, unknown_to_model
from bot.operating.replica_warnings import replica_warnings
from bot.wechat.access_token import TokensInMemory
from bot.wechat.errors import WeChatError
from handlers.timers.lost_work import look
from handlers.town.limits import local_day
from handlers.town.routing_warnings import routing_warnings
from handlers.world.config_warning import ConfigWarning
from handlers.world.town_warnings import world_warnings
from handlers.world.upkeep_warnings import upkeep_warnings
from handlers.world.world import World, load_world
from models.person import Person
from models.sessions import reading_sessions
from models.ticket import CHINA
from nlp.model.store import BadModelError
from nlp.reading.reader import Reader

_AHEAD = timedelta(days=30)
"""How far into the future limits given today may run"""


def look_over(settings: Settings, *, online: bool = False) -> list[Finding]:
    """All findings. Changes nothing."""
    today = datetime.now(UTC).astimezone(CHINA).date()
    findings = [
        *_rules(settings),
        *_calendar(settings, today),
        *_keys(settings),
        *_privacy(settings),
        *_model(settings),
        *_database(settings),
        *_media(settings),
    ]
    return findings + ([*_bucket(settings), *_platform(settings)] if online else [])


def _rules(settings: Settings) -> Iterator[Finding]:
    try:
        read_files(settings)
    except ConfigError as error:
        yield from (Finding(problem, "照这句改好那个文件") for problem in error.problems)


def _calendar(settings: Settings, today: date) -> Iterator[Finding]:
    last = settings.working_hours.last_known_year()
    if (today + _AHEAD).year > last:
        yield Finding(
            f"法定节假日只知道到{last}年，以后只按周末算工作日",
            "升级 chinesecalendar，或在 config.yaml 的 working_hours.days_off、days_on 写明放假和调休",
            fatal=False,
        )


def _keys(settings: Settings) -> Iterator[Finding]:
    try:
        webhook_settings(settings)
    except ConfigError as error:
        yield Finding(error.problems[0], "和公众号后台“基本配置”里的逐项对，放进环境变量")
    try:
        if settings.wecom.is_used:
            wecom_settings(settings)
    except ConfigError as error:
        yield Finding(error.problems[0], "和企业微信应用“接收消息”里的对，放进环境变量")
    wechat = settings.wechat
    for name, value, shape, meant in (
        ("TOKEN", wechat.token.get_secret_value(), r"[0-9A-Za-z]{3,32}", "令牌是 3–32 个字母和数字"),
        ("APP_ID", wechat.app_id, r"wx[0-9a-f]{16}", "开发者 ID 以 wx 开头，共 18 个字符"),
        ("APP_SECRET", wechat.app_secret.get_secret_value(), r"[0-9a-f]{32}", "开发者密码是 32 个字符"),
        ("GH_ID", wechat.gh_id, r"gh_[0-9a-z]+", "原始 ID 以 gh_ 开头，写错了居民会看到“服务出现故障”"),
    ):
        if value and not re.fullmatch(shape, value):
            yield Finding(f"BOT_WECHAT__{name} 不像是对的", f"{meant}；和公众号后台对一下")
    if not wechat.app_secret.get_secret_value():
        yield Finding("没有设置 BOT_WECHAT__APP_SECRET，通知发不出去", "从公众号后台“基本配置”取来，放进环境变量")
    if settings.wechat.mode == "plain":
        yield Finding(
            "公众号用的是明文模式，消息可以伪造", "在公众号后台改为安全模式，BOT_WECHAT__MODE=safe", fatal=False
        )


def _privacy(settings: Settings) -> Iterator[Finding]:
    if not settings.privacy.key.get_secret_value():
        yield Finding(
            f"电话用 {settings.privacy.key_file} 里的密钥加密：谁拷走这个文件夹，谁就连密钥一起拷走",
            "正式使用时把密钥放进环境变量 BOT_PRIVACY__KEY（先把文件里的放进 BOT_PRIVACY__OLD_KEYS，再运行 rekey）",
            fatal=False,
        )


def _model(settings: Settings) -> Iterator[Finding]:
    try:
        heads = Reader.load(settings.path(settings.files.model)).model.linear.heads
        catalogue = read_files(settings).catalogue
    except BadModelError as error:
        yield Finding(f"模型不能用：{error}", "运行 python -m bot train")
        return
    except ConfigError:  # reported before
        return
    yield from _told(unknown_to_model(heads["category"].labels, catalogue.categories, "类别"))
    yield from _told(unknown_to_model(heads["item"].labels, catalogue.items, "子项"))
    if not knows_past_orders(settings):
        yield Finding(
            "模型还没学过本地以前的工单，分类会差两三个百分点",
            "把以前的工单导成一张表（列 text、category），运行 python -m bot train --data 工单.csv；没有旧工单就不用管",
            fatal=False,
        )


def _told(warnings: Iterable[ConfigWarning]) -> Iterator[Finding]:
    return (Finding(warning.what, warning.mend, fatal=False) for warning in warnings)


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        engine = open_database(settings)
        try:
            yield from _content(settings, engine)
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        yield _unreachable(settings, error)
    except ConfigError as error:
        yield Finding(error.problems[0], "按 docs/operate.md 设置环境变量 BOT_PRIVACY__KEY")


def _unreachable(settings: Settings, error: SQLAlchemyError) -> Finding:
    """A finding without the URL's password, and without the driver's message, which is for programmers."""
    said, url = str(getattr(error, "orig", error)), make_url(settings.database.url)
    if url.get_backend_name() == "sqlite":
        file = settings.folder / str(url.database)
        if not file.parent.is_dir():
            return Finding(f"数据库连不上：没有文件夹 {file.parent}", "建好它，或改 BOT_DATABASE__URL")
        if "locked" in said:
            return Finding(f"数据库连不上：{file} 被别的程序锁住了", "用 fuser 看是谁开着它，等它做完或停掉它")
        if "not a database" in said or "malformed" in said:
            return Finding(f"数据库连不上：{file} 不是数据库或已经坏了", "用最近的备份恢复：python -m bot restore")
        return Finding(f"数据库连不上：打不开 {file}", "看这个文件和文件夹的权限，运行本程序的用户要能读写")
    where = f"{url.host or '本机'}:{url.port or 5432}"
    for signs, what, mend in _SERVER_SIGNS:
        if any(sign in said for sign in signs):
            return Finding(f"数据库连不上：{what.format(where=where, user=url.username, name=url.database)}", mend)
    return Finding(f"数据库连不上：{where}（{type(error).__name__}）", "检查 BOT_DATABASE__URL 和数据库是否开着")


_SERVER_SIGNS = (
    (("refused", "timeout", "timed out"), "{where} 没有回音", "看 PostgreSQL 开着没有，地址、端口、防火墙对不对"),
    (("resolve", "translate host", "Name or service"), "找不到主机 {where}", "看 BOT_DATABASE__URL 里的主机名"),
    (("password", "authentication"), "{where} 不认用户 {user} 或密码", "看 BOT_DATABASE__URL 里的用户和密码"),
    (("does not exist",), "{where} 上没有库 {name} 或用户 {user}", "用 createdb 建库，或改 BOT_DATABASE__URL"),
    (("too many", "remaining connection"), "{where} 的连接用完了", "调大 max_connections，或前面放 PgBouncer"),
)
"""Parts of the driver's message → our text"""


def _media(settings: Settings) -> Iterator[Finding]:
    folder = settings.media_folder
    if folder is None:
        return
    if not os.access(existing(folder), os.W_OK | os.X_OK):
        yield Finding(f"照片存不下：{folder} 写不进去", "改 files.media，或让运行本程序的用户能写它")
    elif free_bytes(existing(folder)) < LITTLE:
        yield Finding(f"照片所在的盘快满了：{folder}", "腾地方，或把 files.media 挪到大盘", fatal=False)


def _bucket(settings: Settings) -> Iterator[Finding]:
    """Check that a file can be written to the bucket, read and deleted."""
    if settings.media_folder:
        return
    shelf, probe = shelf_of(settings), b"whistle"
    try:
        name = keep(shelf, probe, "")
        shelf.read(name)
        shelf.delete(name)
    except MediaStorageError as error:
        mend = "看 files.media、BOT_FILES__MEDIA_KEY、BOT_FILES__MEDIA_SECRET"
        yield Finding(f"照片存不下：{settings.files.media}（{error}）", mend)


def _room(settings: Settings, engine: Engine) -> Iterator[Finding]:
    if is_full(settings, engine):
        yield Finding("数据库所在的盘满了：一条消息也收不下", "腾地方，不用重启")
    elif (folder := written_folders(settings, engine).get("database")) and free_bytes(folder) < LITTLE:
        yield Finding(f"数据库所在的盘快满了：{folder}", "腾地方，或把数据库挪到大盘", fatal=False)


def _content(settings: Settings, engine: Engine) -> Iterator[Finding]:
    yield from _room(settings, engine)
    if not is_current(engine):
        yield Finding("数据库没有升级到这个版本", "运行 python -m bot migrate")
        return
    if not is_writable(engine):
        yield Finding("数据库只能读，写不进去", "看数据库文件和它的文件夹的权限，盘是不是只读挂载的，连的是不是从库")
    with reading_sessions(engine)() as session:
        if unreadable_phones(session, key_ring(settings)):  # then nothing that looks at people can be checked
            yield Finding("有电话读不出来：密钥换过了", "把原来的密钥放进 BOT_PRIVACY__OLD_KEYS，再运行 rekey")
            return
        world = load_world(session)
        yield from _world(session, world)
        yield from _rules_here(settings, world)
        yield from _lost(session)
        yield from _replica(settings, session)


def _replica(settings: Settings, session: Session) -> Iterator[Finding]:
    replica = replica_of(settings)
    yield from replica_warnings(replica, session)
    if replica.engine:
        replica.engine.dispose()


def _rules_here(settings: Settings, world: World) -> Iterator[Finding]:
    """Check the rules against this town; errors within the rules were reported before."""
    try:
        files = read_files(settings)
    except ConfigError:
        return
    if world.grids:
        yield from _told(routing_warnings(settings.routing, files.catalogue, world))
    yield from _told(of_another_town(settings, world, files.say))
    yield from _told(late_to_sign(files.limits.all, settings.working_hours.calendar()))


def _world(session: Session, world: World) -> Iterator[Finding]:
    if not world.grids:
        yield Finding("还没有社区数据", "运行 python -m bot import 文件夹")
        return
    yield from _told(world_warnings(session, world))
    yield from _told(upkeep_warnings(session, world, local_day(datetime.now(UTC))))
    if not session.scalar(select(func.count()).select_from(Person)):
        yield Finding("还没有任何人员", "导入 people.csv", fatal=False)


_LOST = {
    "failed_messages": ("有 {} 条消息近 7 天没能处理，居民得到的是道歉", "看日志里的 answer_failed，请人联系居民"),
    "ownerless_tickets": ("有 {} 张工单一天多没有承办单位", "请督导在公众号里回“派”，或补全 places.csv"),
    "unfinished_pushes": ("有 {} 条通知一天多没发完", "看 worker 开着没有，再看 check --online"),
    "stuck_timers": ("有 {} 个定时到点没响", "启动 python -m bot worker"),
}


def _lost(session: Session) -> Iterator[Finding]:
    """Work that the system has lost."""
    for kind, number in look(session, datetime.now(UTC)).by_kind().items():
        if number:
            what, mend = _LOST[kind]
            yield Finding(what.format(number), mend, fatal=False)


def _platform(settings: Settings) -> Iterator[Finding]:
    try:
        gateway(settings, TokensInMemory()).check_credentials()
    except WeChatError as error:
        what, mend = of_wechat(error)
        yield Finding(f"微信不给令牌：{what}", mend)
    wecom = wecom_gateway(settings, TokensInMemory())
    try:
        if wecom:
            wecom.ping()
    except WeChatError as error:
        yield Finding(
            f"企业微信不给用：{error.code} {error.reason}",
            "核对 BOT_WECOM__…；60020 是服务器 IP 不在应用的“企业可信 IP”里",
        )
