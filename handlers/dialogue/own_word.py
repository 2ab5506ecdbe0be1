"""What can't be undone is confirmed by its own word alone; what is near it is told the word once more."""

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from nlp.answers.own_word import OwnWord, own_word


def wanted_word(context: Context, word: str, left: str) -> tuple[bool, Reply | None]:
    """Whether it was said; if not, the answer to what was said instead, None where that is another matter."""
    match own_word(context.text, word):
        case OwnWord.SAID:
            return True, None
        case OwnWord.REFUSED:
            return False, Reply(left)
        case OwnWord.NEARLY:
            return False, Reply(context.say("asked.own_word", word=word), keep=True)
    return False, None
