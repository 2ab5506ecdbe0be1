"""Open311 GeoReport v2: other platforms file requests, and anyone can read their status."""
