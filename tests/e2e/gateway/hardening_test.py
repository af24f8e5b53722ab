"""What is refused on the wire: shapes that two parsers could read differently, floods, slowness."""
import json
import socket
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, in_background, message_stream, read_reply, wait_until  # noqa: E402

BODY = json.dumps({"model": "x", "max_tokens": 5, "stream": True,
                   "messages": [{"role": "user", "content": "Hi"}]}).encode()


def resident_kb(gateway: Gateway) -> int:
    with open(f"/proc/{gateway.process.pid}/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1])


class Hardening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = Upstream(lambda request, to: to.stream(message_stream()))
        cls.gateway = Gateway(
            {"fake": {"api_base_url": cls.upstream.url, "interface": "anthropic",
                      "api_key_env": "TEST_KEY", "models": ["m"]}},
            {"Sam": {"provider": "fake", "model": "m"}}, "--head-timeout", "300",
            "--body-timeout", "300", "--max-body", "100000", "--max-connections", "40")
        cls.auth = b"authorization: Bearer " + cls.gateway.token("Sam").encode()

    @classmethod
    def tearDownClass(cls):
        cls.gateway.__exit__()
        cls.upstream.__exit__()

    def raw(self, data: bytes):
        with self.gateway.connect() as client:
            client.sendall(data)
            reply = read_reply(client)
            client.settimeout(5)
            reply.closed = client.recv(1) == b""
            return reply

    def head(self, *lines: bytes, first=b"POST /v1/messages HTTP/1.1") -> bytes:
        return b"\r\n".join([first, b"host: 127.0.0.1", self.auth, *lines]) + b"\r\n\r\n"

    def check_refused(self, data: bytes, status=400):
        before = len(self.upstream.requests)
        reply = self.raw(data)
        self.assertEqual(reply.status, status, (data[:200], reply.body))
        self.assertTrue(reply.closed)
        self.assertEqual(reply.json()["type"], "error")  # E2
        self.assertEqual(len(self.upstream.requests), before)

    def test_framing_that_can_be_read_in_two_ways_is_refused(self):
        length = b"content-length: %d" % len(BODY)
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
        self.check_refused(self.head(length, b"transfer-encoding: chunked") + chunked)
        self.check_refused(self.head(b"transfer-encoding: chunked", length) + chunked)
        self.check_refused(self.head(length, length) + BODY)
        self.check_refused(self.head(length, b"content-length: 1") + BODY)
        self.check_refused(self.head(b"content-length: +5") + BODY)
        self.check_refused(self.head(b"content-length: -5") + BODY)
        self.check_refused(self.head(b"transfer-encoding: chunked, identity") + chunked)
        self.check_refused(self.head(b"transfer-encoding: xchunked") + chunked)
        self.check_refused(self.head(b"transfer-encoding: chunked",
                                     b"transfer-encoding: chunked") + chunked)
        self.check_refused(self.head(b"transfer-encoding: chunked",
                                     first=b"POST /v1/messages HTTP/1.0") + chunked)
        self.check_refused(self.head(b"transfer-encoding : chunked") + chunked)
        self.check_refused(self.head(b"transfer-encoding: chunked") + b"zz\r\nabc\r\n0\r\n\r\n")
        self.check_refused(self.head(b"transfer-encoding: chunked") + b"3\nabc\n0\n\n")

    def test_odd_lines_are_refused(self):
        self.check_refused(self.head(b"x-a: 1\n x-b: 2", b"content-length: 0"))
        self.check_refused(self.head(b"x-a: 1\r\n folded", b"content-length: 0"))
        self.check_refused(b"POST /v1/messages HTTP/1.1\nhost: a\n\n")
        self.check_refused(self.head(b"x-a: \0", b"content-length: 0"))
        self.check_refused(self.head(b"x-a: 1\rx-b: 2", b"content-length: 0"))
        self.check_refused(self.head(b"no colon", b"content-length: 0"))
        self.check_refused(self.head(b"host: other", b"content-length: 0"))
        self.check_refused(b"GET /healthz HTTP/1.1\r\n\r\n")
        self.check_refused(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        self.check_refused(b"GET http://127.0.0.1/healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")

    def asked_as(self, host: bytes | None, *lines: bytes, version=b"1.1") -> int:
        head = [b"GET /v1/models HTTP/" + version, self.auth, b"connection: close", *lines]
        if host is not None:
            head.insert(1, b"Host: " + host)
        return self.raw(b"\r\n".join(head) + b"\r\n\r\n").status

    def test_only_this_machine_s_own_names_are_answered_for(self):
        for host in (b"127.0.0.1", b"localhost", b"LocalHost", b"[::1]", b"127.0.0.1:12000",
                     b"localhost:1", b"[::1]:65535", b"[0:0:0:0:0:0:0:1]:80"):
            self.assertEqual(self.asked_as(host), 200, host)
        for host in (b"", b"evil.com", b"[::1]evil.com", b"[::1].evil.com", b"localhost:1@evil.com",
                     b"localhost@evil.com", b"evil.com@localhost", b"localhost.", b"127.0.0.1.",
                     b"localhost.evil.com", b"127.0.0.1.evil.com", b"localhost:", b"localhost:0",
                     b"localhost:65536", b"localhost:99999", b"localhost:-1", b"localhost:+80",
                     b"localhost:80x", b"localhost:8 0", b"localhost/", b"localhost/evil.com",
                     b"localhost?", b"localhost#x", b"http://localhost", b"localhost, evil.com",
                     b"localhost,localhost", b"local host", b"127.1", b"127.0.0.2", b"0", b"0.0.0.0",
                     b"0x7f.0.0.1", b"2130706433", b"127.0.0.01", b"[::1", b"::1", b"[::2]", b"[]",
                     b"[::ffff:127.0.0.1]", b"[::1%25lo]", b"local%68ost", b"localhost\\evil.com",
                     b"xn--localhost", b"localhost;x", b"*"):
            self.assertEqual(self.asked_as(host), 403, host)

    def test_a_host_is_said_once_whatever_the_version(self):
        self.assertEqual(self.asked_as(b"localhost", version=b"1.0"), 200)
        self.assertEqual(self.asked_as(None, version=b"1.0"), 403)
        self.assertEqual(self.asked_as(b"evil.com", version=b"1.0"), 403)
        self.assertEqual(self.asked_as(None), 400)
        for other in (b"evil.com", b"localhost"):
            self.assertEqual(self.asked_as(b"localhost", b"host: " + other), 400)
            self.assertEqual(self.asked_as(b"localhost", b"host: " + other, version=b"1.0"), 400)
        for target in (b"http://evil.com/v1/models", b"http://localhost/v1/models", b"*",
                       b"evil.com:80", b"v1/models"):
            self.check_refused(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def test_a_page_of_another_origin_is_refused(self):
        for origin in (b"http://localhost", b"http://127.0.0.1:3000", b"https://[::1]:8443",
                       b"http://LOCALHOST:80"):
            self.assertEqual(self.asked_as(b"localhost", b"origin: " + origin), 200, origin)
        for origin in (b"", b"null", b"http://evil.com", b"http://[::1].evil.com",
                       b"http://[::1]evil.com", b"http://localhost:1@evil.com", b"http://localhost.",
                       b"http://localhost/", b"http://localhost/x", b"http://localhost?x",
                       b"http://localhost#x", b"http://localhost:", b"http://localhost:0",
                       b"http://localhost:65536", b"localhost", b"//localhost", b"ftp://localhost",
                       b"file://localhost", b"file://", b"http:localhost", b"http:///localhost",
                       b"chrome-extension://localhost", b"http://localhost http://localhost",
                       b"http://localhost, http://evil.com", b"http://127.0.0.2", b"http://",
                       b"https://", b"http://localhost\\@evil.com", b"http://x@localhost"):
            self.assertEqual(self.asked_as(b"localhost", b"origin: " + origin), 403, origin)
        for second in (b"http://evil.com", b"http://localhost", b"null", b""):
            self.assertEqual(self.asked_as(b"localhost", b"Origin: http://localhost",
                                           b"origin: " + second), 403, second)

    def test_a_chunked_body_is_read(self):
        half = len(BODY) // 2
        chunked = b"%x\r\n%s\r\n%x;ext=1\r\n%s\r\n0\r\n\r\n" % (
            half, BODY[:half], len(BODY) - half, BODY[half:])
        reply = self.gateway.connect()
        with reply as client:
            client.sendall(self.head(b"transfer-encoding: chunked") + chunked)
            self.assertEqual(read_reply(client).status, 200)
        self.assertIn(b'"Hi"', self.upstream.requests[-1].body)

    def test_a_head_may_come_byte_by_byte(self):
        with self.gateway.connect() as client:
            for byte in b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n":
                client.sendall(bytes([byte]))
            self.assertEqual(read_reply(client).status, 200)

    def test_what_is_too_large_is_refused_early(self):  # E18
        self.check_refused(self.head(b"content-length: 100001"), 413)
        self.check_refused(self.head(b"transfer-encoding: chunked") +
                           b"186a1\r\n" + b"x" * 100001, 413)
        self.check_refused(b"GET /healthz HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 70000, 431)
        self.check_refused(b"GET /healthz HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 300 + b"\r\n", 431)

    def test_slow_senders_are_let_go(self):
        begun = time.monotonic()
        self.check_refused(b"GET /healthz HT", 408)
        self.check_refused(self.head(b"content-length: 10") + b"x", 408)
        self.assertLess(time.monotonic() - begun, 5)

    def test_a_pipelined_request_is_not_served(self):
        request = self.gateway.request_bytes("GET", "/healthz", b"", {})
        with self.gateway.connect() as client:
            client.sendall(request + request)
            reply = read_reply(client)
            self.assertEqual(reply.header("connection"), "close")
            client.settimeout(5)
            self.assertEqual(client.recv(100), b"")

    def test_a_connection_is_used_again(self):
        with self.gateway.connect() as client:
            for _ in range(3):
                client.sendall(self.gateway.request_bytes("GET", "/healthz", b"", {}))
                self.assertEqual(read_reply(client).body, b"ok\n")

    def test_expect_continue_is_answered(self):
        with self.gateway.connect() as client:
            client.sendall(self.head(b"expect: 100-continue", b"content-length: %d" % len(BODY)))
            self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 100"))
            client.sendall(BODY)
            self.assertEqual(read_reply(client).status, 200)

    def test_a_bad_token_is_refused_before_the_body(self):
        with self.gateway.connect() as client:
            client.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\n"
                           b"authorization: Bearer no\r\ncontent-length: 90000\r\n\r\n")
            self.assertEqual(read_reply(client).status, 401)

    def test_too_many_connections_are_told_so(self):
        release = threading.Event()

        def script(request, to):
            release.wait(60)
            to.stream(message_stream())

        upstream = Upstream(script)
        gateway = Gateway({"fake": {"api_base_url": upstream.url, "interface": "anthropic",
                                    "api_key_env": "TEST_KEY", "models": ["m"]}},
                          {"Sam": {"provider": "fake", "model": "m"}}, "--max-connections", "8")
        with upstream, gateway:
            auth = {"authorization": f"Bearer {gateway.token('Sam')}"}
            served = [gateway.connect() for _ in range(8)]
            for client in served:
                client.sendall(gateway.request_bytes("POST", "/v1/messages", BODY, auth))
            upstream.wait_for_requests(8)
            with gateway.connect() as client:
                self.assertEqual(read_reply(client).status, 503)
            release.set()
            for client in served:
                self.assertEqual(read_reply(client).status, 200)
                client.close()
            wait_until(lambda: gateway.ask("GET", "/healthz").status == 200)

    def test_a_client_that_does_not_read_holds_the_upstream_back(self):  # U3
        sent = [0]
        big = b"event: content_block_delta\ndata: " + b'{"type":"content_block_delta","x":"' + (
            b"y" * 60000) + b'"}\n\n'

        def script(request, to):
            to.stream(message_stream()[:2], end=False)
            for _ in range(2000):
                to.send(b"%x\r\n%s\r\n" % (len(big), big))
                sent[0] += len(big)
            to.send(b"0\r\n\r\n")

        upstream = Upstream(script)
        gateway = Gateway({"fake": {"api_base_url": upstream.url, "interface": "anthropic",
                                    "api_key_env": "TEST_KEY", "models": ["m"]}},
                          {"Sam": {"provider": "fake", "model": "m"}})
        with upstream, gateway:
            before = resident_kb(gateway)
            client = gateway.connect()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(gateway.request_bytes(
                "POST", "/v1/messages", BODY, {"authorization": f"Bearer {gateway.token('Sam')}"}))
            last = [-1, 0.0]

            def stalled():
                if sent[0] != last[0]:
                    last[:] = [sent[0], time.monotonic()]
                return sent[0] > 0 and time.monotonic() - last[1] > 0.5

            wait_until(stalled)
            self.assertLess(sent[0], 60_000_000)
            self.assertLess(resident_kb(gateway) - before, 60_000)
            client.close()


if __name__ == "__main__":
    unittest.main()
