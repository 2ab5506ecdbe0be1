"""Routers and filters: which handlers may answer a message, and in which order."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind, Message, Reply
from handlers.world.representatives import voice_of
from nlp.reading.understanding import Intent

Handler = Callable[[Context], Reply | None]
"""Returns a reply, or None: then the next handler is tried"""
Filter = Callable[[Context], Context | None]
"""Returns the context (with what the filter parsed) if the handler may try, else None"""
Route = tuple[Filter, Handler]


class Router:
    """Handlers of one topic, tried in the order of registration; the first reply wins."""

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
        """The questions whose answers this router handles; its commands may answer them too."""
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
    """A filter: the text answers one of these questions, as dialogue.asked decided."""

    states: frozenset[str]

    def __call__(self, context: Context) -> Context | None:
        return context if context.answers and context.state in self.states else None


def in_state(*states: str) -> InState:
    """A filter: the text answers one of these questions."""
    return InState(frozenset(states))


def intent(*intents: Intent, at_least: float = 0.0) -> Filter:
    """A filter: the text has one of these intents, with at least this confidence (0 to 1)."""

    def wanted(context: Context) -> Context | None:
        seen = context.understanding
        return context if seen and seen.intent in intents and seen.intent_confidence >= at_least else None

    return wanted


@dataclass(frozen=True, slots=True)
class OfKind:
    """A filter that only messages of some kinds can pass."""

    kinds: frozenset[Kind]
    also: Callable[[Message], bool] = lambda _message: True

    def __call__(self, context: Context) -> Context | None:
        message = context.message
        return context if message.kind in self.kinds and self.also(message) else None


_EVENTS = frozenset({Kind.EVENT})


def kind(*kinds: Kind) -> Filter:
    """A filter: the message is of one of these kinds."""
    return OfKind(frozenset(kinds))


def event(*names: str) -> Filter:
    """A filter: the message is one of these events of the platform."""
    return OfKind(_EVENTS, lambda message: message.event in names)


def menu(key: str) -> Filter:
    """A filter: the person tapped the menu button with this key."""
    return OfKind(_EVENTS, lambda message: (message.event, message.event_key) == ("click", key))


def by_kind(routes: Iterable[Route]) -> Mapping[Kind, Sequence[Route]]:
    """The routes that each kind of message may take, in their order."""
    those = tuple(routes)
    return {kind: [each for each in those if not isinstance(each[0], OfKind) or kind in each[0].kinds] for kind in Kind}


def command_opening(commands: Iterable[Command]) -> re.Pattern[str]:
    """Matches a text that begins with a word of one of these commands, to skip all other texts quickly."""
    return re.compile(_opening(word for command in commands for word in command.words))


def _opening(words: Iterable[str]) -> str:
    # A word is a command only where it stands alone or before a space or number: 「转 12」, not 「转眼三天了」.
    # Dictated text ends in a full stop.
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
    """A filter for the command's words and what follows them."""
    pattern = re.compile(rf"{_opening(command.words)}[\s:：,，#。.．!！~～]*(.*)", re.DOTALL)
    return Commanded(command, pattern)


def by_first_letter(routes: Iterable[tuple[Commanded, Handler]]) -> Mapping[str, Sequence[Route]]:
    """Command routes in their order, by first letter: a text can then be only two or three of eighty commands."""
    found: dict[str, list[Route]] = defaultdict(list)
    for wanted, handler in routes:
        for letter in dict.fromkeys(word[0] for word in wanted.command.words):
            found[letter].append((wanted, handler))
    return dict(found)
