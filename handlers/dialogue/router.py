"""What passes between the outside world and the handlers: a message in, a reply out, and the router between them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind, Reply
from handlers.world.representatives import voice_of
from nlp.reading.understanding import Intent

Handler = Callable[[Context], Reply | None]
"""Answers, or returns None: not mine, ask the next one."""
Filter = Callable[[Context], Context | None]
"""The context (with what the filter parsed) if the handler may try, else None."""
Route = tuple[Filter, Handler]


class Router:
    """Handlers of one topic, tried in the order written; the first that answers wins."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.routes: list[Route] = []
        self.obeying: list[tuple[Commanded, Handler]] = []
        self.commands: list[Command] = []

    def on(self, wanted: Filter) -> Callable[[Handler], Handler]:
        """Register a handler behind a filter; the function itself stays as it is, so that a test can call it."""

        def register(handler: Handler) -> Handler:
            self.routes.append((wanted, handler))
            return handler

        return register

    def command(self, command: Command) -> Callable[[Handler], Handler]:
        """Register the handler of a command. To people without its roles the words are just text."""
        self.commands.append(command)

        def register(handler: Handler) -> Handler:
            self.obeying.append((commanded(command), handler))
            return handler

        return register

    @property
    def asks(self) -> frozenset[str]:
        """The questions whose answers it takes: its commands go on from them."""
        states = [wanted.states for wanted, _ in self.routes if isinstance(wanted, InState)]
        return frozenset().union(*states)


def first_of(routes: Iterable[Route], context: Context) -> Reply | None:
    """The answer of the first handler that has one."""
    for wanted, handler in routes:
        allowed = wanted(context)
        if allowed and (reply := handler(allowed)):
            return replace(reply, answered=True) if allowed.answers else reply
    return None


@dataclass(frozen=True, slots=True)
class InState:
    """A filter: the text answers one of these questions (dialogue.asked decides)."""

    states: frozenset[str]

    def __call__(self, context: Context) -> Context | None:
        return context if context.answers and context.state in self.states else None


def in_state(*states: str) -> InState:
    """The handler takes the answer to one of these questions."""
    return InState(frozenset(states))


def intent(*intents: Intent, at_least: float = 0.0) -> Filter:
    """The reader took it for one of these, and is so sure of it."""

    def wanted(context: Context) -> Context | None:
        seen = context.understanding
        return context if seen and seen.intent in intents and seen.intent_confidence >= at_least else None

    return wanted


def kind(*kinds: Kind) -> Filter:
    """It is of one of these kinds."""
    return lambda context: context if context.message.kind in kinds else None


def event(*names: str) -> Filter:
    """The platform tells of one of these events."""
    return lambda context: context if context.message.event in names else None


def menu(key: str) -> Filter:
    """The person tapped the menu's button with this key."""
    return lambda context: context if (context.message.event, context.message.event_key) == ("click", key) else None


def command_opening(commands: Iterable[Command]) -> re.Pattern[str]:
    """Matches where a text begins like one of these commands: most texts begin like none and need no second look."""
    return re.compile(_opening(word for command in commands for word in command.words))


def _opening(words: Iterable[str]) -> str:
    # A word is a command only where it stands alone or before a space or number: 「转 12」, not 「转眼三天了」.
    # Dictated text has a full stop behind it.
    either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return rf"(?:{either})(?=$|[\s\d:：,，#。]|[.．!！~～]+$)"


@dataclass(frozen=True, slots=True)
class Commanded:
    """A filter: the text is this command, and the person may give it."""

    command: Command
    pattern: re.Pattern[str]

    def __call__(self, context: Context) -> Context | None:
        if not context.person.roles & self.command.roles or not context.town.practices.has(self.command.practice):
            return None
        found = self.pattern.fullmatch(context.text)
        if self.command.speaks and found and voice_of(context.town.world, context.person) is None:
            return None
        return replace(context, rest=found[1].strip()) if found else None


def commanded(command: Command) -> Commanded:
    """The command's words, and what follows them."""
    pattern = re.compile(rf"{_opening(command.words)}[\s:：,，#。.．!！~～]*(.*)", re.DOTALL)
    return Commanded(command, pattern)


def by_first_letter(routes: Iterable[tuple[Commanded, Handler]]) -> Mapping[str, Sequence[Route]]:
    """The routes of commands, in their order, by the letters that their words begin with: of eighty commands a text
    can be one of two or three.
    """
    found: dict[str, list[Route]] = defaultdict(list)
    for wanted, handler in routes:
        for letter in dict.fromkeys(word[0] for word in wanted.command.words):
            found[letter].append((wanted, handler))
    return dict(found)
