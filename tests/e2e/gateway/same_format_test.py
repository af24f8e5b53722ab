"""An Anthropic-format upstream behind the gateway: bytes go through, and who may ask."""
import json
import re
import signal
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import (Gateway, in_background, message, message_stream, sse,  # noqa: E402
                   wait_until)


def provider(upstream: Upstream, **more) -> dict:
    return {"api_base_url": upstream.url, "interface": "anthropic", "api_key_env": "TEST_KEY",
            "models": ["claude-x"], **more}


def world(script, *options, **more):
    upstream = Upstream(script)
    gateway = Gateway({"fake": provider(upstream)},
                      {"Sam": {"provider": "fake", "model": "claude-x"},
                       "Eve": {"provider": "fake", "model": "claude-y"}}, *options, **more)
    return upstream, gateway


BODY = {"model": "claude-sonnet", "max_tokens": 5, "stream": True,
        "messages": [{"role": "user", "content": "Hi"}]}


class SameFormat(unittest.TestCase):
    def test_the_body_is_unchanged_but_for_the_model(self):  # R1, R2, B19
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        body = (b'{"messages":[{"role":"user","content":[{"type":"text","text":"\\"model\\": \\"no\\"'
                b' \xc3\xa9","cache_control":{"type":"ephemeral","ttl":"1h"}}]}],\n  "model" :  '
                b'"claude-sonnet" , "context_management":{"model":"x"},"output_config":{"a":1.0},'
                b'"system":[{"type":"text","text":"x-billing-header: cc_version=1"}],'
                b'"max_tokens":  10,"unknown":null,"stream":true}')
        with upstream, gateway:
            reply = gateway.ask(body=body, path="/v1/messages?beta=true")
            self.assertEqual(reply.status, 200)
            self.assertEqual(upstream.requests[0].body,
                             body.replace(b'"claude-sonnet"', b'"claude-x"'))
            self.assertEqual(upstream.requests[0].target, "/v1/messages")

    def test_shapes_that_other_gateways_refuse_go_through(self):  # B20
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        body = json.dumps({**BODY, "tools": [
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
            {"name": "later", "defer_loading": True, "input_schema": {"type": "object"}}],
            "messages": [
                {"role": "user", "content": [{"type": "document", "source": {
                    "type": "text", "media_type": "text/plain", "data": "a"}}]},
                {"role": "assistant", "content": [
                    {"type": "redacted_thinking", "data": "X"},
                    {"type": "tool_use", "id": "t1", "name": "later", "input": {}}]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "t1"},
                    {"type": "tool_reference", "tool_name": "later"}]}]}).encode()
        with upstream, gateway:
            self.assertEqual(gateway.ask(body=body).status, 200)
            self.assertEqual(upstream.requests[0].body, body.replace(b"claude-sonnet", b"claude-x"))

    def test_a_line_of_two_megabytes_goes_through(self):  # B53, S43
        pieces = message_stream()
        pieces.insert(4, sse("content_block_delta", {
            "type": "content_block_delta", "index": 0,
            "delta": {"type": "text_delta", "text": "x" * (2 << 20)}}))
        upstream, gateway = world(lambda request, to: to.stream(pieces))
        with upstream, gateway:
            self.assertEqual(gateway.ask(body=BODY).body, b"".join(pieces))

    def test_headers_that_mean_something_are_forwarded_and_credentials_are_replaced(self):  # R3
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            gateway.ask(body=BODY, headers={
                "anthropic-version": "2023-06-01", "anthropic-beta": "a-1,b-2",
                "anthropic-new": "of Anthropic alone", "x-claude-code-session-id": "s1", "x-api-key": "other"})
            sent = upstream.requests[0]
            self.assertEqual(sent.header("anthropic-beta"), "a-1,b-2")
            self.assertIsNone(sent.header("anthropic-new"))
            self.assertEqual([v for k, v in sent.headers if k == "anthropic-version"],
                             ["2023-06-01"])
            self.assertIsNone(sent.header("x-claude-code-session-id"))
            token = gateway.token("Sam")
            self.assertNotIn(token, str(sent.headers))
            self.assertIn("sk-test-secret", str(sent.headers))

    def test_a_stream_arrives_byte_for_byte(self):  # S44, B49
        pieces = message_stream("one two three")
        odd = [b": a comment\n\n", b"event: new_thing\ndata: {\"x\": null}\n\n"]
        pieces = pieces[:2] + odd + pieces[2:]
        upstream, gateway = world(lambda request, to: to.stream(pieces))
        with upstream, gateway:
            reply = gateway.ask(body=BODY)
            self.assertEqual(reply.body, b"".join(pieces))
            self.assertTrue(reply.complete)

    def test_the_system_and_pairs_of_beta_and_field_are_left_alone(self):  # R4, C18, C30
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        system = [{"type": "text", "text": "You are a tool."},
                  {"type": "text", "text": "You code.", "cache_control": {"type": "ephemeral"}}]
        body = json.dumps({**BODY, "system": system, "context_management": {"edits": []}}).encode()
        with upstream, gateway:
            gateway.ask(body=body, headers={"anthropic-beta": "context-management-2025-06-27"})
            sent = upstream.requests[0]
            self.assertEqual(sent.body, body.replace(b"claude-sonnet", b"claude-x"))
            self.assertEqual(sent.header("anthropic-beta"), "context-management-2025-06-27")

    def test_every_reason_to_stop_arrives_with_whatever_usage_it_has(self):  # S31, S32
        for reason in ("pause_turn", "refusal", "model_context_window_exceeded"):
            for usage in ({}, {"output_tokens": 3}, None):
                delta = {"type": "message_delta", "usage": usage,
                         "delta": {"stop_reason": reason, "stop_sequence": None}}
                pieces = [*message_stream()[:-2], sse("message_delta", delta), message_stream()[-1]]
                upstream, gateway = world(lambda request, to, pieces=pieces: to.stream(pieces))
                with self.subTest(f"{reason} {usage}"), upstream, gateway:
                    self.assertEqual(gateway.ask(body=BODY).body, b"".join(pieces))

    def test_each_reply_and_the_log_have_one_id(self):  # E19
        upstream, gateway = world(lambda request, to: to.reply(500, b"{}"))
        with upstream, gateway:
            seen = set()
            for path, body in (("/v1/messages", BODY), ("/v1/messages", b"{"), ("/v1/nothing", b"")):
                reply = gateway.ask(path=path, body=body)
                seen.add(reply.header("request-id"))
            self.assertNotIn(None, seen)
            self.assertEqual(len(seen), 3)
            failed = gateway.ask(body=BODY).header("x-katra-request-id")
            wait_until(lambda: failed in gateway.log(), what=f"{failed} is not in the log")

    def test_any_split_of_the_stream_gives_the_same_bytes(self):  # S41, B46
        whole = b"".join(message_stream("h\u00e9llo"))
        splits = iter(range(1, len(whole), 7))
        upstream, gateway = world(
            lambda request, to: (lambda at: to.stream([whole[:at], whole[at:]]))(next(splits)))
        with upstream, gateway:
            for _ in range(1, len(whole), 7):
                self.assertEqual(gateway.ask(body=BODY).body, whole)

    def test_events_are_not_held_back(self):  # C33
        upstream, gateway = world(lambda request, to: to.stream(message_stream("a b"), delay=0.1))
        with upstream, gateway, gateway.connect() as client:
            client.sendall(gateway.request_bytes(
                "POST", "/v1/messages", json.dumps(BODY).encode(),
                {"authorization": f"Bearer {gateway.token('Sam')}"}))
            begun = time.monotonic()
            received = b""
            while b"content_block_start" not in received:
                received += client.recv(65536)
            self.assertLess(time.monotonic() - begun, 0.6)
            self.assertNotIn(b"message_stop", received)

    def test_a_whole_reply_arrives_unchanged(self):
        upstream, gateway = world(lambda request, to: to.reply(200, message()))
        with upstream, gateway:
            reply = gateway.ask(body={**BODY, "stream": False})
            self.assertEqual(reply.body, message())
            self.assertEqual(reply.header("x-katra-provider"), "fake")

    def test_an_error_arrives_unmodified(self):  # E1, C43
        body = b'{"type":"error", "error":{"type":"invalid_request_error","message":"thinking: no"}}'
        upstream, gateway = world(lambda request, to: to.reply(
            400, body, headers=[("request-id", "req_up"), ("anthropic-x", "1")]))
        with upstream, gateway:
            reply = gateway.ask(body=BODY)
            self.assertEqual((reply.status, reply.body), (400, body))
            self.assertEqual(reply.header("request-id"), "req_up")
            self.assertEqual(len(upstream.requests), 1)

    def test_small_thinking_budgets_are_raised(self):  # R6
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            gateway.ask(body={**BODY, "max_tokens": 4000,
                              "thinking": {"type": "enabled", "budget_tokens": 500}})
            sent = json.loads(upstream.requests[0].body)
            self.assertEqual(sent["thinking"]["budget_tokens"], 1024)

    def test_a_gzipped_body_is_inflated(self):  # R7, C16
        import gzip
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            reply = gateway.ask(body=gzip.compress(json.dumps(BODY).encode()),
                                headers={"content-encoding": "gzip"})
            self.assertEqual(reply.status, 200)
            self.assertEqual(json.loads(upstream.requests[0].body)["model"], "claude-x")
            refused = gateway.ask(body=b"x", headers={"content-encoding": "br"})
            self.assertEqual(refused.status, 415)

    def test_a_doubled_v1_is_understood(self):
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            self.assertEqual(gateway.ask(body=BODY, path="/v1/v1/messages").status, 200)

    def test_signatures_of_other_makers_do_not_reach_the_upstream(self):  # R5
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            gateway.ask(body={**BODY, "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": [
                    {"type": "thinking", "thinking": "hm", "signature": "katra1.e30"},
                    {"type": "text", "text": "Hello"}]},
                {"role": "user", "content": "And?"}]})
            self.assertNotIn(b"katra1.", upstream.requests[0].body)


class Asking(unittest.TestCase):
    def test_without_a_valid_token_nothing_is_answered(self):  # E9
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            for headers in ({}, {"authorization": "Bearer katra_wrong"}, {"x-api-key": "k"}):
                reply = gateway.ask(body=BODY, persona=None, headers=headers)
                self.assertEqual(reply.status, 401)
                self.assertEqual(reply.json()["error"]["type"], "authentication_error")
            chat = gateway.ask(path="/v1/chat/completions", body=BODY, persona=None)
            self.assertEqual(chat.status, 401)
            self.assertNotIn("type", [k for k in chat.json() if k == "type"])
            self.assertEqual(upstream.requests, [])

    def test_a_token_comes_in_either_header(self):  # C8, C38
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            reply = gateway.ask(body=BODY, persona=None,
                                headers={"x-api-key": gateway.token("Sam")})
            self.assertEqual(reply.status, 200)

    def test_a_token_is_of_its_persona_only_and_ends_with_it(self):
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            gateway.ask(body={**BODY, "model": "claude-sonnet"}, persona="Eve",
                        headers={"x-katra-persona": "Sam"})
            self.assertEqual(json.loads(upstream.requests[0].body)["model"], "claude-y")
            gateway.ask(body=BODY, persona="Sam")
            self.assertEqual(gateway.admin("POST", "/admin/revoke", {"persona": "Eve"}).status, 200)
            self.assertEqual(gateway.ask(body=BODY, persona="Eve").status, 401)
            self.assertEqual(gateway.ask(body=BODY, persona="Sam").status, 200)

    def test_other_hosts_and_origins_are_refused(self):
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            self.assertEqual(gateway.ask(body=BODY, headers={"host": "evil.example"}).status, 403)
            self.assertEqual(
                gateway.ask(body=BODY, headers={"origin": "https://evil.example"}).status, 403)
            self.assertEqual(
                gateway.ask(body=BODY, headers={"origin": "http://localhost:3000"}).status, 200)

    def test_the_admin_surface_is_not_on_the_port(self):
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            self.assertEqual(gateway.ask("GET", "/admin/status").status, 404)
            self.assertEqual(gateway.admin("GET", "/admin/status").status, 200)

    def test_small_endpoints_answer(self):  # C3, C4, C5, B75
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            for method, path in (("HEAD", "/"), ("HEAD", "/api/hello"), ("GET", "/healthz"),
                                 ("GET", "/readyz")):
                self.assertEqual(gateway.ask(method, path, persona=None).status, 200, path)
            missing = gateway.ask("GET", "/nothing")
            self.assertEqual(missing.status, 404)
            self.assertEqual(missing.json()["error"]["type"], "not_found_error")
            models = gateway.ask("GET", "/v1/models?limit=1000").json()
            self.assertTrue(all(m["id"].startswith("claude") for m in models["data"]))
            self.assertEqual(models["first_id"], models["data"][0]["id"])
            self.assertFalse(models["has_more"])

    def test_tokens_are_counted_without_asking_anyone(self):  # C2, T2, B75
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            reply = gateway.ask(path="/v1/messages/count_tokens", body={
                "model": "claude-x", "messages": [{"role": "user", "content": "word " * 400}]})
            self.assertTrue(300 < reply.json()["input_tokens"] < 900, reply.body)
            self.assertEqual(upstream.requests, [])

    def test_tokens_are_counted_by_the_provider_where_it_can(self):  # T1
        counted = [200]
        upstream = Upstream(lambda request, to: to.reply(counted[0], b'{"input_tokens":4711}'))
        gateway = Gateway({"fake": provider(upstream, quirks={"count_tokens": True})},
                          {"Sam": {"provider": "fake", "model": "claude-x"}})
        with upstream, gateway:
            body = {"model": "claude-a", "messages": [{"role": "user", "content": "word " * 400}]}
            reply = gateway.ask(path="/v1/messages/count_tokens?beta=true", body=body)
            self.assertEqual(reply.json(), {"input_tokens": 4711})
            self.assertEqual(upstream.requests[0].target, "/v1/messages/count_tokens")
            self.assertEqual(json.loads(upstream.requests[0].body)["model"], "claude-x")
            counted[0] = 404
            reply = gateway.ask(path="/v1/messages/count_tokens", body=body)
            self.assertTrue(300 < reply.json()["input_tokens"] < 900, reply.body)

    def test_a_missing_key_is_told_by_its_variable(self):
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        upstream2, keyless = world(lambda request, to: to.stream(message_stream()),
                                   environment={"TEST_KEY": ""})
        with upstream, gateway, upstream2, keyless:
            reply = keyless.ask(body=BODY)
            self.assertEqual(reply.status, 400)
            self.assertIn("TEST_KEY", reply.json()["error"]["message"])

    def test_malformed_json_is_a_400(self):  # E18
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            for body in (b"", b"[]", b'{"model":"x"', b"nonsense"):
                self.assertEqual(gateway.ask(body=body).status, 400, body)
            self.assertEqual(upstream.requests, [])


class Leaving(unittest.TestCase):
    def test_a_client_that_leaves_cancels_the_upstream(self):  # S39, B65
        def script(request, to):
            to.stream(message_stream()[:4], end=False)
            to.wait_gone()

        upstream, gateway = world(script)
        with upstream, gateway:
            client = gateway.connect()
            client.sendall(gateway.request_bytes(
                "POST", "/v1/messages", json.dumps(BODY).encode(),
                {"authorization": f"Bearer {gateway.token('Sam')}"}))
            received = b""
            while b"content_block_delta" not in received:
                received += client.recv(65536)
            client.close()
            self.assertTrue(upstream.gone.wait(5))
            self.assertEqual(gateway.ask("GET", "/healthz").status, 200)

    def test_a_client_that_vanishes_while_it_writes_does_not_end_it(self):  # B74, H6
        stopped, sent = threading.Event(), threading.Event()
        more = sse("content_block_delta", {
            "type": "content_block_delta", "index": 0,
            "delta": {"type": "text_delta", "text": "x" * 1000}}) * 400

        def script(request, to):
            to.stream(message_stream()[:4], end=False)
            stopped.wait(10)
            to.send(b"%x\r\n%s\r\n" % (len(more), more))
            sent.set()
            to.wait_gone()

        upstream, gateway = world(script)
        with upstream, gateway:
            client = gateway.connect()
            client.sendall(gateway.request_bytes(
                "POST", "/v1/messages", json.dumps(BODY).encode(),
                {"authorization": f"Bearer {gateway.token('Sam')}"}))
            received = b""
            while b"content_block_delta" not in received:
                received += client.recv(65536)
            # When it goes on it finds much to write, and only then that nobody is there: the
            # second write to a closed connection is what a signal comes of.
            gateway.process.send_signal(signal.SIGSTOP)
            stopped.set()
            self.assertTrue(sent.wait(10))
            client.close()
            gateway.process.send_signal(signal.SIGCONT)
            self.assertTrue(upstream.gone.wait(10))
            self.assertEqual(gateway.ask("GET", "/healthz").status, 200)
            self.assertIsNone(gateway.process.poll())

    def test_a_silent_upstream_does_not_leave_the_client_silent(self):  # C35, B47, B66
        def script(request, to):
            time.sleep(0.5)
            pieces = message_stream()
            to.stream(pieces[:4], end=False)
            time.sleep(0.5)
            for piece in pieces[4:]:
                to.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            to.send(b"0\r\n\r\n")

        upstream, gateway = world(script, "--ping-interval", "100")
        with upstream, gateway:
            reply = gateway.ask(body=BODY)
            before = reply.body.split(b"event: message_start")[0]
            self.assertIn(b": waiting", before)
            self.assertNotIn(b"event: ping", before)
            names = [name for name, _ in reply.events()]
            self.assertEqual(names[0], "message_start")
            self.assertGreater(names.count("ping"), 2)
            self.assertEqual(names[-1], "message_stop")

    def test_a_drain_lets_streams_end_and_takes_nothing_new(self):
        upstream, gateway = world(lambda request, to: to.stream(message_stream(), delay=0.1))
        with upstream, gateway:
            gateway.token("Sam")
            job = in_background(lambda: gateway.ask(body=BODY))
            upstream.wait_for_requests(1)
            gateway.process.terminate()
            reply = job.result()
            self.assertIn(b"message_stop", reply.body)
            self.assertEqual(gateway.process.wait(10), 0)

    def test_a_reload_takes_a_good_configuration_and_keeps_the_old_one_else(self):
        upstream, gateway = world(lambda request, to: to.stream(message_stream()))
        with upstream, gateway:
            gateway.personas["personas"]["Sam"]["model"] = "claude-z"
            gateway.write_configuration()
            gateway.process.send_signal(1)
            wait_until(lambda: "was read again" in gateway.log())
            gateway.ask(body=BODY)
            self.assertEqual(json.loads(upstream.requests[-1].body)["model"], "claude-z")
            gateway.write_configuration("{ no json")
            gateway.process.send_signal(1)
            wait_until(lambda: "keeping the old one" in gateway.log())
            gateway.ask(body=BODY)
            self.assertEqual(json.loads(upstream.requests[-1].body)["model"], "claude-z")


if __name__ == "__main__":
    unittest.main()
