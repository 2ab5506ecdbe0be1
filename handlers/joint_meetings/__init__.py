"""议事: stuck tickets come before the monthly meeting; its decisions become promises."""
