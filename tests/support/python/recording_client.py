"""Stands in for a coding agent: writes down how it was started, and then behaves as told.

KATRA_RECORD     the folder for the records, one JSON file a start
KATRA_BEHAVIOUR  "quit" (default), "hold" (until SIGTERM), "deaf" (ignores SIGTERM),
                 "connect" (hold, with the MCP server that --mcp-config names, connected)
                 "interrupt" (hold, until Ctrl-C as well)
KATRA_SCREEN     what it shows at first, as text
KATRA_EXIT       the code to exit with, 0 by default
KATRA_THREAD     with "connect": the conversation that each call of a tool names, as Codex does
"""
import os
import sys

# Hundreds of these are started, most of them only for their version, which needs no more than this.
if "--version" in sys.argv[1:]:
    print(os.environ.get("KATRA_CLIENT_VERSION", "2.1.329 (stand-in)"))
    sys.exit(0)

import json  # noqa: E402
import signal  # noqa: E402

PROGRAM = os.path.basename(sys.argv[0])


def record(folder: str) -> None:
    written = f"{folder}/{PROGRAM}-{os.getpid()}"
    started = {
        "program": PROGRAM, "arguments": sys.argv[1:],
        "environment": dict(os.environ), "folder": os.getcwd(), "pid": os.getpid(),
        "terminal": os.isatty(0),
    }
    with open(f"{written}.part", "w") as file:
        json.dump(started, file)
    os.rename(f"{written}.part", f"{written}.json")  # readers see the whole or nothing


def handed_over() -> dict:
    """The server that this client was told of: in --mcp-config, or in `-c key=value` as Codex's."""
    if "--mcp-config" in sys.argv:
        return json.loads(sys.argv[sys.argv.index("--mcp-config") + 1])["mcpServers"]["katra"]
    values = dict(
        sys.argv[i + 1].removeprefix("mcp_servers.katra.").split("=", 1)
        for i, word in enumerate(sys.argv) if word == "-c" and "mcp_servers" in sys.argv[i + 1])
    return {"command": json.loads(values["command"]), "args": [],
            "env": {name.removeprefix("env."): json.loads(value)
                    for name, value in values.items() if name.startswith("env.")}}


def connect():
    """Starts the server as the client does, and shakes hands with it."""
    import subprocess
    config = handed_over()
    server = subprocess.Popen(
        [config["command"], *config["args"]], env={**os.environ, **config["env"]},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    name = {"claude": "claude-code", "codex": "codex-mcp-client"}[PROGRAM]
    call = {"name": "katra_whoami", "arguments": {}}
    if thread := os.environ.get("KATRA_THREAD"):
        call["_meta"] = {"threadId": thread, "x-codex-turn-metadata": {"thread_source": "user"}}
    for message in (
        {"id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": name, "version": "2.1.329"}}},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": call},
    ):
        server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        server.stdin.flush()
        while "id" in message and json.loads(server.stdout.readline()).get("id") != message["id"]:
            pass
    return server


def main() -> None:
    behaviour = os.environ.get("KATRA_BEHAVIOUR", "quit")
    ended = []
    signal.signal(signal.SIGHUP, signal.SIG_IGN if behaviour == "deaf" else signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_IGN if behaviour == "deaf" else
                  lambda number, frame: ended.append(number))
    if behaviour == "interrupt":
        signal.signal(signal.SIGINT, lambda number, frame: ended.append(number))
    server = connect() if behaviour == "connect" else None
    if screen := os.environ.get("KATRA_SCREEN"):
        print(screen, flush=True)
    record(os.environ["KATRA_RECORD"])
    ending = {signal.SIGTERM} | ({signal.SIGINT} if behaviour == "interrupt" else set())
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)  # one from now on is waited for
    while behaviour == "deaf":
        signal.pause()
    if behaviour != "quit" and not ended:
        signal.sigwait(ending)
    if server:
        server.stdin.close()
        server.wait(timeout=10)
    sys.exit(int(os.environ.get("KATRA_EXIT", "0")))


main()
