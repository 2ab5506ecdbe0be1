"""Codes that were made at the platform: permanent, and counted there."""

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class SceneCode(Base):
    """What a code stands for, and the address in it."""

    __tablename__ = "scene_codes"

    scene: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
