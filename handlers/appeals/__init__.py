"""Appeals against what counts, and the three figures that show what they and other exclusions change."""
