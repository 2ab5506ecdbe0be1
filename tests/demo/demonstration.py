"""The demonstration as a visitor starts it: a process of its own, a fresh database, phones in a real browser."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Locator, Page
from testbed import ROOT, free_port

SCREENS = ROOT / "docs" / "screens"
_PATIENCE = 90


@contextmanager
def running_demo(folder: Path) -> Iterator[str]:
    """Its page's address. What the process said is shown if it doesn't start."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    said = folder / "demo.log"
    environment = os.environ | {
        "BOT_DATABASE__URL": f"sqlite:///{folder / 'demo.db'}",
        "BOT_FILES__MEDIA": str(folder / "media"),
    }
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(base, process, said)
            yield f"{base}/simulator"
        finally:
            process.terminate()
            assert process.wait(timeout=60) == 0, said.read_text("utf-8")


def _wait_for(base: str, process: subprocess.Popen[bytes], said: Path) -> None:
    for _ in range(_PATIENCE * 10):
        assert process.poll() is None, said.read_text("utf-8")
        try:
            if requests.get(f"{base}/readyz", timeout=30).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    raise AssertionError(said.read_text("utf-8"))


def phone(page: Page, role: str) -> Locator:
    return page.locator(f"[data-role={role}]")


def write(device: Locator, text: str) -> None:
    device.get_by_label("输入消息").fill(text)
    device.get_by_role("button", name="发送", exact=True).click()


def heard(device: Locator) -> Locator:
    """The last thing that the account said in this phone, as a bubble or (outside 48 hours) as a card."""
    return device.locator(".line:not(.mine), .card").last


def show(page: Page | Locator, name: str) -> None:
    """Keep a picture for the documentation, when asked for: the tree stays as it is otherwise."""
    if os.environ.get("WHISTLE_SCREENS"):
        page.screenshot(path=SCREENS / f"{name}.png", animations="disabled")
