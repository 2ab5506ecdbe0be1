"""What an overseer wants to be told at once, and what in digests."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class NewsWish(Base):
    """One overseer's choice. Without a row: red flags, whistles, climbs and approvals at once, the rest twice a day."""

    __tablename__ = "news_wishes"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    weekly: Mapped[bool] = mapped_column(default=False)
    """No daily digest: Monday's alone"""
    only_red: Mapped[bool] = mapped_column(default=False)
    """At once only what is a danger"""
    muted_until: Mapped[datetime | None]
    """Only dangers till then"""
