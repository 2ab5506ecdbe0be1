"""Phones stand sealed in the database; the ring of keys turns without losing one."""

import stat
import threading

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import String, select, type_coerce

from bot.__main__ import main, run
from bot.installation.config_problems import ConfigError
from bot.installation.keys import SEALED, KeyRing, key_ring, new_key, rekey, unreadable_phones
from bot.installation.settings import load_settings
from bot.operating.checking import look_over
from models import encrypted_columns
from models.base import Base
from models.care import CaredFor
from models.encrypted_columns import UnreadableError
from models.grid import Grid
from models.person import Person

pytestmark = pytest.mark.both_databases

OLD, NEW = new_key(), new_key()
PHONE = "13812345678"


@pytest.fixture
def own_keys():
    """The cipher belongs to the process: a test that changes it puts it back."""
    before = encrypted_columns._Safe.cipher
    yield
    encrypted_columns.use(before)


@pytest.fixture
def stored(sessions, own_keys):
    """A phone that was sealed with the old key."""
    encrypted_columns.use(KeyRing((OLD,)))
    with sessions.begin() as session:
        session.add(Person(openid="o1", name="王秀兰", phone=PHONE))
        session.add(Person(openid="o2", name="没留电话"))
    return sessions


def raw(session) -> list[str]:
    return list(session.scalars(select(type_coerce(Person.phone, String)).where(Person.openid == "o1")))


def test_a_phone_is_sealed_in_the_database_and_read_through_the_model(stored):
    with stored() as session:
        [written] = raw(session)
        assert PHONE not in written
        assert Fernet(OLD).decrypt(written.encode()).decode() == PHONE
        person = session.scalars(select(Person).where(Person.openid == "o1")).one()
        assert person.phone == PHONE
        assert session.scalars(select(Person).where(Person.openid == "o2")).one().phone == ""


def test_the_same_phone_is_sealed_differently_each_time():
    ring = KeyRing((OLD,))
    assert ring.seal(PHONE) != ring.seal(PHONE)


def test_a_phone_is_not_opened_unless_somebody_asks_for_it(stored):
    encrypted_columns.use(KeyRing((NEW,)))
    with stored() as session:
        person = session.scalars(select(Person).where(Person.openid == "o1")).one()
        assert person.name == "王秀兰"  # a sender is answered even where a key is missing
        with pytest.raises(UnreadableError):
            _ = person.phone


@pytest.mark.usefixtures("own_keys")
def test_without_a_cipher_nothing_is_stored_in_plain(sessions):
    encrypted_columns.use(encrypted_columns._NoCipher())
    with pytest.raises(Exception, match="UnreadableError"), sessions.begin() as session:
        session.add(Person(openid="o1", phone=PHONE))


def test_a_rotation_reseals_every_phone_so_that_the_old_key_can_go(stored):
    done = rekey(stored, KeyRing((NEW, OLD)))
    assert (done.renewed, done.unreadable) == (1, 0)
    encrypted_columns.use(KeyRing((NEW,)))
    with stored() as session:
        assert session.scalars(select(Person).where(Person.openid == "o1")).one().phone == PHONE
        with pytest.raises(UnreadableError):
            KeyRing((OLD,)).open(raw(session)[0])


def test_a_rotation_without_the_old_key_changes_nothing_and_says_so(stored):
    with stored() as session:
        before = raw(session)
    done = rekey(stored, KeyRing((NEW,)))
    assert (done.renewed, done.unreadable) == (0, 1)
    with stored() as session:
        assert raw(session) == before
        assert unreadable_phones(session, KeyRing((NEW,)))
        assert not unreadable_phones(session, KeyRing((NEW, OLD)))


def test_a_rotation_reseals_every_sealed_column_there_is(stored):
    every = {
        column
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, encrypted_columns.Sealed)
    }
    assert {each.property.columns[0] for each in SEALED} == every
    with stored.begin() as session:
        session.add(Grid(code="G", name="一网格", level="grid"))
        session.flush()
        row = CaredFor(name="李桂英", address="3号楼", kind="独居", phone=PHONE, grid="G", every=7, left_out=False)
        session.add(row)
    assert rekey(stored, KeyRing((NEW, OLD))).renewed == 5
    encrypted_columns.use(KeyRing((NEW,)))
    with stored() as session:
        read = session.scalars(select(CaredFor)).one()
        assert (read.name, read.address, read.kind, read.phone) == ("李桂英", "3号楼", "独居", PHONE)


@pytest.mark.usefixtures("own_keys")
def test_many_phones_are_resealed_in_batches(sessions):
    encrypted_columns.use(KeyRing((OLD,)))
    with sessions.begin() as session:
        session.add_all([Person(openid=f"o{number}", phone=f"138{number:08}") for number in range(1203)])
    assert rekey(sessions, KeyRing((NEW, OLD))).renewed == 1203
    with sessions() as session:
        assert not unreadable_phones(session, KeyRing((NEW,)), sample=2000)


def test_while_phones_are_resealed_others_may_write_and_what_they_write_stays(stored):
    """A rotation of a whole town takes many seconds; WeChat waits five."""

    class Busy(KeyRing):
        def renew(self, phone):
            with stored.begin() as session:  # waits forever, were the lock held
                person = session.scalars(select(Person).where(Person.openid == "o1")).one()
                person.phone = "13900139000"
            return super().renew(phone)

    ring = KeyRing((NEW, OLD))
    encrypted_columns.use(ring)
    rekey(stored, Busy((NEW, OLD)))
    with stored() as session:
        assert session.scalars(select(Person).where(Person.openid == "o1")).one().phone == "13900139000"
    assert rekey(stored, ring).unreadable == 0


def small_config(folder, monkeypatch):
    """A config.yaml in a folder of its own, on the shipped rules."""
    (folder / "config.yaml").write_text(
        "routing: {rules: [{name: 社区, lead: [community]}]}\ndatabase: {url: 'sqlite:///var/w.db'}\n", encoding="utf-8"
    )
    monkeypatch.delenv("BOT_PRIVACY__KEY", raising=False)
    return folder / "config.yaml"


def test_without_a_key_a_file_is_made_once_for_its_owner_alone(tmp_path, monkeypatch):
    settings = load_settings(small_config(tmp_path, monkeypatch))
    first, second = key_ring(settings), key_ring(settings)
    assert first.keys == second.keys
    file = tmp_path / "var" / "whistle.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_one_key(tmp_path, monkeypatch):
    settings = load_settings(small_config(tmp_path, monkeypatch))
    seen, together = [], threading.Barrier(8)

    def start():
        together.wait()
        seen.append(key_ring(settings).keys)

    threads = [threading.Thread(target=start) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(seen) == 8
    assert len(set(seen)) == 1
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["whistle.key"]


def test_the_environments_key_wins_and_check_warns_where_there_is_none(tmp_path, monkeypatch):
    config = small_config(tmp_path, monkeypatch)
    assert any("BOT_PRIVACY__KEY" in finding.mend for finding in look_over(load_settings(config)))
    monkeypatch.setenv("BOT_PRIVACY__KEY", NEW)
    monkeypatch.setenv("BOT_PRIVACY__OLD_KEYS", f"{OLD}, ")
    settings = load_settings(config)
    assert key_ring(settings).keys == (NEW, OLD)
    assert not any("BOT_PRIVACY__KEY" in finding.mend for finding in look_over(settings))


@pytest.mark.parametrize("variable", ["BOT_PRIVACY__KEY", "BOT_PRIVACY__OLD_KEYS"])
def test_a_slip_in_a_key_is_told_without_showing_it(variable, tmp_path, monkeypatch):
    config = small_config(tmp_path, monkeypatch)
    monkeypatch.setenv(variable, "hunter2-not-a-key")
    with pytest.raises(ConfigError) as refused:
        key_ring(load_settings(config))
    assert "BOT_PRIVACY__" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_key_in_the_file_is_refused(tmp_path, monkeypatch):
    config = small_config(tmp_path, monkeypatch)
    config.write_text(config.read_text(encoding="utf-8") + f"privacy: {{key: {NEW}}}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_settings(config)
    assert "密钥不能写在文件里" in str(refused.value)
    assert NEW not in str(refused.value)


@pytest.mark.usefixtures("own_keys")
def test_the_command_line_rotates(tmp_path, monkeypatch):
    config = small_config(tmp_path, monkeypatch)
    call = ["--config", str(config)]
    assert CliRunner().invoke(main, [*call, "migrate"]).exit_code == 0
    with CliRunnerDatabase(tmp_path) as session:
        encrypted_columns.use(key_ring(load_settings(config)))
        session.add(Person(openid="o1", phone=PHONE))
        session.flush()
    file_key = (tmp_path / "var" / "whistle.key").read_text()
    fresh = CliRunner().invoke(main, [*call, "rekey", "--new"]).output.strip()
    monkeypatch.setenv("BOT_PRIVACY__KEY", fresh)
    refused = CliRunner().invoke(main, [*call, "rekey"])
    assert refused.exit_code != 0
    assert "BOT_PRIVACY__OLD_KEYS" in refused.output
    monkeypatch.setenv("BOT_PRIVACY__OLD_KEYS", file_key)
    done = CliRunner().invoke(main, [*call, "rekey"])
    assert (done.exit_code, done.output) == (0, "已用新密钥重新加密 1 项（电话、走访名单）。\n")


class CliRunnerDatabase:
    """The database that the commands made, opened beside them."""

    def __init__(self, folder):
        self._url = f"sqlite:///{folder}/var/w.db"

    def __enter__(self):
        from models.connecting import connect
        from models.sessions import sessions

        self._engine = connect(self._url)
        self._scope = sessions(self._engine).begin()
        return self._scope.__enter__()

    def __exit__(self, *error):
        self._scope.__exit__(*error)
        self._engine.dispose()


def test_a_missing_key_is_one_line_at_the_command_line(monkeypatch, capsys):
    def broken(**_options):
        raise UnreadableError

    monkeypatch.setattr("bot.__main__.main", broken)
    assert run() == 2
    assert capsys.readouterr().err.startswith("有电话读不出来")


def test_keys_show_in_no_repr(tmp_path, monkeypatch):
    config = small_config(tmp_path, monkeypatch)
    monkeypatch.setenv("BOT_PRIVACY__KEY", NEW)
    settings = load_settings(config)
    assert NEW not in repr(settings) + str(settings) + repr(key_ring(settings))
