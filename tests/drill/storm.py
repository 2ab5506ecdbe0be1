"""A storm for the drill: residents who write, a platform that delivers again, and somebody who kills processes."""

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
from testbed import ROOT, free_port
from wechat_side import GH_ID, Call, read_sealed, safe_call

PATIENCE = 90.0
"""Longer than the platform's: we ask what becomes of messages, not how long a restart takes"""
BREATH = 0.03
"""About as long as an answer takes: at any moment somebody is being answered, and the machine is not all ours"""


@dataclass(frozen=True)
class Acknowledged:
    """One message that got an answer: by whom, and the words."""

    openid: str
    reply: str


_TROUBLES = ("电梯又坏了", "楼道灯不亮", "单元门禁坏了", "下水道堵了", "楼顶漏水", "垃圾没人收")


def report(number: int) -> tuple[str, Call]:
    """One resident, one trouble, in a house of its own as long as there are houses."""
    openid, now = f"oDrill{number:022d}", int(time.time())
    text = f"城南宜居家园{number % 42 + 1}号楼{_TROUBLES[number % len(_TROUBLES)]}"
    xml = (
        f"<xml><ToUserName><![CDATA[{GH_ID}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{7_000_000 + number}</MsgId></xml>"
    )
    return openid, safe_call(xml.encode())


@dataclass
class Residents:
    """Write one after the other from several threads; a message without an answer is delivered again, as it was."""

    addresses: Sequence[str]
    """Of web processes: one that doesn't answer is followed by the next, as a proxy would"""
    heard: list[Acknowledged] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    redeliveries: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> None:
        numbers = itertools.count(1)
        self._threads += [threading.Thread(target=self._one_after_the_other, args=(numbers,)) for _ in range(4)]
        for each in self._threads:
            each.start()

    def __exit__(self, *_: object) -> None:
        """What is on its way is still answered."""
        self._stop.set()
        for each in self._threads:
            each.join()

    def _one_after_the_other(self, numbers) -> None:
        while not self._stop.is_set():
            openid, call = report(next(numbers))
            self._deliver(openid, call)
            time.sleep(BREATH)

    def _deliver(self, openid: str, call: Call) -> None:
        deadline = time.monotonic() + PATIENCE
        for address in itertools.cycle(self.addresses):
            if time.monotonic() > deadline:
                break
            with suppress(requests.RequestException):
                answer = requests.post(address + call.path, data=call.body, timeout=5)
                assert answer.status_code == 200
                self.heard.append(Acknowledged(openid, read_sealed(answer.text, call).content))
                return
            self.redeliveries += 1
            time.sleep(0.4)
        self.unheard.append(openid)


class Processes:
    """`serve` and workers, kept running: what is killed is started again, as a service manager would."""

    def __init__(self, env: dict[str, str], workers: int = 2) -> None:
        self._env, self.port = env, free_port()
        serve = ["serve", "--port", str(self.port), "--workers", "2"]
        self._commands = [serve, *[["worker"]] * workers]
        self.running = [self._start(command) for command in self._commands]
        self.killed: list[str] = []

    def kill_one(self, chance: random.Random) -> None:
        """SIGKILL: a web process (most often), the one that keeps them, or a worker."""
        index = chance.choice([0, 0, *range(len(self.running))])
        process, name = self.running[index], self._commands[index][0]
        if index == 0 and chance.random() < 0.7 and (children := self._web_processes()):
            with suppress(ProcessLookupError):
                os.kill(chance.choice(children), signal.SIGKILL)
            self.killed.append("web")
            return
        process.kill()
        process.wait()
        self.killed.append(name)
        self.running[index] = self._start(self._commands[index])

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        for each in self.running:
            each.send_signal(signal.SIGTERM)
        for each in self.running:
            each.wait(60)

    def _start(self, command: list[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "--config", str(ROOT / "config.yaml"), *command],
            env=self._env, cwd=ROOT, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _web_processes(self) -> list[int]:
        """The processes that answer; after a start they take a while."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if children := self._children(self.running[0].pid):
                return children
            time.sleep(0.1)
        return []

    @staticmethod
    def _children(pid: int) -> list[int]:
        with suppress(FileNotFoundError):
            return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []
