"""The town's settings for whistles: the three lawful grounds, and the limit for called teams to report in."""

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from models.calendar import Span, Unit
from models.supporting_teams import Ground

GROUND_NAMES = {
    Ground.BEYOND: "超出本级职权能力",
    Ground.JOINT: "需联合执法",
    Ground.EMERGENCY: "突发紧急",
}
_TELLING = {
    Ground.BEYOND: re.compile(r"超出|职权|权限|无权|没有?权|管不了|办不了|能力|权属"),
    Ground.JOINT: re.compile(r"联合|执法|会同|整治|共同"),
    Ground.EMERGENCY: re.compile(r"突发|紧急|应急|抢险|危险|险情|马上要|着火|坍塌"),
}


def _span(value: object) -> object:
    return Span.parse(value) if isinstance(value, str) else value


Limit = Annotated[Span, BeforeValidator(_span)]
_HALF_AN_HOUR = Span(30, Unit.MINUTE)


class WhistleRules(BaseModel):
    """Section `whistle`: the limit to report in, by ground. Minutes and hours run round the clock."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    beyond: Limit = _HALF_AN_HOUR
    joint: Limit = _HALF_AN_HOUR
    emergency: Limit = _HALF_AN_HOUR

    def report_in(self, ground: Ground) -> Span:
        """The limit to report in for a team called on this ground."""
        limits = {Ground.BEYOND: self.beyond, Ground.JOINT: self.joint, Ground.EMERGENCY: self.emergency}
        return limits[ground]


def ground_of(words: str) -> Ground | None:
    """The ground that the words of the reason name; None if they name none, or several."""
    told = [ground for ground, pattern in _TELLING.items() if pattern.search(words)]
    return told[0] if len(told) == 1 else None
