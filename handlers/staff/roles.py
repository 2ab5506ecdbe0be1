"""Joining the staff by a one-time code (加入), and giving a person a role."""

import hashlib
import re
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.states import Asks
from handlers.front_desk.help import help_text
from handlers.notifications import ticket_text
from handlers.staff.claim_profile import take_place
from models.person import EVERYBODY, Guess, Invitation, Person, Role

router = Router("posts")

# Letters that are not mistaken for digits when somebody types a code from a slip of paper.
_CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


_GLUED = re.compile(r"加入([A-Za-z2-9]{8})")
_CODE = re.compile(r"[A-Za-z2-9]{8}(?:\s|$)")


def _glued_code(context: Context) -> Context | None:
    """「加入ABCD2345」: many phone keyboards put no space between the two."""
    found = _GLUED.fullmatch(context.text)
    return replace(context, rest=found[1]) if found else None


JOIN = Command(("加入",), roles=EVERYBODY, help="加入 邀请码 [姓名]：网格员、物业人员报到")


@router.on(_glued_code)
@router.command(JOIN)
def join(context: Context) -> Reply | None:
    """A one-time code from the town's operator gives its role, grid and team."""
    now = context.now
    if context.is_asked(Asks.JOIN) and not _CODE.match(context.rest):
        return None  # 「加入」 answers whether to join the neighbours' event
    if _guesses(context) >= context.town.privacy.guesses_per_hour:
        return Reply(context.say("welcome.too_many_guesses"))
    code, _, name = context.rest.partition(" ")
    found = select(Invitation).where(Invitation.code_hash == code_hash(code)).with_for_update()
    invitation = context.session.scalar(found)
    if invitation is None or invitation.used_at or invitation.expires_at < now:
        context.session.add(Guess(person_id=context.person.id, at=now))
        return Reply(context.say("welcome.code_unknown"))
    invitation.used_at, invitation.used_by = now, context.person.id
    appoint(context.person, Role(invitation.role), invitation.grid, invitation.team)
    take_place(context.session, context.person, invitation, name.strip())
    role = ticket_text.ROLE_NAMES[Role(invitation.role)]
    return Reply(context.say("welcome.joined", role=role, help=help_text(context)))


def _guesses(context: Context) -> int:
    """Wrong codes of this person in the last hour."""
    lately = (Guess.person_id == context.person.id) & (Guess.at > context.now - timedelta(hours=1))
    return context.session.scalar(select(func.count()).where(lately)) or 0


def appoint(person: Person, role: Role, grid: str | None, team: str | None) -> None:
    """Give a person a role, and the grid and team in which it holds."""
    person.give(role)
    person.grid = grid or person.grid
    person.team = team or person.team


def invite(session: Session, role: Role, grid: str | None, team: str | None, now: datetime, days: int) -> str:
    """A new one-time code. It is returned once and kept only as a hash."""
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(8))
    row = Invitation(
        code_hash=code_hash(code),
        role=role.value,
        grid=grid,
        team=team,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    return code


def code_hash(code: str) -> str:
    """The hash of an invitation's code, which is stored instead of the code."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
