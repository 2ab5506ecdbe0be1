"""Whatever anybody writes, in whatever role, at whatever question: an answer in words that WeChat takes, or silence."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from chat import ADMIN, GRID_STAFF, PROPERTY, RESIDENT, SUPERVISOR, Chat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from testbed import Clock, settings_for

from bot.assembly import assemble
from bot.webhook.reply import reply_xml
from bot.webhook.xml import parse_xml
from handlers.answering.router_order import COMMANDS
from handlers.dialogue.message import Kind
from handlers.tables.table import TableError
from handlers.town_import.importing import read_world
from nlp.places.gazetteer import Gazetteer, PlaceName

WORLD = Path(__file__).parents[2] / "bot" / "demo_world"
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
TRIES = settings(
    max_examples=3000 if NIGHTLY else 60,
    deadline=None,
    derandomize=not NIGHTLY,
    database=None,
    suppress_health_check=list(HealthCheck),
)

RARE = "]]>&<\x00\x07\x1f\ufffe\u202e\u200b𠮷😀👨‍👩‍👧０１２３一二三%{}{number}\\'\";--＝\r\n\t\ud7ff"
strange = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from(RARE), max_size=40),
    st.text(st.sampled_from("德尚小区号楼单元室电梯坏了漏水停车谁看过接结退转3 25"), max_size=40),
    st.sampled_from(["", " ", "9" * 5000, "电梯" * 2000, "-1", "0", "①", "１", "1" * 11, "{号}", "加入 " + "A" * 9000]),
)
numbers = st.sampled_from(["", "001", "00001", "26111600001", "９９９", "999999999999999999999", "-5", "#1", "²³"])
words = sorted({word for command in COMMANDS for word in command.words})
said = st.one_of(
    strange,
    st.builds(" ".join, st.tuples(st.sampled_from(words), numbers, strange)),
    st.builds("".join, st.tuples(st.sampled_from(words), numbers, strange)),
)
people = st.sampled_from([RESIDENT, PROPERTY, GRID_STAFF, SUPERVISOR, ADMIN])


@pytest.fixture(scope="module")
def chat(databases, reader, tmp_path_factory):
    program = assemble(
        settings_for(databases.fresh("sqlite", with_town=True), tmp_path_factory.mktemp("fuzz")), Clock(), reader
    )
    talk = Chat(program)
    talk.says(RESIDENT, "德尚小区3号楼电梯坏了")
    talk.says(RESIDENT, "德尚小区5号楼漏水")
    yield talk
    program.engine.dispose()


def is_deliverable(reply: str) -> None:
    xml = reply_xml(reply, to="oX", sender="gh_x", ending="…")
    if xml:
        content = parse_xml(xml.encode()).text("Content")
        assert len(content.encode()) <= 2048
        assert "Traceback" not in content


@TRIES
@given(talk=st.lists(st.tuples(people, said), min_size=1, max_size=4))
def test_every_answer_to_strange_words_can_be_delivered(chat, talk):
    for who, text in talk:
        is_deliverable(chat.says(who, text))


@TRIES
@given(
    latitude=st.floats(allow_nan=True, allow_infinity=True),
    longitude=st.floats(allow_nan=True, allow_infinity=True),
    label=strange,
)
def test_a_pin_anywhere_is_answered(chat, latitude, longitude, label):
    is_deliverable(
        chat.sends(RESIDENT, Kind.LOCATION, latitude=latitude, longitude=longitude, label=label.replace("\x00", ""))
    )


@TRIES
@given(event=strange, key=strange)
def test_an_unknown_event_is_answered_or_passed_over(chat, event, key):
    is_deliverable(chat.does(NEW, event.replace("\x00", ""), key.replace("\x00", "")))


NEW = "oSomebodyWhoWasNeverSeenBefore"


@TRIES
@given(text=strange, names=st.lists(st.text(min_size=1, max_size=12), max_size=8))
def test_places_are_looked_for_in_any_text_under_any_names(text, names):
    for hit in Gazetteer([PlaceName(name, name) for name in names]).find(text):
        assert hit.canonical in names


@TRIES
@given(text=strange)
def test_any_text_is_understood_as_something(chat, text):
    seen = chat.program.towns.reader().understand(text)
    assert 0 <= seen.confidence <= 1
    assert 0 <= seen.intent_confidence <= 1


cells = st.one_of(
    strange, st.sampled_from(["WY-01", "1-6;8", "8-1", "1-99999999", "=1+1", "nan", "1e309", "grid", "德尚小区"])
)
columns = st.sampled_from(["code", "name", "level", "parent", "aliases", "grid", "buildings", "kind", "mode", "lat", "lng",
                           "roles", "team", "openid", "phone", "wecom", "grids", "未知"])  # fmt: skip


@st.composite
def spoilt(draw):
    """A file of the world with other bytes, other columns, or other cells."""
    name = draw(st.sampled_from(["grids.csv", "places.csv", "teams.csv", "people.csv", "boundaries.geojson"]))
    before = (WORLD / name).read_bytes()
    cut = draw(st.integers(0, len(before)))
    table = ",".join(draw(st.lists(columns, max_size=8))) + "\n" + "\n".join(
        ",".join(draw(st.lists(cells, max_size=8))) for _ in range(draw(st.integers(0, 4)))
    )  # fmt: skip
    return name, draw(
        st.sampled_from([
            before[:cut],
            before[:cut] + draw(st.binary(max_size=20)) + before[cut:],
            table.encode("utf-8", "replace"),
            draw(st.binary(max_size=300)),
        ])
    )  # fmt: skip


@TRIES
@given(file=spoilt())
def test_a_spoilt_world_is_read_or_refused_with_its_faults(file):
    name, content = file
    with TemporaryDirectory() as folder:
        for source in WORLD.iterdir():
            if source.is_file():
                (Path(folder) / source.name).write_bytes(content if source.name == name else source.read_bytes())
        try:
            read_world(Path(folder))
        except TableError as error:
            problems = [str(problem) for problem in error.problems]
        else:
            return
    assert problems
    assert all(problems)
