"""A katra_mcp_server in the home of a running gateway, driven as a client drives it."""
import json
import subprocess

from gateway_fixture import BIN, Gateway

MODERN = {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
          "io.modelcontextprotocol/clientCapabilities": {}}


class Server:
    """A katra_mcp_server of the gateway's home, as a client's child."""

    def __init__(self, gateway: Gateway, persona: str, session: str = "", modern: bool = False):
        """`modern`: in the stateless era of the protocol, each request with its own `_meta`."""
        self.gateway = gateway
        self.meta = {"_meta": MODERN} if modern else {}
        environment = {**gateway.environment, "KATRA_HOME": gateway.home}
        if session:
            environment["CLAUDE_CODE_SESSION_ID"] = session
        self.process = subprocess.Popen(
            [f"{BIN}/katra_mcp_server", "--persona", persona], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        self.number = 0
        if not modern:
            self.begin()
        # The handshake does not wait for the session, and an answer of a model is told to those
        # sessions that there are.
        self.call("katra_whoami")

    def begin(self):
        self.request("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                    "clientInfo": {"name": "test", "version": "1"}})
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def send(self, message: dict):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def request(self, method: str, params: dict):
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": {**params, **self.meta}})
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id") == self.number:
                return answer["result"]

    def call(self, tool: str, **arguments) -> str:
        return self.request("tools/call", {"name": tool, "arguments": arguments})["content"][0]["text"]
