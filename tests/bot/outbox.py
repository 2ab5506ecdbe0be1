"""The program, its worker and the fake platform behind real HTTP: what the outbox's tests stand on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from chat import Chat
from sqlalchemy import select
from testbed import ROOT

from bot.assembly import Program, assemble, worker
from bot.installation.settings import Settings, load_settings
from bot.simulator.chat_bodies import Card, Words
from bot.simulator.message_quota import Trigger
from bot.simulator.platform import Platform
from bot.simulator.server import DEMO_ACCOUNT, running_platform
from bot.wechat.gateway import Gateway
from bot.wechat.http import Timeouts
from bot.wechat.shared_tokens import TokensInDatabase
from bot.worker.worker import Worker
from models.person import Person
from models.push import Push, Timer
from models.ticket import Ticket
from nlp.reading.reader import Reader

FIELDS = {"thing1": "happened", "thing2": "words", "thing3": "where", "character_string4": "number", "time5": "due"}
TEMPLATES = {"staff": {"id": "S" * 43, "fields": FIELDS}, "resident": {"id": "R" * 43, "fields": FIELDS}}
NOTICES = {"resident": {"id": "N" * 43, "fields": FIELDS}}
HURRIED = Timeouts(read=0.5)
CUSTOM, TEMPLATE = "message/custom/send", "message/template/send"


def account_settings(
    url: str, folder: Path, api_base: str, *, templates: bool = True, public_url: str = "", **overrides: object
) -> Settings:
    """The shipped configuration with the fake platform's account."""
    account = {name: getattr(DEMO_ACCOUNT, name) for name in ("token", "aes_key", "app_id", "app_secret", "gh_id")}
    account |= {"mode": "safe", "api_base": api_base, "templates": TEMPLATES if templates else {}}
    account |= {"notices": NOTICES if templates else {}}
    overrides |= {"files": {"media": folder / "media"}, "wechat": account, "web": {"public_url": public_url}}
    return load_settings(ROOT / "config.yaml", database={"url": url}, **overrides)


def account_environment(api_base: str) -> dict[str, str]:
    """The same account for a process of its own."""
    names = ("token", "aes_key", "app_id", "app_secret", "gh_id")
    keys = {f"BOT_WECHAT__{name.upper()}": getattr(DEMO_ACCOUNT, name) for name in names}
    return keys | {"BOT_WECHAT__API_BASE": api_base}


@dataclass
class Outbox:
    """A program whose worker is turned by hand."""

    program: Program
    platform: Platform
    worker: Worker
    chat: Chat

    def says(self, openid: str, text: str) -> str:
        """Somebody writes: the platform's window opens, the program answers."""
        self.platform.follow(openid)
        self.platform.allowances.open(openid, Trigger.MESSAGE, self.platform.now())
        self.chat.delivers = False  # here a real worker does
        return self.chat.says(openid, text)

    def opens(self, openid: str) -> None:
        """Somebody has written lately, whatever it was."""
        self.says(openid, "谢谢")

    def hurries(self) -> None:
        """From now on the worker takes half a second's silence for none at all. It has its token already."""
        self.worker.gateway.check_credentials()
        self.worker = replace(self.worker, gateway=_gateway(self.program, HURRIED))

    def turns(self, rounds: int = 20) -> None:
        """The worker, until nothing more is due."""
        for _ in range(rounds):
            if not self.worker.once():
                return
        raise AssertionError("the worker finds no end")

    def heard(self, openid: str) -> list[str]:
        """What came into this person's chat: words, and cards in one line."""
        return [_told(body) for body in self.platform.received(openid)]

    def pushes(self, openid: str) -> list[Push]:
        with self.program.reading() as session:
            mine = select(Push).join(Person).where(Person.openid == openid).order_by(Push.id)
            return list(session.scalars(mine))

    def timers(self, kind: str) -> list[Timer]:
        with self.program.reading() as session:
            return list(session.scalars(select(Timer).where(Timer.kind == kind).order_by(Timer.id)))

    def notes(self) -> list[str]:
        """What stands in the newest ticket's history as a note."""
        with self.program.reading() as session:
            ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
            return [each.note for each in session.scalars(ticket.events.select()) if each.move == "note"]


def _told(body) -> str:
    match body:
        case Words(text):
            return text
        case Card(_, rows):
            return "卡片 " + " ".join(row.value for row in rows)
    return repr(body)


@contextmanager
def outbox(url: str, folder: Path, clock, reader: Reader, **settings: object) -> Iterator[Outbox]:
    """Everybody of the town follows; the platform's clock is the program's."""
    declared = {each["id"]: list(FIELDS) for each in (*TEMPLATES.values(), *NOTICES.values())}
    with running_platform(templates=declared, now=lambda: clock().timestamp()) as platform:
        program = assemble(account_settings(url, folder, platform.api_base, **settings), clock, reader)
        with program.reading() as session:
            for openid in session.scalars(select(Person.openid).where(Person.openid.is_not(None))):
                platform.follow(openid)
        yield Outbox(program, platform, worker(program), Chat(program))
        program.engine.dispose()


def _gateway(program: Program, timeouts: Timeouts) -> Gateway:
    wechat, store = program.settings.wechat, TokensInDatabase(program.sessions, program.reading)
    return Gateway(wechat.app_id, wechat.app_secret.get_secret_value(), store, wechat.api_base, timeouts)


def after(clock, seconds: float):
    return clock() + timedelta(seconds=seconds)
