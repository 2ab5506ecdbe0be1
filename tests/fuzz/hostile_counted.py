"""`make hostile`: the program as it is served, in each mode, under its hostile requests; prints how many it mishandled.

Ends with 1 where there is any. Give modes to send theirs alone.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import requests
from filled_tables import content
from hostile import COUNTS, Attack, Due, attacks
from sqlalchemy import Engine, text
from testbed import Databases, trained_model
from wechat_side import OPENID
from whole_program import environment, served

from models.connecting import connect


def fault(attack: Attack, status: int, said: str, heard: int) -> str:
    """What is wrong with what became of it, "" if nothing is."""
    refused = 400 <= status < 500
    if status >= 500 or not (refused or status == 200):
        return f"status {status}"
    if refused and attack.due is Due.ANSWERED:
        return "turned away"
    if not refused and attack.due is Due.REFUSED:
        return "let in"
    if refused and heard:
        return "refused and heard"
    if refused and (OPENID in said or "Traceback" in said):
        return "tells too much"
    return "" if refused or said == "success" or _is_sound(said) else "no sound reply"


def _is_sound(said: str) -> bool:
    try:
        return ET.fromstring(said).tag == "xml"  # noqa: S314 -- our own reply
    except ET.ParseError:
        return False


def sent(address: str, attack: Attack) -> tuple[int, str]:
    try:
        answer = requests.request(attack.method, address + attack.path, data=attack.body, timeout=10)
    except requests.ReadTimeout:
        return 0, ""
    except requests.ConnectionError:
        return 413, ""  # hung up on while it was still sending
    return answer.status_code, answer.text


def messages_in(engine: Engine) -> Callable[[], int]:
    def counted() -> int:
        with engine.connect() as connection:
            return int(connection.scalar(text("select count(*) from inbound")) or 0)

    return counted


def faults(mode: str, url: str, folder: Path) -> Counter[tuple[str, str]]:
    """By kind of request and what is wrong; first those that must change no row at all."""
    engine, found = connect(url), Counter[tuple[str, str]]()
    messages = messages_in(engine)
    with served(environment(url, folder, BOT_WECHAT__MODE=mode), workers=1, unheard=True) as address:
        before = content(engine)
        for attack in sorted(attacks(mode), key=lambda each: each.due is not Due.REFUSED):
            if attack.due is not Due.REFUSED and before:
                found["all that must be refused", "a row changed"] += content(engine) != before
                before = {}
            then = messages()
            wrong = fault(attack, *sent(address, attack), messages() - then)
            if wrong:
                print(f"{mode}: {attack.kind}: {wrong}: {attack.method} {attack.path[:90]} {attack.body[:200]!r}")
                found[attack.kind, wrong] += 1
    engine.dispose()
    return +found


def table(modes: Iterable[str], found: dict[str, Counter[tuple[str, str]]]) -> str:
    kinds = sorted({each.kind for mode in modes for each in attacks(mode)})
    lines = [["", *(f"{mode}: sent | mishandled" for mode in modes)]]
    for kind in [*kinds, "all"]:
        cells = []
        for mode in modes:
            count = sum(kind in {"all", each.kind} for each in attacks(mode))
            wrong = sum(number for (where, _), number in found[mode].items() if kind in {"all", where})
            cells.append(f"{count} | {wrong}")
        lines.append([kind, *cells])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(modes: list[str]) -> int:
    trained_model()
    with TemporaryDirectory() as folder:
        databases = Databases(Path(folder))
        found = {mode: faults(mode, databases.fresh("sqlite", with_town=True), Path(folder)) for mode in modes}
    print(table(modes, found))
    return int(any(each.total() for each in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(COUNTS)))
