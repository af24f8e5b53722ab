"""What a caller without a token and an upstream without an end may cost: bytes, places, time."""
import gzip
import json
import os
import re
import socket
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import (Gateway, chat_stream, message, message_stream, read_reply, sse,  # noqa: E402
                   wait_until)

# Sanitized builds keep shadow memory and freed blocks, and take several times as long.
SLACK = 10 if "KATRA_RELAXED" in os.environ else 1
OPEN_PATHS = ("/", "/api/hello", "/healthz", "/readyz")
MIB = 1 << 20
BODY = {"model": "x", "max_tokens": 5, "stream": True,
        "messages": [{"role": "user", "content": "Hi"}]}
WHOLE = {**BODY, "stream": False}


def status_kb(gateway: Gateway, name: str) -> int:
    text = Path(f"/proc/{gateway.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(rf"{name}:\s+(\d+)", text).group(1))


def cpu_seconds(gateway: Gateway) -> float:
    fields = Path(f"/proc/{gateway.process.pid}/stat").read_text(encoding="ascii").split(") ")[1]
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def one_provider(upstream: Upstream) -> dict:
    return {"fake": {"api_base_url": upstream.url, "interface": "anthropic",
                     "api_key_env": "TEST_KEY", "models": ["m"]}}


class WithoutAToken(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = Upstream(lambda request, to: to.stream(message_stream()))
        cls.gateway = Gateway(one_provider(cls.upstream), {"Sam": {"provider": "fake", "model": "m"}},
                              "--max-connections", "40", "--unknown-timeout", "20000")
        cls.gateway.token("Sam")

    @classmethod
    def tearDownClass(cls):
        cls.gateway.__exit__()
        cls.upstream.__exit__()

    def refused(self, data: bytes, status: int):
        with self.gateway.connect() as client:
            client.sendall(data)
            reply = read_reply(client)
            self.assertEqual(reply.status, status, data)
            self.assertEqual(reply.json()["type"], "error")
            self.assertEqual(reply.header("connection"), "close")
            client.settimeout(5)
            self.assertEqual(client.recv(1), b"")

    def test_no_open_endpoint_takes_a_body(self):
        for path in OPEN_PATHS:
            for method in ("GET", "HEAD"):
                first = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\n".encode()
                old = f"{method} {path} HTTP/1.0\r\nhost: localhost\r\n".encode()
                with self.subTest(f"{method} {path}"):
                    for head in (first + b"content-length: 9\r\n", old + b"content-length: 9\r\n",
                                 first + b"content-length: 009\r\n",
                                 first + b"transfer-encoding: chunked\r\n",
                                 first + b"expect: 100-continue\r\ncontent-length: 9\r\n",
                                 first + b"content-encoding: gzip\r\ncontent-length: 9\r\n"):
                        with self.gateway.connect() as client:
                            client.sendall(head + b"\r\n")
                            reply = read_reply(client, method == "HEAD")
                            self.assertEqual((reply.status, reply.header("connection")),
                                             (413, "close"), head)
                    for head in (first, first + b"content-length: 0\r\n", old):
                        with self.gateway.connect() as client:
                            client.sendall(head + b"\r\n")
                            self.assertEqual(read_reply(client, method == "HEAD").status, 200, head)

    def test_bodies_without_a_token_are_not_kept(self):
        before = status_kb(self.gateway, "VmRSS")
        heads = [b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n",
                 b"GET /nothing HTTP/1.1\r\nhost: localhost\r\n",
                 b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer no\r\n",
                 b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n",
                 b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\n",
                 b"POST /admin/tokens HTTP/1.1\r\nhost: localhost\r\n"]
        for head in heads:
            with self.gateway.connect() as client:
                try:
                    client.sendall(head + b"content-length: 60000000\r\n\r\n")
                    for _ in range(60):
                        client.sendall(b"x" * 1_000_000)
                except (ConnectionError, socket.timeout):
                    pass
        self.assertLess(status_kb(self.gateway, "VmHWM") - before, 30_000 * SLACK)

    def test_gzip_is_not_inflated_for_strangers_and_not_without_end_for_others(self):
        bomb = gzip.compress(b" " * (64 * MIB - 1))
        head = b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-encoding: gzip\r\n"
        length = b"content-length: %d\r\n\r\n" % len(bomb)
        before = cpu_seconds(self.gateway)
        self.refused(head + length + bomb, 401)
        auth = b"authorization: Bearer %s\r\n" % self.gateway.token("Sam").encode()
        self.refused(head + auth + length + bomb, 413)
        self.assertLess(cpu_seconds(self.gateway) - before, 1 * SLACK)
        text = json.dumps({**WHOLE, "messages": [
            {"role": "user", "content": [{"type": "text", "text": str(n)} for n in range(400_000)]}]})
        reply = self.gateway.ask(body=gzip.compress(text.encode()),
                                 headers={"content-encoding": "gzip"})
        self.assertNotIn(reply.status, (400, 413), reply.body)
        self.assertEqual(len(self.upstream.requests[-1].body), len(text))

    def places_are_kept(self, sent: bytes):
        held = [self.gateway.connect() for _ in range(60)]
        try:
            for client in held:
                try:
                    client.sendall(sent)
                except ConnectionError:  # it was the one to go
                    pass
            for _ in range(3):
                self.assertEqual(self.gateway.ask(body=BODY).status, 200)
        finally:
            for client in held:
                client.close()

    def test_idle_strangers_make_room_for_who_has_a_token(self):
        self.places_are_kept(b"")

    def test_slow_strangers_make_room_for_who_has_a_token(self):
        self.places_are_kept(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-a: ")

    def test_refused_strangers_make_room_for_who_has_a_token(self):
        self.places_are_kept(self.gateway.request_bytes("POST", "/v1/messages", b"", {}))

    def test_visitors_make_room_for_who_has_a_token(self):
        self.places_are_kept(self.gateway.request_bytes("GET", "/healthz", b"", {}))

    def test_who_has_a_token_keeps_the_connection_while_strangers_come(self):
        auth = {"authorization": f"Bearer {self.gateway.token('Sam')}"}
        request = self.gateway.request_bytes("GET", "/v1/models", b"", auth)
        with self.gateway.connect() as known:
            known.sendall(request)
            self.assertEqual(read_reply(known).status, 200)
            strangers = [self.gateway.connect() for _ in range(60)]
            known.sendall(request)
            self.assertEqual(read_reply(known).status, 200)
            for client in strangers:
                client.close()

    def test_callers_who_wait_make_room_when_all_are_known(self):
        auth = {"authorization": f"Bearer {self.gateway.token('Sam')}"}
        known = [self.gateway.connect() for _ in range(40)]
        try:
            for client in known:
                client.sendall(self.gateway.request_bytes("GET", "/v1/models", b"", auth))
                self.assertEqual(read_reply(client).status, 200)
            self.assertEqual(self.gateway.ask(body=BODY).status, 200)
        finally:
            for client in known:
                client.close()

    def test_heads_that_do_not_end_take_a_bounded_share(self):
        upstream = Upstream(lambda request, to: to.stream(message_stream()))
        gateway = Gateway(one_provider(upstream), {"Sam": {"provider": "fake", "model": "m"}})
        with upstream, gateway:
            self.assertEqual(gateway.ask(body=BODY).status, 200)
            gateway.decisions(1)  # what is made at the first use is there now
            before = status_kb(gateway, "VmRSS")
            held = [gateway.connect() for _ in range(800)]
            for client in held:
                try:
                    client.sendall(b"GET /healthz HTTP/1.1\r\nx: " + b"y" * 64_000)
                except ConnectionError:
                    pass
            self.assertEqual(gateway.ask(body=BODY).status, 200)
            self.assertLess(status_kb(gateway, "VmHWM") - before, 45_000 * SLACK)
            for client in held:
                client.close()

    def test_blank_lines_buy_no_time(self):
        gateway = Gateway(one_provider(self.upstream), {"Sam": {"provider": "fake", "model": "m"}},
                          "--unknown-timeout", "300")
        with gateway, gateway.connect() as client:
            client.settimeout(0.02)
            begun = time.monotonic()
            closed = False
            while not closed and time.monotonic() - begun < 5:
                try:
                    client.sendall(b"\r\n")
                    closed = client.recv(1) == b""
                except socket.timeout:
                    pass
                except ConnectionError:
                    closed = True
            self.assertTrue(closed)


class LargeRequests(unittest.TestCase):
    """What a large body takes is spent beside the loop, where nobody waits for it."""

    def loop_share(self, kind: str, path: str, body: dict, first: dict | None = None):
        def answer(request, to):
            stream = message_stream() if kind == "anthropic" else chat_stream()
            to.stream(stream)

        upstream = Upstream(answer)
        gateway = Gateway(
            {"fake": {"api_base_url": upstream.url, "interface": kind, "api_key_env": "TEST_KEY",
                      "models": ["m"]}}, {"Sam": {"provider": "fake", "model": "m"}})
        with upstream, gateway:
            gateway.ask(body=BODY)

            def spent(thread: str) -> float:
                path = f"/proc/{gateway.process.pid}/{thread}stat"
                fields = Path(path).read_text(encoding="ascii").split(") ")[1].split()
                return int(fields[11]) / os.sysconf("SC_CLK_TCK")

            text = json.dumps(body).encode()
            loop, all_of_it = spent(f"task/{gateway.process.pid}/"), spent("")
            reply = gateway.ask(body=text, path=path)
            self.assertEqual(reply.status, 200, reply.body[:200])
            loop = spent(f"task/{gateway.process.pid}/") - loop
            all_of_it = spent("") - all_of_it
            self.assertGreater(all_of_it, 0.1)
            self.assertLess(loop, all_of_it / 3, (loop, all_of_it))
            self.assertEqual(gateway.ask(body=BODY).status, 200)
            return upstream.requests[1]

    CALLS = [{"role": "assistant", "content": [
                 {"type": "tool_use", "id": f"t{n}", "name": "f", "input": {}} for n in range(100_000)]},
             {"role": "user", "content": [
                 {"type": "tool_result", "tool_use_id": f"t{n}", "content": "x"}
                 for n in range(100_000)]}]

    def test_translation_of_a_large_request(self):
        sent = self.loop_share("openai", "/v1/messages", {**BODY, "messages": self.CALLS})
        self.assertEqual(len(json.loads(sent.body)["messages"]), 100_001)

    def test_cleaning_of_a_large_request(self):
        ours = {"type": "thinking", "thinking": "x", "signature": "katra1.e30"}
        messages = [{"role": "assistant", "content": [ours, {"type": "text", "text": "x"}]},
                    *self.CALLS, {"role": "user", "content": "Go on"}]
        self.loop_share("anthropic", "/v1/messages", {**BODY, "messages": messages})

    def test_reading_a_large_request_of_another_format(self):
        chat = [{"role": "assistant", "content": None, "tool_calls": [
                    {"id": f"t{n}", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                    for n in range(60_000)]},
                *({"role": "tool", "tool_call_id": f"t{n}", "content": "x"} for n in range(60_000)),
                {"role": "user", "content": "Go on"}]
        self.loop_share("anthropic", "/v1/chat/completions",
                        {"model": "x", "stream": True, "messages": chat})

    def test_a_client_that_leaves_meanwhile_and_an_end_meanwhile(self):
        upstream = Upstream(lambda request, to: to.stream(chat_stream()))
        gateway = Gateway(
            {"fake": {"api_base_url": upstream.url, "interface": "openai", "api_key_env": "TEST_KEY",
                      "models": ["m"]}}, {"Sam": {"provider": "fake", "model": "m"}})
        text = json.dumps({**BODY, "messages": self.CALLS}).encode()
        with upstream, gateway:
            request = gateway.request_bytes("POST", "/v1/messages", text, {
                "authorization": f"Bearer {gateway.token('Sam')}"})
            for _ in range(3):
                with gateway.connect() as client:
                    client.sendall(request)
            self.assertEqual(gateway.ask(body=BODY).status, 200)
            with gateway.connect() as client:
                client.sendall(request)
                client.shutdown(socket.SHUT_RDWR)
            gateway.stop()
            self.assertEqual(gateway.process.returncode, 0)


PING = sse("ping", {"type": "ping"})
COMMENT = b": still there\n\n"
UNKNOWN = sse("news", {"type": "news", "x": "y" * 500})
EMPTY = b'data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[]}\n\n'
ROLE = (b'data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":'
        b'[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}\n\n')


class Endless(unittest.TestCase):
    """The first provider never comes to an end; the second one answers."""

    def ask(self, kind: str, script, *options, body=None, path="/v1/messages"):
        """The reply, whether the first upstream was let go of, bytes it could send, and memory."""
        sent = [0]

        def endless(request, to):
            for piece in script(request):
                to.send(piece)
                sent[0] += len(piece)

        def answer(request, to):
            stream = b'"stream":true' in request.body.replace(b" ", b"")
            to.stream(message_stream("second")) if stream else to.reply(200, message("second"))

        first, second = Upstream(endless), Upstream(answer)
        gateway = Gateway(
            {"bad": {"api_base_url": first.url, "interface": kind, "api_key_env": "TEST_KEY",
                     "models": ["b"]},
             "good": {"api_base_url": second.url, "interface": "anthropic",
                      "api_key_env": "TEST_KEY", "models": ["g"]}},
            {"Sam": {"provider": "bad", "model": "b", "fallbacks": ["good/g"]}}, *options)
        with first, second, gateway:
            gateway.token("Sam")
            before, cpu = status_kb(gateway, "VmRSS"), cpu_seconds(gateway)
            reply = gateway.ask(body=body or BODY, path=path)
            self.assertTrue(first.gone.wait(10), "the upstream was not let go of")
            self.assertLess(status_kb(gateway, "VmHWM") - before, 150_000 * SLACK)
            self.assertLess(cpu_seconds(gateway) - cpu, 6 * SLACK)
        return reply, sent[0]

    HEAD = (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n")

    @classmethod
    def stream_of(cls, piece: bytes, first: bytes = b"", pause: float = 0, times: int = 1 << 40):
        block = piece * max(1, 65536 // len(piece)) if not pause else piece

        def script(request):
            yield cls.HEAD
            if first:
                yield b"%x\r\n%s\r\n" % (len(first), first)
            for _ in range(times):
                if pause:
                    time.sleep(pause)
                yield b"%x\r\n%s\r\n" % (len(block), block)
        return script

    def test_a_stream_without_content_is_left_for_the_next_provider(self):
        start = message_stream()[0]
        for kind, name, script in (
                ("anthropic", "pings", self.stream_of(PING)),
                ("anthropic", "pings after the start", self.stream_of(PING, start)),
                ("anthropic", "comments", self.stream_of(COMMENT)),
                ("anthropic", "unknown events", self.stream_of(UNKNOWN)),
                ("anthropic", "starts", self.stream_of(start)),
                ("anthropic", "a line", self.stream_of(b"x")),
                ("anthropic", "a line of data", self.stream_of(b"x", b"data: ")),
                ("anthropic", "a comment of one line", self.stream_of(b"x", b": ")),
                ("anthropic", "blank lines", self.stream_of(b"\n")),
                ("anthropic", "carriage returns", self.stream_of(b"\r")),
                ("openai", "comments", self.stream_of(COMMENT)),
                ("openai", "empty chunks", self.stream_of(EMPTY)),
                ("openai", "roles", self.stream_of(ROLE)),
                ("openai", "a line", self.stream_of(b"x", b"data: ")),
                ("openai", "data without an end", self.stream_of(b"data: x\n")),
                ("openai", "blank lines", self.stream_of(b"\n")),
                ("openai", "carriage returns", self.stream_of(b"\r"))):
            with self.subTest(f"{kind} {name}"):
                reply, sent = self.ask(kind, script)
                self.assertEqual(reply.status, 200)
                self.assertIn(b"second", reply.body)
                self.assertEqual(reply.header("x-katra-provider"), "good")
                self.assertLess(sent, 40 * MIB)

    def test_time_passes_while_nothing_of_an_answer_comes(self):
        for kind, piece in (("anthropic", PING), ("anthropic", COMMENT), ("openai", COMMENT),
                            ("openai", ROLE)):
            with self.subTest(f"{kind} {piece!r}"):
                reply, _ = self.ask(kind, self.stream_of(piece, pause=0.02), "--progress-timeout",
                                    "300", "--ping-interval", "100")
                self.assertIn(b"second", reply.body)

    def test_time_passes_while_a_whole_body_drips(self):
        def drip(request):
            yield b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\n"
            while True:
                time.sleep(0.02)
                yield b" "
        for kind in ("anthropic", "openai"):
            with self.subTest(kind):
                reply, _ = self.ask(kind, drip, "--progress-timeout", "300", "--ping-interval",
                                    "100", body=WHOLE)
                self.assertIn(b"second", reply.body)

    def test_after_content_pings_do_not_keep_a_stream_alive(self):
        chat = b"".join(chat_stream("one two")[:2])
        for kind, first, piece in (
                ("anthropic", b"".join(message_stream()[:4]), PING),
                ("anthropic", b"".join(message_stream()[:4]), COMMENT),
                ("openai", chat, COMMENT), ("openai", chat, EMPTY)):
            with self.subTest(f"{kind} {piece!r}"):
                reply, _ = self.ask(kind, self.stream_of(piece, first, pause=0.02),
                                    "--progress-timeout", "400", "--ping-interval", "100")
                self.assertTrue(reply.complete)
                name, data = reply.events()[-1]
                self.assertEqual((name, data["error"]["type"]), ("error", "timeout_error"))

    def test_after_content_an_event_without_an_end_ends_the_stream(self):
        for kind, first in (("anthropic", b"".join(message_stream()[:4])),
                            ("openai", b"".join(chat_stream("one two")[:2]))):
            with self.subTest(kind):
                reply, sent = self.ask(kind, self.stream_of(b"x", first + b"data: "))
                self.assertTrue(reply.complete)
                self.assertEqual(reply.events()[-1][0], "error")
                self.assertLess(sent, 60 * MIB)

    def test_a_stream_has_a_limit_as_a_whole(self):
        delta = message_stream()[3]
        reply, _ = self.ask("anthropic", self.stream_of(delta, b"".join(message_stream()[:3])),
                            "--max-stream", "2000000")
        self.assertEqual(reply.events()[-1][0], "error")
        self.assertLess(len(reply.body), 3_000_000)

    def test_a_body_without_an_end_is_left_for_the_next_provider(self):
        def body(status: int):
            def script(request):
                yield (b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\n"
                       b"transfer-encoding: chunked\r\n\r\n" % status)
                while True:
                    yield b"10000\r\n%s\r\n" % (b"x" * 65536)
            return script
        for kind in ("anthropic", "openai"):
            for status in (200, 500):
                for asked in (BODY, WHOLE):
                    with self.subTest(f"{kind} {status} {asked['stream']}"):
                        reply, sent = self.ask(kind, body(status), "--max-answer", "3000000",
                                               body=asked)
                        self.assertIn(b"second", reply.body)
                        self.assertLess(sent, 20 * MIB)

    def test_an_error_without_an_end_keeps_its_status(self):
        def script(request):
            yield (b"HTTP/1.1 400 X\r\ncontent-type: application/json\r\n"
                   b"transfer-encoding: chunked\r\n\r\n")
            text = b'{"type":"error","error":{"type":"invalid_request_error","message":"'
            yield b"%x\r\n%s\r\n" % (len(text), text)
            while True:
                yield b"10000\r\n%s\r\n" % (b"x" * 65536)
        for kind in ("anthropic", "openai"):
            with self.subTest(kind):
                reply, _ = self.ask(kind, script, body=WHOLE)
                self.assertEqual((reply.status, reply.json()["type"]), (400, "error"))
                self.assertLess(len(reply.body), 20_000)


if __name__ == "__main__":
    unittest.main()
