"""Open311 GeoReport v2: other platforms file requests here, and anybody reads how they stand."""
