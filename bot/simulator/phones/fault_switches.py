"""Bad days that a visitor of the page can switch on, and off again."""

from dataclasses import dataclass

from bot.simulator.faults import Fault, Faults, Garbles, Hangs, Refuses
from bot.simulator.phones.config import SimulatorConfig
from bot.simulator.platform import Platform


@dataclass(frozen=True, slots=True)
class Switch:
    """What it is called, and how calls fail while it is on."""

    label: str
    fault: Fault
    wecom: bool = False


SWITCHES = {
    "away": Switch("微信接口打不开（502）", Garbles(status=502)),
    "busy": Switch("系统繁忙（-1）", Refuses(-1)),
    "slow": Switch("每次都慢 4 秒", Hangs(4)),
    "lost": Switch("收下了，回话丢在路上", Hangs(10, after=True)),
    "day": Switch("当天次数用完（45009）", Refuses(45009)),
    "rights": Switch("接口没有权限（48001）", Refuses(48001)),
    "wecom_address": Switch("企业微信不认我们的地址（60020）", Refuses(60020), wecom=True),
    "wecom_away": Switch("企业微信打不开（502）", Garbles(status=502), wecom=True),
}


def switches_json(config: SimulatorConfig, platform: Platform) -> list[dict[str, object]]:
    """Those that there are here, and whether they are on."""
    return [
        {"name": name, "label": switch.label, "on": name in faults.on()}
        for name, switch in SWITCHES.items()
        if (faults := _faults(switch, config, platform))
    ]


def turn(name: str, config: SimulatorConfig, platform: Platform, *, on: bool) -> bool:
    """False: there is no such switch here."""
    switch = SWITCHES.get(name)
    faults = _faults(switch, config, platform) if switch else None
    if switch is None or faults is None:
        return False
    faults.switch(name, switch.fault if on else None)
    return True


def _faults(switch: Switch, config: SimulatorConfig, platform: Platform) -> Faults | None:
    if not switch.wecom:
        return platform.faults
    return config.wecom.faults if config.wecom else None
