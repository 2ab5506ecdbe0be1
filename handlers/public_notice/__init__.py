"""公示: monthly public figures of each compound, without personal data, secured by a hash chain."""
