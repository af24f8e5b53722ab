"""Keys that a command prints (api_key_command): run when one is needed, kept while they are good, asked
for once more when the provider refuses one, and seen by nobody but the provider."""
import json
import os
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message, message_stream, wait_until  # noqa: E402

BODY = {"model": "claude-sonnet", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
REFUSAL = b'{"type":"error","error":{"type":"authentication_error","message":"no such key"}}'
CHAT = json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [{
    "index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}).encode()


class KeyCommands(unittest.TestCase):
    def setUp(self):
        self.good = {"key-1"}  # what the provider takes
        self.upstream = Upstream(self.script)
        self.addCleanup(self.upstream.__exit__)

    def script(self, request, to):
        if self.key_of(request) not in self.good:
            to.reply(401, REFUSAL)
        elif request.target.endswith("/chat/completions"):
            to.reply(200, CHAT)
        else:
            to.reply(200, message())

    @staticmethod
    def key_of(request) -> str:
        bearer = request.header("authorization") or ""
        return request.header("x-api-key") or request.header("api-key") or bearer[len("Bearer "):]

    def keys(self) -> list[str]:
        return [self.key_of(request) for request in self.upstream.requests]

    def gateway(self, command, interface="anthropic", fallback=None, environment=None,
                **more) -> Gateway:
        chat = interface == "openai"
        own = {"api_base_url": self.upstream.url + ("/v1" if chat else ""), "interface": interface,
               "api_key_command": command, "models": ["m"], **more}
        providers = {"printed": own}
        if fallback:
            providers["other"] = fallback
        persona = {"provider": "printed", "model": "m",
                   **({"fallbacks": ["other/m"]} if fallback else {})}
        gateway = Gateway(providers, {"Sam": persona, "Tom": persona},
                          environment={"COUNTER": self.counter(), **(environment or {})})
        self.addCleanup(gateway.__exit__)
        return gateway

    def counter(self) -> str:
        """A file to which each run of a command adds a line."""
        if not hasattr(self, "runs_file"):
            self.runs_file = f"/tmp/katra-key-runs-{os.getpid()}-{id(self)}"
            self.addCleanup(lambda: os.path.exists(self.runs_file) and os.remove(self.runs_file))
        return self.runs_file

    def runs(self) -> int:
        path = Path(self.counter())
        return len(path.read_text().splitlines()) if path.exists() else 0

    def counted(self, then: str) -> str:
        """A command that counts its run as $n, and prints."""
        return f'echo run >> "$COUNTER"; n=$(wc -l < "$COUNTER"); {then}'

    def test_both_forms_both_faces_every_header(self):
        for interface, auth, command, header in (
                ("anthropic", None, ["printf", "key-%s\n", "1"], "x-api-key"),
                ("anthropic", "bearer", "echo key-1", "authorization"),
                ("anthropic", "api-key", "echo key-1", "api-key"),
                ("openai", None, ["/bin/echo", "key-1"], "authorization"),
                ("openai", "api-key", "printf '\\n key-1 \\n\\n'", "api-key")):
            with self.subTest(interface=interface, auth=auth):
                gateway = self.gateway(command, interface, **({"auth": auth} if auth else {}))
                self.assertEqual(gateway.ask(body=BODY).status, 200)
                sent = self.upstream.requests[-1]
                self.assertIn(sent.header(header), ("key-1", "Bearer key-1"))
                gateway.__exit__()

    def test_one_run_serves_all_until_the_key_is_refused_and_then_once_more(self):
        gateway = self.gateway(self.counted('echo "key-$n"'))
        for persona in ("Sam", "Tom", "Sam"):
            self.assertEqual(gateway.ask(body=BODY, persona=persona).status, 200)
        self.assertEqual(self.runs(), 1)
        self.good = {"key-2"}
        self.assertEqual(gateway.ask(body=BODY).status, 200)
        self.assertEqual(self.keys(), ["key-1"] * 4 + ["key-2"])
        self.assertEqual(self.runs(), 2)
        self.good = {"key-9"}
        refused = gateway.ask(body=BODY)
        self.assertEqual(refused.body, REFUSAL)
        self.assertEqual(refused.status, 401)
        self.assertEqual(self.keys()[5:], ["key-2", "key-3"])  # and no third try
        self.assertEqual(self.runs(), 3)

    def test_a_403_and_a_stream_and_the_other_formats_are_asked_again_as_well(self):
        for interface, path in (("anthropic", "/v1/messages"), ("openai", "/v1/messages"),
                                ("anthropic", "/v1/chat/completions"), ("openai", "/v1/responses")):
            with self.subTest(interface=interface, path=path):
                Path(self.counter()).unlink(missing_ok=True)

                def script(request, to):
                    if self.key_of(request) == "key-1":
                        to.reply(403, REFUSAL.replace(b"authentication", b"permission"))
                    elif request.target.endswith("completions"):
                        to.stream(chat_stream())
                    else:
                        to.stream(message_stream())

                self.upstream.script = script
                gateway = self.gateway(self.counted('echo "key-$n"'), interface)
                body = {**BODY, "stream": True}
                if path == "/v1/responses":
                    body = {"model": "claude-sonnet", "stream": True, "input": "Hi"}
                reply = gateway.ask(path=path, body=body)
                self.assertEqual(reply.status, 200)
                self.assertIn("Hello", reply.body.decode())
                self.assertEqual(self.keys()[-2:], ["key-1", "key-2"])
                gateway.__exit__()

    def test_the_same_key_again_is_not_sent_again(self):
        gateway = self.gateway(self.counted("echo key-7"))
        self.assertEqual(gateway.ask(body=BODY).status, 401)
        self.assertEqual(self.keys(), ["key-7"])
        self.assertEqual(self.runs(), 2)

    def test_what_the_output_says_of_its_end(self):
        for output, kept in (
                ('{"token":"key-1","expires_in":3600}', True),
                ('{"accessToken":"key-1","expires_on":4102444800,"expiresOn":"2001-01-01 00:00:00"}',
                 True),
                ('{"credential":{"access_token":"key-1","token_expiry":"2099-01-01T00:00:00Z"}}', True),
                ('{"status":{"token":"key-1","expirationTimestamp":"2099-01-01T00:00:00Z"}}', True),
                ('{"api_key":"key-1"}', True),
                ('{"api_key":"key-1","expires_at":"2001-01-01T00:00:00Z"}', False),
                ('{"api_key":"key-1","expires_on":"1000000000"}', False),
                ('{"access_token":"key-1","expires_in":0}', False)):
            with self.subTest(output):
                Path(self.counter()).unlink(missing_ok=True)
                gateway = self.gateway(self.counted(f"echo '{output}'"))
                for _ in range(2):
                    self.assertEqual(gateway.ask(body=BODY).status, 200)
                self.assertEqual(self.runs(), 1 if kept else 2)
                gateway.__exit__()

    def test_requests_that_come_together_share_a_run(self):
        gateway = self.gateway(self.counted('read line < "$GATE"; echo "key-$n"'),
                               environment={"GATE": self.gate()})
        gateway.token("Sam")
        replies = []
        threads = [threading.Thread(target=lambda: replies.append(gateway.ask(body=BODY).status))
                   for _ in range(8)]
        for thread in threads:
            thread.start()
        wait_until(lambda: json.loads(gateway.admin("GET", "/admin/status").body)
                   ["open_requests"] == 8, what="the requests did not come")
        self.open_gate()
        for thread in threads:
            thread.join(20)
        self.assertEqual(replies, [200] * 8)
        self.assertEqual(self.runs(), 1)

    def gate(self) -> str:
        self.gate_path = f"{self.counter()}.gate"
        os.mkfifo(self.gate_path)
        self.addCleanup(lambda: os.remove(self.gate_path))
        return self.gate_path

    def open_gate(self):
        with open(self.gate_path, "w", encoding="utf-8") as gate:
            gate.write("go\n")

    def test_a_client_that_leaves_and_an_end_of_the_gateway_while_the_command_runs(self):
        gateway = self.gateway(self.counted('echo $$ >> "$COUNTER"; read line < "$GATE"; echo key-1'),
                               environment={"GATE": self.gate()})
        request = gateway.request_bytes("POST", "/v1/messages", json.dumps(BODY).encode(), {
            "authorization": f"Bearer {gateway.token('Sam')}"})
        with gateway.connect() as connection:
            connection.sendall(request)
            wait_until(lambda: self.runs() >= 2, what="the command was not run")
        process = int(Path(self.counter()).read_text().split()[-1])
        gateway.stop()
        wait_until(lambda: not os.path.exists(f"/proc/{process}"), what="the command lives on")
        self.assertEqual(self.upstream.requests, [])

    def test_a_command_that_fails_says_why_and_what_to_do(self):
        for command, expected, more in (
                ("echo 'please log in' >&2; exit 3", ["exit code 3", "please log in"], {}),
                (["/no/such/program"], ["cannot be started"], {}),
                (["no-such-program-at-all"], ["cannot be started"], {}),
                ("true", ["printed nothing"], {}),
                ("echo two words", ["not a key"], {}),
                ("printf 'key\\nother: header'", ["not a key"], {}),
                ("echo '{\"Version\":1}'", ["without a key"], {}),
                ("echo '{\"token\":'", ["cannot be read"], {}),
                ("head -c 100000 /dev/zero | tr '\\0' x", ["more than a key"], {}),
                ("sleep 60", ["did not end in time"], {"api_key_timeout_s": 1}),
                ("kill -9 $$", ["exit code 137"], {})):
            with self.subTest(command=command):
                gateway = self.gateway(command, **more)
                reply = gateway.ask(body=BODY)
                self.assertEqual(reply.status, 400)
                said = reply.json()["error"]["message"]
                for words in [*expected, "api_key_command of printed", "providers.printed"]:
                    self.assertIn(words, said)
                self.assertEqual(self.upstream.requests, [])
                gateway.__exit__()

    def test_another_candidate_answers_when_the_command_fails(self):
        other = Upstream(lambda request, to: to.reply(200, message("from the other")))
        self.addCleanup(other.__exit__)
        gateway = self.gateway("exit 1", fallback={
            "api_base_url": other.url, "interface": "anthropic", "api_key_env": "TEST_KEY",
            "models": ["m"]})
        reply = gateway.ask(body=BODY)
        self.assertEqual(reply.status, 200)
        self.assertIn("from the other", reply.body.decode())
        self.assertIn("api_key_command", reply.header("x-katra-failed"))

    def test_nobody_else_sees_the_key(self):
        secret = "0dd-K3y.of/no-known+shape=="
        self.good = {secret}
        gateway = self.gateway(
            f"echo 'debug: got {secret} and sk-abcdefghijklmnopqrstuvwxyz123456' >&2; "
            f"echo {secret}; exit $CODE", environment={"CODE": "5"})
        failed = gateway.ask(body=BODY)
        self.assertIn("debug: got [redacted]", failed.body.decode())
        self.assertIn("x" * 0, failed.body.decode())
        gateway.environment["CODE"] = "0"
        gateway.restart()
        self.assertEqual(gateway.ask(body=BODY).status, 200)
        self.upstream.script = lambda request, to: to.reply(
            400, f'{{"type":"error","error":{{"type":"x","message":"not {secret}"}}}}'.encode())
        repeated = gateway.ask(body=BODY)
        said = f"{failed.headers}{failed.body}{repeated.headers}{repeated.body}{gateway.log()}"
        said += json.dumps(gateway.decisions(1))
        self.assertNotIn(secret, said)
        self.assertNotIn("sk-abcdefghijklmnopqrstuvwxyz", said)
        configuration = Path(gateway.home, "router/personas.json")
        for path in Path(gateway.home).rglob("*"):
            if path.is_file() and path != configuration:  # there the test itself wrote it
                self.assertNotIn(secret.encode(), path.read_bytes(), path)

    def test_what_the_command_gets(self):
        gateway = self.gateway(
            'echo "$PWD $HOME ${KATRA_PERSONA-none} ${MY_OWN-none} ${A_TOKEN-none} '
            '$(readlink /proc/self/fd/0)" > "$COUNTER"; echo key-1',
            environment={"KATRA_PERSONA": "Sam", "MY_OWN": "mine",
                         "A_TOKEN": "katra_" + "x" * 43})
        self.assertEqual(gateway.ask(body=BODY).status, 200)
        self.assertEqual(Path(self.counter()).read_text().split(),
                         [gateway.home, gateway.home, "none", "mine", "none", "/dev/null"])


if __name__ == "__main__":
    unittest.main()
