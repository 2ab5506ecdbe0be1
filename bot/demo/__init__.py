"""The demonstration: a fake WeChat, a town with a past and a clock to move, all in one process."""
