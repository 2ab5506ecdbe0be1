"""`python -m bot …`: every command has --help; an error is told on stderr and ends with status 2."""

import sys
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from bot import logs
from bot.commands import measuring, places, privacy, reading, routes, running, tickets
from bot.commands.shared import Command
from bot.installation.config_problems import ConfigError
from bot.installation.operator_errors import of_wechat
from bot.wechat.errors import WeChatError
from models.sealed import UnreadableError
from nlp.measuring.rows import BadRowError
from nlp.model.store import BadModelError
from nlp.training.corpus import BadCorpusError
from nlp.training.one_at_a_time import TrainingNowError


@click.group()
@click.option("--config", type=click.Path(path_type=Path), default=Path("config.yaml"), show_default=True)
@click.pass_context
def main(context: click.Context, config: Path) -> None:
    """吹哨：居民吹哨，物业报到。"""
    context.obj = Command(config)


for command in (
    running.serve,
    running.run_worker,
    running.demo,
    running.migrate,
    running.check,
    running.menu,
    running.backup,
    running.restore,
    running.import_folder,
    places.scenes,
    tickets.appoint,
    tickets.invite,
    reading.understand,
    reading.route,
    routes.reroute,
    routes.replay,
    tickets.say,
    tickets.ask,
    tickets.list_tickets,
    tickets.show_ticket,
    privacy.rekey,
    privacy.export,
    privacy.erase,
    reading.train,
    reading.evaluate,
    measuring.synth,
    measuring.bench,
):
    main.add_command(command)


_OF_THE_READER = (BadModelError, BadCorpusError, BadRowError, TrainingNowError)
_TOLD = (ConfigError, WeChatError, OperationalError, UnreadableError, *_OF_THE_READER)


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
    except _TOLD as error:
        return _told(_words(error))
    return status if isinstance(status, int) else 0


def _words(error: Exception) -> str:
    """What an operator can do something with."""
    if isinstance(error, OperationalError):
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
