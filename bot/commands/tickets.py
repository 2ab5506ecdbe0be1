"""Commands about people and tickets: say, ask, tickets, ticket, appoint, invite."""

import time
from typing import Any

import click
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from bot.assembly import Program
from bot.commands.shared import Command, operator, pass_command, say_json
from bot.commands.shared import moment as as_moment
from handlers.dialogue.message import Kind, Message
from handlers.disclosure.policy import Way, passing, sight
from handlers.notifications import ticket_text
from handlers.questions import figures
from handlers.questions.area import outside
from handlers.questions.parse import parse
from handlers.staff.roles import appoint as give_role
from handlers.staff.roles import invite as new_invitation
from handlers.tickets.access import how_many, overseen, tickets, within
from models.grid import Grid, Team
from models.person import OVERSEERS, Look, Person, Role
from models.status_moves import Status
from models.ticket import Ticket

ROLES = click.Choice([role.value for role in Role if role is not Role.SYSTEM])
_GRID = click.option("--grid", metavar="CODE", help="管到哪个网格、社区、街道或区县")
_TEAM = click.option("--team", metavar="CODE", help="属于哪个承办单位")


@click.command()
@click.argument("openid")
@click.argument("text")
@pass_command
def say(command: Command, openid: str, text: str) -> None:
    """替某人说一句，走真实的路，打印回复。"""
    program = command.program()
    now = program.clock()
    message = Message(f"cli|{openid}|{time.time_ns()}", openid, Kind.TEXT, now, text)
    click.echo(program.answering.answer(message))


@click.command()
@click.argument("text")
@click.option("--as", "openid", metavar="OPENID", help="以这位督导的范围来问；不给则看全部")
@click.option("--now", metavar="ISO", help="当作这一刻来问")
@pass_command
def ask(command: Command, text: str, openid: str | None, now: str | None) -> None:
    """督导的问题 → JSON：怎么理解的，数字是多少。"""
    program = command.program()
    moment = as_moment(now) if now else program.clock()
    with program.reading() as session:
        town = program.towns.current(session)
        query = parse(town, text, moment)
        if query is None:
            raise click.ClickException(f"没看懂这个问题：{text}。试试“上周哪个社区停车的诉求最多”")
        person = _person(session, openid) if openid else None
        beyond = outside(town, query, person) if person else ""
        if beyond and not query.unread:
            raise click.ClickException(f"“{beyond}”不在这位督导的范围里")
        scope = overseen(person) if person else true()
        rows = [] if query.unread else figures.run(session, town, query, scope, moment)
        found = [_as_json(row) for row in rows]
        say_json({"query": query.as_json(), "rows": found, "unread": query.unread})


def _as_json(row: figures.Row) -> dict[str, Any]:
    """The row as JSON, with the further figures if several were asked for."""
    told = {"key": row.key, "name": row.name, "value": row.value, "of": row.of}
    return told | ({"others": [_as_json(each) for each in row.others]} if row.others else {})


@click.command("tickets")
@click.option("--grid", metavar="CODE")
@click.option("--status", type=click.Choice([status.value for status in Status]))
@click.option("--category", metavar="KEY")
@click.option("--since", metavar="ISO", help="这一刻以后报的")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="一行一个 JSON")
@pass_command
def list_tickets(
    command: Command,
    grid: str | None,
    status: str | None,
    category: str | None,
    since: str | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """列出工单，新的在前。"""
    program = command.program()
    wanted = within(grid) if grid else true()
    if category:
        wanted &= Ticket.category == category
    if since:
        wanted &= Ticket.created_at >= as_moment(since)
    with program.reading() as session:
        town = program.towns.current(session)
        _known_grid(program, session, grid)
        found = tickets(wanted, [Status(status)] if status else [])
        count = how_many(session, found)
        if count > limit:
            click.echo(f"共 {count} 张，这里是最近的 {limit} 张；要更多请加 --limit", err=True)
        for ticket in session.scalars(found.limit(limit)):
            if as_json:
                say_json(ticket_text.as_json(session, town, ticket, passing(town, ticket, None)))
            else:
                click.echo(ticket_text.line(town, ticket, program.clock(), None))


@click.command("ticket")
@click.argument("number")
@click.option("--json", "as_json", is_flag=True)
@pass_command
def show_ticket(command: Command, number: str, *, as_json: bool) -> None:
    """看一张工单和它的经过。"""
    program = command.program()
    with program.sessions() as session, session.begin():
        ticket = session.scalar(select(Ticket).where(Ticket.number == number))
        if ticket is None:
            raise click.ClickException(f"没有工单 {number}")
        session.add(Look(ticket_id=ticket.id, via=operator(), at=program.clock()))
        town, now = program.towns.current(session), program.clock()
        seen = sight(town, ticket, None, Way.OPENED)
        if as_json:
            say_json(ticket_text.as_json(session, town, ticket, seen))
            return
        line = ticket_text.line(town, ticket, now, None, Way.OPENED)
        click.echo("\n".join([line, seen.words(ticket.text), *ticket_text.timeline(session, ticket, now, seen)]))


@click.command()
@click.argument("openid")
@click.argument("role", type=ROLES)
@_GRID
@_TEAM
@pass_command
def appoint(command: Command, openid: str, role: str, grid: str | None, team: str | None) -> None:
    """给某人一个角色。"""
    program = command.program()
    with program.sessions() as session, session.begin():
        _known(session, grid, team)
        person = session.scalar(select(Person).where(Person.openid == openid)) or Person(openid=openid)
        _with_a_post(Role(role), grid or person.grid, team or person.team)
        session.add(person)
        give_role(person, Role(role), grid, team)
    click.echo(f"{openid} 现在是{ticket_text.ROLE_NAMES[Role(role)]}")


@click.command()
@click.argument("role", type=ROLES)
@_GRID
@_TEAM
@pass_command
def invite(command: Command, role: str, grid: str | None, team: str | None) -> None:
    """生成一次性邀请码；本人在公众号里发“加入 邀请码”。"""
    program = command.program()
    _with_a_post(Role(role), grid, team)
    with program.sessions() as session, session.begin():
        _known(session, grid, team)
        days = program.settings.habits.invitation_days
        code = new_invitation(session, Role(role), grid, team, program.clock(), days)
        post = _post(session, Role(role), grid, team)
    click.echo(f"加入 {code}")
    click.echo(f"{post}。{days} 天内有效，只能用一次：把上面这一句发给本人，让他在公众号里原样发出", err=True)


def _with_a_post(role: Role, grid: str | None, team: str | None) -> None:
    """Refuses staff without a grid or team: they would see no ticket, and nobody would notice."""
    if role is Role.PROPERTY_STAFF and not team:
        raise click.ClickException("物业人员要写明承办单位，加 --team 单位代码")
    if role is Role.GRID_STAFF and not (team or grid):
        raise click.ClickException("网格员要写明网格或承办单位，加 --grid 网格代码 或 --team 单位代码")


def _post(session: Session, role: Role, grid: str | None, team: str | None) -> str:
    """「德尚物业的物业人员」「督导，管全部网格」."""
    at = session.get(Team, team) if team else None
    area = session.get(Grid, grid) if grid else None
    everywhere = role in OVERSEERS and area is None
    name = f"{at.name}的{ticket_text.ROLE_NAMES[role]}" if at else ticket_text.ROLE_NAMES[role]
    return f"{name}，管{area.name}" if area else f"{name}，管全部网格" if everywhere else name


def _person(session: Session, openid: str) -> Person:
    person = session.scalar(select(Person).where(Person.openid == openid))
    if person is None:
        raise click.ClickException(f"没有 openid 为 {openid} 的人")
    return person


def _known(session: Session, grid: str | None, team: str | None) -> None:
    if grid and session.get(Grid, grid) is None:
        raise click.ClickException(f"没有网格 {grid}")
    if team and session.get(Team, team) is None:
        raise click.ClickException(f"没有承办单位 {team}")


def _known_grid(program: Program, session: Session, grid: str | None) -> None:
    if grid and grid not in program.towns.current(session).world.grids:
        raise click.ClickException(f"没有网格 {grid}")
