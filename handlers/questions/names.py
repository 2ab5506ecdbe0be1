"""What of the town a question names: places, grids, teams, categories and their sub-items."""

from collections.abc import Iterator

from handlers.questions.words import NO_NAME, Words
from handlers.town.town import Town
from nlp.model.features import plain
from nlp.questions.vocabulary import vocabulary

_BEGINNING_OF_NAME = 2


def where(town: Town, words: Words) -> tuple[str, str, str]:
    """The place, the grid of any level and the team that are named in full."""
    taken = []
    for start, end, what, key in sorted(_named(town, words.text), key=lambda each: (each[0] - each[1], each[0])):
        if words.is_free(start, end):  # the longest name first
            taken.append((start, what, key, words.take(start, end)))
    chosen = {"place": "", "grid": "", "team": ""}
    for _, what, key, said in sorted(taken):
        kept = chosen[what]
        if not kept or (what == "grid" and _lies_in(town, key, kept)):
            chosen[what] = key
        elif kept != key and not (what == "grid" and _lies_in(town, kept, key)):
            words.unread.append(said)
    return chosen["place"], chosen["grid"], chosen["team"]


def _named(town: Town, text: str) -> Iterator[tuple[int, int, str, str]]:
    world = town.world
    for hit in world.gazetteer.find(text):
        said = text[hit.start : hit.end]
        if not hit.guessed and any(
            each.canonical == hit.canonical and said in plain(each.name) for each in world.names
        ):
            yield hit.start, hit.end, "place", hit.canonical
    for name, what, code in world.called:
        if name in text:
            yield (start := text.index(name)), start + len(name), what, code


def _lies_in(town: Town, grid: str, above: str) -> bool:
    return any(node.code == above for node in town.world.chain(grid))


def category(town: Town, words: Words) -> tuple[str, str]:
    """The category and the sub-item that are named: by its name, a category also by its first two characters."""
    items = ((name, category, item) for item, (category, name) in town.catalogue.items.items())
    whole = ((name, key, "") for key, name in town.catalogue.categories.items())
    short = ((name[:_BEGINNING_OF_NAME], key, "") for key, name in town.catalogue.categories.items() if key != "other")
    names = [each for each in (*items, *whole, *short, *_everyday(town)) if each[0] in words.text]
    found = []
    for name, key, its_item in sorted(names, key=lambda each: -len(each[0])):
        while (start := words.text.find(name)) >= 0:
            found.append((start, words.take(start, start + len(name)), key, its_item))
    category = item = ""
    for _, said, key, its_item in sorted(found):
        if category in {"", key} and (not item or its_item in {"", item}):
            category, item = key, item or its_item
        else:
            words.unread.append(said)
    return category, item


def _everyday(town: Town) -> Iterator[tuple[str, str, str]]:
    """(word, category, item): what people say for a name, as far as the town has it."""
    known = vocabulary()
    for word, key in known.categories:
        if key in town.catalogue.categories:
            yield word, key, ""
    for word, item in known.items:
        if item in town.catalogue.items:
            yield word, town.catalogue.items[item][0], item


def by_a_part(town: Town, words: Words, known: tuple[str, str, str, str]) -> tuple[str, str, str, str]:
    """「城管」, 「路灯」: the only team, grid or sub-item whose name has these words, where none was named."""
    team, grid, category, item = known
    for chunk in words.chunks():
        if NO_NAME.fullmatch(chunk):
            continue
        parts = [("team", node.code) for node in town.world.teams.values() if chunk in node.name and not team]
        parts += [("grid", node.code) for node in town.world.grids.values() if chunk in node.name and not grid]
        parts += [("item", key) for key, (_, name) in town.catalogue.items.items() if chunk in name and not category]
        if len(parts) != 1 or len(chunk) < _BEGINNING_OF_NAME:
            continue
        words.take(start := words.text.index(chunk), start + len(chunk))
        match parts[0]:
            case "team", team:
                pass
            case "grid", grid:
                pass
            case _, item:
                category = town.catalogue.items[item][0]
    return team, grid, category, item
