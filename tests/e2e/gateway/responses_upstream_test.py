"""Clients of every format before an upstream that speaks OpenAI's Responses API, which is as strict as
the official types."""
import json
import sqlite3
import sys
import unittest
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
import responses_api as api  # noqa: E402
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, wait_until  # noqa: E402

TOOL = {"name": "look", "description": "looks", "input_schema": {
    "type": "object", "properties": {"at": {"type": "string"}}}}
PICTURE = "data:image/png;base64,iVBORw0KGgo="


def answer(body: dict) -> list[dict]:
    """A call, and once its result is there, words."""
    items = body["input"] if isinstance(body["input"], list) else []
    if any(item.get("type", "").endswith("_output") for item in items):
        return [api.reasoning("rs_2", "Now I know."), api.text("It is there.")]
    if body.get("tools"):
        return [api.reasoning("rs_1", "I should look."), api.text("I look."),
                api.reasoning("rs_1b"), api.call("call_1", '{"at": "the \\"door\\""}')]
    return [api.reasoning("rs_0"), api.text("Hello there.")]


def types(request: dict) -> list[str]:
    return [item.get("type", "message") for item in request["input"]]


class World(unittest.TestCase):
    def setUp(self):
        self.strict = api.Strict(answer)
        self.upstream = self.enterContext(Upstream(self.strict))
        self.other_strict = api.Strict(answer)
        self.other = self.enterContext(Upstream(self.other_strict))
        self.gateway = self.enterContext(Gateway({
            "far": {"api_base_url": self.upstream.url + "/v1", "interface": "responses",
                    "api_key_env": "TEST_KEY", "models": ["gpt-5.6-sol", "m1"]},
            "other": {"api_base_url": self.other.url + "/v1/responses",
                      "api_key_env": "TEST_KEY", "models": ["m2"]},
        }, {"Sam": {"provider": "far", "model": "gpt-5.6-sol"}}))

    def sent(self, index=-1) -> dict:
        return json.loads(self.upstream.requests[index].body)

    def settle(self):
        self.assertEqual(self.strict.refused + self.other_strict.refused, [])


class Conversations(World):
    """Each client format, streamed or not, through a tool loop with a restart of the gateway."""

    def messages_turn(self, messages, stream, **more):
        reply = self.gateway.ask(body={
            "model": "far,gpt-5.6-sol", "max_tokens": 3000, "stream": stream, "tools": [TOOL],
            "thinking": {"type": "adaptive"}, "output_config": {"effort": "xhigh"},
            "system": "Be good.", "messages": messages, **more})
        self.assertEqual(reply.status, 200, reply.body)
        if not stream:
            return reply.json()["content"], reply
        self.assertEqual(reply.events()[-1][0], "message_stop", reply.body)
        blocks, inputs = [], {}
        for _, event in reply.events():
            if event["type"] == "content_block_start":
                blocks.append(event["content_block"])
            if event["type"] == "content_block_delta":
                delta = event["delta"]
                for key in ("text", "thinking", "signature"):
                    if key in delta:
                        blocks[-1][key] += delta[key]
                inputs[len(blocks)] = inputs.get(len(blocks), "") + delta.get("partial_json", "")
                if blocks[-1]["type"] == "tool_use":
                    blocks[-1]["input"] = inputs[len(blocks)]
        for block in blocks:
            if block["type"] == "tool_use":
                block["input"] = json.loads(block["input"])
        return blocks, reply

    def test_a_messages_client(self):
        for stream in (False, True):
            with self.subTest(stream=stream):
                said = [{"role": "user", "content": [
                    {"type": "text", "text": "hi"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                                 "data": "iVBORw0KGgo="}}]}]
                blocks, _ = self.messages_turn(said, stream)
                first = self.sent()
                self.assertEqual(first["instructions"], "Be good.")
                self.assertEqual(first["reasoning"], {"effort": "xhigh", "summary": "auto"})
                self.assertEqual(first["include"], ["reasoning.encrypted_content"])
                self.assertIs(first["store"], False)
                self.assertEqual([block["type"] for block in blocks],
                                 ["thinking", "text", "thinking", "tool_use"])
                self.assertEqual(blocks[0]["thinking"], "I should look.")
                self.assertEqual(blocks[3]["input"], {"at": 'the "door"'})
                self.gateway.restart()
                said += [{"role": "assistant", "content": blocks},
                         {"role": "user", "content": [
                             {"type": "tool_result", "tool_use_id": blocks[3]["id"],
                              "content": "a cat"}]}]
                blocks, reply = self.messages_turn(said, stream)
                self.assertEqual(types(self.sent()), [
                    "message", "reasoning", "message", "reasoning", "function_call",
                    "function_call_output"])
                self.assertEqual([item["encrypted_content"] for item in self.sent()["input"]
                                  if item["type"] == "reasoning"], ["enc-rs_1", "enc-rs_1b"])
                self.assertEqual(blocks[-1], {"type": "text", "text": "It is there."})
                usage = (reply.json() if not stream else reply.events()[-2][1])["usage"]
                self.assertEqual((usage["input_tokens"], usage["cache_read_input_tokens"],
                                  usage["output_tokens"]), (40, 60, 50))
                self.settle()

    def restart_with_the_store(self):
        """Once it has written down what it keeps; and until it has read that again, after which it
        writes down what a request cost."""
        def rows(table: str) -> int:
            try:
                with closing(sqlite3.connect(f"file:{self.gateway.home}/katra.db?mode=ro",
                                             uri=True)) as store:
                    return store.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            except sqlite3.OperationalError:
                return 0  # the store is just being made

        wait_until(lambda: rows("kept_reasoning") > 0, 60)
        self.gateway.restart()
        before = rows("answers")
        self.gateway.ask(body={"model": "other,m2", "max_tokens": 100,
                               "messages": [{"role": "user", "content": "hi"}]})
        wait_until(lambda: rows("answers") > before, 60)

    def test_a_chat_client(self):
        for stream in (False, True):
            with self.subTest(stream=stream):
                said = [{"role": "system", "content": "Be good."},
                        {"role": "user", "content": [
                            {"type": "text", "text": "hi"},
                            {"type": "image_url", "image_url": {"url": PICTURE}}]}]
                ask = {"model": "far,gpt-5.6-sol", "reasoning_effort": "xhigh", "stream": stream,
                       "tools": [{"type": "function", "function": {
                           "name": "look", "parameters": TOOL["input_schema"]}}]}
                reply = self.gateway.ask(path="/v1/chat/completions", body={**ask, "messages": said})
                self.assertEqual(reply.status, 200, reply.body)
                self.assertEqual(self.sent()["reasoning"]["effort"], "xhigh")
                if stream:
                    chunks = [json.loads(line[6:]) for line in reply.body.decode().split("\n")
                              if line.startswith("data: {")]
                    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
                    calls = [one for delta in deltas for one in delta.get("tool_calls", [])]
                    arguments = "".join(one["function"].get("arguments", "") for one in calls)
                    call_id = calls[0]["id"]
                    self.assertEqual([chunk["choices"][0].get("finish_reason") for chunk in chunks
                                      if chunk["choices"]][-1], "tool_calls")
                else:
                    one = reply.json()["choices"][0]["message"]["tool_calls"][0]
                    arguments, call_id = one["function"]["arguments"], one["id"]
                self.assertEqual(json.loads(arguments), {"at": 'the "door"'})
                self.restart_with_the_store()
                said += [{"role": "assistant", "content": "I look.", "tool_calls": [
                             {"id": call_id, "type": "function",
                              "function": {"name": "look", "arguments": arguments}}]},
                         {"role": "tool", "tool_call_id": call_id, "content": "a cat"}]
                reply = self.gateway.ask(path="/v1/chat/completions", body={**ask, "messages": said})
                self.assertEqual(reply.status, 200, reply.body)
                self.assertIn("there.", reply.body.decode())
                # What the client does not carry, the store has by the call.
                self.assertEqual([item["encrypted_content"] for item in self.sent()["input"]
                                  if item["type"] == "reasoning"], ["enc-rs_1", "enc-rs_1b"])
                self.settle()

    def test_a_responses_client(self):
        for stream in (False, True):
            with self.subTest(stream=stream):
                said = [{"type": "message", "role": "user", "content": [
                    {"type": "input_text", "text": "hi"},
                    {"type": "input_image", "detail": "auto", "image_url": PICTURE}]}]
                ask = {"model": "far,gpt-5.6-sol", "instructions": "Be good.", "stream": stream,
                       "store": False, "include": ["reasoning.encrypted_content"],
                       "reasoning": {"effort": "xhigh", "summary": "auto"},
                       "prompt_cache_key": "s-1",
                       "tools": [{"type": "function", "name": "look", "strict": False,
                                  "parameters": TOOL["input_schema"]}]}
                for round_ in range(2):
                    reply = self.gateway.ask(path="/v1/responses", body={**ask, "input": said})
                    self.assertEqual(reply.status, 200, reply.body)
                    self.assertEqual(self.sent()["reasoning"]["effort"], "xhigh")
                    self.assertEqual(self.sent()["prompt_cache_key"], "s-1")
                    whole = reply.events()[-1][1]["response"] if stream else reply.json()
                    self.assertEqual(whole["status"], "completed")
                    said += whole["output"]
                    if round_ == 0:
                        self.gateway.restart()
                        said.append({"type": "function_call_output", "output": "a cat",
                                     "call_id": whole["output"][-1]["call_id"]})
                self.assertEqual(whole["output"][-1]["content"][0]["text"], "It is there.")
                self.assertEqual([item["encrypted_content"] for item in self.sent()["input"]
                                  if item["type"] == "reasoning"], ["enc-rs_1", "enc-rs_1b"])
                self.settle()

    def test_reasoning_goes_to_nobody_else(self):
        blocks, _ = self.messages_turn([{"role": "user", "content": "hi"}], False)
        self.gateway.ask(body={
            "model": "other,m2", "max_tokens": 100, "tools": [TOOL], "messages": [
                {"role": "user", "content": "hi"}, {"role": "assistant", "content": blocks},
                {"role": "user", "content": [{"type": "tool_result", "content": "x",
                                              "tool_use_id": blocks[-1]["id"]}]}]})
        self.assertEqual(len(self.other.requests), 1)
        self.assertNotIn(b"enc-rs", self.other.requests[0].body)
        self.assertEqual(types(json.loads(self.other.requests[0].body)),
                         ["message", "message", "function_call", "function_call_output"])
        self.settle()

    def test_what_it_cannot_take_is_told(self):
        _, reply = self.messages_turn([{"role": "user", "content": "hi"}], False, top_k=3,
                                      stop_sequences=["there"], temperature=1)
        self.assertEqual(set(reply.header("x-katra-dropped").split(", ")),
                         {"temperature", "top_k"})
        self.assertEqual(reply.header("x-katra-provider"), "far")
        for member in ("previous_response_id", "background", "conversation"):
            refused = self.gateway.ask(path="/v1/responses", body={
                "model": "far,gpt-5.6-sol", "input": "hi",
                member: True if member == "background" else "resp_1"})
            self.assertEqual(refused.status, 400, member)
            self.assertIn(member, refused.json()["error"]["message"])
        self.settle()


class Ends(World):
    """Every way in which such an upstream fails."""

    def setUp(self):
        super().setUp()
        self.ask_body = {"model": "far,gpt-5.6-sol", "max_tokens": 100, "stream": True,
                         "messages": [{"role": "user", "content": "hi"}]}

    def script(self, function):
        self.upstream.script = function

    def test_errors_before_the_answer(self):
        for status, code, expected in ((429, "rate_limit_exceeded", 429), (500, "server_error", 500),
                                       (400, "context_length_exceeded", 400),
                                       (401, "invalid_api_key", 401)):
            with self.subTest(status=status):
                self.script(lambda request, to: to.reply(status, json.dumps(
                    {"error": {"message": "This exceeds the context window." if status == 400
                               else "no", "code": code, "type": code}}).encode()))
                for stream in (True, False):
                    reply = self.gateway.ask(body={**self.ask_body, "stream": stream})
                    self.assertIn(reply.status, (expected, 529), reply.body)
                    self.assertEqual(reply.json()["type"], "error")
                    if status == 400:
                        self.assertIn("prompt is too long", reply.json()["error"]["message"])

    def test_an_answer_that_breaks_off(self):
        events = api.stream([api.text("one two three")])
        half = len(events) // 2 + 1
        failed = api.event("response.failed", 9, response=api.response(
            [], "failed", error={"code": "server_error", "message": "oops"}))
        ends = {
            "closed": lambda to: to.stream(events[:half]),
            "cut": lambda to: (to.stream(events[:half], end=False), to.cut()),
            "reset": lambda to: (to.stream(events[:half], end=False), to.reset()),
            "half an event": lambda to: to.stream(events[:half] + [events[half][:20]]),
            "a broken event": lambda to: to.stream(
                events[:half] + [b'event: response.output_text.delta\ndata: {"type":"resp\n\n'] +
                events[half:]),
            "an error event": lambda to: to.stream(
                events[:half] + [api.event("error", 9, code="server_error", message="oops",
                                           param=None)]),
            "a failed response": lambda to: to.stream(events[:half] + [failed])}
        paths = {"/v1/messages": self.ask_body,
                 "/v1/chat/completions": {"model": "far,gpt-5.6-sol", "stream": True,
                                          "messages": [{"role": "user", "content": "hi"}]},
                 "/v1/responses": {"model": "far,gpt-5.6-sol", "stream": True, "input": "hi"}}
        for name, end in ends.items():
            self.script(lambda request, to, end=end: end(to))
            for path, body in paths.items():
                with self.subTest(end=name, client=path):
                    reply = self.gateway.ask(path=path, body=body)
                    self.assertEqual(reply.status, 200)
                    told = reply.body.decode()
                    self.assertIn("one", told)
                    self.assertIn("error", told)
                    for clean in ("message_stop", "response.completed", '"finish_reason":"stop"'):
                        self.assertNotIn(clean, told)

    def test_another_takes_over_before_content(self):
        self.gateway.personas["personas"]["Sam"]["fallbacks"] = ["other/m2"]
        self.gateway.write_configuration()
        self.gateway.restart()
        events = api.stream([api.reasoning("rs_1"), api.text("never")])
        failures = {
            "limited": lambda to: to.reply(429, b'{"error":{"message":"slow"}}'),
            "broken": lambda to: to.reply(500, b"<html>"),
            "empty": lambda to: to.stream([]),
            "begun and failed": lambda to: to.stream(
                events[:4] + [api.event("response.failed", 9, response=api.response(
                    [], "failed", error={"code": "server_error", "message": "oops"}))]),
            "reset": lambda to: to.reset()}
        for name, fail in failures.items():
            with self.subTest(failure=name):
                self.script(lambda request, to, fail=fail: fail(to))
                reply = self.gateway.ask(body={key: value for key, value in self.ask_body.items()
                                               if key != "model"} | {"model": "gpt-5.6-sol"})
                self.assertEqual(reply.header("x-katra-provider"), "other", reply.body)
                self.assertEqual(reply.events()[-1][0], "message_stop")
                self.assertIn("far/gpt-5.6-sol", reply.header("x-katra-failed"))

    def test_what_is_not_known_is_counted(self):
        items = [{"type": "hologram", "id": "h_1"}, api.text("Hey")]
        self.script(lambda request, to: to.stream(api.stream(items))
                    if json.loads(request.body).get("stream") else
                    to.reply(200, json.dumps(api.response(items)).encode()))
        self.assertEqual(self.gateway.ask(body=self.ask_body).events()[-1][0], "message_stop")
        whole = self.gateway.ask(body={**self.ask_body, "stream": False})
        self.assertIn("output.hologram", whole.header("x-katra-dropped"))
        self.assertIn('katra_unknown_types_total{type="output.hologram"} 2',
                      self.gateway.metrics())
        self.assertIn("output.hologram", self.gateway.decisions(1)[0]["dropped"])


class RefusedReasoning(World):
    """R79: the upstream cannot decrypt what it, or another account, has encrypted."""

    WORDS = (
        (400, "invalid_encrypted_content", "The encrypted content gAAA...Rg== could not be verified."),
        (400, "invalid_encrypted_content", "The encrypted content for item rs_1 could not be verified. "
         "Reason: Encrypted content organization_id did not match the target organization."),
        (404, None, "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false."),
        (400, None, "Item 'fc_1' of type 'function_call' was provided without its required 'reasoning' "
         "item: 'rs_1'."))

    @staticmethod
    def holds_reasoning(body: dict) -> bool:
        """Reasoning, or an item that refers to it by its id."""
        return any(item.get("type") == "reasoning" or item.get("id") for item in body["input"])

    def refuse(self, status, code, message):
        self.refusals = []

        def script(request, to):
            if not self.holds_reasoning(json.loads(request.body)):
                return self.strict(request, to)
            self.refusals.append(request)
            to.reply(status, json.dumps({"error": {
                "message": message, "type": "invalid_request_error", "param": None,
                "code": code}}).encode())

        self.upstream.script = script

    def messages(self, stream, session):
        """A tool loop's second turn, with reasoning that a first turn was given."""
        ask = lambda messages: self.gateway.ask(  # noqa: E731
            body={"model": "far,gpt-5.6-sol", "max_tokens": 3000, "stream": stream, "tools": [TOOL],
                  "thinking": {"type": "adaptive"}, "messages": messages},
            headers={"x-claude-code-session-id": session})
        first = {"role": "user", "content": "hi"}
        self.upstream.script = self.strict
        content = self.gateway.ask(body={
            "model": "far,gpt-5.6-sol", "max_tokens": 3000, "tools": [TOOL],
            "thinking": {"type": "adaptive"}, "messages": [first]},
            headers={"x-claude-code-session-id": session}).json()["content"]
        call = next(block for block in content if block["type"] == "tool_use")
        result = {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": call["id"], "content": "there"}]}
        return lambda: ask([first, {"role": "assistant", "content": content}, result])

    def responses(self, stream, session):
        items = [{"role": "user", "content": "hi"},
                 {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"},
                 {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "look",
                  "arguments": "{}"},
                 {"type": "function_call_output", "call_id": "c", "output": "x"}]
        tool = {"type": "function", "name": "look", "parameters": TOOL["input_schema"],
                "strict": False}
        return lambda: self.gateway.ask(
            path="/v1/responses", headers={"x-claude-code-session-id": session},
            body={"model": "far,gpt-5.6-sol", "stream": stream, "store": False, "input": items,
                  "tools": [tool]})

    def test_r79_it_is_asked_once_more_without_and_later_turns_go_without_at_once(self):
        for client in (self.messages, self.responses):
            for stream in (False, True):
                for number, words in enumerate(self.WORDS):
                    session = f"{client.__name__}-{stream}-{number}"
                    with self.subTest(session=session):
                        turn = client(stream, session)
                        self.refuse(*words)
                        reply = turn()
                        self.assertEqual(reply.status, 200, reply.body)
                        self.assertIn(b"there.", reply.body)
                        self.assertEqual(len(self.refusals), 1)
                        again = turn()
                        self.assertEqual(again.status, 200, again.body)
                        self.assertEqual(len(self.refusals), 1)  # known by now
                        other = client(stream, session + "-other")
                        self.refuse(*words)
                        self.assertEqual(other().status, 200)
                        self.assertEqual(len(self.refusals), 1)  # of this session alone
        self.settle()

    def test_r79_another_refusal_and_a_second_one_are_the_client_s(self):
        for words in ((400, "invalid_value", "Invalid value: 'x'."),
                      (429, "invalid_encrypted_content", "The encrypted content is limited.")):
            with self.subTest(words=words):
                turn = self.responses(False, f"no-{words[0]}")
                self.refuse(*words)
                reply = turn()
                self.assertEqual(reply.status, words[0], reply.body)
        self.upstream.script = lambda request, to: to.reply(400, json.dumps({"error": {
            "message": self.WORDS[0][2], "type": "invalid_request_error", "param": None,
            "code": "invalid_encrypted_content"}}).encode())
        before = len(self.upstream.requests)
        reply = self.responses(False, "always")()
        self.assertEqual(reply.status, 400)
        self.assertIn(b"could not be verified", reply.body)
        self.assertEqual(len(self.upstream.requests) - before, 2)


class BuiltIn(unittest.TestCase):
    """The models of the built-in provider that need the Responses API are asked by it, wherever it
    was moved to; the others are not."""

    def test_openai(self):
        strict = api.Strict(answer)

        def script(request, to):
            if request.target.endswith("/chat/completions"):
                to.stream(chat_stream("Hello"))
            else:
                strict(request, to)

        with Upstream(script) as upstream, Gateway(
                {"openai": {"api_base_url": upstream.url + "/v1"}}, {"Sam": {"provider": "openai"}},
                environment={"OPENAI_API_KEY": "sk-test"}) as gateway:
            for model, path in (("gpt-5.6-sol", "responses"), ("gpt-5.5-2026-01-01", "responses"),
                                ("gpt-6-sol", "responses"), ("gpt-5-pro", "responses"),
                                ("gpt-5", "chat/completions"), ("gpt-4.1", "chat/completions"),
                                ("gpt-5.2-chat-latest", "chat/completions")):
                with self.subTest(model=model):
                    reply = gateway.ask(body={
                        "model": f"openai,{model}", "max_tokens": 100, "stream": True,
                        "thinking": {"type": "adaptive"}, "tools": [TOOL],
                        "messages": [{"role": "user", "content": "hi"}]})
                    self.assertEqual(reply.status, 200, reply.body)
                    self.assertEqual(reply.events()[-1][0], "message_stop")
                    self.assertEqual(upstream.requests[-1].target, "/v1/" + path)
                    self.assertEqual(upstream.requests[-1].header("authorization"),
                                     "Bearer sk-test")
            self.assertEqual(strict.refused, [])

    def test_the_configuration_s_word_counts(self):
        with Upstream(lambda request, to: to.stream(chat_stream("Hello"))) as upstream, Gateway(
                {"openai": {"api_base_url": upstream.url + "/v1", "interface": "openai"}},
                {"Sam": {"provider": "openai"}},
                environment={"OPENAI_API_KEY": "sk-test"}) as gateway:
            gateway.ask(body={"model": "openai,gpt-5.6-sol", "max_tokens": 100, "stream": True,
                              "messages": [{"role": "user", "content": "hi"}]})
            self.assertEqual(upstream.requests[-1].target, "/v1/chat/completions")


if __name__ == "__main__":
    unittest.main()
