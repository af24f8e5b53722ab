"""Stands in for a coding agent: writes down how it was started, and then behaves as told.

KATRA_RECORD     the folder for the records, one JSON file a start
KATRA_BEHAVIOUR  "quit" (default), "hold" (until SIGTERM), "deaf" (ignores SIGTERM),
                 "connect" (hold, with the MCP server that --mcp-config names, connected)
                 "interrupt" (hold, until Ctrl-C as well)
KATRA_EXIT       the code to exit with, 0 by default
"""
import json
import os
import pathlib
import signal
import subprocess
import sys


def record(folder: str) -> None:
    written = pathlib.Path(folder, f"{pathlib.Path(sys.argv[0]).name}-{os.getpid()}.json")
    started = {
        "program": pathlib.Path(sys.argv[0]).name, "arguments": sys.argv[1:],
        "environment": dict(os.environ), "folder": os.getcwd(), "pid": os.getpid(),
        "terminal": os.isatty(0),
    }
    written.with_suffix(".part").write_text(json.dumps(started))
    written.with_suffix(".part").rename(written)  # readers see the whole or nothing


def connect() -> subprocess.Popen:
    """Starts the server as Claude Code does, and shakes hands with it."""
    config = json.loads(sys.argv[sys.argv.index("--mcp-config") + 1])["mcpServers"]["katra"]
    server = subprocess.Popen(
        [config["command"], *config["args"]], env={**os.environ, **config["env"]},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    for message in (
        {"id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "claude-code", "version": "2.1.329"}}},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "katra_whoami", "arguments": {}}},
    ):
        server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        server.stdin.flush()
        while "id" in message and json.loads(server.stdout.readline()).get("id") != message["id"]:
            pass
    return server


def main() -> None:
    if "--version" in sys.argv[1:]:
        print(os.environ.get("KATRA_CLIENT_VERSION", "2.1.329 (stand-in)"))
        return
    behaviour = os.environ.get("KATRA_BEHAVIOUR", "quit")
    ended = []
    signal.signal(signal.SIGHUP, signal.SIG_IGN if behaviour == "deaf" else signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_IGN if behaviour == "deaf" else
                  lambda number, frame: ended.append(number))
    if behaviour == "interrupt":
        signal.signal(signal.SIGINT, lambda number, frame: ended.append(number))
    server = connect() if behaviour == "connect" else None
    record(os.environ["KATRA_RECORD"])
    while behaviour != "quit" and not ended:
        signal.sigtimedwait([], 0.05)
    if server:
        server.stdin.close()
        server.wait(timeout=10)
    sys.exit(int(os.environ.get("KATRA_EXIT", "0")))


main()
