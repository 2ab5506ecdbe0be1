"""The list of services and their attributes, in the standard's fields."""

from collections.abc import Mapping
from typing import Any

from handlers.open311.services import HOUSE, Service, services
from handlers.town.town import Town


def service_list(town: Town) -> list[dict[str, Any]]:
    return [_listed(town, each) for each in services(town)]


def definition(town: Town, service: Service) -> Mapping[str, Any]:
    """The attributes of a service: building, unit and room, all optional."""
    return {
        "service_code": service.code,
        "attributes": [
            {
                "variable": True,
                "code": name,
                "datatype": "string",
                "required": False,
                "datatype_description": None,
                "order": order,
                "description": town.say(asks),
                "values": [],
            }
            for order, (name, asks) in enumerate(HOUSE.items(), start=1)
        ],
    }


def _listed(town: Town, service: Service) -> dict[str, Any]:
    return {
        "service_code": service.code,
        "service_name": service.name,
        "description": town.say("open311.about", group=service.group, name=service.name),
        "metadata": True,
        "type": "realtime",
        "keywords": ",".join(dict.fromkeys((service.group, service.name))),
        "group": service.group,
    }
