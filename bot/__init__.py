"""The outside world: Flask, WeChat, configuration, processes, the command line, the simulator."""
