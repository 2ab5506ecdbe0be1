"""`make fuzz`: the parts that read what strangers write, against mutated bytes, as many as fit into the time.

One process a target, for libFuzzer never returns. An input that breaks something is left in `crash-…` in var/fuzz.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import run
from tempfile import mkdtemp

import atheris

with atheris.instrument_imports(include=["bot", "handlers", "nlp"]):
    from bot.installation.settings import load_settings
    from bot.webhook.message import to_message
    from bot.webhook.reply import reply_xml
    from bot.webhook.xml import MalformedError, parse_xml
    from handlers.tables.table import TableError
    from handlers.town_import.importing import read_world
    from nlp.places.gazetteer import Gazetteer, PlaceName
    from nlp.reading.reader import Reader

ROOT = Path(__file__).parents[2]
SHEETS = ("grids.csv", "places.csv", "teams.csv", "people.csv", "boundaries.geojson")


def parser() -> Callable[[bytes], None]:
    """Decrypted XML: parsed, or refused by name."""

    def target(data: bytes) -> None:
        with suppress(MalformedError):
            message = to_message(parse_xml(data))
            reply_xml(message.text, to=message.openid, sender="gh_0123456789ab", ending="…")

    return target


def understand() -> Callable[[bytes], None]:
    """A resident's words: always an understanding."""
    settings = load_settings(ROOT / "config.yaml")
    reader = Reader.load(settings.path(settings.files.model))

    def target(data: bytes) -> None:
        reader.understand(data.decode("utf-8", "replace"))

    return target


def places() -> Callable[[bytes], None]:
    """Names of places in any text."""
    gazetteer = Gazetteer(PlaceName(name, name) for name in ("德尚小区", "幸福小区", "长安路"))

    def target(data: bytes) -> None:
        gazetteer.find(data.decode("utf-8", "replace"))

    return target


def importing() -> Callable[[bytes], None]:
    """A folder with one spoilt file: read, or refused with its faults."""
    folder = Path(mkdtemp())

    whole = {name: (ROOT / "bot" / "demo_world" / name).read_bytes() for name in SHEETS}
    for name, content in whole.items():
        (folder / name).write_bytes(content)

    def target(data: bytes) -> None:
        name = SHEETS[data[0] % len(SHEETS)] if data else SHEETS[0]
        (folder / name).write_bytes(data[1:])
        with suppress(TableError):
            read_world(folder)
        (folder / name).write_bytes(whole[name])

    return target


TARGETS = {"parser": parser, "understand": understand, "places": places, "import": importing}


def main(seconds: str, name: str = "") -> int:
    """Every target for its share of the time, or the one named."""
    if not name:
        share = str(int(seconds) // len(TARGETS))
        return max(run([sys.executable, __file__, share, each], check=False).returncode for each in TARGETS)
    crashes = ROOT / "var" / "fuzz"
    crashes.mkdir(parents=True, exist_ok=True)
    found = crashes / f"corpus-{name}"  # libFuzzer writes into the first folder, and only reads the others
    found.mkdir(exist_ok=True)
    corpus = [str(found), *([str(ROOT / "tests" / "payloads")] if name == "parser" else [])]
    options = [f"-max_total_time={seconds}", f"-artifact_prefix={crashes}/{name}-", "-max_len=4096", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, *corpus], TARGETS[name]())
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
