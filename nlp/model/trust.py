"""How far to believe the model's best guess: its own share of certainty, made honest on letters it had not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

Ranked = tuple[tuple[str, float], ...]
_NEARLY = 1e-9


@dataclass(frozen=True, slots=True)
class Trust:
    """A line through the odds of the best guess. A softmax promises too much where it is sure, too little where not."""

    slope: float = 1.0
    level: float = 0.0

    def applied(self, candidates: Sequence[tuple[str, float]]) -> Ranked:
        """The best guess with an honest share, the others in what is left; never overtaken by the second."""
        (best, share), *rest = candidates
        share = min(max(share, _NEARLY), 1 - _NEARLY)
        honest = 1 / (1 + exp(-self.slope * log(share / (1 - share)) - self.level))
        left = sum(other for _label, other in rest) or 1.0
        second = rest[0][1] / left if rest else 0.0
        honest = max(honest, second / (1 + second))
        return ((best, honest), *((label, other * (1 - honest) / left) for label, other in rest))
