"""`python -m bot …`: every command has --help; an error goes to stderr and ends with status 2."""

import sys
from importlib import import_module
from pathlib import Path

import click

from bot import logs
from bot.commands.shared import Command, loading

COMMANDS = {
    "serve": "running.serve",
    "worker": "running.run_worker",
    "demo": "running.demo",
    "migrate": "running.migrate",
    "check": "running.check",
    "menu": "running.menu",
    "backup": "running.backup",
    "restore": "running.restore",
    "import": "running.import_folder",
    "scenes": "places.scenes",
    "qr": "places.qr",
    "template": "places.template",
    "appoint": "tickets.appoint",
    "invite": "tickets.invite",
    "understand": "reading.understand",
    "route": "reading.route",
    "answer": "answers.answer",
    "reroute": "routes.reroute",
    "replay": "routes.replay",
    "say": "tickets.say",
    "ask": "tickets.ask",
    "tickets": "tickets.list_tickets",
    "ticket": "tickets.show_ticket",
    "verify": "practices.verify",
    "hotline": "practices.hotline",
    "rekey": "privacy.rekey",
    "export": "privacy.export",
    "erase": "privacy.erase",
    "train": "reading.train",
    "evaluate": "reading.evaluate",
    "synth": "measuring.synth",
    "bench": "measuring.bench",
    "week": "measuring.week",
}
"""The module of each command, imported when it is called, because importing the whole program takes two seconds"""


def command(name: str) -> click.Command:
    module, _, function = COMMANDS[name].partition(".")
    with loading():
        found = getattr(import_module(f"bot.commands.{module}"), function)
    assert isinstance(found, click.Command)  # noqa: S101  (for the type checker)
    return found


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        return command(cmd_name) if cmd_name in COMMANDS else None


@click.group(cls=_Commands)
@click.option("--config", type=click.Path(path_type=Path), default=Path("config.yaml"), show_default=True)
@click.pass_context
def main(context: click.Context, config: Path) -> None:
    """吹哨：居民吹哨，物业报到。"""
    context.obj = Command(config)


def run() -> int:
    """The exit status."""
    logs.set_up(plain=sys.stderr.isatty())
    try:
        status = main(standalone_mode=False)
    except click.exceptions.Exit as end:
        return int(end.exit_code)
    except click.Abort:
        return 130
    except click.ClickException as error:
        return _told(error.format_message())
    except _expected() as error:
        return _told(_words(error))
    return status if isinstance(status, int) else 0


def _expected() -> tuple[type[Exception], ...]:
    """Errors that an operator can fix; imported only after an error."""
    from bot.installation.config_problems import ConfigError
    from bot.wechat.errors import WeChatError
    from models.connecting import DATABASE_AWAY
    from models.encrypted_columns import UnreadableError
    from nlp.measuring.rows import BadRowError
    from nlp.model.store import BadModelError
    from nlp.training.corpus import BadCorpusError
    from nlp.training.one_at_a_time import TrainingNowError

    of_the_reader = (BadModelError, BadCorpusError, BadRowError, TrainingNowError)
    return ConfigError, WeChatError, *DATABASE_AWAY, UnreadableError, *of_the_reader


_NOT_OURS_TO_WRITE = ("readonly", "read-only", "unable to open")
"""Parts of SQLite's and PostgreSQL's messages"""


def _words(error: Exception) -> str:
    """The error in words that help an operator."""
    from sqlalchemy.exc import DBAPIError

    from bot.installation.operator_errors import of_wechat
    from bot.wechat.errors import WeChatError
    from models.encrypted_columns import UnreadableError

    if isinstance(error, DBAPIError) and any(why in str(error.orig) for why in _NOT_OURS_TO_WRITE):
        return "数据库打不开，或只能读、写不进去：看数据库文件和它的文件夹的权限，盘是不是只读挂载的"
    if isinstance(error, DBAPIError):
        return f"数据库用不了：{str(error.orig).splitlines()[0]}"
    if isinstance(error, UnreadableError):
        return "有电话读不出来：密钥换过了。请把原来的密钥放进环境变量 BOT_PRIVACY__OLD_KEYS"
    if isinstance(error, WeChatError):
        return " → ".join(of_wechat(error))
    return str(error)


def _told(words: str) -> int:
    click.echo(words, err=True)
    return 2


if __name__ == "__main__":
    sys.exit(run())
