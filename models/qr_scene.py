"""Permanent QR codes that were created at the platform, which limits their number."""

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class SceneCode(Base):
    """One code: its meaning, and the address in it."""

    __tablename__ = "scene_codes"

    scene: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
