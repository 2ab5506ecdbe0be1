"""The program as operators run it: real processes by `python -m bot`, told by the environment where everything is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests
from testbed import free_port
from wechat_side import AES_KEY, APP_ID, GH_ID, TOKEN

ROOT = Path(__file__).parents[2]
KEYS = {
    "BOT_WECHAT__TOKEN": TOKEN,
    "BOT_WECHAT__AES_KEY": AES_KEY,
    "BOT_WECHAT__APP_ID": APP_ID,
    "BOT_WECHAT__APP_SECRET": "0123456789abcdef0123456789abcdef",
    "BOT_WECHAT__GH_ID": GH_ID,
}


def environment(url: str, folder: Path, **more: str) -> dict[str, str]:
    """What a process of the program is given: keys, database, media folder, and no proxy of the machine."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    inherited |= {"NO_PROXY": "*", "BOT_DATABASE__URL": url}
    return inherited | KEYS | {"BOT_FILES__MEDIA": str(folder / "media")} | more


def run(*arguments: str, env: Mapping[str, str], stdin: str = "", config: Path = ROOT / "config.yaml"):
    """One command to its end."""
    command = [sys.executable, "-m", "bot", "--config", str(config), *arguments]
    return subprocess.run(
        command, env=env, cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=60, check=False
    )


@contextmanager
def started(*arguments: str, env: Mapping[str, str], unheard: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A command that runs until it is told to stop. `unheard`: it may write more than a pipe holds that nobody reads."""
    command = [sys.executable, "-m", "bot", "--config", str(ROOT / "config.yaml"), *arguments]
    errors = subprocess.DEVNULL if unheard else subprocess.PIPE
    process = subprocess.Popen(command, env=env, cwd=ROOT, stderr=errors, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextmanager
def served(env: Mapping[str, str], workers: int = 2, *, unheard: bool = False) -> Iterator[str]:
    """Web processes; gives their address once they are ready."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with started("serve", "--port", str(port), "--workers", str(workers), env=env, unheard=unheard) as process:
        wait_until_ready(address, process)
        yield address


def wait_until_ready(address: str, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            if requests.get(f"{address}/readyz", timeout=2).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("not ready in time")
