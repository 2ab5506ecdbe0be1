"""Circuit breakers: the platform's interfaces that fail for the whole account, shared by all processes."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Breaker(Base):
    """One way of sending, or the whole account. `opened_at` is empty when it works again."""

    __tablename__ = "breakers"

    name: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]
    """When one process may test whether it works again"""
    told_at: Mapped[datetime | None]
    """When operators were last notified"""
