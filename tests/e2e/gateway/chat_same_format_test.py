"""A client of Chat Completions at an upstream of Chat Completions: bytes go through (G22, C1-C5)."""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message_stream, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"
USAGE = chat_stream()[-2]


def chat_reply(text="Hello", model="gpt-x", **more) -> bytes:
    return json.dumps({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model, "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, "refusal": None},
             "logprobs": {"content": []}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
        "system_fingerprint": "fp", **more}).encode()


def answer(request, to):
    asked = json.loads(request.body)
    if "chat/completions" not in request.target:
        to.stream(message_stream())
    elif asked.get("stream"):
        to.stream(chat_stream())
    else:
        to.reply(200, chat_reply())


def chat_provider(upstream, **more):
    return {"api_base_url": upstream.url + "/v1", "interface": "openai", "api_key_env": "TEST_KEY",
            "models": ["m1"], **more}


BODY = {"model": "fake,m1", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}


class World(unittest.TestCase):
    script = staticmethod(answer)
    options: tuple = ()

    def setUp(self):
        self.upstream = Upstream(lambda request, to: self.script(request, to))
        self.addCleanup(self.upstream.__exit__)
        self.gateway = Gateway(
            {"fake": chat_provider(self.upstream),
             "strict": chat_provider(self.upstream, quirks={"stream_usage": False}),
             "mess": {"api_base_url": self.upstream.url, "interface": "anthropic",
                      "api_key_env": "TEST_KEY", "models": ["m1"]}},
            {"Sam": {"provider": "fake", "model": "m1"},
             "Eve": {"provider": "fake", "model": "m1",
                     "fallbacks": ["mess,m1"]},
             "Ada": {"provider": "mess", "model": "m1",
                     "fallbacks": ["fake,m1"]}}, *self.options)
        self.addCleanup(self.gateway.__exit__)

    def ask(self, body, **more):
        return self.gateway.ask(body=body, path=CHAT, **more)


class Requests(World):
    def test_g22_the_body_is_unchanged_but_for_the_model(self):  # C1
        body = (b'{"messages":[{"role":"user","content":[{"type":"text","text":"\\"model\\": no '
                b'\xc3\xa9","new":1.0}]}],\n  "model" :  "fake,m1" , "seed" :7,"n":2,'
                b'"response_format":{"type":"json_object"},"frequency_penalty":0.50,'
                b'"presence_penalty":-0.5,"logit_bias":{"1":-100},"logprobs":true,'
                b'"top_logprobs":2,"verbosity":"low","reasoning_effort":"xhigh","user":"u1",'
                b'"service_tier":"flex","store":false,"metadata":{"model":"x"},"unknown":null,'
                b'"prediction":{"type":"content","content":"c"},"modalities":["text"],'
                b'"parallel_tool_calls":false,"temperature":1.5,"max_completion_tokens":10}')
        reply = self.ask(body)
        self.assertEqual(reply.status, 200)
        self.assertEqual(self.upstream.requests[0].body, body.replace(b'"fake,m1"', b'"m1"'))
        self.assertEqual(self.upstream.requests[0].target, "/v1/chat/completions")
        self.assertIsNone(reply.header("x-katra-dropped"))

    def test_g22_a_stream_asks_for_usage_that_the_client_does_not_see(self):  # C2
        reply = self.ask(BODY)
        self.assertEqual(json.loads(self.upstream.requests[0].body)["stream_options"],
                         {"include_usage": True})
        self.assertEqual(reply.body, b"".join(chat_stream()).replace(USAGE, b""))
        # The decision knows it all the same.
        usage = self.gateway.decisions(1)[0]["usage"]
        self.assertEqual((usage["known"], usage["input_tokens"], usage["output_tokens"]),
                         (True, 11, 7))
        self.assertEqual(self.gateway.decisions(1)[0]["reported_model"], "gpt-x")
        asked = self.ask({**BODY, "stream_options": {"include_usage": True}})
        self.assertEqual(asked.body, b"".join(chat_stream()))

    def test_g22_what_a_provider_refuses_is_named(self):  # C1
        reply = self.ask({**BODY, "model": "strict,m1", "stream_options": {"include_usage": True}})
        self.assertEqual(reply.header("x-katra-dropped"), "stream_options")
        self.assertNotIn("stream_options", json.loads(self.upstream.requests[0].body))
        self.assertEqual(self.gateway.decisions(1)[0]["dropped"], ["stream_options"])

    def test_g22_credentials_are_replaced_and_headers_stay_here(self):  # R3
        self.ask(BODY, headers={"x-claude-code-session-id": "s1", "openai-organization": "o"})
        sent = self.upstream.requests[0]
        self.assertEqual(sent.header("authorization"), "Bearer sk-test-secret")
        self.assertIsNone(sent.header("openai-organization"))
        self.assertNotIn(self.gateway.token("Sam"), str(sent.headers))

    def test_g22_malformed_bodies_are_refused_here(self):  # E18
        for body in (b"", b"[]", b'{"model":"fake,m1"', b'{"model":"fake,m1","messages":[}'):
            reply = self.ask(body)
            self.assertEqual(reply.status, 400, body)
            self.assertEqual(reply.json()["error"]["type"], "invalid_request_error")
        self.assertEqual(self.upstream.requests, [])

    def test_g22_a_large_body_goes_through(self):
        body = json.dumps({**BODY, "seed": 1, "messages": [
            {"role": "user", "content": "x" * (3 << 20)}]}).encode()
        self.assertEqual(self.ask(body).status, 200)
        sent = self.upstream.requests[0].body
        self.assertEqual(sent.replace(b', "stream_options":{"include_usage":true}', b"")
                         .replace(b',"stream_options":{"include_usage":true}', b""),
                         body.replace(b'"fake,m1"', b'"m1"'))

    def test_g22_what_another_format_needs_comes_of_the_same_request(self):
        reply = self.ask({**BODY, "model": "mess,m1", "seed": 3})
        self.assertEqual(reply.header("x-katra-dropped"), "seed")
        self.assertNotIn(b"seed", self.upstream.requests[0].body)
        self.assertIn(b'"content":"Hello"', reply.body)


class Answers(World):
    def answer_with(self, *pieces, **more):
        self.script = lambda request, to: to.stream(pieces, **more)

    def test_g22_a_stream_arrives_byte_for_byte(self):  # S44
        pieces = chat_stream("one two three")
        pieces = [b": OPENROUTER PROCESSING\n\n", *pieces[:2],
                  b'data: {"choices":[],"new":{"x": null}}\r\n\r\n', *pieces[2:-2], pieces[-1]]
        self.answer_with(*pieces)
        reply = self.ask(BODY)
        self.assertEqual(reply.body, b"".join(pieces))
        self.assertTrue(reply.complete)
        self.assertEqual(reply.header("x-katra-provider"), "fake")

    def test_g22_any_split_gives_the_same_bytes(self):  # S41
        whole = b"".join(chat_stream("h\u00e9llo"))
        for at in range(1, len(whole), 61):
            self.answer_with(whole[:at], whole[at:])
            with self.subTest(at=at):
                self.assertEqual(self.ask(BODY).body, whole.replace(USAGE, b""))

    def test_g22_a_whole_reply_arrives_unchanged(self):
        reply = self.ask({**BODY, "stream": False})
        self.assertEqual(reply.body, chat_reply())
        self.assertEqual(self.gateway.decisions(1)[0]["usage"]["output_tokens"], 7)

    def test_g22_an_error_arrives_unmodified(self):  # E1
        body = b'{"error": {"message":"no such tool","type":"invalid_request_error","code":null}}'
        self.script = lambda request, to: to.reply(400, body, headers=[
            ("x-request-id", "req_up"), ("x-ratelimit-remaining-tokens", "3"), ("x-other", "1")])
        reply = self.ask(BODY)
        self.assertEqual((reply.status, reply.body), (400, body))
        self.assertEqual(reply.header("x-request-id"), "req_up")
        self.assertEqual(reply.header("x-ratelimit-remaining-tokens"), "3")
        self.assertIsNone(reply.header("x-other"))

    def test_g22_an_error_does_not_repeat_the_key(self):
        self.script = lambda request, to: to.reply(
            401, b'{"error":{"message":"bad key sk-test-secret","type":"t"}}')
        reply = self.ask(BODY)
        self.assertEqual(reply.status, 401)
        self.assertNotIn(b"sk-test-secret", reply.body)
        first = chat_stream("one")[:2]
        self.answer_with(*first, b'data: {"error":{"message":"bad key sk-test-secret","type":"t",'
                                 b'"code":"c"}}\n\n')
        reply = self.ask(BODY)
        self.assertIn(b'"error"', reply.body)
        self.assertNotIn(b"sk-test-secret", reply.body)

    def test_g22_cut_and_broken_streams_end_with_an_error(self):  # G16, S36
        first = b"".join(chat_stream("one")[:2])
        broken = b'data: {"choices":[{"index":0,"delta":{"content":"two "}\n\n'
        rest = b"".join(chat_stream("three")[1:])
        ends = {"cut": first, "broken": first + broken + rest,
                "failed": first + b'data: {"choices":[{"index":0,"delta":{},'
                                  b'"finish_reason":"network_error"}]}\n\ndata: [DONE]\n\n'}
        for name, stream in ends.items():
            with self.subTest(name):
                self.answer_with(stream)
                reply = self.ask(BODY)
                self.assertTrue(reply.body.startswith(first), reply.body)
                self.assertIn(b'data: {"error":', reply.body)
                self.assertNotIn(b"[DONE]", reply.body)
                self.assertNotIn(b"three", reply.body)
        self.script = lambda request, to: (to.stream([first], end=False), to.cut())
        reply = self.ask(BODY)
        self.assertIn(b'data: {"error":', reply.body)

    def test_g22_an_answer_that_is_too_long_ends_with_an_error(self):
        first = chat_stream("one")[:2]
        self.answer_with(*first, b"data: {\"choices\":[{\"delta\":{\"content\":\"" +
                         b"x" * (17 << 20) + b"\"}}]}\n\n")
        reply = self.ask(BODY)
        self.assertIn(b'data: {"error":', reply.body)
        self.assertLess(len(reply.body), 1 << 20)


class Moving(World):
    def test_g22_before_content_another_provider_takes_over_in_its_own_format(self):
        def script(request, to):
            if "chat/completions" in request.target:
                to.stream(chat_stream()[:1])  # nothing of an answer
            else:
                answer(request, to)

        self.script = script
        reply = self.ask({**BODY, "model": "m1", "seed": 5}, persona="Eve")
        self.assertEqual(reply.header("x-katra-provider"), "mess")
        self.assertEqual(reply.header("x-katra-dropped"), "seed")
        self.assertEqual(json.loads(self.upstream.requests[0].body)["seed"], 5)
        self.assertEqual(json.loads(self.upstream.requests[1].body)["messages"],
                         [{"role": "user", "content": [{"type": "text", "text": "Hi",
                                                        "cache_control": {"type": "ephemeral"}}]}])
        self.assertIn(b"data: [DONE]", reply.body)

    def test_g22_and_back_to_the_client_s_format(self):
        def script(request, to):
            if "chat/completions" in request.target:
                answer(request, to)
            else:
                to.reply(500, b"{}")

        self.script = script
        reply = self.ask({**BODY, "model": "m1", "seed": 5}, persona="Ada")
        self.assertEqual(reply.header("x-katra-provider"), "fake")
        self.assertIsNone(reply.header("x-katra-dropped"))
        self.assertEqual(json.loads(self.upstream.requests[-1].body)["seed"], 5)
        self.assertEqual(reply.body, b"".join(chat_stream()).replace(USAGE, b""))

    def test_g22_a_client_that_leaves_cancels_the_upstream(self):  # S39
        def script(request, to):
            to.stream(chat_stream()[:2], end=False)
            to.wait_gone()

        self.script = script
        client = self.gateway.connect()
        client.sendall(self.gateway.request_bytes(
            "POST", CHAT, json.dumps(BODY).encode(),
            {"authorization": f"Bearer {self.gateway.token('Sam')}"}))
        received = b""
        while b"Hello" not in received:
            received += client.recv(65536)
        client.close()
        self.assertTrue(self.upstream.gone.wait(5))
        usage = self.gateway.decisions(1)[0]["usage"]
        self.assertFalse(usage["known"])
        self.assertGreater(usage["input_tokens"], 0)


class Silent(World):
    options = ("--ping-interval", "100")

    def test_g22_a_silent_upstream_does_not_leave_the_client_silent(self):  # C35
        self.script = lambda request, to: to.stream(chat_stream(), delay=0.3)
        body = self.ask(BODY).body
        self.assertIn(b": waiting for the model\n\n", body)
        self.assertNotIn(b"event: ping", body)
        self.assertEqual(body.replace(b": waiting for the model\n\n", b""),
                         b"".join(chat_stream()).replace(USAGE, b""))


if __name__ == "__main__":
    unittest.main()
