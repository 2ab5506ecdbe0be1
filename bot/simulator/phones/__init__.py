"""The page with the phones, and what its visitors do."""
