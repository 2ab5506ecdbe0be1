"""The encryption keys: the first encrypts, all decrypt.

They encrypt telephone numbers and the list of visits; keys derived from them sign links. `python -m bot rekey --new`
makes one, BOT_PRIVACY__KEY gives it. Without it, a key file is created beside the database, so that the demonstration
needs no setup; `check` warns about it, because a copy of the folder contains the key too.
"""

import hashlib
import hmac
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import String, func, select, type_coerce, update
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker

from bot.installation.config_problems import ConfigError
from bot.installation.settings import Settings
from models.care import CaredFor, CareVisit
from models.encrypted_columns import UnreadableError
from models.person import Person

_BATCH = 500


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """`keys`, newest first: 32 bytes each in URL-safe base64, as Fernet expects. Raises ValueError."""

    keys: tuple[str, ...]
    _fernet: MultiFernet = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fernet", MultiFernet([Fernet(key) for key in self.keys]))

    def __repr__(self) -> str:
        return f"KeyRing({len(self.keys)} keys)"

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise UnreadableError from None

    def renew(self, sealed: str) -> str:
        """Encrypt again with the first key. Raises UnreadableError."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise UnreadableError from None

    @property
    def signing_keys(self) -> list[bytes]:
        """Derived keys for links, so that signatures reveal nothing about the keys. Oldest first; the last signs."""
        return [hmac.digest(key.encode(), b"whistle links", hashlib.sha256) for key in reversed(self.keys)]


def new_key() -> str:
    """A new key in the form for the environment."""
    return Fernet.generate_key().decode()


def key_ring(settings: Settings) -> KeyRing:
    """The environment's keys, else the file's key, which is created if missing. Raises ConfigError."""
    privacy = settings.privacy
    key = privacy.key.get_secret_value()
    current = key or _from_file(settings.path(privacy.key_file))
    old = [each.strip() for each in privacy.old_keys.get_secret_value().split(",") if each.strip()]
    try:
        return KeyRing((current, *old))
    except ValueError:
        where = "环境变量 BOT_PRIVACY__KEY 或 BOT_PRIVACY__OLD_KEYS" if key or old else str(privacy.key_file)
        raise ConfigError([f"{where}：不是密钥。用 python -m bot rekey --new 生成一个"]) from None


def _from_file(path: Path) -> str:
    """If two processes start at the same time, the first to link the file wins, and both use its key."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # readable only by its owner
            file.write(new_key())
            file.flush()
            os.fsync(file.fileno())
            try:
                path.hardlink_to(file.name)
            except FileExistsError:
                return path.read_text(encoding="ascii").strip()
    return path.read_text(encoding="ascii").strip()


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """The result of a rotation. `unreadable` values are unchanged, because their key is missing."""

    renewed: int
    unreadable: int


SEALED: tuple[InstrumentedAttribute[str], ...] = (
    Person.phone, CaredFor.name, CaredFor.address, CaredFor.kind, CaredFor.phone, CareVisit.words,
)  # fmt: skip
"""Every encrypted column; their tables have an `id`"""


def rekey(sessions: sessionmaker[Session], ring: KeyRing) -> Rekeyed:
    """Encrypt everything with the newest key. It may run several times, and while the program runs.

    Messages are answered between two batches; values that change meanwhile already get the newest key.
    """
    done = [_rekey(sessions, ring, column) for column in SEALED]
    return Rekeyed(sum(each.renewed for each in done), sum(each.unreadable for each in done))


def _rekey(sessions: sessionmaker[Session], ring: KeyRing, column: InstrumentedAttribute[str]) -> Rekeyed:
    renewed = unreadable = last = 0
    of, sealed = column.class_, type_coerce(column, String)
    batch = select(of.id, sealed).where(sealed != "").order_by(of.id).limit(_BATCH)
    while True:
        with sessions() as session:
            rows = session.execute(batch.where(of.id > last)).all()
        if not rows:
            return Rekeyed(renewed, unreadable)
        resealed = {row: value for row, text in rows if (value := _renewed(ring, text))}
        with sessions.begin() as session:
            for row, text in rows:
                if row in resealed:
                    values = {column.key: type_coerce(resealed[row], String)}
                    session.execute(update(of).where(of.id == row, sealed == text).values(values))
        renewed, unreadable, last = renewed + len(resealed), unreadable + len(rows) - len(resealed), rows[-1][0]


def _renewed(ring: KeyRing, text: str) -> str:
    try:
        return ring.renew(text)
    except UnreadableError:
        return ""


def unreadable_phones(session: Session, ring: KeyRing, sample: int = 50) -> bool:
    """Whether any number of a sample can't be decrypted, because a key is missing."""
    sealed = type_coerce(Person.phone, String)
    try:
        for phone in session.scalars(select(sealed).where(func.length(sealed) > 0).limit(sample)):
            ring.open(phone)
    except UnreadableError:
        return True
    return False
