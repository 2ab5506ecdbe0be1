"""Requests that the next level decides (延期, 挂账, 权属异议), and endings by staff (不受理, 解释, 并单)."""
