"""What an upstream says back: a key or token that it repeats goes neither to a client nor to a disk,
and what it thought goes to nobody but the persona and the address that it came from."""
import json
import sqlite3
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, message, message_stream, sse, wait_until  # noqa: E402

KEY = "Zq7/odd+KEY=of.no-known_shape"  # nothing but its value tells that it is one
ESCAPED = KEY.replace("K", "\\u004b").replace("/", "\\/")
QUESTION = [{"role": "user", "content": "Hi"}]
BODY = {"model": "claude-sonnet", "max_tokens": 5, "messages": QUESTION}
HEADERS = [("request-id", f"req_{KEY}"), ("anthropic-organization-id", KEY), ("x-request-id", KEY),
           ("anthropic-ratelimit-requests-limit", KEY), ("retry-after", KEY)]


def provider(upstream: Upstream, interface="anthropic", **more) -> dict:
    return {"api_base_url": upstream.url + ("/v1" if interface == "openai" else ""),
            "interface": interface, "api_key_env": "TEST_KEY", "models": ["m"], **more}


def chat(delta: dict, finish=None, **more) -> bytes:
    return b"data: " + json.dumps({
        "id": KEY, "object": "chat.completion.chunk", "created": 1, "model": KEY,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}).encode() + b"\n\n"


class RepeatedKeys(unittest.TestCase):
    def setUp(self):
        self.answer = None
        self.upstream = Upstream(lambda request, to: self.answer(to))
        self.gateway = Gateway(
            {"same": provider(self.upstream), "other": provider(
                self.upstream, "openai", quirks={"reasoning_history": "reasoning_content"})},
            {"Sam": {"provider": "same", "model": "m"}, "Tom": {"provider": "other", "model": "m"}},
            environment={"TEST_KEY": KEY})
        self.addCleanup(self.upstream.__exit__)
        self.addCleanup(self.gateway.__exit__)

    def check_nothing_is_kept(self, answers: int):
        def recorded() -> int:
            try:
                with sqlite3.connect(f"file:{self.gateway.home}/katra.db?mode=ro",
                                     uri=True) as store:
                    return store.execute("SELECT count(*) FROM answers").fetchone()[0]
            except sqlite3.OperationalError:
                return 0  # the store is just being made

        wait_until(lambda: recorded() >= answers, what="the answers were not recorded")
        for path in Path(self.gateway.home).rglob("*"):
            if path.is_file():
                self.assertNotIn(KEY.encode(), path.read_bytes(), path)

    def test_ids_models_and_heads_that_repeat_it(self):
        named = message(model=KEY).replace(b"msg_1", KEY.encode())
        pieces = [piece.replace(b"msg_1", KEY.encode()) for piece in message_stream(model=KEY)]
        call = {"tool_calls": [{"index": 0, "id": KEY, "function": {"name": "f",
                                                                    "arguments": "{}"}}]}
        thought = [chat({"reasoning_content": f"so {KEY}"}), chat(call), chat({}, "tool_calls"),
                   b"data: [DONE]\n\n"]
        for persona, stream, answer in (
                ("Sam", False, lambda to: to.reply(200, named, headers=HEADERS)),
                ("Sam", True, lambda to: to.stream(pieces, headers=HEADERS)),
                ("Sam", False, lambda to: to.reply(200, named)),
                ("Sam", True, lambda to: to.stream(pieces)),
                ("Tom", True, lambda to: to.stream(thought, headers=HEADERS)),
                ("Tom", True, lambda to: to.stream(thought))):
            with self.subTest(persona=persona, stream=stream):
                self.answer = answer
                reply = self.gateway.ask(body={**BODY, "stream": stream}, persona=persona)
                self.assertEqual(reply.status, 200)
                self.assertNotIn(KEY, str(reply.headers))
        self.check_nothing_is_kept(6)
        decisions = json.dumps(self.gateway.decisions(6))
        self.assertNotIn(KEY, decisions)

    def test_errors_that_repeat_it(self):
        said = ('{"type":"error","error":{"type":"authentication_error","message":"what is %s?",'
                '"raw":"{\\"k\\":\\"%s\\"}"}}')
        begun = message_stream()[:4]
        begun_chat = [chat({"content": "Hello"})]
        count = 0
        for spelling in (KEY, ESCAPED):
            error = (said % (spelling, spelling.replace("\\", "\\\\"))).encode()
            event = b"event: error\ndata: " + error + b"\n\n"
            cases = {
                "a refusal": lambda to: to.reply(401, error, headers=HEADERS),
                "a whole answer": lambda to: to.reply(200, error, headers=HEADERS),
                "a stream": lambda to: to.stream([event], headers=HEADERS),
                "after content": lambda to: to.stream([*begun, event]),
                "in pieces": lambda to: to.stream([*begun, event[:40], event[40:]]),
                "at the end of all": lambda to: to.stream([*begun, event[:-1]]),
                "too long to be read": lambda to: to.stream(
                    [*begun, event.replace(b"what is", b"x" * 300_000)])}
            of_chat = {"a refusal": cases["a refusal"],
                       "after content": lambda to: to.stream(
                           [*begun_chat, b"data: " + error + b"\n\n"])}
            for persona, path in (("Sam", "/v1/messages"), ("Tom", "/v1/messages"),
                                  ("Sam", "/v1/chat/completions"), ("Tom", "/v1/responses")):
                for name, answer in (cases if persona == "Sam" else of_chat).items():
                    with self.subTest(name, persona=persona, path=path, spelling=spelling):
                        self.answer = answer
                        body = {**BODY, "stream": True}
                        if path == "/v1/responses":
                            body = {"model": "claude-sonnet", "stream": True, "input": "Hi"}
                        reply = self.gateway.ask(path=path, body=body, persona=persona)
                        count += 1
                        seen = f"{reply.headers} {reply.body.decode()} {self.gateway.log()}"
                        for secret in (KEY, ESCAPED, ESCAPED.replace("\\", "\\\\"), KEY[4:]):
                            self.assertNotIn(secret, seen)
                        self.assertIn("[redacted]", seen)
        self.check_nothing_is_kept(count)

    def test_what_repeats_nothing_comes_back_byte_for_byte(self):
        odd = b'{"type":"error","error":{"type":"api_error","message":"\\u004b \\/ \\\\u004b"}}'
        self.answer = lambda to: to.reply(400, odd)
        self.assertEqual(self.gateway.ask(body=BODY).body, odd)
        events = [*message_stream()[:4], b"event: error\ndata: " + odd + b"\n\n"]
        self.answer = lambda to: to.stream(events)
        self.assertEqual(self.gateway.ask(body={**BODY, "stream": True}).body, b"".join(events))

    def test_a_time_to_wait_that_is_none_is_left_out(self):
        busy = b'{"type":"error","error":{"type":"invalid_request_error","message":"no"}}'
        for value, told in (("-5", None), ("nan", None), ("9" * 20, None), ("7", "7"),
                            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT")):
            self.answer = lambda to: to.reply(400, busy, headers=[("retry-after", value)])
            for path in ("/v1/messages", "/v1/chat/completions"):
                with self.subTest(value=value, path=path):
                    reply = self.gateway.ask(path=path, body=BODY)
                    expected = told if path == "/v1/messages" else None  # nothing to wait for
                    self.assertEqual(reply.header("retry-after"), expected)


class KeptReasoning(unittest.TestCase):
    """Two upstreams, which choose the same id for every call."""

    def setUp(self):
        self.upstreams = [Upstream(self.script), Upstream(self.script)]
        self.extra = {}
        for upstream in self.upstreams:
            self.addCleanup(upstream.__exit__)

    def gateway_of(self, history: str) -> Gateway:
        more = {"auth": "none", "quirks": {"reasoning_history": history}}
        gateway = Gateway({"fake": provider(self.upstreams[0], "openai", **more)},
                          {name: {"provider": "fake", "model": "m"} for name in ("Alice", "Mal")})
        self.addCleanup(gateway.__exit__)
        return gateway

    def script(self, request, to):
        call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        to.reply(200, json.dumps({
            "id": "c", "object": "chat.completion", "model": "m", "choices": [{
                "index": 0, "finish_reason": "tool_calls", "message": {
                    "role": "assistant", "content": None, "tool_calls": [{**call, **self.signed()}],
                    **self.extra}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}).encode())

    def signed(self) -> dict:
        if "signature" not in self.extra:
            return {}
        return {"extra_content": {"google": {"thought_signature": self.extra["signature"]}}}

    def think(self, gateway, persona, history, thought):
        self.extra = {"reasoning_content": {"reasoning_content": thought},
                      "reasoning_details": {"reasoning_details": [
                          {"type": "reasoning.text", "text": thought}]},
                      "thought_signature": {"signature": thought}}[history]
        return gateway.ask(persona=persona, body={**BODY, "tools": [
            {"name": "f", "input_schema": {"type": "object"}}]}).json()["content"]

    def sent_on(self, gateway, persona, path="/v1/messages", content=None, to=0) -> bytes:
        """What the upstream gets when `persona` goes on from the call."""
        content = content or [{"type": "tool_use", "id": "call_1", "name": "f", "input": {}}]
        body = {**BODY, "messages": [*QUESTION, {"role": "assistant", "content": content}, {
            "role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1",
                                         "content": "ok"}]}]}
        if path == "/v1/chat/completions":
            body = {**BODY, "messages": [*QUESTION, {"role": "assistant", "content": None,
                    "tool_calls": [{"id": "call_1", "type": "function",
                                    "function": {"name": "f", "arguments": "{}"}}]},
                    {"role": "tool", "tool_call_id": "call_1", "content": "ok"}]}
        if path == "/v1/responses":
            body = {"model": "m", "input": [
                {"role": "user", "content": "Hi"},
                {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "call_1", "output": "ok"}]}
        self.extra = {}
        gateway.ask(path=path, body=body, persona=persona)
        return self.upstreams[to].requests[-1].body

    def test_it_is_the_persona_s_own_and_the_address_s(self):
        for history in ("reasoning_content", "reasoning_details", "thought_signature"):
            gateway = self.gateway_of(history)
            with self.subTest(history):
                content = self.think(gateway, "Alice", history, "thought-of-Alice")
                for path in ("/v1/messages", "/v1/chat/completions", "/v1/responses"):
                    self.assertIn(b"thought-of-Alice", self.sent_on(gateway, "Alice", path), path)
                    self.assertNotIn(b"thought-of-Alice", self.sent_on(gateway, "Mal", path), path)
                self.think(gateway, "Mal", history, "thought-of-Mal")
                wait_until(lambda: self.kept(gateway) == 2, what="both are kept")
                gateway.restart()
                # The store is read while the first requests are answered.
                wait_until(lambda: b"thought-of-Alice" in self.sent_on(gateway, "Alice"))
                self.assertIn(b"thought-of-Mal", self.sent_on(gateway, "Mal"))
                # The same provider by name, at another address.
                gateway.personas["providers"]["fake"]["api_base_url"] = self.upstreams[1].url + "/v1"
                gateway.write_configuration()
                self.assertEqual(gateway.admin("POST", "/admin/reload").status, 200)
                self.assertNotIn(b"thought-of", self.sent_on(gateway, "Alice", to=1))
                signed = [block for block in content if block["type"] != "thinking"
                          or not block["thinking"]]  # what the client can read is its own
                self.assertNotIn(b"thought-of", self.sent_on(gateway, "Alice", content=signed, to=1))

    @staticmethod
    def kept(gateway) -> int:
        try:
            with sqlite3.connect(f"file:{gateway.home}/katra.db?mode=ro", uri=True) as store:
                return store.execute("SELECT count(*) FROM kept_reasoning WHERE tool_id LIKE 'kept%'").fetchone()[0]
        except sqlite3.OperationalError:
            return 0  # the store is just being made


class NamedProviders(unittest.TestCase):
    def test_who_is_named_answers_or_nobody(self):
        good = Upstream(lambda request, to: to.stream(message_stream()))
        busy = Upstream(lambda request, to: to.reply(
            529, b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}'))
        gateway = Gateway(
            {"own": provider(good), "busy": provider(busy),
             "keyless": provider(busy, api_key_env="NOT_SET_KEY")},
            {"Sam": {"provider": "own", "model": "m", "fallbacks": ["own/n", "busy/n"]},
             "Tom": {"provider": "busy", "model": "m", "fallbacks": ["own/m"]}})
        with good, busy, gateway:
            for model, says in (("busy,m", "busy"), ("keyless,m", "NOT_SET_KEY")):
                reply = gateway.ask(body={**BODY, "stream": True, "model": model})
                self.assertGreaterEqual(reply.status, 400, model)
                self.assertIn(says, reply.body.decode())
            self.assertEqual(good.requests, [])
            self.assertIn(b'"n"', b"".join(request.body for request in busy.requests))
            # The persona's own provider is helped out by whom the persona names.
            reply = gateway.ask(body={**BODY, "stream": True, "model": "busy,x"}, persona="Tom")
            self.assertEqual((reply.status, reply.header("x-katra-provider")), (200, "own"))


if __name__ == "__main__":
    unittest.main()
