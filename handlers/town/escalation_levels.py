"""Limits of each level (网格 → 社区 → 街道 → 区县), and when a ticket is escalated."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.functional_validators import BeforeValidator

from models.calendar import Span
from models.grid import Level


def _span(value: object) -> Span:
    return value if isinstance(value, Span) else Span.parse(str(value))


Limit = Annotated[Span, BeforeValidator(_span)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Budget(_Strict):
    """Limits of a level that takes over (to sign, to handle), and the grace before the next escalation."""

    accept: Limit = Span.parse("2工作时")
    handle: Limit = Span.parse("2工作日")
    grace: Limit = Span.parse("4工作时")


class Levels(_Strict):
    """Section `levels`."""

    remind_at: float = Field(default=0.75, gt=0, lt=1)
    """The share of a limit after which its team is reminded"""
    grid: Budget = Budget()
    community: Budget = Budget()
    street: Budget = Budget(handle=Span.parse("3工作日"), grace=Span.parse("1工作日"))
    county: Budget = Budget(handle=Span.parse("5工作日"), grace=Span.parse("1工作日"))
    grace_red_flag: Limit = Span.parse("10分钟")
    """The grace for a danger, day and night"""

    def grace(self, level: Level, *, red_flag: bool) -> Span:
        """How long after its limit a ticket is escalated from this level."""
        return self.grace_red_flag if red_flag else self.budget(level).grace

    def budget(self, level: Level) -> Budget:
        budgets = {
            Level.GRID: self.grid,
            Level.COMMUNITY: self.community,
            Level.STREET: self.street,
            Level.COUNTY: self.county,
        }
        return budgets[level]
