"""The examples for servers fit the program: what they start exists, what they set is known, what they log is harmless."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from click import Context

from bot.__main__ import command as named
from bot.__main__ import main as command_line
from bot.installation.settings import Settings, load_settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
NGINX = re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text("utf-8"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")


def understood(words: list[str]) -> bool:
    """Whether the command line takes these words; nothing is run."""
    command = named(words[0])
    command.make_context(words[0], words[1:], parent=Context(command_line))
    return True


def unit(path: Path) -> ConfigParser:
    read = ConfigParser(interpolation=None, strict=False)
    read.optionxform = str
    read.read(path, "utf-8")
    return read


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_command_that_exists(path: Path):
    line = unit(path)["Service"]["ExecStart"].replace("%%", "%").strip()
    words = re.search(r"-m bot ([^']*)", line)[1]
    assert understood(shlex.split(words))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_nobody_in_particular_and_may_write_only_its_data(path: Path):
    service = unit(path)["Service"]
    assert service["User"] == "whistle"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["EnvironmentFile"] == "/etc/whistle/environment"


def test_what_the_manual_copies_is_all_that_the_program_needs(tmp_path: Path):
    """And no more: a developer's .venv and var have no business on a server."""
    manual = (ROOT / "docs" / "operate.md").read_text("utf-8")
    copied = re.search(r"cp -r (.+) /opt/whistle &&", manual)[1].split()
    for name in copied:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    for words in (["migrate"], ["import", "bot/demo_world"]):
        command = [sys.executable, "-m", "bot", *words]
        done = subprocess.run(command, cwd=tmp_path, env=_plain(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "var" / "whistle.db").exists()


def _plain() -> dict[str, str]:
    """No setting of the tests': what stands in the folder decides."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("BOT_", "PYTHONPATH"))}


def test_web_and_worker_wait_for_the_database_to_be_brought_up():
    for name in ("web", "worker"):
        assert unit(DEPLOY / "systemd" / f"whistle-{name}.service")["Unit"]["Requires"] == "whistle-migrate.service"


def test_the_environment_example_sets_what_the_program_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lines = (DEPLOY / "environment.example").read_text("utf-8").splitlines()
    names = [line.lstrip("# ").partition("=")[0] for line in lines if re.match(r"(# )?BOT_", line)]
    assert {"BOT_WECHAT__TOKEN", "BOT_PRIVACY__KEY", "BOT_DATABASE__URL"} <= set(names)
    (tmp_path / "config.yaml").write_text((ROOT / "config.yaml").read_text("utf-8"), "utf-8")
    given = dict.fromkeys(names, "value") | {
        "BOT_WECHAT__MODE": "safe",
        "BOT_DATABASE__URL": "postgresql+psycopg://h/value",
        "BOT_OPEN311__KEYS": f"app={'k' * 16}",
        "BOT_WEBHOOKS__KEYS": f"cityhall={'k' * 16}",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(tmp_path / "config.yaml")
    for name in names:
        section, key = name.removeprefix("BOT_").lower().split("__")
        value = getattr(getattr(settings, section), key)
        assert getattr(value, "get_secret_value", lambda value=value: value)() == given[name]


def test_the_environment_example_holds_no_secret():
    for line in (DEPLOY / "environment.example").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            assert line.partition("=")[2] in {"", "safe"}


def test_no_log_of_nginx_holds_the_query_which_names_the_resident():
    formats = dict(re.findall(r"log_format\s+(\w+)\s+([^;]*);", NGINX))
    used = re.findall(r"access_log\s+\S+\s+(\w+);", NGINX)
    assert len(used) == len(re.findall(r"^server \{", NGINX, re.MULTILINE))
    for name in used:
        written = set(re.findall(r"\$\w+", formats[name]))
        assert written.isdisjoint({"$request", "$request_uri", "$args", "$query_string", "$is_args", "$http_referer"})
    assert re.search(r"error_log\s+\S+\s+crit;", NGINX)


def test_nginx_takes_a_whole_request_before_the_program_sees_it():
    webhook = re.search(r"location = /wechat \{(.*?)\n    \}", NGINX, re.DOTALL)[1]
    assert re.search(r"proxy_request_buffering\s+on;", webhook)
    size = int(re.search(r"client_max_body_size\s+(\d+)k;", webhook)[1])
    assert size * 1024 >= Settings.model_fields["wechat"].default.max_bytes


def test_nginx_shows_the_world_nothing_but_what_it_needs():
    open_to_all = set(re.findall(r"location\s+(?:[=^~]+\s+)?(\S+)\s+\{", NGINX))
    assert open_to_all == {"/wechat", "/wecom", "/hotline", "/open311/", "/files/", "/t/", "/board/", "/notice/", "/"}
    assert re.search(r"location / \{\s*return 404;", NGINX)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_itself_takes_the_example(tmp_path: Path):
    pem, key = tmp_path / "a.pem", tmp_path / "a.key"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bot.example.cn", "-days", "2"]
    subprocess.run([*made, "-out", pem, "-keyout", key], check=True, capture_output=True)
    text = (DEPLOY / "nginx.conf").read_text("utf-8").replace("/var/log/nginx", str(tmp_path))
    text = re.sub(r"/etc/nginx/certificates/\S+\.pem", str(pem), text)
    text = re.sub(r"/etc/nginx/certificates/\S+\.key", str(key), text)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n", "utf-8")
    tried = subprocess.run(["nginx", "-t", "-c", whole], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr


def test_compose_starts_commands_that_exist_after_the_database_is_ready():
    services = COMPOSE["services"]
    for name in ("migrate", "worker"):
        assert understood(services[name]["command"])
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"


def test_compose_speaks_to_postgresql_and_opens_no_port_to_the_world():
    services = COMPOSE["services"]
    assert services["web"]["environment"]["BOT_DATABASE__URL"].startswith("postgresql+psycopg://whistle:")
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    password = services["database"]["environment"]["POSTGRES_PASSWORD"]
    assert password.startswith("${WHISTLE_DB_PASSWORD:?")


def test_the_image_is_made_of_what_the_program_needs_and_runs_as_nobody_in_particular():
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE))
    assert {"bot", "handlers", "nlp", "models", "config.yaml", "requirements.txt"} == copied
    assert all((ROOT / name).exists() for name in copied)
    assert re.search(r"^USER whistle$", DOCKERFILE, re.MULTILINE)
    command = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[-1]
    assert understood(yaml.safe_load(command))
