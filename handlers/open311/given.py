"""Check a client's new request; all errors are returned at once, in the standard's format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from handlers.open311.services import HOUSE, Service, house_of, service_of
from handlers.town.town import Town
from handlers.world.nodes import PlaceNode

_LONGEST = 4_000
"""Characters of a description: the standard's limit"""
_SHORT = 200
BAD, UNKNOWN = 400, 404


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in a request, for the client's developers."""

    code: int
    description: str


class FaultyError(Exception):
    """The request has errors."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(each.description for each in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Given:
    """A valid request."""

    service: Service
    description: str
    address: str = ""
    place: PlaceNode | None = None
    point: tuple[float, float] | None = None
    """Latitude and longitude, WGS-84"""
    house: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    phone: str = ""
    media_url: str = ""


def read(town: Town, form: Mapping[str, str]) -> Given:
    """Parse a request; empty arguments count as missing, as in the standard. Raises FaultyError."""
    told = {name: value.strip() for name, value in form.items()}
    if any("\0" in value for value in told.values()):
        raise FaultyError(Fault(BAD, "arguments may not hold NUL characters"))
    service = service_of(town, told.get("service_code", ""))
    place = town.world.places.get(_number(told.get("address_id", "")))
    if faults := [*_faults(town, told, service, place)]:
        raise FaultyError(*faults)
    assert service is not None  # noqa: S101  (checked; for the type checker)
    return Given(
        service=service,
        description=told.get("description", ""),
        address=told.get("address_string", ""),
        place=place,
        point=_point(told),
        house=house_of({name: told.get(f"attribute[{name}]", "") for name in HOUSE}),
        name=f"{told.get('last_name', '')}{told.get('first_name', '')}"[:_SHORT],
        phone=told.get("phone", "")[:_SHORT],
        media_url=told.get("media_url", ""),
    )


def _faults(town: Town, told: Mapping[str, str], service: Service | None, place: PlaceNode | None) -> Iterator[Fault]:
    if not told.get("service_code"):
        yield Fault(BAD, "service_code was not provided")
    elif service is None:
        yield Fault(UNKNOWN, "service_code was not found")
    if len(told.get("description", "")) > _LONGEST:
        yield Fault(BAD, f"description is longer than {_LONGEST} characters")
    for name in ("address_string", "media_url"):
        if len(told.get(name, "")) > _LONGEST // 2:
            yield Fault(BAD, f"{name} is too long")
    yield from _faults_of_where(town, told, place)


def _faults_of_where(town: Town, told: Mapping[str, str], place: PlaceNode | None) -> Iterator[Fault]:
    if told.get("address_id") and place is None:
        yield Fault(BAD, "address_id was not found")
    if bool(told.get("lat")) != bool(told.get("long")):
        yield Fault(BAD, "lat and long must be provided together")
    elif not any(told.get(name) for name in ("lat", "address_string", "address_id")):
        yield Fault(BAD, "location was not provided: lat and long, address_string or address_id")
    elif told.get("lat"):
        point = _point(told)
        if point is None:
            yield Fault(BAD, "lat and long must be degrees of WGS-84")
        elif place is None and not told.get("address_string") and town.world.grid_at(*point) is None:
            yield Fault(BAD, "lat and long lie outside of this jurisdiction")


def _point(told: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        lat, lng = float(told.get("lat", "")), float(told.get("long", ""))
    except ValueError:
        return None
    return (lat, lng) if abs(lat) <= 90 and abs(lng) <= 180 else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
