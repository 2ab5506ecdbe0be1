"""Several machines: each process is killed in turn while residents write, and the replica is promoted: `make machines`.

Two web and two worker processes, PgBouncer between, a primary and a streaming replica that confirms each commit. The
steps of the operator are those of docs/operate.md. Needs Debian's pgbouncer; says what its transaction mode would lose.
"""

import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from cluster import Server, caught_up
from fake_api import FakeApi, says, serving
from machine_parts import Part, Pooler, cluster, confirm, lost_by_pooling, pooled
from sqlalchemy import func, select
from storm import PATIENCE, Residents
from test_kill import SENT, check_histories, check_messages, check_pushes, finish_pushes, wait_until_up, wechat_of
from testbed import ROOT, folder_of_databases, free_port, opened, trained_model
from whole_program import environment

from bot.installation.keys import key_ring
from bot.installation.settings import load_settings
from handlers.town.wordings import Wordings, read_wordings
from models import encrypted_columns
from models.conversation import Inbound
from models.sessions import reading_sessions

UNDER_LOAD = 3.0
"""Seconds of load before each kill and after the last"""


@contextmanager
def program(env: dict[str, str], ports: list[int]) -> Iterator[list[Part]]:
    bot = [sys.executable, "-m", "bot", "--config", str(ROOT / "config.yaml")]
    parts = [
        Part(f"web {n}", [*bot, "serve", "--port", str(p), "--workers", "1"], env=env) for n, p in enumerate(ports)
    ]
    parts += [Part(f"worker {n}", [*bot, "worker"], env=env) for n in range(2)]
    try:
        yield parts
    finally:
        for each in parts:
            each.end()


def turns(
    primary: Server, replica: Server, pooler: Pooler, pool: Part, parts: list[Part]
) -> Iterator[tuple[str, Callable[[], None]]]:
    """What is killed, in turn, and what the operator does then."""
    for each in parts:
        yield each.name, each.restart
    yield pool.name, pool.restart

    def lose_the_replica() -> None:
        replica.kill()
        time.sleep(UNDER_LOAD)  # nothing can be acknowledged meanwhile
        confirm(primary, "")
        time.sleep(UNDER_LOAD)
        replica.start()
        caught_up(primary.uri, replica)
        confirm(primary, "*")

    def lose_the_primary() -> None:
        primary.kill()
        replica.promote()
        confirm(replica, "")
        pooler.lead_to(replica)
        pool.process.send_signal(signal.SIGHUP)

    yield "replica", lose_the_replica
    yield "primary", lose_the_primary


def drill(folder: Path) -> None:
    with ExitStack() as ending:
        primary, replica = cluster(folder, ending)
        print("transaction mode loses", lost_by_pooling(pooled(folder, "transaction", primary, ending)[0].url))
        (pooler, pool), ports = pooled(folder, "session", primary, ending), [free_port(), free_port()]
        lost = lost_by_pooling(pooler.url)
        print("session mode loses", lost, flush=True)
        assert lost == []
        api = ending.enter_context(serving())
        api.put(SENT, says(errcode=0, errmsg="ok"))
        api.put("/cgi-bin/message/template/send", says(errcode=0, errmsg="ok", msgid=1))
        env = environment(pooler.url, folder, BOT_DATABASE__REPLICA=replica.url("town"), **wechat_of(api))
        residents = Residents([f"http://127.0.0.1:{port}" for port in ports])
        with program(env, ports) as parts:
            for port in ports:
                wait_until_up(port)
            with residents:
                for name, happens in turns(primary, replica, pooler, pool, parts):
                    time.sleep(UNDER_LOAD)
                    before = len(residents.heard), residents.redeliveries
                    happens()
                    answered_again(residents)
                    told = len(residents.heard) - before[0], residents.redeliveries - before[1]
                    print(f"{name}: meanwhile {told[0]} answered, {told[1]} delivered again", flush=True)
                time.sleep(UNDER_LOAD)
        heard = apart_from_apologies(residents, read_wordings(ROOT / "handlers/data/wordings.yaml", None))
        compared(replica.url("town"), folder, api, heard)


def answered_again(residents: Residents) -> None:
    """Wait until several have been answered."""
    enough, until = len(residents.heard) + 10, time.monotonic() + PATIENCE
    while len(residents.heard) < enough:
        assert time.monotonic() < until, "nobody is answered any more"
        time.sleep(0.1)


def apart_from_apologies(residents: Residents, say: Wordings) -> Residents:
    """Without those who were asked to write again: of a connection that is cut, nobody knows whether it has committed."""
    sorry = {say("apology"), say("apology_not_kept")}
    heard = [each for each in residents.heard if each.reply not in sorry]
    print(f"{len(heard)} answered, {len(residents.heard) - len(heard)} asked to write again")
    print(f"{len(residents.unheard)} never answered, {residents.redeliveries} delivered again", flush=True)
    return replace(residents, heard=heard)


def compared(url: str, folder: Path, api: FakeApi, residents: Residents) -> None:
    """What was acknowledged is in the database, once."""
    finish_pushes(url, folder, api.url)
    with opened(url) as engine, reading_sessions(engine)() as session:
        check_messages(session, residents)
        check_histories(session)
        check_pushes(session, api)
        kept = session.scalar(select(func.count()).select_from(Inbound))
    print(f"{len(residents.heard)} acknowledged and none of them lost, of {kept} in the database")


if __name__ == "__main__":
    trained_model()
    encrypted_columns.use(key_ring(load_settings(ROOT / "config.yaml")))
    where = folder_of_databases()
    try:
        drill(where)
    finally:
        shutil.rmtree(where, ignore_errors=True)
