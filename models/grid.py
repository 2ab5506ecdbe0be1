"""The town: grids of four levels, places, and the teams that do the work."""

from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class Level(StrEnum):
    """琐事网格结、小事社区结、大事街道结、难事县区结. A 楼栋 is below them: it has representatives, but no tickets."""

    BUILDING = "building"
    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"
    COUNTY = "county"

    @property
    def rank(self) -> int:
        """0 for a building, 4 for a county."""
        return list(Level).index(self)

    @property
    def above(self) -> "Level | None":
        """The level to which tickets of this one escalate."""
        levels = list(Level)
        return levels[self.rank + 1] if self.rank + 1 < len(levels) else None


class TeamKind(StrEnum):
    """承办单位: who does the work."""

    GRID = "grid"
    PROPERTY = "property"
    COMMUNITY = "community"
    STREET = "street"
    COUNTY = "county"
    DEPARTMENT = "department"
    COMMITTEE = "committee"
    """业委会: owners of a compound"""


class Mode(StrEnum):
    """The form of a compound's management; it decides which team is responsible (DOMAIN.md 1)."""

    ENGINE = "engine"
    JOINT = "joint"
    BOTTOM = "bottom"
    CROSS = "cross"
    TRANSPLANT = "transplant"
    COVER = "cover"
    MANAGED = "managed"
    SELF = "self"
    NONE = "none"


class Grid(Base):
    """网格, 社区, 街道 or 区县."""

    __tablename__ = "grids"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    parent: Mapped[str | None] = mapped_column(ForeignKey("grids.code"), index=True)
    boundary: Mapped[str | None]
    """GeoJSON geometry, WGS-84"""


class Place(Base):
    """A compound, a road, a park. Its name is unique within one community only."""

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("community", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    community: Mapped[str] = mapped_column(ForeignKey("grids.code"))
    kind: Mapped[str]
    mode: Mapped[str]
    lat: Mapped[float | None]
    lng: Mapped[float | None]

    aliases: Mapped[list["PlaceAlias"]] = relationship(cascade="all, delete-orphan")
    ranges: Mapped[list["PlaceRange"]] = relationship(cascade="all, delete-orphan")


class PlaceAlias(Base):
    """Another name of the place."""

    __tablename__ = "place_aliases"

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)


class PlaceRange(Base):
    """Which grid is responsible for which buildings of a place: `1-6;8;A`, empty for all others."""

    __tablename__ = "place_ranges"

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), primary_key=True)
    buildings: Mapped[str] = mapped_column(primary_key=True)
    grid: Mapped[str] = mapped_column(ForeignKey("grids.code"))
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    """The centre of these buildings in a large place; empty: the place's own"""


class Team(Base):
    """承办单位."""

    __tablename__ = "teams"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    phone: Mapped[str] = mapped_column(default="", server_default="")
    """Public, unlike the numbers of its people"""

    areas: Mapped[list["TeamArea"]] = relationship(cascade="all, delete-orphan")


class TeamArea(Base):
    """A grid of any level that a team serves, with all below it."""

    __tablename__ = "team_areas"

    team: Mapped[str] = mapped_column(ForeignKey("teams.code", ondelete="CASCADE"), primary_key=True)
    grid: Mapped[str] = mapped_column(ForeignKey("grids.code"), primary_key=True)


class Fact(Base):
    """A value of the whole installation. When the world's version changes, each process reads the world again."""

    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
