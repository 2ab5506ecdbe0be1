"""A stage for crossing threads: a scene leaves one question open, and every second sentence begins from its end."""

import copy
import shutil
from pathlib import Path

import yaml
from chat import CAST, Chat
from sqlalchemy import select

from handlers.dialogue.message import Kind
from handlers.evidence import heard_right
from handlers.town_import.patrols import USUAL_TIMES, write_patrols
from handlers.town_import.records import PatrolRecord
from handlers.world.coordinates import gcj_to_wgs
from models.conversation import REPLY, Asked
from models.follower import Follower
from models.person import Person
from models.push import Push
from models.ticket import Attachment, Ticket, TicketEvent

HERE = Path(__file__).parent
SCENES = yaml.safe_load((HERE / "scenes.yaml").read_text(encoding="utf-8"))
SECONDS = yaml.safe_load((HERE / "seconds.yaml").read_text(encoding="utf-8"))
_PIN = (37.1430, 111.7752)
_SENT = {
    "[照片]": (Kind.IMAGE, {"media_id": "m1"}),
    "[语音]": (Kind.VOICE, {"media_id": "m2"}),
    "[位置]": (Kind.LOCATION, {"latitude": _PIN[0], "longitude": _PIN[1], "label": "锦佳园小区"}),
    "[空白]": (Kind.TEXT, {"text": " "}),
    "[没见过的]": (Kind.UNKNOWN, {}),
}


class Stage:
    """One program on SQLite, whose whole state can be kept and gone back to: that is one file and the clock."""

    def __init__(self, program, clock):
        self.program, self.clock, self.chat = program, clock, Chat(program)
        self._file = Path(program.engine.url.database)
        self._kept = self._file.with_suffix(".kept")
        self._empty = self._file.with_suffix(".empty")
        self._start = clock.now
        program.engine.dispose()
        shutil.copyfile(self._file, self._empty)

    def keep(self):
        self.program.engine.dispose()
        shutil.copyfile(self._file, self._kept)
        self._moment = (self.clock.now, copy.deepcopy(self.chat._heard))

    def back(self):
        self.program.engine.dispose()
        shutil.copyfile(self._kept, self._file)
        self.clock.now, self.chat._heard = self._moment[0], copy.deepcopy(self._moment[1])

    def play(self, scene, before=()):
        """From an empty town to where the question is open; tickets of what went before have no number in it."""
        self.program.engine.dispose()
        shutil.copyfile(self._empty, self._file)
        self.clock.now, self.chat._heard = self._start, {}
        self._first = 0
        for who, said in before:
            self.says(who, said)
        self._first = len(self.chat.tickets())
        for who, said in scene["说"]:
            self.says(who, said)

    def says(self, who, said):
        """Their words, or what they send; 过: minutes go by; 听写: a machine has heard the last voice; 巡查点: one is there."""
        if doing := {"过": self.passes, "听写": self._is_heard, "巡查点": self._has_point}.get(who):
            doing(said)
            return ""
        if said in _SENT:
            kind, fields = _SENT[said]
            return self.chat.sends(CAST[who], kind, **fields)
        scenes = self.chat.tickets()[self._first :]
        names = {f"号{count}": ticket.number for count, ticket in enumerate(scenes, start=1)}
        return self.chat.says(CAST[who], said.format_map(names))

    def passes(self, minutes):
        self.clock.turn(minutes=minutes)
        self.chat.timers_ring()

    def _is_heard(self, text):
        with self.program.sessions() as session, session.begin():
            voice = session.scalars(select(Attachment).order_by(Attachment.id.desc()).limit(1)).one()
            heard_right.heard(session, self.program.towns.current(session), voice, text, self.clock.now)

    def _has_point(self, name):
        with self.program.sessions() as session, session.begin():
            write_patrols(session, [PatrolRecord("DS-01", "WY-01", name, *gcj_to_wgs(*_PIN), USUAL_TIMES)])

    def open_with(self, who):
        """The questions that are open with somebody."""
        with self.program.reading() as session:
            mine = select(Asked.state).join(Person).where(Person.openid == CAST[who])
            return set(session.scalars(mine.where(Asked.expires_at > self.clock.now)))

    def standing(self):
        """What a wrong answer could undo: how each ticket stands and who has it."""
        return {ticket.number: (ticket.status, ticket.team) for ticket in self.chat.tickets()}

    def homes_of(self, words):
        """The tickets in which these words are kept."""
        with self.program.reading() as session:
            told = set(session.scalars(select(Ticket.id).where(Ticket.text.contains(words))))
            told |= set(session.scalars(select(TicketEvent.ticket_id).where(TicketEvent.note.contains(words))))
            return told | set(session.scalars(select(Follower.ticket_id).where(Follower.text.contains(words))))

    def paged(self, ticket, but):
        """Those to whom a push of this ticket went at once."""
        with self.program.reading() as session:
            found = select(Person.openid).join(Push, Push.person_id == Person.id).where(Push.ticket_id == ticket.id)
            return set(session.scalars(found.where(Push.due_at <= self.clock.now))) - {CAST[but]}

    def is_known(self, who):
        with self.program.reading() as session:
            return session.scalar(select(Person.id).where(Person.openid == CAST[who])) is not None

    def asked_of(self, who):
        """The question that our last reply left open."""
        with self.program.reading() as session:
            mine = select(Asked.state).join(Person).where(Person.openid == CAST[who], Asked.key == REPLY)
            return session.scalar(mine.where(Asked.expires_at > self.clock.now))

    def advice(self, flag):
        """The heading of what is said at once."""
        with self.program.reading() as session:
            town = self.program.towns.current(session)
            return town.say(f"red_flag.{flag}", **town.contacts.model_dump()).splitlines()[0]

    def option_of(self, who, question):
        """Which option of 「答哪一个」 is this question: what we asked in a reply, not the push."""
        with self.program.reading() as session:
            mine = select(Asked.slots).join(Person).where(Person.openid == CAST[who], Asked.key == REPLY)
            slots = session.scalar(mine.where(Asked.state == "asked.which"))
            pushed = session.scalar(
                select(Asked.key)
                .join(Person)
                .where(Person.openid == CAST[who], Asked.state == question, Asked.key != REPLY)
            )
        keys = slots["keys"] if slots else [REPLY]
        return str(keys.index(pushed if pushed in keys else REPLY) + 1)

    def telling(self, words):
        """The tickets that tell of this by themselves, or of which somebody who waits told it."""
        with self.program.reading() as session:
            told = set(
                session.scalars(select(Ticket.id).where(Ticket.text.contains(words), Ticket.merged_into.is_(None)))
            )
            told |= set(session.scalars(select(Follower.ticket_id).where(Follower.text.contains(words))))
            return told or set(session.scalars(select(TicketEvent.ticket_id).where(TicketEvent.note.contains(words))))

    def is_in_talk(self, who):
        return "talk.open" in self.open_with(who)
