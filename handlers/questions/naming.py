"""How an answer names the parsed question: measures, groups, filters."""

from collections.abc import Callable, Sequence
from typing import Any

from handlers.notifications import ticket_text
from handlers.questions.conditions import subjects_of
from handlers.town.town import Town
from models.status_moves import Closing
from models.ticket import Source
from nlp.questions.query import DURATIONS, Filters, Query

_WEEKDAYS = "一二三四五六日"
_DAY = len("yymmdd")


def understood(town: Town, query: Query) -> str:
    """「上周 · 德尚小区 · 停车管理 · 按小区 · 诉求」."""
    when = f"{query.period.name}比{query.against.name}" if query.against else query.period.name
    only = {name: values for name, values in query.only.items() if not (name == "kind" and query.group == "team")}
    said = [when, *filters_told(town, only)]
    said += [town.say("asking.but", names=" ".join(filters_told(town, query.but)))] if query.but else []
    said += [town.say("asking.waited", bound=_bound_told(town, query))] if query.waits else []
    said += [_group_told(town, query), "、".join(measure_name(town, each) for each in query.each())]
    said += [town.say("asking.held", bound=_bound_told(town, query))] if query.having and not query.waits else []
    said += [town.say("asking.of", names=" ".join(filters_told(town, query.whole)))] if query.whole else []
    return " · ".join(each for each in said if each)


def measure_name(town: Town, query: Query) -> str:
    """The measure's name; for `late` in a period with "also resolved ones", for durations with mean or median."""
    name = town.say(f"asking.measure_{query.measure}")
    if query.measure == "late" and not query.is_of_now:
        return town.say("asking.with_ended", name=name)
    if query.measure in DURATIONS:
        return town.say(f"asking.stat_{query.stat or 'mean'}", name=name)
    return name


def filters_told(town: Town, filters: Filters) -> Sequence[str]:
    told = {**filters, **subjects_of(town, filters)}
    return [_SEVERAL.join(said(town, value) for value in told[name]) for name, said in _TOLD.items() if told.get(name)]


_SEVERAL = "、"
_TOLD: dict[str, Callable[[Town, Any], str]] = {
    "grid": lambda town, code: town.world.grids[code].name,
    "place": lambda _town, name: str(name),
    "place_kind": lambda town, kind: town.say(f"asking.place_kind_{kind}"),
    "team": ticket_text.team_name,
    "kind": lambda town, kind: town.say(f"asking.kind_{kind}"),
    "person": lambda _town, name: str(name),
    "source": lambda _town, source: ticket_text.SOURCE_NAMES[Source(source)],
    "category": lambda town, key: town.catalogue.name(key),
    "item": lambda town, key: town.catalogue.items[key][1],
    "keyword": lambda town, words: town.say("asking.keyword", words=words),
    "status": lambda _town, status: ticket_text.STATUS_NAMES[status],
    "closing": lambda _town, closing: ticket_text.CLOSING_NAMES[Closing(closing)],
    "rating": lambda town, rating: town.say(f"asking.rating_{rating}"),
    "urgent": lambda town, urgent: town.say("asking.urgent" if urgent else "asking.not_urgent"),
    "red": lambda town, _red: town.say("asking.red"),
    "days": lambda town, kind: town.say(f"asking.days_{kind}"),
    "hours": lambda town, hours: town.say("asking.hours", first=hours[0], end=hours[1]),
    "repeats": lambda town, most: town.say("asking.repeats", most=most),
}


def _group_told(town: Town, query: Query) -> str:
    if not query.group:
        return ""
    kinds = "、".join(town.say(f"asking.kind_{kind}") for kind in query.only.get("kind", ()))
    by = town.say(f"asking.group_{query.group}")
    return town.say("asking.of_kind", by=by, kind=kinds) if kinds and query.group == "team" else by


def _bound_told(town: Town, query: Query) -> str:
    bound = query.having
    if bound is None:
        return ""
    value = f"{bound.value:.0%}" if bound.unit == "part" else f"{bound.value:g}"
    return town.say(f"asking.bound_{bound.unit}_{_SIGNS[bound.sign]}", value=value)


_SIGNS = {">": "over", ">=": "least", "<": "under", "<=": "most"}


def group_name(town: Town, query: Query, key: Any) -> str:  # noqa: ANN401  (a code, a place's id)
    """The name of a group for people."""
    if not query.group:
        return measure_name(town, query)
    named = _NAMED.get(query.group)
    if named:
        return named(town, key)
    grid = town.world.grids.get(key)
    return grid.name if grid else town.say("asking.no_area")


def _place(town: Town, key: Any) -> str:  # noqa: ANN401
    """The place's name, with its community if another place has the same name."""
    place = town.world.places.get(key)
    if place is None:
        return town.say("asking.no_place")
    community = town.world.grids.get(place.community)
    if community is None or len(town.world.places_named(place.name)) == 1:
        return place.name
    return f"{place.name}（{community.name}）"


def _person(town: Town, key: Any) -> str:  # noqa: ANN401
    member = town.staff.people.get(key)
    return member.name if member else town.say("asking.nobody")


def _day(town: Town, key: str, form: str = "asking.day_day") -> str:
    if len(key) != _DAY:
        return town.say("asking.none")
    return town.say(form, month=int(key[2:4]), day=int(key[4:6]))


def _month(town: Town, key: str) -> str:
    return town.say("asking.day_month", year=f"20{key[:2]}", month=int(key[2:4])) if key else town.say("asking.none")


def _quarter(town: Town, key: str) -> str:
    return town.say("asking.day_quarter", year=f"20{key[:2]}", quarter=key[2:]) if key else town.say("asking.none")


def _rating(town: Town, key: Any) -> str:  # noqa: ANN401
    ratings = {1: "unsatisfied", 2: "basic", 3: "satisfied"}
    return town.say(f"asking.rating_{ratings[key]}") if key else town.say("asking.not_rated")


_NAMED: dict[str, Callable[[Town, Any], str]] = {
    "team": ticket_text.team_name,
    "category": lambda town, key: town.catalogue.name(key),
    "item": lambda town, key: (
        town.catalogue.items[key][1] if key in town.catalogue.items else town.say("asking.no_item")
    ),
    "source": lambda _town, key: ticket_text.SOURCE_NAMES[Source(key)],
    "status": lambda _town, key: ticket_text.STATUS_NAMES[key],
    "closing": lambda town, key: ticket_text.CLOSING_NAMES[Closing(key)] if key else town.say("asking.not_closed"),
    "rating": _rating,
    "person": _person,
    "kind": lambda town, key: town.say(f"asking.kind_{key}") if key else town.say("asking.no_team"),
    "place": _place,
    "day": _day,
    "week": lambda town, key: _day(town, key, "asking.day_week"),
    "month": _month,
    "quarter": _quarter,
    "year": lambda town, key: town.say("asking.day_year", year=f"20{key}") if key else town.say("asking.none"),
    "hour": lambda town, key: town.say("asking.day_hour", hour=key),
    "weekday": lambda town, key: town.say("asking.day_weekday", day=_WEEKDAYS[int(key) - 1]),
}
