"""Which news an overseer wants at once, and which in digests."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class NewsWish(Base):
    """One overseer's choice. Default: red flags, whistles, escalations, approvals at once, the rest twice a day."""

    __tablename__ = "news_wishes"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    weekly: Mapped[bool] = mapped_column(default=False)
    """Only Monday's digest, no daily ones"""
    only_red: Mapped[bool] = mapped_column(default=False)
    """Only dangers at once"""
    muted_until: Mapped[datetime | None]
    """Only dangers until then"""
