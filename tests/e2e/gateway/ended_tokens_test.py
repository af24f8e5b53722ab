"""A token that ends, by whatever way, ends the requests that are under way with it, and no others."""
import itertools
import json
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import BIN, Gateway, chat_stream, message_stream, read_chunks, read_reply  # noqa: E402

QUESTION = [{"role": "user", "content": "Hi"}]
CLIENTS = {
    "messages": ("/v1/messages", {"max_tokens": 5, "messages": QUESTION}),
    "chat": ("/v1/chat/completions", {"messages": QUESTION}),
    "responses": ("/v1/responses", {"input": "Hi"}),
}
PROVIDERS = ("same", "other")  # of the format of the client of Messages, and of another
STAGES = ("whole", "before content", "after content")


class EndedTokens(unittest.TestCase):
    def setUp(self):
        self.stage = ""
        self.upstream = Upstream(self.script)
        self.addCleanup(self.upstream.__exit__)
        self.gateway = Gateway(
            {"same": {"api_base_url": self.upstream.url, "interface": "anthropic",
                      "api_key_env": "TEST_KEY", "models": ["m"]},
             "other": {"api_base_url": self.upstream.url + "/v1", "interface": "openai",
                       "api_key_env": "TEST_KEY", "models": ["m"]}},
            {name: {"provider": "same", "model": "m"} for name in ("Sam", "Eve")})
        self.addCleanup(self.gateway.__exit__)

    def script(self, request, to):
        if self.stage == "after content":
            chat = request.target.endswith("/chat/completions")
            to.stream((chat_stream("one two") if chat else message_stream("one two"))[:4], end=False)
        to.wait_gone(20)

    def begin(self, client: str, provider: str, stage: str, persona="Sam"):
        """A connection whose request is with the upstream, and what came of its answer."""
        path, body = CLIENTS[client]
        self.stage = stage
        asked = len(self.upstream.requests)
        connection = self.gateway.connect()
        self.addCleanup(connection.close)
        connection.sendall(self.gateway.request_bytes(
            "POST", path, json.dumps({**body, "model": f"{provider},m",
                                      "stream": stage != "whole"}).encode(),
            {"authorization": f"Bearer {self.gateway.token(persona)}"}))
        self.upstream.wait_for_requests(asked + 1)
        seen = b""
        while stage == "after content" and b"one" not in seen:
            seen += connection.recv(65536)
        return connection, seen

    def by_command(self):
        subprocess.run([f"{BIN}/katra", "token", "end", "--persona", "Sam", "--home",
                        self.gateway.home], check=True, capture_output=True,
                       env=self.gateway.environment)

    def by_socket(self):
        self.assertEqual(self.gateway.admin("POST", "/admin/revoke", {"persona": "Sam"}).status, 200)

    def by_removing_the_file(self):
        Path(self.gateway.home, "run", "tokens.json").unlink()

    def check_told(self, client: str, connection, seen: bytes):
        if not seen:
            reply = read_reply(connection)
            self.assertEqual(reply.status, 401)
            error = reply.json()["error"]
        else:
            head, rest = seen.split(b"\r\n\r\n", 1)
            body, complete = read_chunks(connection, rest)
            self.assertTrue(complete)
            data = [json.loads(line[6:]) for line in body.split(b"\n")
                    if line.startswith(b"data: {")]
            data = [one.get("response", one) for one in data]
            error = next(one["error"] for one in data if one.get("error"))
            self.assertNotIn(b"message_stop", body)
            self.assertNotIn(b"response.completed", body)
            self.assertIn({"messages": b"event: error\n", "chat": b"data: {\"error\"",
                           "responses": b"event: response.failed\n"}[client], body)
        self.assertIn("token", error["message"])

    def test_it_ends_what_is_under_way(self):
        ways = {"by the command": self.by_command, "by the socket": self.by_socket,
                "by its file": self.by_removing_the_file}
        cases = [(*case, "by the socket") for case in itertools.product(CLIENTS, PROVIDERS, STAGES)]
        cases += [("messages", "same", stage, way) for stage in STAGES for way in ways]
        for client, provider, stage, way in cases:
            with self.subTest(client=client, provider=provider, stage=stage, way=way):
                self.gateway.tokens.clear()
                self.upstream.gone.clear()
                connection, seen = self.begin(client, provider, stage)
                ways[way]()
                self.check_told(client, connection, seen)
                self.assertTrue(self.upstream.gone.wait(10), "the upstream works on")

    def test_it_ends_no_other(self):
        connection, _ = self.begin("messages", "same", "after content", persona="Eve")
        mine, seen = self.begin("messages", "same", "after content")
        self.by_command()
        self.check_told("messages", mine, seen)
        status = self.gateway.admin("GET", "/admin/status").json()
        self.assertEqual(status["open_requests"], 1)
        connection.close()

    def test_a_request_that_waits_for_another_try_ends_as_well(self):
        self.upstream.script = lambda request, to: to.reply(503, b"{}", headers=[
            ("retry-after", "5")])
        path, body = CLIENTS["messages"]
        with self.gateway.connect() as connection:
            connection.sendall(self.gateway.request_bytes(
                "POST", path, json.dumps({**body, "model": "same,m"}).encode(),
                {"authorization": f"Bearer {self.gateway.token('Sam')}"}))
            self.upstream.wait_for_requests(1)
            self.by_socket()
            self.check_told("messages", connection, b"")
        self.assertEqual(len(self.upstream.requests), 1)


if __name__ == "__main__":
    unittest.main()
