"""A katra_mcp_server of one persona, driven as a client drives it."""
import json
import os
import subprocess


class McpServer:
    def __init__(self, programs: str, home: str, persona: str, folder: str | None = None, **environment):
        """`programs`: the folder of the built programs. `environment`: besides PATH and HOME."""
        self.process = subprocess.Popen(
            [f"{programs}/katra_mcp_server", "--home", home, "--persona", persona, "--legacy"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": home, **environment})
        self.number = 0
        self.call("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                 "clientInfo": {"name": "test", "version": "1"}})
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def send(self, message: dict):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def call(self, method: str, params: dict) -> dict:
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        while True:
            message = json.loads(self.process.stdout.readline())
            if message.get("id") == self.number:
                return message["result"]

    def tool(self, tool: str, /, **arguments) -> tuple[bool, str]:
        """Whether it worked, and what it says."""
        result = self.call("tools/call", {"name": tool, "arguments": arguments})
        return not result.get("isError", False), result["content"][0]["text"]

    def resource(self, uri: str) -> str:
        return self.call("resources/read", {"uri": uri})["contents"][0]["text"]

    def kill(self):
        """As kill -9 does."""
        self.process.kill()
        self.end()

    def end(self):
        """Ends it as its client does. A second time does nothing."""
        if self.process.stdin.closed:
            return
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
