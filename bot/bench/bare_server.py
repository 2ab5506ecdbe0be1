"""Runs a bare app under the program's server: `python -m bot.bench.bare_server module:factory PORT WORKERS CLASS`."""

import sys
from importlib import import_module

from bot.server.serving import serve

if __name__ == "__main__":
    module, _, factory = sys.argv[1].partition(":")
    app = getattr(import_module(module), factory)()
    serve(app, "127.0.0.1", int(sys.argv[2]), int(sys.argv[3]), worker_class=sys.argv[4])
