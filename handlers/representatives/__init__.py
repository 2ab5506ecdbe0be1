"""楼栋长 and 业委会: they file for their neighbours, and see how their house or compound gets on, without names."""
