"""议事: what one party can't solve alone comes to the month's meeting; what is decided there is promised."""
