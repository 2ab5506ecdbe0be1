"""预约上门: staff and residents agree on the time of a visit; both are reminded."""
