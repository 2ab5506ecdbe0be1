"""Commands about people's data: rekey, export, erase."""

import click

from bot.assembly import open_database
from bot.commands.shared import Command, pass_command
from bot.keys import key_ring, new_key
from bot.keys import rekey as renew_all
from models.base import sessions


@click.command()
@click.option("--new", is_flag=True, help="只打印一个新密钥，什么也不改")
@pass_command
def rekey(command: Command, *, new: bool) -> None:
    """换密钥：把存着的电话用新密钥重新加密。

    先用 --new 生成；新密钥放 BOT_PRIVACY__KEY，原来的放 BOT_PRIVACY__OLD_KEYS；再运行本命令，然后去掉旧的。
    """
    if new:
        click.echo(new_key())
        return
    settings = command.settings()
    with sessions(open_database(settings)).begin() as session:
        done = renew_all(session, key_ring(settings))
    click.echo(f"已用新密钥重新加密 {done.renewed} 个电话。")
    if done.unreadable:
        raise click.ClickException(
            f"有 {done.unreadable} 个电话读不出来，没有动：请把原来的密钥放进 BOT_PRIVACY__OLD_KEYS 再运行一次"
        )
