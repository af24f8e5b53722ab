"""Header lines that are written here are header lines to every reader, whatever an upstream, a client
or a model's name puts into them. Both transports: plain HTTP on this machine, and TLS."""
import http.client
import io
import itertools
import json
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from internet import Internet, make_certificate  # noqa: E402
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, message, message_stream  # noqa: E402

BODY = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
REFUSED = b'{"type":"error","error":{"type":"invalid_request_error","message":"no"}}'
# Lines of an upstream's head, each without its line end.
HOSTILE = {
    "a bare carriage return": b"request-id: a\rset-cookie: evil=1",
    "two of them": b"request-id: a\r\rset-cookie: evil=1\r\rx-katra-provider: forged",
    "a forged name behind one": b"retry-after: 1\rx-katra-provider: forged",
    "a folded line": b"request-id: a\r\n set-cookie: evil=1",
    "a folded line with a tab": b"request-id: a\r\n\tx-katra-provider: forged",
    "a NUL": b"request-id: a\0set-cookie: evil=1",
    "an escape in the value": b"request-id: \x1b[31mred\x1b]0;title\x07",
    "an escape in the name": b"anthropic-\x1b[31m: 1",
    "a high byte in the name": b"anthropic-\xc3\xa9: 1",
    "a blank in the name": b"anthropic-x y: 1",
    "a blank before the colon": b"anthropic-x : 1",
    "a colon alone": b": 1",
    "other line ends": b"request-id: a\x0bset-cookie: b\x0cset-cookie: c\x85set-cookie: d",
    "line ends of Unicode": b"request-id: a\xe2\x80\xa8set-cookie: evil=1\xc2\x85x: y",
    "a DEL": b"x-ratelimit-limit: 1\x7f2",
}
LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [\t\x20-\x7e]*")


class HeaderLines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="katra-header-lines-")
        cls.addClassCleanup(shutil.rmtree, folder)
        certificate, key = make_certificate(folder, ["far.test"])
        cls.far = Internet(lambda host, request, to: cls.script(request, to), certificate, key)
        cls.addClassCleanup(cls.far.__exit__)
        cls.near = Upstream(lambda request, to: cls.script(request, to))
        cls.addClassCleanup(cls.near.__exit__)
        of_both = {"interface": "anthropic", "api_key_env": "TEST_KEY", "models": ["m"]}
        cls.gateway = Gateway({"far": {"api_base_url": "https://far.test", **of_both},
                               "near": {"api_base_url": cls.near.url, **of_both}},
                              {"Sam": {"provider": "far", "model": "m"}}, "--ca-file", certificate,
                              "--circuit-open", "1", environment=cls.far.environment)
        cls.addClassCleanup(cls.gateway.__exit__)

    def raw_head(self, body, headers=None) -> bytes:
        merged = {"authorization": f"Bearer {self.gateway.token('Sam')}", "connection": "close",
                  **(headers or {})}
        with self.gateway.connect() as client:
            client.sendall(self.gateway.request_bytes("POST", "/v1/messages",
                                                      json.dumps(body).encode(), merged))
            seen = b""
            while more := client.recv(65536):
                seen += more
        self.check_python_reads_it(seen)
        return seen.split(b"\r\n\r\n", 1)[0]

    def check_python_reads_it(self, reply: bytes):
        class Socket:
            def makefile(self, *_):
                return io.BytesIO(reply)

        parsed = http.client.HTTPResponse(Socket())
        parsed.begin()
        self.assertIsNone(parsed.getheader("set-cookie"))
        self.assertIn(parsed.headers.get_all("x-katra-provider"), (["far"], ["near"]))

    def check_lines(self, head: bytes):
        first, *lines = head.split(b"\r\n")
        self.assertRegex(first, rb"^HTTP/1\.1 [2-5][0-9][0-9] [A-Za-z ]+$")
        for line in lines:
            self.assertRegex(line, rb"\A" + LINE.pattern + rb"\Z")
            self.assertNotRegex(line, rb"\A(?i:set-cookie)")

    def test_what_an_upstream_sends_begins_no_line(self):
        for (what, line), place, kind in itertools.product(
                HOSTILE.items(), ("far", "near"), ("stream", "whole", "error")):
            def script(request, to, line=line, kind=kind):
                body = {"error": REFUSED, "whole": message(),
                        "stream": b"".join(message_stream())}[kind]
                to.send(b"HTTP/1.1 %d X\r\ncontent-type: %s\r\n%s\r\ncontent-length: %d\r\n\r\n%s"
                        % (400 if kind == "error" else 200,
                           b"text/event-stream" if kind == "stream" else b"application/json",
                           line, len(body), body))

            HeaderLines.script = script
            with self.subTest(what=what, place=place, kind=kind):
                self.check_lines(self.raw_head({**BODY, "model": f"{place},m",
                                                "stream": kind == "stream"}))

    def test_a_trailer_is_no_header(self):
        def script(request, to):
            body = message()
            to.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                    b"transfer-encoding: chunked\r\nrequest-id: real\r\n\r\n%x\r\n%s\r\n0\r\n"
                    b"request-id: late\r\nx-katra-provider: forged\r\nset-cookie: evil=1\r\n\r\n"
                    % (len(body), body))

        HeaderLines.script = script
        head = self.raw_head({**BODY, "model": "far,m"})
        self.check_lines(head)
        self.assertIn(b"request-id: real", head)
        self.assertNotIn(b"late", head)

    def test_what_a_client_sends_begins_no_line_upstream(self):
        HeaderLines.script = staticmethod(lambda request, to: to.reply(200, message()))
        for place, value in itertools.product(
                ("far", "near"), ("a\u00e9b", "a\u0085b", "a\u2028b", "a\x1bb", "a\x7fb", "a\x01b")):
            with self.subTest(place=place, value=value):
                self.far.forget()
                self.near.requests.clear()
                reply = self.gateway.ask(body={**BODY, "model": f"{place},m"},
                                         headers={"anthropic-beta": value})
                requests = self.near.requests + [request for _, request in self.far.requests]
                if reply.status == 400:  # it is no header to the gateway either
                    self.assertEqual(requests, [])
                    continue
                self.assertEqual(requests[0].header("anthropic-beta").split(), ["a", "b"])
                for name, sent in requests[0].headers:
                    self.assertRegex(f"{name}: {sent}".encode("latin-1"),
                                     rb"\A" + LINE.pattern + rb"\Z")

    def test_a_model_s_name_begins_no_line(self):
        HeaderLines.script = staticmethod(lambda request, to: to.reply(200, message()))
        for name in ("m\r\nset-cookie: evil=1", "m\rset-cookie: evil=1", "m\u2028set-cookie: e",
                     "m\u0085x", "caf\u00e9", "m\x1b[31m"):
            with self.subTest(name=name):
                reply = self.gateway.ask(body={**BODY, "model": f"near,{name}"})
                for header, value in reply.headers:
                    self.assertRegex(f"{header}: {value}", r"\A[a-z0-9-]+: [\x20-\x7e]*\Z")
                self.assertIsNone(reply.header("set-cookie"))


if __name__ == "__main__":
    unittest.main()
