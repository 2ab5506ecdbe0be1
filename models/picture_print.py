"""A fingerprint of a picture, to find it again if it is cropped, mirrored, made lighter or compressed again."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class PicturePrint(Base):
    """Hashes of its windows, and a small grey copy (see bot.evidence.picture_prints)."""

    __tablename__ = "picture_prints"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id", ondelete="CASCADE"), primary_key=True)
    hashes: Mapped[bytes] = mapped_column(deferred=True)
    grey: Mapped[bytes] = mapped_column(deferred=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
