"""The floor of (a): the bare echo that also reads each message and keeps what we keep, and decides nothing.

The echo neither understands nor stores. The floor adds what no program of this kind can leave out: `understand`, the
rows, the wait for the disk, each as cheap as Python has it (prebuilt statements, one for all rows of a kind, constants
written into them; batches by handlers.answering.batch). The gap between the program and the floor can still be closed;
the gap between the floor and the echo can't. It writes the rows that a message of the bench writes on average
(counted over 800): the message, its writer, and for three reports in four a ticket with eleven rows, where the program
writes 10.4. It doesn't ask, route or recognise a repeated message.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import text

from bot.assembly import Program, assemble
from bot.bench.echo import create_app as echo
from bot.bench.servers import ROOT
from bot.installation.settings import load_settings
from bot.server.waiting import yield_to_others
from handlers.answering.batch import Batch, Pending, Take
from handlers.dialogue.message import Kind, Message
from models.base import Base
from nlp.reading.understanding import Intent

_TOLD = "新工单 26112100600\n电梯 · 德尚小区3号楼\n“电梯坏了”\n周一09:30前签收。回“接”签收，“退 原因”退单。"
_ANEW = " ON CONFLICT (person_id, key) DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at"
_NUMBERS = {
    "sqlite": "SELECT (SELECT coalesce(max(id), 0) FROM tickets) + row_number() OVER () FROM people LIMIT ?",
    "postgresql": "SELECT nextval('tickets_id_seq') FROM generate_series(1, %s)",
}


def create_app() -> Flask:
    """The app on the database of the environment, which holds the benchmark's town."""
    program = assemble(load_settings(ROOT / "config.yaml"))
    floor = _Floor(program)
    program.engine.dispose()  # child processes must not share the parent's connections
    return echo(lambda message: floor.answer(f"{message.source}|{message.id}", message.source, message.content))


class _Floor:
    def __init__(self, program: Program) -> None:
        self._engine, self._towns, self._reports = program.engine, program.towns, count()
        self._batch, self._kind = Batch(self._answer, yield_to_others), program.engine.dialect.name
        self._mark, self._lock = ("?", "") if self._kind == "sqlite" else ("%s", " FOR NO KEY UPDATE")
        with program.reading() as session:
            self._told = session.scalars(text("SELECT id FROM people ORDER BY id LIMIT 3")).all()
            place = session.execute(text("SELECT *, (SELECT min(code) FROM teams) AS team FROM places LIMIT 1")).one()
        area = {"place_id": place.id, "place_name": place.name, "grid": place.community, "team": place.team}
        what = {"status": "dispatched", "category": "repairs", "item": "lift", "title": "电梯坏了", "version": 1}
        move = {"move": "dispatch", "by_role": "system", "note": "规则", "before": "received", "after": "dispatched"}
        push = {"event": "dispatch", "text": _TOLD, "fields": '{"number": "26112100600", "where": "德尚小区3号楼"}'}
        self._inbound = self._insert("inbound", "key openid content received_at answered_at", kind="text", reply=_TOLD)
        self._filed = (
            self._insert("tickets", "id number reporter_id created_at accept_by handle_by text", **area, **what),
            self._insert("followers", "ticket_id person_id joined_at"),
            self._insert("ticket_events", "ticket_id at", level="grid", team=place.team, **move),
            self._insert("ticket_support", "ticket_id called_at", team=place.team),
            self._insert("timers", "ticket_id created_at due_at key", kind="handle_overdue"),
            self._insert("pushes", "ticket_id created_at due_at key person_id", **push),
            self._insert("asked", "person_id expires_at", key="reply", state="filing.ticket_place", slots="{}", text="")
            + _ANEW,
        )

    def answer(self, key: str, openid: str, words: str) -> str:
        understanding = self._towns.reader().understand(words)
        mine = Pending(Message(key, openid, Kind.TEXT, datetime.now(UTC), words), understanding)
        self._batch.wait(mine)
        return mine.reply or ""

    def _answer(self, take: Take[Pending]) -> None:
        with self._engine.begin() as connection:
            batch = take()
            self._write(connection.connection.cursor(), batch, datetime.now(UTC))
        for each in batch:
            each.reply = _TOLD

    def _write(self, cursor: Any, batch: Sequence[Pending], moment: datetime) -> None:  # noqa: ANN401  (two drivers')
        now, later = (f"{each:%Y-%m-%d %H:%M:%S.%f}" for each in (moment, moment + timedelta(days=2)))
        said = [each.message for each in batch]
        marks = ", ".join([self._mark] * len(said))  # locked in one order below: processes may share people
        known = f"SELECT openid, id FROM people WHERE openid IN ({marks}) ORDER BY id{self._lock}"  # noqa: S608
        ids = dict(cursor.execute(known, [each.openid for each in said]).fetchall())
        seen = f"UPDATE people SET following = TRUE, last_inbound_at = {self._mark} WHERE id IN ({marks})"  # noqa: S608
        cursor.execute(seen, [now, *ids.values()])
        cursor.executemany(self._inbound, [(m.key, m.openid, json.dumps({"text": m.text}), now, now) for m in said])
        reports = [each.message for each in batch if each.understanding and each.understanding.intent is Intent.REPORT]
        if filed := [(ids[message.openid], message.text) for message in reports if next(self._reports) % 4]:
            self._file(cursor, filed, now, later)

    def _file(self, cursor: Any, filed: Sequence[tuple[int, str]], now: str, later: str) -> None:  # noqa: ANN401
        numbers = [number for (number,) in cursor.execute(_NUMBERS[self._kind], [len(filed)]).fetchall()]
        rows: Sequence[Sequence[tuple[Any, ...]]] = (
            [(n, f"F{n}", person, now, later, later, words) for n, (person, words) in zip(numbers, filed, strict=True)],
            [(n, person, now) for n, (person, _) in zip(numbers, filed, strict=True)],
            [(n, now) for n in numbers for _ in range(2)],
            [(n, now) for n in numbers],
            [(n, now, later, f"floor:{n}:{timer}") for n in numbers for timer in range(2)],
            [(n, now, later, f"floor:{n}:{told}", told) for n in numbers for told in self._told],
            [(person, later) for person, _ in filed],
        )
        for statement, each in zip(self._filed, rows, strict=True):
            cursor.executemany(statement, each)

    def _insert(self, table: str, given: str, **same: object) -> str:
        """An INSERT for the columns given with each row; the others are constants or defaults."""
        names = given.split()
        default: Any = {each.name: each.default for each in Base.metadata.tables[table].c if each.default is not None}
        fixed = {name: each.arg for name, each in default.items() if name not in names} | same
        columns = ", ".join(f'"{name}"' for name in (*names, *fixed))
        values = ", ".join([*(self._mark for _ in names), *map(_literal, fixed.values())])
        return f"INSERT INTO {table} ({columns}) VALUES ({values})"  # noqa: S608


def _literal(value: object) -> str:
    return "'{}'" if callable(value) else f"'{int(value) if isinstance(value, bool) else value}'"
