"""预约上门: staff and residents agree when somebody comes; both are reminded."""
