"""A real, headless Chromium for tests of pages, or one clear line why there is none."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
_PATIENCE = 30_000  # milliseconds, as long as the browser itself waits for a page: a waiting test sees it come
PACKAGES = ("chromium", "fonts-noto-cjk")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
    "--use-fake-ui-for-media-stream",
]


def missing_packages() -> tuple[str, ...]:
    """Of Debian, in the order of PACKAGES."""
    there = (CHROMIUM.exists(), _has_chinese_font())
    return tuple(package for package, is_there in zip(PACKAGES, there, strict=True) if not is_there)


def _has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    return bool(subprocess.run([lister, ":lang=zh", "family"], capture_output=True, check=False, timeout=60).stdout)


@contextmanager
def chromium() -> Iterator[Browser]:
    if missing := missing_packages():
        pytest.skip(f"no browser to test pages in: apt-get install {' '.join(missing)}")
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
