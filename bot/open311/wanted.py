"""Parses a query's arguments: which requests it asks for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from handlers.open311.given import BAD, Fault, FaultyError
from handlers.open311.published import CLOSED, OPEN, Wanted

_SPAN = timedelta(days=90)
MOST = 1000
_MOST_PAGES = 1000
_YEARS = range(1970, 9999)
"""Outside these years date arithmetic fails"""


def wanted(arguments: Mapping[str, str], client: str, now: datetime) -> Wanted:
    """Raises FaultyError. An empty argument counts as missing."""
    if numbers := _listed(arguments, "service_request_id"):
        return Wanted(numbers=numbers[:MOST], client=client)
    since, until = _moment(arguments, "start_date"), _moment(arguments, "end_date")
    if since is None:
        since = (until or now) - _SPAN
    until = until or min(now, since + _SPAN)
    if since > until or until - since > _SPAN:
        raise FaultyError(Fault(BAD, "start_date and end_date may not span more than 90 days"))
    statuses = frozenset(_listed(arguments, "status"))
    if not statuses <= {OPEN, CLOSED}:
        raise FaultyError(Fault(BAD, "status must be open or closed"))
    size = _count(arguments, "page_size", MOST, MOST)
    codes = _listed(arguments, "service_code")[:MOST]
    skipped = (_count(arguments, "page", 1, _MOST_PAGES) - 1) * size
    return Wanted((), codes, since, until, statuses, client, size, skipped)


def _listed(arguments: Mapping[str, str], name: str) -> list[str]:
    return [each for part in arguments.get(name, "").split(",") if (each := part.strip())]


def _moment(arguments: Mapping[str, str], name: str) -> datetime | None:
    told = arguments.get(name, "").strip()
    if not told:
        return None
    try:
        read = datetime.fromisoformat(told)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None or read.year not in _YEARS:
        raise FaultyError(Fault(BAD, f"{name} must look like 2010-01-01T00:00:00Z"))
    return read.astimezone(UTC)


def _count(arguments: Mapping[str, str], name: str, usual: int, most: int) -> int:
    told = arguments.get(name, "").strip()
    if not told:
        return usual
    if not (told.isascii() and told.isdecimal() and 1 <= int(told[:9]) <= most):
        raise FaultyError(Fault(BAD, f"{name} must be a number from 1 to {most}"))
    return int(told)
