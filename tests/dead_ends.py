"""People who write in a story, and what no reply to them may be: empty, a question for the third time, a dead end."""

import re
from collections import Counter

from chat import Chat
from sqlalchemy import select

from handlers.answering.router_order import COMMANDS
from handlers.dialogue.router import command_opening
from handlers.dialogue.states import MOST_PUT, Asks
from models.conversation import REPLY, Asked
from models.person import Person

_NEXT = re.compile(r"回[“ \d数]|[？?]|请|直接说|说一句|打 ?\d|发[“位照]|接着|随时|比如|马上说")
"""What can be written or done next"""
_OUTCOME = re.compile(r"\d{11}|已|记住|没有|没动|不在|不报|\d ?[件条次个人天位]|记[过下]|收进|排好|报过|人够|见：")
"""What has become of it, or that nothing has"""
_COMMAND = command_opening(COMMANDS)


class Listening(Chat):
    """Each reply is looked at as it comes."""

    def __init__(self, program):
        super().__init__(program)
        self._put = Counter()

    def _answer(self, message):
        reply = super()._answer(message)
        states = self._open_with(message.openid)
        if not reply.strip():
            assert Asks.TALK in states, f"nothing is said to {message.text!r}"
            return reply
        assert _NEXT.search(reply) or _OUTCOME.search(reply), f"{message.text!r} ends at {reply!r}"
        self._is_not_put_too_often(message, reply)
        return reply

    def _open_with(self, openid):
        with self.program.reading() as session:
            return set(session.scalars(select(Asked.state).join(Person).where(Person.openid == openid)))

    def _is_not_put_too_often(self, message, reply):
        """Below what somebody chose to look at, or a photo that was sent, it only stands again."""
        question = self._question_of(message.openid)
        for who, text in list(self._put):
            if who == message.openid and text != question:
                del self._put[who, text]
        if question and question in reply and message.text and not _COMMAND.match(message.text):
            self._put[message.openid, question] += 1
            assert self._put[message.openid, question] <= MOST_PUT, f"{message.text!r} is asked again: {reply!r}"

    def _question_of(self, openid):
        with self.program.reading() as session:
            mine = select(Asked.text).join(Person).where(Person.openid == openid, Asked.key == REPLY)
            return session.scalar(mine)
