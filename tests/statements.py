"""Every test has engines of its own, and each engine compiles every statement again: a quarter of all the time.

So here engines of one kind share what is compiled, and their dialects count as one: they are made in one place
(`models.connecting.connect`) with the same settings, and speak to the same library or server.
"""

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from models import connecting

_ENOUGH = 3000


def compile_once() -> None:
    """From now on in this process."""
    for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        dialect.__eq__ = lambda one, other: type(one) is type(other)
        dialect.__hash__ = lambda one: hash(type(one))
    caches: dict[str, LRUCache] = {}
    create_engine = connecting.create_engine

    def sharing(url: str, **options: object) -> Engine:
        engine = create_engine(url, **options)
        engine._compiled_cache = caches.setdefault(engine.dialect.name, LRUCache(_ENOUGH))
        return engine

    connecting.create_engine = sharing
