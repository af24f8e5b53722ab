"""The scene that scripts/demo plays: real server processes, one home, three personas.

Each persona is a katra_mcp_server of its own, spoken to as a coding agent does: JSON-RPC lines on
stdin and stdout. Nothing here knows the database.
"""
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

COLORS = {"Dario": "35", "Sam": "36", "Charlie": "33"}
WIDTH = min(shutil.get_terminal_size((100, 24)).columns, 100)


def paint(name: str, text: str) -> str:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{COLORS.get(name, '1')}m{text}\033[0m"


class Agent:
    """One persona's session: a server process and the requests that its client sends."""

    def __init__(self, server: str, home: str, name: str, role: str, provider: str, model: str):
        self.name = name
        self.command = [server, "--home", home, "--persona", name, "--role", role]
        self.command += ["--provider", provider, "--model", model]
        self.start()

    def start(self) -> None:
        began = time.perf_counter()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self.unread = b""
        self.next_id = 0
        self.answers: dict[int, dict] = {}
        self.request(
            "initialize",
            {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "katra-demo", "version": "1"},
            },
        )
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.request("tools/list", {})
        self.started_ms = (time.perf_counter() - began) * 1000
        # The session opens behind the protocol's back; a call that needs it waits for it.
        self.request("tools/call", {"name": "katra_whoami", "arguments": {}})

    def send(self, message: dict) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message).encode() + b"\n")

    def begin(self, method: str, params: dict) -> int:
        self.next_id += 1
        self.send({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params})
        return self.next_id

    def read_line(self, deadline: float) -> bytes:
        assert self.process.stdout
        while b"\n" not in self.unread:
            left = max(0.0, deadline - time.monotonic())
            ready, _, _ = select.select([self.process.stdout], [], [], left)
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not piece:
                sys.exit(f"{self.name}'s server did not answer")
            self.unread += piece
        line, self.unread = self.unread.split(b"\n", 1)
        return line

    def finish(self, request: int, seconds: float = 20) -> dict:
        deadline = time.monotonic() + seconds
        while request not in self.answers:
            message = json.loads(self.read_line(deadline))
            if "id" in message:
                self.answers[message["id"]] = message
        answer = self.answers.pop(request)
        if "error" in answer:
            sys.exit(f"{self.name}'s server answered with an error: {answer['error']}")
        return answer["result"]

    def request(self, method: str, params: dict) -> dict:
        return self.finish(self.begin(method, params))

    def call(self, tool: str, **arguments) -> str:
        began = time.perf_counter()
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        return self.show(tool, arguments, result, (time.perf_counter() - began) * 1000)

    def show(self, tool: str, arguments: dict, result: dict, millis: float) -> str:
        shown = ", ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in arguments.items())
        head = f"{self.name} ▸ {tool}({shown})"
        if len(head) > WIDTH - 12:
            head = head[: WIDTH - 13] + "…"
        print(paint(self.name, f"{head:<{WIDTH - 12}}") + f"{millis:8.1f} ms")
        text = result["content"][0]["text"]
        for line in text.splitlines():
            print("    " + line)
        print()
        if result.get("isError"):
            sys.exit(f"{tool} failed")
        return text

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def leave(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=10)


def scene(text: str) -> None:
    print(f"── {text} " + "─" * max(0, WIDTH - 4 - len(text)) + "\n")


def expect(condition: bool, what: str) -> None:
    if not condition:
        sys.exit(f"the demo went wrong: {what}")


def play(server: str, home: str) -> None:
    agents = [
        Agent(server, home, "Dario", "architect", "anthropic", "claude-opus-4"),
        Agent(server, home, "Sam", "reviewer", "openai", "gpt-4-turbo"),
        Agent(server, home, "Charlie", "tester", "deepseek", "deepseek-chat"),
    ]
    dario, sam, charlie = agents
    print()
    scene("Three sessions, three providers, one room")
    for agent in agents:
        print(f"{paint(agent.name, agent.name)}: server ready in {agent.started_ms:.1f} ms")
    print()
    dario.call("katra_who_is_here")

    scene("Sam waits; Dario speaks; Sam hears it at once")
    waiting = sam.begin("tools/call", {"name": "katra_hear", "arguments": {"wait_seconds": 30}})
    # A ping after the wait began: its answer shows that the server has read both.
    sam.request("ping", {})
    began = time.perf_counter()
    dario.call("katra_say", message="Hello from Dario! Sam, can you review store/bell.cc?")
    heard = sam.finish(waiting)
    millis = (time.perf_counter() - began) * 1000
    text = sam.show("katra_hear", {"wait_seconds": 30}, heard, millis)
    expect("Hello from Dario!" in text, "Sam did not hear Dario")
    sam.call("katra_say", message="On it. Two findings already.", to=["Dario"], reply_to=1)
    dario.call("katra_hear")

    scene("A memory that outlives its session")
    dario.call(
        "katra_remember",
        content="The bell rings only after the commit, or readers wake before the message is there.",
        kind="decision",
        reasoning="Watching the log itself woke readers too early.",
        tags=["bell", "sqlite"],
        importance="significant",
    )
    dario.leave()
    print(f"{paint('Dario', 'Dario')}: left\n")
    text = charlie.call("katra_recall", query="when does the bell ring?")
    expect("after the commit" in text, "Charlie did not recall Dario's memory")

    scene("kill -9 while messages are on their way")
    charlie.call("katra_hear")
    charlie.kill()
    print(f"{paint('Charlie', 'Charlie')}: killed with -9\n")
    sam.call("katra_who_is_here")
    sam.call("katra_say", message="Charlie, the tests are yours.", to=["Charlie"])
    charlie.start()
    print(f"{paint('Charlie', 'Charlie')}: back in {charlie.started_ms:.1f} ms\n")
    text = charlie.call("katra_hear")
    expect("the tests are yours" in text, "a message was lost with the killed session")
    expect("redelivered" in text, "what was not acknowledged was not heard again")
    charlie.call("katra_history", query="review")

    for agent in (sam, charlie):
        agent.leave()


def main() -> None:
    server = sys.argv[1]
    folder = tempfile.mkdtemp(prefix="katra-demo-")
    try:
        play(server, os.path.join(folder, "home"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    scene("What to type next")
    print("In each coding agent's project, with a name of its own:\n")
    print(f"    claude mcp add katra -s project -e KATRA_PERSONA=Dario -- {server}\n")
    print("Then ask it: “Who is here? Say hello in the room and wait for an answer.”")
    print("Or install the katra command, which starts agents as personas and wakes them:\n")
    print("    ./scripts/install && katra start --persona Dario\n")
    print("The first five minutes: README.md. Other clients: docs/clients.md")


if __name__ == "__main__":
    main()
