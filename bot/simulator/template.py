"""The account's template messages, and the cards made from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.simulator.chat_bodies import Card, Row
from bot.simulator.errors import ApiError
from bot.simulator.template_fields import TemplateField


@dataclass(frozen=True, slots=True)
class Template:
    id: str
    title: str
    fields: tuple[TemplateField, ...]

    def card(self, data: object, url: str, *, subscription: bool = False) -> Card:
        """A card; all fields of the template are required, others are ignored, as on the platform."""
        if not isinstance(data, dict):
            raise ApiError(47001)
        rows = tuple(Row(field.key, field.label, field.value_in(data)) for field in self.fields)
        return Card(self.title, rows, url, subscription)


class Templates:
    """`declared` is id → fields (`thing1:诉求内容`), `titles` id → the card's headline."""

    def __init__(self, declared: Mapping[str, Sequence[str]], titles: Mapping[str, str]) -> None:
        self._by_id = {
            id_: Template(id_, titles.get(id_, "工单进度通知"), tuple(map(TemplateField.of, fields)))
            for id_, fields in declared.items()
        }

    def get(self, template_id: object) -> Template:
        template = self._by_id.get(str(template_id))
        if template is None:
            raise ApiError(40037)
        return template
