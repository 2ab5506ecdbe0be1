"""楼栋长 and 业委会: they file for neighbours, and see tickets of their building or compound without names."""
