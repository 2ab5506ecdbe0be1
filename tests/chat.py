"""Talking to the whole program as its users do, without the wire: messages in, replies and pushes out."""

import itertools
from datetime import timedelta

from sqlalchemy import select

from bot.assembly import Program
from handlers.dialogue.message import Kind, Message
from handlers.timers.ring import ring
from models.person import Person
from models.push import Outcome, Push, Rank, Timer
from models.ticket import Ticket

_MOMENT = timedelta(microseconds=1)
_RESIDENT, _DEPARTMENT = "oWhistleResident00000000000", "oWhistleDepartment00000000"
RESIDENT = "oWhistleResident000000000001"
NEIGHBOUR = "oWhistleResident000000000002"
GRID_STAFF = "oWhistleGridStaff00000000041"
PROPERTY = "oWhistleProperty000000000001"
COLLEAGUE = "oWhistleProperty000000000002"
OTHER_PROPERTY = "oWhistleProperty000000000005"
RENTAL = "oWhistleProperty000000000003"
RENTAL_COLLEAGUE = "oWhistleProperty000000000004"
COMMUNITY = "oWhistleCommunity00000000004"
STREET = "oWhistleStreet00000000000001"
SUPERVISOR = "oWhistleSupervisor0000000001"
OTHER_SUPERVISOR = "oWhistleSupervisor0000000002"
ADMIN = "oWhistleAdmin000000000000001"
CAST = {
    "居民": RESIDENT,
    "邻居": NEIGHBOUR,
    "网格员": GRID_STAFF,
    "物业": PROPERTY,
    "物业同事": COLLEAGUE,
    "别家物业": OTHER_PROPERTY,
    "公租房物业": RENTAL,
    "公租房物业同事": RENTAL_COLLEAGUE,
    "社区": COMMUNITY,
    "街道": STREET,
    "督导": SUPERVISOR,
    "外街道督导": OTHER_SUPERVISOR,
    "管理员": ADMIN,
    "城管": f"{_DEPARTMENT}01",
    "供电": f"{_DEPARTMENT}02",
    "供水": f"{_DEPARTMENT}03",
    "住建": f"{_DEPARTMENT}08",
    "派出所": f"{_DEPARTMENT}15",
    "园丁物业": "oWhistleProperty000000000008",
    "业委会": "oWhistleCommittee00000000001",
    "楼栋长": "oWhistleHeadOfHouse0000000001",
    "邻居乙": f"{_RESIDENT}3",
    "邻居丙": f"{_RESIDENT}4",
}


class Chat:
    """One running program and everybody who talks to it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._numbers = itertools.count(1)
        self._heard: dict[str, int] = {}
        self.delivers = True

    def message(self, openid: str, text: str = "", kind: Kind = Kind.TEXT, **fields: object) -> Message:
        return Message(f"test|{next(self._numbers)}", openid, kind, self.program.clock(), text, **fields)

    def says(self, openid: str, text: str) -> str:
        return self._answer(self.message(openid, text))

    def sends(self, openid: str, kind: Kind, **fields: object) -> str:
        return self._answer(self.message(openid, kind=kind, **fields))

    def _answer(self, message: Message) -> str:
        if not self.delivers:
            return self.program.answering.answer(message)
        self._pushes_arrive()
        reply = self.program.answering.answer(message)
        self._have_seen(message.openid)
        return reply

    def _pushes_arrive(self) -> None:
        """What is due by now reaches its people, as the worker would send it: after what they wrote before."""
        now = self.program.clock()
        with self.program.sessions() as session, session.begin():
            for push in session.scalars(select(Push).where(Push.due_at <= now, Push.rank <= Rank.NEWS)):
                push.finish(Outcome.SENT, now + _MOMENT)

    def _have_seen(self, openid: str) -> None:
        """They have written since: tests stop the clock, and it would not tell what came first."""
        now = self.program.clock()
        mine = select(Push).join(Person).where(Person.openid == openid, Push.finished_at >= now)
        with self.program.sessions() as session, session.begin():
            for push in session.scalars(mine):
                push.finished_at = now - _MOMENT

    def does(self, openid: str, event: str, event_key: str = "", **fields: object) -> str:
        return self.sends(openid, Kind.EVENT, event=event, event_key=event_key, **fields)

    def pushed(self, openid: str) -> list[str]:
        """What this person was told since the last time we looked."""
        with self.program.reading() as session:
            mine = select(Push).join(Person).where(Person.openid == openid, Push.id > self._heard.get(openid, 0))
            found = session.scalars(mine.order_by(Push.id)).all()
            self._heard[openid] = max((push.id for push in found), default=self._heard.get(openid, 0))
            return [push.text for push in found]

    def timers_ring(self) -> None:
        """Everything whose time has come by the clock, as the worker would do it; pictures are left to be fetched."""
        now = self.program.clock()
        with self.program.sessions() as session, session.begin():
            due = select(Timer).where(Timer.due_at <= now, Timer.kind != "fetch_media").order_by(Timer.due_at, Timer.id)
            for timer in session.scalars(due).all():
                ring(session, self.program.towns.current(session), timer, now)

    def tickets(self) -> list[Ticket]:
        with self.program.reading() as session:
            return list(session.scalars(select(Ticket).order_by(Ticket.id)))

    def ticket(self) -> Ticket:
        """The newest."""
        return self.tickets()[-1]
