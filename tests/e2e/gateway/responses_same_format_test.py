"""A client of the Responses API at an upstream of the Responses API: bytes go through (G22, C6, C7)."""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message_stream, sse  # noqa: E402

RESPONSES = "/v1/responses"
USER = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
BODY = {"model": "fake,m1", "stream": True, "store": False, "input": [USER]}
HEAD = {"id": "resp_1", "object": "response", "created_at": 5, "model": "gpt-x", "error": None}
ITEM = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []}]}
USAGE = {"input_tokens": 11, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 7,
         "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 18}
WHOLE = {**HEAD, "status": "completed", "output": [ITEM], "usage": USAGE}


def event(kind: str, number: int, **members) -> bytes:
    return sse(kind, {"type": kind, "sequence_number": number, **members})


def stream() -> list[bytes]:
    return [event("response.created", 0, response={**HEAD, "status": "in_progress", "output": []}),
            event("response.output_item.added", 1, output_index=0, item={**ITEM, "content": []}),
            event("response.output_text.delta", 2, output_index=0, delta="Hello", obfuscation="x"),
            event("response.new_thing", 3, new={"a": None}),
            event("response.output_item.done", 4, output_index=0, item=ITEM),
            event("response.completed", 5, response=WHOLE)]


def answer(request, to):
    asked = json.loads(request.body)
    if request.target.endswith("/messages"):
        to.stream(message_stream())
    elif request.target.endswith("/chat/completions"):
        to.stream(chat_stream())
    elif asked.get("stream"):
        to.stream(stream())
    else:
        to.reply(200, json.dumps(WHOLE).encode())


class World(unittest.TestCase):
    script = staticmethod(answer)

    def setUp(self):
        self.upstream = Upstream(lambda request, to: self.script(request, to))
        self.addCleanup(self.upstream.__exit__)
        one = {"api_base_url": self.upstream.url + "/v1", "interface": "responses",
               "api_key_env": "TEST_KEY", "models": ["m1"]}
        self.gateway = Gateway(
            {"fake": one, "chat": {**one, "interface": "openai"},
             "mess": {**one, "api_base_url": self.upstream.url, "interface": "anthropic"}},
            {"Sam": {"provider": "fake", "model": "m1"},
             "Eve": {"provider": "fake", "model": "m1", "fallbacks": ["mess,m1"]}})
        self.addCleanup(self.gateway.__exit__)

    def ask(self, body, **more):
        return self.gateway.ask(body=body, path=RESPONSES, **more)

    def sent(self) -> dict:
        return json.loads(self.upstream.requests[-1].body)


class Requests(World):
    def test_g22_the_body_is_unchanged_but_for_the_model(self):  # C6
        body = (b'{"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":'
                b'"\\"model\\" \xc3\xa9"}]},{"type":"new_item","a":1.0},{"type":"additional_tools",'
                b'"tools":[]}],\n "model" :  "fake,m1" ,"truncation":"auto","top_logprobs":2,'
                b'"text":{"verbosity":"low"},"reasoning":{"effort":"xhigh","summary":"auto"},'
                b'"include":["reasoning.encrypted_content"],"service_tier":"flex","store":false,'
                b'"max_tool_calls":3,"prompt_cache_key":"k","unknown":null,"temperature":1.50}')
        reply = self.ask(body)
        self.assertEqual(reply.status, 200)
        self.assertEqual(self.upstream.requests[0].body, body.replace(b'"fake,m1"', b'"m1"'))
        self.assertEqual(self.upstream.requests[0].target, "/v1/responses")
        self.assertIsNone(reply.header("x-katra-dropped"))

    def test_g22_what_counts_on_a_store_is_refused_for_every_provider(self):
        for provider in ("fake", "chat", "mess"):
            for member in ({"previous_response_id": "resp_1"}, {"background": True},
                           {"conversation": "conv_1"}):
                with self.subTest(provider=provider, member=member):
                    reply = self.ask({**BODY, "model": f"{provider},m1", **member})
                    self.assertEqual(reply.status, 400)
                    self.assertIn("capability_rejected: " + next(iter(member)),
                                  reply.json()["error"]["message"])
        self.assertEqual(self.upstream.requests, [])
        self.assertEqual(self.ask({**BODY, "background": False,
                                   "previous_response_id": None}).status, 200)

    def test_g22_what_only_katra_can_read_stays_here(self):
        foreign = {"type": "reasoning", "id": "rs_1", "summary": [],
                   "encrypted_content": "katra1.e30"}
        call = {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f",
                "arguments": "{}"}
        output = {"type": "function_call_output", "call_id": "c", "output": "r"}
        self.ask({**BODY, "input": [USER, foreign, call, output]})
        self.assertEqual(self.sent()["input"],
                         [USER, {key: call[key] for key in call if key != "id"}, output])
        own = {**foreign, "encrypted_content": "gAAAA"}
        self.ask({**BODY, "input": [USER, own, call, output]})
        self.assertEqual(self.sent()["input"], [USER, own, call, output])


class Answers(World):
    def test_g22_a_stream_arrives_byte_for_byte_at_any_split(self):  # C7
        whole = b"".join(stream())
        for at in (0, *range(1, len(whole), 97)):
            self.script = lambda request, to, at=at: to.stream(
                [piece for piece in (whole[:at], whole[at:]) if piece])
            with self.subTest(at=at):
                self.assertEqual(self.ask(BODY).body, whole)
        decision = self.gateway.decisions(1)[0]
        self.assertEqual(decision["reported_model"], "gpt-x")
        self.assertEqual((decision["usage"]["input_tokens"], decision["usage"]["output_tokens"],
                          decision["usage"]["cache_read_tokens"]), (7, 7, 4))

    def test_g22_a_whole_reply_arrives_unchanged(self):
        reply = self.ask({**BODY, "stream": False})
        self.assertEqual(reply.body, json.dumps(WHOLE).encode())

    def test_g22_the_other_form_becomes_the_one_that_was_asked_for(self):  # S50
        self.script = lambda request, to: to.reply(200, json.dumps(WHOLE).encode())
        events = self.ask(BODY).events()
        self.assertEqual([name for name, _ in events],
                         ["response.created", "response.output_item.added",
                          "response.output_item.done", "response.completed"])
        self.assertEqual(events[-1][1]["response"], WHOLE)
        self.script = lambda request, to: to.stream(stream())
        self.assertEqual(self.ask({**BODY, "stream": False}).json(), WHOLE)

    def test_g22_errors_cut_and_broken_streams(self):  # E1, G16, S36
        body = b'{"error": {"message":"no","type":"invalid_request_error","code":null}}'
        self.script = lambda request, to: to.reply(400, body)
        reply = self.ask(BODY)
        self.assertEqual((reply.status, reply.body), (400, body))
        begun = b"".join(stream()[:3])
        broken = b'event: response.output_text.delta\ndata: {"type":"response.output_t\n\n'
        for name, pieces in {"cut": [begun], "broken": [begun + broken + stream()[-1]]}.items():
            with self.subTest(name):
                self.script = lambda request, to, pieces=pieces: to.stream(pieces)
                reply = self.ask(BODY)
                self.assertTrue(reply.body.startswith(begun))
                kind, data = reply.events()[-1]
                self.assertEqual(kind, "response.failed")
                self.assertEqual(data["sequence_number"], 3)
                self.assertEqual(data["response"]["id"], "resp_1")
                self.assertEqual(data["response"]["error"]["code"], "server_error")
                self.assertNotIn(b"response.completed", reply.body)
        failed = event("response.failed", 3, response={
            **HEAD, "status": "failed", "output": [],
            "error": {"code": "rate_limit_exceeded", "message": "slow sk-test-secret"}})
        self.script = lambda request, to: to.stream([begun, failed])
        reply = self.ask(BODY)
        self.assertEqual(reply.events()[-1][1]["response"]["error"]["code"], "rate_limit_exceeded")
        self.assertNotIn(b"sk-test-secret", reply.body)

    def test_g22_before_content_another_provider_takes_over_in_its_own_format(self):
        def script(request, to):
            if request.target.endswith("/responses"):
                to.stream([stream()[0], event("response.failed", 1, response={
                    **HEAD, "status": "failed", "output": [],
                    "error": {"code": "server_error", "message": "m"}})])
            else:
                answer(request, to)

        self.script = script
        reply = self.ask({**BODY, "model": "m1", "truncation": "auto"}, persona="Eve")
        self.assertEqual(reply.header("x-katra-provider"), "mess")
        self.assertEqual(reply.header("x-katra-dropped"), "truncation")
        self.assertEqual(reply.events()[-1][0], "response.completed")


class Unknown(World):
    def test_f5_blocks_that_nobody_knows_are_counted_and_logged_once(self):
        body = {"model": "chat,m1", "max_tokens": 5, "stream": True, "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "dream"}]},
            {"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "vision"},
                                              {"type": "redacted_thinking", "data": "x"}]},
            {"role": "user", "content": "b"}]}
        for _ in range(3):
            reply = self.gateway.ask(body=body)
            self.assertEqual(reply.status, 200)
            self.assertIn("content.dream", reply.header("x-katra-dropped"))
        metrics = self.gateway.metrics()
        for kind in ("dream", "vision"):
            self.assertIn(f'katra_unknown_types_total{{type="content.{kind}"}} 3\n', metrics)
            self.assertEqual(self.gateway.log().count(f"content.{kind}, a type"), 1)
        self.assertNotIn('type="content.redacted_thinking"', metrics)


if __name__ == "__main__":
    unittest.main()
