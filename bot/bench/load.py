"""The load: prepared requests over a few kept connections to one server on this machine, each answer timed and kept."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: when its request went out (seconds after the start), how long it took, what came."""

    at: float
    seconds: float
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """All answers of one run. Whoever reports a speed must look at `failed` first."""

    answers: Sequence[Answer]
    seconds: float

    @property
    def failed(self) -> int:
        return sum(answer.status != 200 for answer in self.answers)

    @property
    def per_second(self) -> float:
        return len(self.answers) / self.seconds

    def percentile(self, share: float) -> float:
        """The time in ms within which this share was answered."""
        times = sorted(answer.seconds for answer in self.answers)
        return 1000 * times[min(int(share * len(times)), len(times) - 1)]


def drive(
    port: int, requests: Sequence[bytes], connections: int = 16, pace: float = 0.0, patience: float = 60.0
) -> Run:
    """Send all requests, each connection one after the other; `pace` is a limit in requests a second, 0 for none.

    An answer that takes longer than `patience` counts as failed.
    """
    return asyncio.run(_drive(port, requests, connections, pace, patience))


async def _drive(port: int, requests: Sequence[bytes], connections: int, pace: float, patience: float) -> Run:
    answers: list[Answer] = []
    start = time.perf_counter()
    queue = enumerate(requests)
    await asyncio.gather(*(_connection(port, queue, answers, start, pace, patience) for _ in range(connections)))
    return Run(answers, time.perf_counter() - start)


async def _connection(
    port: int, queue: Iterator[tuple[int, bytes]], answers: list[Answer], start: float, pace: float, patience: float
) -> None:
    reader, writer = await asyncio.open_connection(_HOST, port)
    for number, request in queue:
        if pace and (early := start + number / pace - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        sent = time.perf_counter()
        try:
            writer.write(request)
            status, body = await asyncio.wait_for(_read(reader), patience)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            status, body = 0, b""
            reader, writer = await asyncio.open_connection(_HOST, port)
        answers.append(Answer(sent - start, time.perf_counter() - sent, status, body))
    writer.close()


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    return int(head[9:12]), await reader.readexactly(length)
