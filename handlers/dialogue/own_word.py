"""An action that can't be undone is confirmed by its own word only; near misses are told the word again."""

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from nlp.answers.own_word import OwnWord, own_word


def wanted_word(context: Context, word: str, left: str) -> tuple[bool, Reply | None]:
    """Whether the word was said; if not, the reply to a refusal or near miss, None for any other text."""
    match own_word(context.text, word):
        case OwnWord.SAID:
            return True, None
        case OwnWord.REFUSED:
            return False, Reply(left)
        case OwnWord.NEARLY:
            return False, Reply(context.say("asked.own_word", word=word), keep=True)
    return False, None
