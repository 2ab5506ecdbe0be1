"""One company and its application, as WeCom's console knows them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Corp:
    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    robot: str = field(default="", repr=False)
    callback_url: str = ""


DEMO_CORP = Corp(
    corp_id="ww0123456789abcdef",
    agent_id=1000002,
    secret="wecomsecret0123456789",  # noqa: S106 (of a platform that exists in memory only)
    token="whistlewecom2026",  # noqa: S106
    aes_key="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg",
    robot="11112222-3333-4444-5555-666677778888",
)


@dataclass(frozen=True, slots=True)
class Member:
    user: str
    name: str
    about: str = ""
