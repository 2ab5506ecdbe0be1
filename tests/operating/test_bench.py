"""What the bench says is measured: its load is heard, its figures count, its synthetic town is a town."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep

import pytest
from sqlalchemy import func, insert, select
from testbed import WORLD

from bot.bench import servers
from bot.bench.growth_chart import draw
from bot.bench.load import arrive, drive
from bot.bench.messages import RESIDENTS, openid, requests
from bot.bench.result_lines import Line, markdown
from bot.synth.filling import fill_url
from handlers.town_import.importing import import_world, read_world
from models.connecting import connect
from models.conversation import Inbound
from models.follower import Follower
from models.person import Person
from models.push import Push, Timer
from models.sessions import reading_sessions
from models.status_moves import ENDED, MOVES
from models.supporting_teams import Support
from models.ticket import Ticket, TicketEvent


class Server(BaseHTTPRequestHandler):
    """Answers 200 after a while; every tenth message 503."""

    protocol_version, heard, wait = "HTTP/1.1", 0, 0.0
    lock = threading.Lock()

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.lock:
            Server.heard += 1
            number = Server.heard
        sleep(self.wait)
        self.send_response(503 if number % 10 == 0 else 200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"success")

    def log_message(self, *_):
        pass


@pytest.fixture
def port():
    Server.heard, Server.wait = 0, 0.0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_request_is_sent_once_and_what_is_refused_counts_as_failed(port):
    run = drive(port, requests(50), connections=4)
    assert (Server.heard, len(run.answers), run.failed) == (50, 50, 5)
    assert run.percentile(0.5) <= run.percentile(0.99) <= run.percentile(1)


def test_messages_of_a_burst_do_not_wait_for_one_another(port):
    """A server that takes half a second for each: asked one after the other they would need five seconds."""
    Server.wait = 0.5
    run = arrive(port, requests(20), seconds=0.5)
    assert run.seconds < 3
    assert min(answer.seconds for answer in run.answers) >= 0.5
    assert max(answer.at for answer in run.answers) <= 0.5


def test_who_answers_too_late_has_failed(port):
    Server.wait = 1.0
    run = arrive(port, requests(3), seconds=0.1, patience=0.2)
    assert run.failed == 3


def test_where_nobody_listens_every_message_is_lost_and_none_forgotten():
    run = arrive(1, requests(5), seconds=0.1)
    assert (run.failed, len(run.answers)) == (5, 5)


def test_the_floor_keeps_every_message_and_all_that_hangs_on_a_ticket(databases, kind, model):
    url = databases.fresh(kind, with_town=True)
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(insert(Person), [{"openid": openid(number)} for number in range(RESIDENTS)])
    with servers.bare("bot.bench.floor:create_app", BOT_DATABASE__URL=url) as served:
        run = drive(served.port, requests(80), connections=8)
    with reading_sessions(engine)() as session:
        kinds = (Inbound, Ticket, TicketEvent, Support, Timer, Push)
        kept = {each: session.scalar(select(func.count()).select_from(each)) for each in kinds}
    engine.dispose()
    assert run.failed == 0
    assert all(b"<Encrypt>" in answer.body for answer in run.answers)
    assert kept[Inbound] == 80
    assert 25 < kept[Ticket] < 60
    assert [kept[each] / kept[Ticket] for each in (TicketEvent, Support, Timer, Push)] == [2, 1, 2, 3]


@pytest.fixture
def town(engine, sessions):
    with sessions.begin() as session:
        import_world(session, read_world(WORLD))
    fill_url(engine.url.render_as_string(hide_password=False), 400)
    return reading_sessions(engine)


def test_a_synthetic_town_keeps_the_table_of_moves(town):
    with town() as session:
        tickets = {ticket.id: ticket for ticket in session.scalars(select(Ticket))}
        events = session.scalars(select(TicketEvent).order_by(TicketEvent.ticket_id, TicketEvent.id)).all()
    assert len(tickets) == len({ticket.number for ticket in tickets.values()}) == 400
    state: dict[int, str] = {}
    for event in events:
        move = MOVES[event.move]
        assert event.before in {each.value for each in move.sources}
        assert state.setdefault(event.ticket_id, event.before) == event.before
        state[event.ticket_id] = event.after
    assert state == {number: ticket.status for number, ticket in tickets.items()}
    for ticket in tickets.values():
        assert (ticket.ended_at is not None) == (ticket.status in {each.value for each in ENDED})


def test_a_synthetic_town_looks_like_one(town):
    with town() as session:
        statuses = Counter(session.scalars(select(Ticket.status)))
        categories = Counter(session.scalars(select(Ticket.category)))
        followed = session.scalar(select(func.count(Follower.ticket_id.distinct())))
    assert statuses["closed"] > 250
    assert 0 < statuses["dispatched"] + statuses["working"] < 60
    assert len(categories) >= 10
    assert followed == 400


def test_the_same_seed_makes_the_same_town(databases):
    def texts():
        url = databases.fresh("sqlite", with_town=True)
        fill_url(url, 30, seed=7)
        engine = connect(url)
        with reading_sessions(engine)() as session:
            found = session.execute(select(Ticket.text, Ticket.place_name, Ticket.status).order_by(Ticket.id)).all()
        engine.dispose()
        return found

    assert texts() == texts()


LINES = [
    Line("f", f"{what}, {kind}, {size:,} tickets", 1.5 * number + size / 1e5, "ms", size)
    for number, what in enumerate(["supervisor 今日", "staff 待办", "resident reports"], 1)
    for kind in ("sqlite", "postgresql")
    for size in (1000, 100_000)
]


def test_the_table_has_a_row_a_line(port):
    table = markdown([*LINES, Line("a", "echo", 12.5, "messages/s", target="≥ 0.5")]).splitlines()
    assert len(table) == 2 + len(LINES) + 1
    assert all(row.count("|") == table[0].count("|") for row in table)
    assert "12.5 messages/s" in table[-1]


def test_the_picture_is_drawn_without_a_warning_of_missing_characters(tmp_path):
    assert draw(LINES, tmp_path / "bench.png")
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")
