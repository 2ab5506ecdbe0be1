"""The discovery document: the endpoint's address and its formats."""

from collections.abc import Mapping
from typing import Any

CHANGED = "2026-11-30T00:00:00+08:00"
"""The last change of this endpoint's offer"""


def discovery(address: str, contact: str) -> Mapping[str, Any]:
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": address,
        "changeset": CHANGED,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    return {"changeset": CHANGED, "contact": contact, "key_service": contact, "endpoints": [endpoint]}
