"""Connects WeCom's callback to the program."""

from bot.assembly import Program
from bot.webhook.view import answered_safely
from bot.wecom.callback import Desk
from bot.wecom.cards import said_on_card
from bot.wecom.members import openid_of, say_later
from handlers.dialogue.message import Message


def wecom_desk(program: Program) -> Desk:
    """Answers as the official account does, with the same handling of failures."""
    say = program.towns.say

    def known(user: str) -> str | None:
        with program.reading() as session:
            return openid_of(session, user)

    def later(answered: Message, words: str) -> None:
        with program.sessions() as session, session.begin():
            say_later(session, program.towns.current(session), program.clock(), answered, words)

    return Desk(
        openid_of=known,
        answer=lambda message: answered_safely(
            message,
            program.answering.answer,
            say("apology_not_kept"),
            lambda failed, error: program.answering.keep_failed(failed, error, say("apology")),
            program.answering.in_danger,
        ),
        say_later=later,
        said_on_card=lambda words: said_on_card(program.towns.known, words),
        stranger=say("wecom.stranger"),
        words_only=say("wecom.words_only"),
    )
