"""Logs tell what happened to which message, and nothing of whom. Secrets show nowhere."""

import json
import logging

import pytest
import structlog
from chat import RESIDENT
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars
from structlog.testing import capture_logs
from testbed import ROOT

from bot import logs
from bot.assembly import gateway, webhook_settings
from bot.demo.settings import account as _account
from bot.installation.config_problems import ConfigError
from bot.installation.settings import load_settings
from bot.wechat.shared_tokens import TokensInDatabase
from handlers.dialogue.message import Kind
from models.connecting import connect

SECRETS = {
    "BOT_WECHAT__TOKEN": "tokenTOKENtoken",
    "BOT_WECHAT__AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "BOT_WECHAT__APP_SECRET": "appsecretAPPSECRET",
    "BOT_WECOM__SECRET": "wecomsecretWECOM",
    "BOT_PRIVACY__KEY": "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd28=",
    "BOT_DATABASE__URL": "postgresql+psycopg://whistle:hunter2@127.0.0.1:1/whistle",
}


@pytest.fixture
def written(capsys):
    """What goes to stderr, as lines of JSON."""
    before = structlog.get_config(), logging.getLogger().handlers[:], logging.getLogger().level
    logs.set_up()
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    structlog.configure(**before[0])
    logging.basicConfig(handlers=before[1], level=before[2], force=True)


def test_every_line_is_json_with_the_messages_id_bound_once(written):
    log = structlog.get_logger()
    with bound_contextvars(message_id="ab12"):
        log.info("answered", milliseconds=3.2)
        log.warning("push_given_up", push=7)
    log.info("after")
    first, second, third = written()
    assert first["message_id"] == second["message_id"] == "ab12"
    assert "message_id" not in third
    assert (first["event"], first["level"], first["milliseconds"]) == ("answered", "info", 3.2)
    assert first["timestamp"].endswith("Z")


@pytest.mark.parametrize("kind", list(Kind))
def test_the_line_of_every_message_is_what_the_processors_would_make_of_it(written, kind):
    structlog.get_logger().info("answered", message_id="a1b2c3d4e5f6", kind=kind.value, milliseconds=12.3)
    logs.answered("a1b2c3d4e5f6", kind, 12.3)
    usual, prepared = written()
    assert list(usual) == list(prepared)
    assert len(usual.pop("timestamp")) == len(prepared.pop("timestamp")) == len("2026-11-21T09:30:00.123456Z")
    assert usual == prepared


def test_a_digest_that_begins_like_a_number_of_somebodys_can_be_found_again(written):
    logs.answered("0123456789ab", Kind.TEXT, 12.3)
    assert written()[0]["message_id"] == "0123456789ab"


def test_the_line_of_every_message_is_plain_at_a_terminal(written, capsys):
    logs.set_up(plain=True)
    logs.answered("0123456789ab", Kind.TEXT, 12.3)
    shown = capsys.readouterr().err
    assert "answered" in shown
    assert "kind=text" in shown
    assert not shown.startswith("{")


def test_who_listens_to_the_logs_hears_the_line_of_every_message(written):
    with capture_logs() as heard:
        logs.answered("0123456789ab", Kind.TEXT, 12.3)
    assert [line["event"] for line in heard] == ["answered"]
    assert written() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("note", "请打13812345678"),
        ("note", "身份证110101199003074578"),
        ("who", RESIDENT),
        ("at", f"https://api/x?access_token=SECRETSECRET&openid={RESIDENT}"),
        ("url", "postgresql://whistle:SECRETSECRET@db/whistle"),
        ("app_secret", "SECRETSECRET"),
        ("text", "SECRETSECRET"),
        ("phone", "13812345678"),
        ("detail", {"openid": RESIDENT, "lines": ["13812345678"]}),
        ("many", [f"a {RESIDENT}", ("13812345678",)]),
    ],
)
def test_no_field_tells_who_somebody_is_or_what_opens_a_door(written, field, value):
    structlog.get_logger().info("event", **{field: value})
    [line] = written()
    said = json.dumps(line, ensure_ascii=False)
    for secret in ("13812345678", "110101199003074578", RESIDENT, "SECRETSECRET"):
        assert secret not in said


def test_ordinary_fields_stay(written):
    structlog.get_logger().info("wechat_request_refused", status=403, reason="signature", at=["webhook.py:12 receive"])
    [line] = written()
    assert (line["status"], line["reason"], line["at"]) == (403, "signature", ["webhook.py:12 receive"])


def test_a_librarys_traceback_becomes_its_name_and_places(written):
    try:
        int("13812345678 said 我家")
    except ValueError:
        logging.getLogger("flask.app").exception("Exception on %s", "/files/x")
    [line] = written()
    assert line["error"] == "ValueError"
    assert line["at"][0].startswith("test_logs.py:")
    assert "我家" not in json.dumps(line, ensure_ascii=False)


def test_a_databases_error_quotes_no_parameters(engine):
    quiet = connect(engine.url.render_as_string(hide_password=False))
    with quiet.connect() as connection, pytest.raises(SQLAlchemyError) as refused:
        connection.execute(text("insert into nowhere values (:phone)"), {"phone": "13812345678"})
    quiet.dispose()
    assert "13812345678" not in str(refused.value)


def everything_that_is_shown(settings) -> str:
    shown = [repr(settings), str(settings), settings.model_dump_json(exclude={"database"})]
    shown.append(repr(webhook_settings(settings)))
    shown.append(repr(gateway(settings, TokensInDatabase(lambda: None, lambda: None))))
    return "\n".join(shown)


def test_settings_and_what_is_made_of_them_show_no_secret(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BOT_WECHAT__APP_ID", "wx0123456789abcdef")
    settings = load_settings(ROOT / "config.yaml")
    shown = everything_that_is_shown(settings)
    assert "wx0123456789abcdef" in shown
    for name, secret in SECRETS.items():
        if name != "BOT_DATABASE__URL":
            assert secret not in shown, name
    assert "hunter2" not in shown


@pytest.mark.parametrize("key", ["too short secret", "密" * 43, "!" * 43])
def test_a_wrong_key_is_refused_without_being_shown(key, monkeypatch):
    account = _account(1) | {"aes_key": key}
    with pytest.raises(ConfigError) as refused:
        webhook_settings(load_settings(ROOT / "config.yaml", wechat=account))
    assert key not in str(refused.value)


def test_a_secret_of_a_wrong_shape_is_not_quoted_by_the_check_of_settings(monkeypatch):
    monkeypatch.setenv("BOT_WECHAT__TOKEN", '{"secret": "SECRETSECRET"}')
    monkeypatch.setenv("BOT_WECHAT__MODE", "SECRETSECRET")
    with pytest.raises(ConfigError) as refused:
        load_settings(ROOT / "config.yaml")
    assert "BOT_" in str(refused.value) or "wechat" in str(refused.value)
