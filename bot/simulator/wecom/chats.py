"""What stands in members' chats with the application, and in the group."""

import threading
from dataclasses import dataclass, replace
from typing import Literal

GROUP = "@group"
"""In the place of a member: everybody in the group reads it"""


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Line:
    """`task` names a card; its buttons become one word once one of them was pressed."""

    number: int
    user: str
    side: Literal["app", "member"]
    text: str
    at: float
    title: str = ""
    task: str = ""
    buttons: tuple[Button, ...] = ()
    pressed: str = ""
    url: str = ""


class Chats:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[Line] = []

    def add(self, user: str, side: Literal["app", "member"], text: str, at: float, **card: object) -> Line:
        with self._lock:
            line = Line(len(self._lines) + 1, user, side, text, at, **card)  # type: ignore[arg-type]
            self._lines.append(line)
            return line

    def clear(self) -> None:
        with self._lock:
            self._lines = []

    def of(self, user: str) -> list[Line]:
        with self._lock:
            return [line for line in self._lines if line.user == user]

    def everything(self) -> list[Line]:
        with self._lock:
            return list(self._lines)

    def card(self, user: str, task: str) -> Line | None:
        return next((line for line in reversed(self.of(user)) if line.task == task), None)

    def press(self, user: str, task: str, said: str) -> None:
        with self._lock:
            self._lines = [
                replace(line, pressed=said, buttons=()) if (line.user, line.task) == (user, task) else line
                for line in self._lines
            ]
