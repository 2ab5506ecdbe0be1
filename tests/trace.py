"""Which of our files a deed enters, traced while it runs: `PYTHONPATH=.:tests python tests/trace.py` (--files: by name).

A way through the program that grows longer is harder to follow; so it is counted now and then, and before and after a
change of the order of folders.
"""

import shutil
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Self

from chat import PROPERTY, RESIDENT, SUPERVISOR, Chat
from testbed import ROOT, Clock, Databases, folder_of_databases, settings_for, trained_model

from bot.assembly import assemble
from nlp.reading.reader import Reader

ROOMS = tuple(f"{ROOT / room}/" for room in ("bot", "handlers", "models", "nlp"))


class Trace:
    """The functions of ours that are entered meanwhile, by file."""

    def __init__(self) -> None:
        self.functions: set[tuple[str, int]] = set()

    def __enter__(self) -> Self:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(ROOMS):
            self.functions.add((code.co_filename, code.co_firstlineno))

    @property
    def files(self) -> list[str]:
        return sorted({Path(file).relative_to(ROOT).as_posix() for file, _ in self.functions})


def deeds(chat: Chat, clock: Clock) -> dict[str, Callable[[], object]]:
    """In this order: each stands on the one before."""
    return {
        "a filed text": lambda: chat.says(RESIDENT, "德尚小区3号楼电梯又坏了"),
        "接 and a number": lambda: chat.says(PROPERTY, f"接 {chat.ticket().number}"),
        "「上周停车多少件」": lambda: chat.says(SUPERVISOR, "上周停车多少件"),
        "an overdue timer": lambda: late(chat, clock),
    }


def late(chat: Chat, clock: Clock) -> None:
    clock.now = chat.ticket().handle_by + timedelta(minutes=1)
    chat.timers_ring()


def traced(folder: Path) -> dict[str, Trace]:
    clock, databases = Clock(), Databases(folder)
    settings = settings_for(databases.fresh("sqlite", with_town=True), folder)
    program = assemble(settings, clock, Reader.load(trained_model()))
    chat, found = Chat(program), {}
    for name, deed in deeds(chat, clock).items():
        with Trace() as found[name]:
            deed()
    program.engine.dispose()
    databases.close()
    return found


def main() -> None:
    folder = folder_of_databases()
    for name, trace in traced(folder).items():
        rooms = Counter("/".join(file.split("/")[: 2 if file.count("/") > 1 else 1]) for file in trace.files)
        print(f"{name}: {len(trace.files)} files, {len(trace.functions)} functions, {len(rooms)} folders")
        print("   " + ", ".join(f"{room} {count}" for room, count in sorted(rooms.items())))
        if "--files" in sys.argv:
            print("\n".join(f"      {file}" for file in trace.files))
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
