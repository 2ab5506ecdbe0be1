"""Sends prepared requests to one server on this machine; times and keeps each answer."""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the request's due time (seconds after the start), the time from then to the answer, the content."""

    at: float
    seconds: float
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """All answers of one run. Check `failed` before you report a speed."""

    answers: Sequence[Answer]
    seconds: float

    @property
    def failed(self) -> int:
        return sum(answer.status != 200 for answer in self.answers)

    @property
    def per_second(self) -> float:
        return len(self.answers) / self.seconds

    def percentile(self, share: float) -> float:
        """The time in ms within which this share of the requests was answered."""
        times = sorted(answer.seconds for answer in self.answers)
        return 1000 * times[min(int(share * len(times)), len(times) - 1)]


def together(runs: Sequence[Run]) -> Run:
    """Merges several runs of the same server."""
    return Run([answer for run in runs for answer in run.answers], sum(run.seconds for run in runs))


def drive(port: int, requests: Sequence[bytes], connections: int = 16, patience: float = 60.0) -> Run:
    """Sends all requests as fast as they are answered; each connection sends one at a time.

    An answer that takes longer than `patience` counts as failed.
    """
    return asyncio.run(_drive(port, requests, connections, patience))


def arrive(port: int, requests: Sequence[bytes], seconds: float, patience: float = 60.0) -> Run:
    """Sends requests at random moments within so many seconds, whether or not earlier ones are answered.

    Times count from the planned moment, so a slow server can't delay later requests.
    """
    return asyncio.run(_arrive(port, requests, seconds, patience))


async def _drive(port: int, requests: Sequence[bytes], connections: int, patience: float) -> Run:
    answers: list[Answer] = []
    start = time.perf_counter()
    queue = iter(requests)
    await asyncio.gather(*(_one_after_another(port, queue, answers, start, patience) for _ in range(connections)))
    return Run(answers, time.perf_counter() - start)


async def _one_after_another(
    port: int, queue: Iterator[bytes], answers: list[Answer], start: float, patience: float
) -> None:
    lines = _Lines(port)
    answers.extend([await _asked(lines, request, start, time.perf_counter(), patience) for request in queue])
    lines.close()


async def _arrive(port: int, requests: Sequence[bytes], seconds: float, patience: float) -> Run:
    chance, lines, asked = random.Random(len(requests)), _Lines(port), []
    start = time.perf_counter()
    for moment, request in zip(sorted(chance.uniform(0, seconds) for _ in requests), requests, strict=True):
        await asyncio.sleep(max(0.0, start + moment - time.perf_counter()))
        asked.append(asyncio.create_task(_asked(lines, request, start, start + moment, patience)))
    answers = await asyncio.gather(*asked)
    lines.close()
    return Run(answers, time.perf_counter() - start)


class _Lines:
    """A pool of connections: the last used is taken first; if none is free, a new one is opened."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[_Line] = []

    async def take(self) -> "_Line":
        while self._free:
            line = self._free.pop()
            if not line[0].at_eof():  # servers close connections that are idle for half a minute
                return line
            line[1].close()
        return await asyncio.open_connection(_HOST, self._port)

    def give_back(self, line: "_Line") -> None:
        self._free.append(line)

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()


_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _asked(lines: _Lines, request: bytes, start: float, moment: float, patience: float) -> Answer:
    status, body = 0, b""
    try:
        reader, writer = await lines.take()
    except OSError:
        return Answer(moment - start, time.perf_counter() - moment, status, body)
    try:
        writer.write(request)
        status, body = await asyncio.wait_for(_read(reader), patience)
        lines.give_back((reader, writer))
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        writer.close()
    return Answer(moment - start, time.perf_counter() - moment, status, body)


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    return int(head[9:12]), await reader.readexactly(length)
