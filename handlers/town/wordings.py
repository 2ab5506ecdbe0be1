"""Every sentence of the bot, by its key, read from a file that a town's clerk can change."""

import string
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml


class WordingError(Exception):
    """A file of wordings is invalid; `problems` has one line for each error."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Wordings:
    """Sentences with {placeholders}. The shipped file is complete; a town's own file replaces single sentences."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = dict(sentences)
        self._places: dict[str, frozenset[str]] = {}
        """Cache of `places_of`"""

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence with its placeholders filled. Braces in values are taken literally."""
        return self._sentences[key].format_map(values)

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._sentences)

    def sentence(self, key: str) -> str:
        """The sentence as in the file, with its placeholders."""
        return self._sentences[key]

    def changed(self, change: Callable[[str, str], str]) -> "Wordings":
        """Each sentence as `change` makes it of its key and itself."""
        return Wordings({key: change(key, sentence) for key, sentence in self._sentences.items()})

    def places_of(self, key: str) -> frozenset[str]:
        """Names of the placeholders in a sentence."""
        return self._places.get(key) or self._places.setdefault(key, _places(self._sentences[key]))


def read_wordings(shipped: Path, own: Path | None = None) -> Wordings:
    """Read the shipped wordings and the town's own over them. Raises WordingError with every problem."""
    sentences = _flatten(_tree(shipped))
    if own:
        replaced = _flatten(_tree(own))
        if problems := list(_problems(own.name, sentences, replaced)):
            raise WordingError(problems)
        sentences |= replaced
    return Wordings(sentences)


def _tree(path: Path) -> Mapping[str, Any]:
    try:
        tree = read_yaml(path) or {}
    except UnicodeDecodeError:
        raise WordingError([f"{path.name}：编码应为 UTF-8，请另存为 UTF-8"]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" 第{mark.line + 1}行" if mark else ""
        raise WordingError([f"{path.name}{line}：不是正确的 YAML，标点、引号或缩进不对"]) from None
    if not isinstance(tree, dict):
        raise WordingError([f"{path.name}：应为“键: 值”的形式"])
    return tree


def _problems(file: str, shipped: Mapping[str, str], own: Mapping[str, str]) -> list[str]:
    problems = [f"{file}：没有“{key}”这一句" for key in own if key not in shipped]
    for key in own.keys() & shipped.keys():
        try:
            strange = _places(own[key]) - _places(shipped[key])
        except ValueError:
            problems.append(f"{file}：“{key}”的花括号不成对")
            continue
        problems += [f"{file}：“{key}”里不认识 {{{name}}}" for name in sorted(strange)]
    return problems


def _places(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value).rstrip()  # only the end: a sentence may begin with a line break
    return flat


# PyYAML built without libyaml has only the slower Python loader
LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:  # noqa: ANN401  (any YAML; the caller checks it)
    """Raises OSError, UnicodeDecodeError, yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506  (both are safe loaders)
