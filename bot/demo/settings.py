"""The demonstration's settings: the config's rules and words, the fake platform's account."""

from pathlib import Path

from bot.installation.settings import Settings, load_settings
from bot.simulator import DEMO_ACCOUNT
from bot.simulator.wecom.corp import DEMO_CORP

FIELDS = {"thing1": "happened", "thing2": "words", "thing3": "where", "character_string4": "number", "time5": "due"}
TEMPLATES = {"staff": "S" * 43, "resident": "R" * 43}
NOTICE = "N" * 43
_CORP = ("corp_id", "agent_id", "secret", "token", "aes_key", "robot")


def demo_settings(config: Path, port: int) -> Settings:
    """The config's database, rules and words with the fake account; no quiet hours: visitors may come at night."""
    return load_settings(
        config,
        wechat=account(port),
        wecom=corp(port),
        web={"public_url": f"http://127.0.0.1:{port}"},
        quiet_hours={"begin": "00:00", "end": "00:00"},
    )


def account(port: int) -> dict[str, object]:
    """The section `wechat`."""
    return {
        "token": DEMO_ACCOUNT.token,
        "aes_key": DEMO_ACCOUNT.aes_key,
        "app_id": DEMO_ACCOUNT.app_id,
        "app_secret": DEMO_ACCOUNT.app_secret,
        "gh_id": DEMO_ACCOUNT.gh_id,
        "mode": "safe",
        "api_base": f"http://127.0.0.1:{port}/simulator/api",
        "templates": {purpose: {"id": number, "fields": FIELDS} for purpose, number in TEMPLATES.items()},
        "notices": {"resident": {"id": NOTICE, "fields": FIELDS}},
    }


def corp(port: int) -> dict[str, object]:
    """The section `wecom`."""
    keys: dict[str, object] = {name: str(getattr(DEMO_CORP, name)) for name in _CORP}
    return keys | {"api_base": f"http://127.0.0.1:{port}/wecom-api"}
