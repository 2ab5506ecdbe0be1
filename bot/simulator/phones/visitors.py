"""The people whose phones the page can show: the world's, and those who come by to try it as somebody new."""

import secrets
import string
from collections.abc import Callable, Sequence

from bot.simulator.phones.config import SimPerson

_LETTERS = string.ascii_letters + string.digits + "_-"


class Visitors:
    def __init__(self, people: Callable[[], Sequence[SimPerson]]) -> None:
        self._people = people
        self._arrived: list[SimPerson] = []

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
        return person
