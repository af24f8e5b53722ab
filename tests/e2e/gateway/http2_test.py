"""Providers that are asked over HTTP/2 (U1-U3): chosen by configuration, many streams on one
connection, never paused, and a client that reads too slowly is told."""
import json
import shutil
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from h2_upstream import H2Upstream, make_certificate  # noqa: E402
from gateway_fixture import (Gateway, chat_stream, in_background, message_stream,  # noqa: E402
                   read_reply, sse)

SKIPPED = 77
BODY = {"model": "m", "max_tokens": 5, "stream": True,
        "messages": [{"role": "user", "content": "Hi"}]}
TOO_MUCH_BYTES = 48 * 1024 * 1024  # more than the gateway and the sockets hold


def long_stream():
    """Events of 64 KiB, without an end."""
    yield from message_stream()[:2]
    delta = sse("content_block_delta", {"type": "content_block_delta", "index": 0,
                                        "delta": {"type": "text_delta", "text": "x" * 65536}})
    for _ in range(TOO_MUCH_BYTES // len(delta)):
        yield delta


class Http2(unittest.TestCase):
    def world(self, script, interface="anthropic", **more):
        folder = tempfile.mkdtemp(prefix="katra-h2-")
        self.addCleanup(shutil.rmtree, folder)
        certificate, key = make_certificate(folder)
        upstream = H2Upstream(script, certificate, key)
        self.addCleanup(upstream.__exit__)
        provider = {"api_base_url": upstream.url + ("/v1" if interface == "openai" else ""),
                    "interface": interface, "api_key_env": "TEST_KEY", "models": ["m"], **more}
        gateway = Gateway({"near": provider}, {"Sam": {"provider": "near", "model": "m"}},
                          "--ca-file", certificate)
        self.addCleanup(gateway.__exit__)
        return upstream, gateway

    def test_a_provider_is_asked_over_http2_when_configured(self):  # U1
        upstream, gateway = self.world(
            lambda body, stream: stream.stream(message_stream("over two")), http2=True)
        reply = gateway.ask(body=BODY)
        self.assertEqual(reply.body, b"".join(message_stream("over two")))
        self.assertEqual(upstream.protocols, ["h2"])

    def test_a_translated_provider_is_asked_over_http2_as_well(self):
        upstream, gateway = self.world(
            lambda body, stream: stream.stream(chat_stream("over two")), "openai", http2=True)
        text = "".join(data["delta"]["text"] for name, data in gateway.ask(body=BODY).events()
                       if name == "content_block_delta")
        self.assertEqual(text, "over two")
        self.assertEqual(upstream.protocols, ["h2"])

    def test_http_1_1_is_spoken_unless_configured(self):  # U1
        upstream, gateway = self.world(lambda body, stream: stream.stream(message_stream()))
        self.assertEqual(gateway.ask(body=BODY).status, 502)  # this upstream speaks HTTP/2 only
        self.assertEqual(set(upstream.protocols), {"http/1.1"})

    def test_streams_at_the_same_time_share_a_connection(self):
        together = threading.Barrier(8)

        def script(body, stream):
            stream.begin()
            if b"at once" in body:
                together.wait(20)
            for piece in message_stream("side by side"):
                stream.send(piece)
            stream.end()

        upstream, gateway = self.world(script, http2=True)
        gateway.ask(body=BODY)  # opens the connection
        crowd = {**BODY, "messages": [{"role": "user", "content": "at once"}]}
        jobs = [in_background(lambda: gateway.ask(body=crowd)) for _ in range(8)]
        for job in jobs:
            self.assertEqual(job.result().body, b"".join(message_stream("side by side")))
        self.assertEqual(upstream.protocols, ["h2"])

    def test_a_client_that_leaves_cancels_its_stream_alone(self):  # S39
        held = threading.Event()

        def script(body, stream):
            stream.begin()
            if b"goes on" not in body:
                for piece in long_stream():
                    stream.send(piece)
            held.wait(20)
            for piece in message_stream("still here"):
                stream.send(piece)
            stream.end()

        upstream, gateway = self.world(script, http2=True)
        stays = in_background(lambda: gateway.ask(
            body={**BODY, "messages": [{"role": "user", "content": "goes on"}]}))
        upstream.wait_for(lambda: upstream.protocols)
        with self.begin(gateway) as leaves:
            leaves.recv(1)
        upstream.wait_for(lambda: upstream.resets == 1)
        held.set()
        self.assertEqual(stays.result().body, b"".join(message_stream("still here")))

    def test_a_client_that_leaves_a_connection_of_its_own_closes_it(self):  # S39
        def script(body, stream):
            stream.begin()
            for piece in message_stream()[:4]:
                stream.send(piece)

        upstream, gateway = self.world(script, http2=True)
        with self.begin(gateway) as leaves:
            leaves.recv(1)
        upstream.wait_for(lambda: upstream.resets + upstream.closed)

    def test_a_client_that_reads_too_slowly_loses_the_stream_and_is_told(self):  # U2, U3
        upstream, gateway = self.world(
            lambda body, stream: stream.stream(long_stream()), http2=True)
        with self.begin(gateway) as slow:
            upstream.wait_for(lambda: upstream.resets + upstream.closed)  # nothing was read yet
            reply = read_reply(slow)
        self.assertTrue(reply.complete)
        events = reply.events()
        self.assertEqual(events[-1][0], "error")
        self.assertIn("too slowly", events[-1][1]["error"]["message"])
        self.assertNotIn("message_stop", [name for name, _ in events])
        self.assertLess(len(reply.body), TOO_MUCH_BYTES)

    def test_a_cut_connection_ends_the_stream_with_an_error(self):  # S36
        def script(body, stream):
            stream.begin()
            for piece in message_stream()[:4]:
                stream.send(piece)
            stream.cut()

        upstream, gateway = self.world(script, http2=True)
        events = gateway.ask(body=BODY).events()
        self.assertEqual(events[-1][0], "error")

    def begin(self, gateway):
        """Sends a request and reads nothing of the answer."""
        body = json.dumps(BODY).encode()
        connection = gateway.connect()
        connection.sendall(gateway.request_bytes("POST", "/v1/messages", body, {
            "authorization": f"Bearer {gateway.token('Sam')}", "connection": "close"}))
        return connection


if __name__ == "__main__":
    if shutil.which("openssl") is None:
        print("skipped: there is no openssl command to make a certificate with")
        sys.exit(SKIPPED)
    unittest.main()
