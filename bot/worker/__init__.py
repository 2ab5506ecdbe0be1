"""The worker process: sends pushes and runs timers."""
