"""The people whose phones the page can show: the world's, and those who come by to try it as somebody new."""

import secrets
import string
from collections.abc import Callable, Sequence
from dataclasses import asdict

from bot.simulator.memory import Memory
from bot.simulator.phones.config import SimPerson

_LETTERS = string.ascii_letters + string.digits + "_-"


class Visitors:
    def __init__(self, people: Callable[[], Sequence[SimPerson]], memory: Memory | None = None) -> None:
        self._people = people
        self._memory = memory
        self._arrived = [SimPerson(**each) for each in memory.visitors()] if memory else []

    def all(self) -> list[SimPerson]:
        """Those without an openid have no WeChat yet and no phone here."""
        return [*(person for person in self._people() if person.openid), *self._arrived]

    def followers(self) -> list[str]:
        """Newcomers don't follow the account: pressing 关注 is the first thing they do."""
        return [person.openid for person in self._people()]

    def arrive(self, name: str) -> SimPerson:
        openid = "o" + "".join(secrets.choice(_LETTERS) for _ in range(27))
        number = len(self._arrived) + 1
        person = SimPerson(openid, name or f"新居民{number}", "resident", "第一次来")
        self._arrived.append(person)
        if self._memory:
            self._memory.write_visitor(asdict(person))
        return person

    def start_over(self) -> None:
        self._arrived.clear()
