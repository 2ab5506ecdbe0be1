"""(c), (d), (e): reading a text, choosing a route, sending a push, each measured alone."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import insert

from bot.assembly import Program, worker
from bot.bench.messages import openid, sayings
from bot.bench.parts import Bench
from bot.bench.programs import program_on
from bot.bench.result_lines import Line
from bot.bench.servers import ROOT
from handlers.town.routing import Case, choose
from handlers.world.nodes import GridNode, PlaceNode, TeamNode
from handlers.world.world import World
from models.grid import Level
from models.push import Push
from nlp.places.gazetteer import Gazetteer, PlaceName
from nlp.reading.reader import Reader
from nlp.training.corpus import read_corpus

_TEXTS = 500
_CHAT, _LETTER = 40, 500  # characters
_PUSHES = 1000
_CHARACTERS = "金银铜铁锡山水林田湖春夏秋冬东西南北中福禄寿喜安康和平胜利光明文苑德尚园丁城桥河柳青松竹梅兰菊荷"


def understanding(bench: Bench) -> Iterator[Line]:
    """(c) The whole reading of a message, next to two bare scikit-learn pipelines that only classify."""
    texts = [said.text for said in sayings(_TEXTS)]
    ours = _microseconds(Reader.load(bench.model).understand, texts)
    plain = _microseconds(_plain_pipelines(), texts)
    yield Line("c", "scikit-learn: category and intent by predict_proba", plain, "µs a text")
    yield Line("c", "understand: everything", ours, "µs a text", 0, "scikit-learn", plain / ours, "≥ 5 times as fast")
    yield from _alone(bench.model)


def _alone(model: Path) -> Iterator[Line]:
    """Chat messages, letters, and loading the model from disk."""
    start = time.process_time()
    understand = Reader.load(model).understand
    yield Line("c", "model ready", time.process_time() - start, "s of CPU", target="≤ 2 s")
    corpus = [each.text for each in read_corpus()]
    chat = [text for text in corpus if len(text) <= _CHAT][:_TEXTS]
    yield Line("c", "understand: chat messages", _microseconds(understand, chat), "µs a text", target="≤ 300 µs")
    flowing = "".join(text for text in corpus if len(text) > _CHAT)
    letters = [flowing[start : start + _LETTER] for start in range(0, 100 * _LETTER, _LETTER)]
    words = f"understand: letters of {_LETTER} characters"
    yield Line("c", words, _microseconds(understand, letters), "µs a text", target="≤ 1500 µs")


def _plain_pipelines() -> Callable[[str], object]:
    import logging

    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    jieba.setLogLevel(logging.ERROR)
    examples = [each for each in read_corpus() if each.category]

    def fitted(labels: Sequence[str]) -> Any:  # noqa: ANN401  (scikit-learn has no types)
        words = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2))
        characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
        made = make_pipeline(make_union(words, characters), LogisticRegression(max_iter=5, tol=0.1))
        return made.fit([each.text for each in examples], labels)

    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it does not converge, and need not: only its speed matters
        pipelines = [fitted([e.category for e in examples]), fitted([e.intent for e in examples])]
    return lambda text: [each.predict_proba([text]) for each in pipelines]


def routing(bench: Bench) -> Iterator[Line]:
    """(d) From the words for a place to the team, in worlds of growing size."""
    with program_on(bench, bench.databases.town("sqlite", "routing")) as program:
        rules = program.settings.routing
    first = 0.0
    for size in bench.places:
        world, gazetteer = _world(size)
        texts = [f"{world.places[n * 7919 % size].name}3号楼电梯坏了" for n in range(_TEXTS)]

        def route(text: str, world: World = world, gazetteer: Gazetteer = gazetteer) -> object:
            place = world.places_named(gazetteer.find(text)[0].canonical)[0]
            return choose(world, rules, Case("repairs", "lift", place=place), place.grid_of("3"))

        cost = _microseconds(route, texts)
        first = first or cost
        against = f"{bench.places[0]} places" if size != bench.places[0] else ""
        yield Line(
            "d", f"routing at {size:,} places", cost, "µs a case", size, against, cost / first if against else None
        )


def _world(size: int) -> tuple[World, Gazetteer]:
    grids = {"S": GridNode("S", "街道", Level.STREET, None)}
    grids |= {f"C{n}": GridNode(f"C{n}", f"社区{n}", Level.COMMUNITY, "S") for n in range(size // 20 + 1)}
    grids |= {f"G{n}": GridNode(f"G{n}", f"网格{n}", Level.GRID, f"C{n // 4}") for n in range(size // 5 + 1)}
    places = {n: _place(n) for n in range(size)}
    teams = {code: TeamNode(f"T{code}", code, "property") for code in grids if code.startswith("G")}
    at = {code: (team,) for code, team in teams.items()}
    names = tuple(PlaceName(place.name, place.name) for place in places.values())
    by_code = {team.code: team for team in teams.values()}
    return World("bench", grids, places, by_code, dict[str, tuple[TeamNode, ...]](at), names), Gazetteer(names)


def _place(number: int) -> PlaceNode:
    grid = {"": f"G{number // 5}"}
    return PlaceNode(number, _name(number), f"C{number // 20}", "compound", "cover", None, None, grid)


def _name(number: int) -> str:
    size = len(_CHARACTERS)
    return "".join(_CHARACTERS[number // size**power % size] for power in range(4)) + "小区"


def pushing(bench: Bench) -> Iterator[Line]:
    """(e) From the outbox over HTTP to the platform's answer, with one worker."""
    for kind in bench.databases.kinds:
        url = bench.databases.town(kind, "pushing")
        with platform() as api_base:
            account = {"api_base": api_base, "app_id": "wx", "app_secret": "s"}
            with program_on(bench, url, wechat=account) as program:
                yield Line("e", f"pushes, one worker, {kind}", _PUSHES / _sent_in(program), "pushes/s")


def _sent_in(program: Program) -> float:
    """The seconds in which all pushes are sent."""
    now = datetime.now(UTC)
    with program.sessions.begin() as session:
        session.execute(insert(Push), [_push(number, number % 90 + 1, now) for number in range(_PUSHES)])
    hand, start = worker(program), time.perf_counter()
    while hand.once():
        pass
    return time.perf_counter() - start


def _push(number: int, person: int, now: datetime) -> dict[str, Any]:
    text = f"【工单提醒】{openid(number)[-4:]} 德尚小区3号楼 电梯故障 待签收"
    moments = {"due_at": now, "created_at": now}
    return {"key": f"bench:{number}", "person_id": person, "event": "dispatch", "text": text, **moments}


@contextmanager
def platform() -> Iterator[str]:
    """The platform's side in a process of its own, so that its work is not counted as ours."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.bench.single_steps"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout  # noqa: S101  (for the type checker)
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


class _Says(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else headers and body are sent 40 ms apart

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        said = json.dumps({"errcode": 0, "access_token": "t" * 128, "expires_in": 7200, "msgid": 1}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


def _microseconds(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """The median of five rounds."""
    rounds = []
    for _ in range(5):
        start = time.process_time()
        for text in texts:
            work(text)
        rounds.append((time.process_time() - start) / len(texts) * 1e6)
    return sorted(rounds)[2]


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Says)
    print(server.server_address[1], flush=True)  # noqa: T201  (the bench reads it)
    Thread(target=server.serve_forever).start()
