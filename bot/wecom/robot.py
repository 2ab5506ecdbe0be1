"""A group's robot announces red flags: at most twenty messages a minute, the others wait for the next minute."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.wechat.errors import WeChatError
from bot.wecom.gateway import WeComGateway
from handlers.notifications import ticket_text
from handlers.notifications.pushes import GROUP_NOTICE
from handlers.town.town import Town, Towns
from models.push import Outcome, Timer
from models.sessions import Sessions
from models.ticket import Ticket

_A_MINUTE, _MOST = timedelta(minutes=1), 20
_NO_NEWS = timedelta(hours=1)

log = structlog.get_logger(__name__)


def tell_group(sessions: Sessions, towns: Towns, wecom: WeComGateway | None, timer_id: int, now: datetime) -> None:
    """Without names, because everybody in the group reads it."""
    with sessions() as session, session.begin():
        timer = session.get_one(Timer, timer_id)
        ticket = session.get(Ticket, timer.ticket_id) if timer.ticket_id else None
        if wecom is None or ticket is None or timer.created_at + _NO_NEWS < now:
            timer.finish(Outcome.DROPPED, now, "no group, or no news any more")
            return
        if _lately(session, now) >= _MOST:
            timer.try_again(now + _A_MINUTE, "twenty a minute")
            return
        text = _text(towns.current(session), ticket, now)
    error = _told(wecom, text)
    with sessions() as session, session.begin():
        timer = session.get_one(Timer, timer_id)
        if error is None:
            timer.finish(Outcome.DONE, now)
        else:
            timer.try_again(now + _A_MINUTE, str(error))


def _told(wecom: WeComGateway, text: str) -> WeChatError | None:
    try:
        wecom.say_in_group(text)
    except WeChatError as error:
        log.warning("group_not_told", code=error.code)
        return error
    return None


def _lately(session: Session, now: datetime) -> int:
    done = (Timer.kind == GROUP_NOTICE) & (Timer.finished_at > now - _A_MINUTE) & (Timer.outcome == Outcome.DONE.value)
    return session.scalar(select(func.count()).select_from(Timer).where(done)) or 0


def _text(town: Town, ticket: Ticket, now: datetime) -> str:
    what = town.catalogue.name(ticket.category, ticket.item)
    where = ticket_text.where_for(town, ticket, None)
    return town.say("wecom.group", what=what, where=where, number=ticket.number, at=ticket_text.moment(now, now))
