"""The meaning of a text: what this package returns to the others."""

from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What the writer wants of us."""

    REPORT = "report"
    SUPPLEMENT = "supplement"
    PROGRESS = "progress"
    URGE = "urge"
    RATE = "rate"
    WITHDRAW = "withdraw"
    BIND = "bind"
    CONSULT = "consult"
    HUMAN = "human"
    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"
    CHITCHAT = "chitchat"
    ABUSE = "abuse"


class Wish(StrEnum):
    """What somebody wants during a report; finer than the intent, which decides who answers."""

    APPOINT = "appoint"
    """Says when somebody may come"""
    CORRECT = "correct"
    """Corrects what was written before"""
    REFUSE = "refuse"
    """Does not accept that it is done"""
    VOTE = "vote"
    """Joins a neighbour's report, or stays apart from it"""
    STICKER = "sticker"
    """The platform's notice for content that it can't deliver"""


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place named in a text.

    `name` is the words as written, `known` the gazetteer's canonical name ("" if the world has no such place),
    `number` a road's number or lane ("府前街120号" → "120", "府前路97弄" → "97弄"),
    `building`, `unit`, `room`, `floor` are normalised to digits or a letter ("" if not said),
    `landmark` what is near it ("东门", "喷泉旁"), `start`/`end` the span in the text. `guessed`: the words are only
    like the known name ("幸福里小区" for 幸福小区), so that it must be asked about before it is taken for it.
    """

    name: str = ""
    known: str = ""
    number: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    floor: str = ""
    landmark: str = ""
    start: int = 0
    end: int = 0
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One problem of a message with several: its words, category and probability."""

    text: str
    category: str
    confidence: float
    item: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """One reading of one text. Probabilities are calibrated, 0 to 1.

    `candidates` holds (category, probability) best first, all twelve; `sure` says whether the best may be stated as
    fact (the threshold is the model's own, chosen on a cost curve); `also` the other categories a clerk would accept;
    `item` a sub-item's key ("lift"), `red_flag` the key of a danger that alarms at once or "", `danger_question` of one
    that has to be asked about first; `urgent`: harm or loss goes on, with or without a danger; `wish` what is wanted in
    the course of a report, None where the intent says it all.
    """

    text: str
    intent: Intent
    intent_confidence: float
    category: str
    confidence: float
    candidates: tuple[tuple[str, float], ...]
    sure: bool
    also: tuple[str, ...] = ()
    item: str = ""
    wish: Wish | None = None
    urgent: bool = False
    red_flag: str = ""
    danger_question: str = ""
    place: PlaceMention | None = None
    parts: tuple[Part, ...] = ()
    times: tuple[str, ...] = ()
