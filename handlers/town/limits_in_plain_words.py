"""Limits in everyday words for residents. Staff read the table's own 工作时 and 工作日, by which they are measured."""

import re

from models.calendar import Span, Unit

_PLAIN = {
    Unit.URGENT_HOUR: ("小时", ""),
    Unit.URGENT_DAY: ("天", ""),
    Unit.WORK_HOUR: ("小时", "只算上班时间"),
    Unit.WORK_DAY: ("天", "休息日不算"),
    Unit.NATURAL_DAY: ("天", ""),
    Unit.HOUR: ("小时", ""),
    Unit.MINUTE: ("分钟", ""),
}
_SPAN = rf"\d+(?:\.\d+)?个(?:{'|'.join(_PLAIN)})"
# Only limits that the program itself wrote into a history are replaced, never the words of staff.
_WRITTEN = re.compile(rf"(?<=时限（)(?P<limit>{_SPAN})(?=）)|(?<=延期)(?P<more>{_SPAN})(?=：|$)")


def within(span: Span) -> str:
    """「2小时内」「4小时内（只算上班时间）」「1天内（休息日不算）」."""
    unit, but = _PLAIN[span.unit]
    return f"{span.amount:g}{unit}内" + (f"（{but}）" if but else "")


def told_plainly(note: str) -> str:
    """A note with its limits in everyday words: 「超过处置时限（1天，休息日不算）」「延期4小时（只算上班时间）」."""
    return _WRITTEN.sub(_plainly, note)


def _plainly(found: re.Match[str]) -> str:
    span = Span.parse(found[0])
    unit, but = _PLAIN[span.unit]
    much = f"{span.amount:g}{unit}"
    if not but:
        return much
    return f"{much}，{but}" if found["limit"] else f"{much}（{but}）"
