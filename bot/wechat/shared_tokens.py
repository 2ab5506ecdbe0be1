"""The access token's store in the database, shared by web and worker processes on all machines."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, update

from bot.wechat.access_token import Token
from models.bulk_insert import insert_into
from models.deferred_inserts import dialect_of
from models.push import Token as TokenRow
from models.sessions import Sessions

_LONGEST_CLAIM = timedelta(hours=3)


class TokensInDatabase:
    """Implements `bot.wechat.access_token.TokenStore`; each call is its own short transaction."""

    def __init__(self, sessions: Sessions, reading: Sessions) -> None:
        """`reading`: read-only sessions, because every call reads the token and must not wait for writers."""
        self._sessions, self._reading = sessions, reading

    def read(self, name: str) -> Token | None:
        with self._reading() as session:
            row = session.get(TokenRow, name)
            return Token(row.value, row.expires_at) if row and row.expires_at else None

    def write(self, name: str, token: Token) -> None:
        with self._sessions() as session, session.begin():
            row = session.get(TokenRow, name) or TokenRow(name=name)
            row.value, row.expires_at = token.value, token.expires_at
            session.add(row)

    def claim(self, name: str, until: datetime) -> bool:
        with self._sessions() as session, session.begin():
            connection, row = session.connection(), insert_into(TokenRow, dialect_of(session))
            connection.execute(row.values(name=name, value="").on_conflict_do_nothing())
            now, claimed = datetime.now(UTC), TokenRow.claimed_until
            # A longer claim was made with a clock that ran ahead.
            free = or_(claimed.is_(None), claimed <= now, claimed > now + _LONGEST_CLAIM)
            taken = connection.execute(update(TokenRow).where(TokenRow.name == name, free).values(claimed_until=until))
            return taken.rowcount == 1

    def release(self, name: str) -> None:
        with self._sessions() as session, session.begin():
            session.connection().execute(update(TokenRow).where(TokenRow.name == name).values(claimed_until=None))
