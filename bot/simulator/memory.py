"""What the platform keeps over a restart: chats, followers, photos. Without a folder it keeps nothing."""

import json
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.simulator import chat_bodies
from bot.simulator.chat_bodies import Article, Articles, Body, Card, Choice, Choices, Row
from bot.simulator.journal import Followed, Line, Side
from bot.simulator.media import Medium, type_of

_BODIES: Mapping[str, type[Body]] = {
    kind.__name__: kind
    for kind in (
        *(chat_bodies.Words, chat_bodies.Picture, chat_bodies.Voice, chat_bodies.Clip, chat_bodies.Spot),
        *(chat_bodies.Articles, chat_bodies.Link, chat_bodies.Card, chat_bodies.Choices, chat_bodies.Notice),
    )
}
Kept = Line | Followed
Visitor = dict[str, str]


class Memory:
    """A folder with one line for each event and one file for each photo. Any thread may write."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        (folder / "media").mkdir(parents=True, exist_ok=True)

    def write(self, happened: object) -> None:
        """Writes an event; short-lived ones (a call, an exchange) are skipped."""
        if isinstance(happened, Line):
            self._append("Line", asdict(happened) | {"body": _written(happened.body), "side": happened.side.value})
        elif isinstance(happened, Followed):
            self._append("Followed", asdict(happened))

    def write_visitor(self, visitor: Visitor) -> None:
        self._append("Visitor", visitor)

    def entries(self) -> Iterator[Kept]:
        """All entries, in order."""
        for kind, told in self._lines():
            if kind == "Line":
                yield Line(told["openid"], Side(told["side"]), _read(told["body"]), told["at"])
            elif kind == "Followed":
                yield Followed(**told)

    def visitors(self) -> Iterator[Visitor]:
        yield from (told for kind, told in self._lines() if kind == "Visitor")

    def write_medium(self, media_id: str, content: bytes) -> None:
        (self._folder / "media" / media_id).write_bytes(content)

    def media(self) -> Iterator[tuple[str, Medium]]:
        for file in (self._folder / "media").iterdir():
            content = file.read_bytes()
            yield file.name, Medium(content, type_of(content), file.stat().st_mtime)

    def forget(self) -> None:
        with self._lock:
            shutil.rmtree(self._folder)
            (self._folder / "media").mkdir(parents=True)

    def _append(self, kind: str, told: Mapping[str, Any]) -> None:
        line = json.dumps([kind, told], ensure_ascii=False)
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def _lines(self) -> Iterator[tuple[str, Any]]:
        """All lines up to one that a crash has cut."""
        if not self._file.exists():
            return
        for line in self._file.read_text("utf-8").splitlines():
            try:
                kind, told = json.loads(line)
            except ValueError:
                return
            yield kind, told

    @property
    def _file(self) -> Path:
        return self._folder / "chats.jsonl"


def _written(body: Body) -> dict[str, Any]:
    return {"kind": type(body).__name__, **asdict(body)}


def _read(told: dict[str, Any]) -> Body:
    fields = {name: value for name, value in told.items() if name != "kind"}
    match told["kind"]:
        case "Articles":
            return Articles(tuple(Article(**each) for each in fields["items"]))
        case "Card":
            return Card(**fields | {"rows": tuple(Row(**each) for each in fields["rows"])})
        case "Choices":
            return Choices(**fields | {"items": tuple(Choice(**each) for each in fields["items"])})
        case kind:
            return _BODIES[kind](**fields)
