"""`make test` on a machine without a browser: installs it where it may, else says in one line what to do."""

import os
from pathlib import Path

import browser_setup
import pytest

MISSING = ("chromium", "fonts-noto-cjk")


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An apt-get of our own that writes down what it was asked."""
    script = tmp_path / "apt-get"
    script.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n', "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return script


def without(monkeypatch: pytest.MonkeyPatch, *later: tuple[str, ...]) -> None:
    """What is missing, at each time of asking."""
    answers = iter((MISSING, *later))
    monkeypatch.setattr(browser_setup, "missing_packages", lambda: next(answers))


def test_nothing_is_done_or_said_where_nothing_is_missing(monkeypatch, capsys, apt):
    monkeypatch.setattr(browser_setup, "missing_packages", lambda: ())
    browser_setup.main()
    assert capsys.readouterr().out == ""
    assert not (apt.parent / "asked").exists()


def test_one_who_may_not_install_is_told_in_one_line_what_to_install(monkeypatch, capsys, apt):
    without(monkeypatch)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    browser_setup.main()
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1
    assert "sudo apt-get install chromium fonts-noto-cjk" in said[0]
    assert not (apt.parent / "asked").exists()


def test_root_gets_fresh_lists_and_then_what_is_missing(monkeypatch, capsys, apt):
    without(monkeypatch, ())
    browser_setup.main()
    update, install = (apt.parent / "asked").read_text("utf-8").splitlines()
    assert update.endswith(" update")
    assert " install -y " in install
    assert set(MISSING) <= set(install.split())
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_an_apt_that_fails_skips_the_tests_of_pages_and_fails_nothing(monkeypatch, capsys, apt):
    without(monkeypatch)
    apt.write_text("#!/bin/sh\necho 'E: no network' >&2\nexit 100\n", "utf-8")
    browser_setup.main()
    said = capsys.readouterr().out
    assert "E: no network" in said
    assert "会跳过" in said
