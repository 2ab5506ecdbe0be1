"""A fake WeChat: the platform that the bot is delivered by and calls, and a page with phones side by side.

It speaks to the bot by real, signed and encrypted HTTP in both directions; the bot can't tell it from the real one.
"""

from bot.simulator.account import Account, Mode
from bot.simulator.phones.config import SimPerson, SimPlace, SimulatorConfig
from bot.simulator.phones.page import simulator
from bot.simulator.platform import Platform
from bot.simulator.server import DEMO_ACCOUNT, running_platform

__all__ = [
    "DEMO_ACCOUNT",
    "Account",
    "Mode",
    "Platform",
    "SimPerson",
    "SimPlace",
    "SimulatorConfig",
    "running_platform",
    "simulator",
]
