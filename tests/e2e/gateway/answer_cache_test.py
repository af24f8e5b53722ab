"""The answer cache: the very same request of the same persona is answered without asking anybody,
whichever form it wants; everything else is asked anew."""
import json
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message_stream  # noqa: E402
from streams import message, sse  # noqa: E402

ON = {"x-katra-cache": "on"}
TOOL = {"name": "read", "description": "reads", "input_schema": {"type": "object"}}
REVIEW = "please review my pull request before I merge"


def body(text="Hi", **more):
    return {"model": "m", "max_tokens": 50, "temperature": 0, "stream": True,
            "messages": [{"role": "user", "content": text}], **more}


class World:
    """Personas Sam and Eve, at an upstream of Messages ("own") or of Chat Completions ("chat")."""

    def __init__(self, **more):
        self.count = 0
        self.own = Upstream(self.answer)
        self.chat = Upstream(self.answer_chat)
        providers = {
            "own": {"api_base_url": self.own.url, "interface": "anthropic",
                    "api_key_env": "TEST_KEY", "models": ["m", "m2"]},
            "chat": {"api_base_url": f"{self.chat.url}/v1", "interface": "openai",
                     "api_key_env": "TEST_KEY", "models": ["m"]}}
        self.gateway = Gateway(providers, {name: {"provider": "own", "model": "m"}
                                           for name in ("Sam", "Eve")}, **more)
        path = f"{self.gateway.home}/router/prices.json"
        with open(path, "w", encoding="utf-8",
                  opener=lambda file, flags: os.open(file, flags, 0o600)) as out:
            json.dump({f"{name}/m": {"input": 10, "output": 10} for name in providers}, out)
        self.gateway.admin("POST", "/admin/reload")

    def text(self):
        self.count += 1
        return f"answer {self.count}"

    def answer(self, request, to):
        if json.loads(request.body).get("stream"):
            to.stream(message_stream(self.text()))
        else:
            to.reply(200, message(self.text()))

    def answer_chat(self, request, to):
        if json.loads(request.body).get("stream"):
            to.stream(chat_stream(self.text()))
        else:
            to.reply(200, json.dumps({
                "id": "c", "object": "chat.completion", "created": 1, "model": "gpt-x",
                "choices": [{"index": 0, "finish_reason": "stop",
                             "message": {"role": "assistant", "content": self.text()}}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}).encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gateway.__exit__()
        self.own.__exit__()
        self.chat.__exit__()

    def ask(self, what=None, headers=None, path="/v1/messages", persona="Sam"):
        reply = self.gateway.ask(body=what or body(), headers=ON if headers is None else headers,
                                 path=path, persona=persona)
        assert reply.status == 200, reply.body
        return reply

    def asked(self):
        return len(self.own.requests) + len(self.chat.requests)


class Cache(unittest.TestCase):
    def assert_states(self, world, rows):
        for what, state in rows:
            with self.subTest(what=what):
                self.assertEqual(world.ask(**what).header("x-katra-cache"), state)

    def test_the_same_request_is_answered_again_in_either_form_and_costs_nothing(self):
        for first, second in ((True, True), (True, False), (False, True), (False, False)):
            with self.subTest(first=first, second=second), World() as world:
                asked = world.ask(body(stream=first))
                self.assertEqual(asked.header("x-katra-cache"), "miss")
                again = world.ask(body(stream=second))
                self.assertEqual(again.header("x-katra-cache"), "hit")
                self.assertEqual(again.header("cache-control"), "private, no-store")
                self.assertEqual(again.header("x-katra-provider"), "own")
                self.assertEqual(world.asked(), 1)
                if second:
                    names = [name for name, _ in again.events()]
                    self.assertEqual((names[0], names[-1]), ("message_start", "message_stop"))
                    text = "".join(data["delta"].get("text", "") for name, data in again.events()
                                   if name == "content_block_delta")
                else:
                    self.assertEqual(again.json()["stop_reason"], "end_turn")
                    text = again.json()["content"][0]["text"]
                self.assertEqual(text.strip(), "answer 1")
                decision = world.gateway.decisions(2)[1]
                self.assertIn("answered from the cache", decision["attempts"][0]["reason"])
                self.assertEqual(decision["cost_usd_micros"], 0)

    def test_clients_of_openais_formats_hit_in_either_form_at_every_upstream(self):
        hi = [{"role": "user", "content": "Hi"}]
        for path, question in (("/v1/chat/completions", {"messages": hi}),
                               ("/v1/responses", {"input": "Hi"})):
            for model in ("chat/m", "own/m"):
                for first, second in ((True, False), (False, True)):
                    with self.subTest(path=path, model=model, first=first), World() as world:
                        ask = {"model": model, "temperature": 0, **question}
                        if first and path == "/v1/chat/completions":
                            ask["stream_options"] = {"include_usage": True}
                        world.ask({**ask, "stream": first}, path=path)
                        ask.pop("stream_options", None)
                        again = world.ask({**ask, "stream": second}, path=path)
                        self.assertEqual(again.header("x-katra-cache"), "hit")
                        self.assertEqual(world.asked(), 1)
                        self.assertIn(b"answer", again.body)
                        if second:
                            end = b"[DONE]" if "chat" in path else b"response.completed"
                            self.assertIn(end, again.body)
                            self.assertNotIn(b'"usage":{', again.body if "chat" in path else b"")
                        else:
                            again.json()

    def test_nothing_is_shared_that_could_change_the_answer(self):
        with World() as world:
            world.ask()
            self.assert_states(world, [
                ({}, "hit"),
                ({"persona": "Eve"}, "miss"),
                ({"persona": "Eve"}, "hit"),
                ({"what": body(model="own/m2")}, "miss"),
                ({"what": body(tools=[TOOL])}, "miss"),
                ({"what": body(tools=[TOOL], tool_choice={"type": "any"})}, "miss"),
                ({"what": body(system="be brief")}, "miss"),
                ({"what": body(max_tokens=51)}, "miss"),
                ({"what": body("Hi!")}, "miss"),
                ({"headers": {**ON, "anthropic-version": "2024-01-01"}}, "miss"),
                ({"headers": {**ON, "anthropic-beta": "some-beta"}}, "miss"),
                ({"what": body(metadata={"user_id": "another"})}, "miss"),
                ({"what": body(metadata={"user_id": "a third"})}, "hit"),
                ({"what": body(temperature=1)}, "bypass (its temperature is not 0)"),
                ({"headers": {"x-katra-cache": "on, any-temperature"},
                  "what": body(temperature=1)}, "miss"),
                ({"headers": {"x-katra-cache": "on, any-temperature"},
                  "what": body(temperature=1)}, "hit"),
                ({"headers": {"x-katra-cache": "off"}}, None),
                ({"headers": {}}, None),
                ({"headers": {"x-katra-cache": "maybe"}},
                 "bypass (x-katra-cache takes on, off, seconds, any-temperature, tool-calls)")])
            world.gateway.admin("POST", "/admin/reload")  # an address may have changed
            self.assert_states(world, [({}, "miss")])

    def test_a_long_prompt_is_looked_up_as_well(self):
        with World() as world:
            long = body("x " * 200_000)
            self.assert_states(world, [({"what": long}, "miss"), ({"what": long}, "hit")])

    def test_only_a_complete_good_answer_is_stored(self):
        def tool_call(request, to):
            events = message_stream("Hi")
            start = {"type": "content_block_start", "index": 1, "content_block": {
                "type": "tool_use", "id": "toolu_1", "name": "read", "input": {}}}
            call = [sse("content_block_start", start),
                    sse("content_block_stop", {"type": "content_block_stop", "index": 1})]
            end = [event.replace(b"end_turn", b"tool_use") for event in events[-2:]]
            to.stream([*events[:-2], *call, *end])

        def cut(request, to):
            to.stream(message_stream("Hi")[:5], end=False)
            to.cut()

        def too_long(request, to):
            to.stream([event.replace(b"end_turn", b"max_tokens") for event in message_stream("Hi")])

        for script in (tool_call, cut, too_long):
            with self.subTest(script=script.__name__), World() as world:
                world.own.script = script
                what = body(tools=[TOOL])
                world.gateway.ask(body=what, headers=ON)
                again = world.gateway.ask(body=what, headers=ON)
                self.assertEqual(again.header("x-katra-cache"), "miss")
        with World() as world:
            world.own.script = tool_call
            with_calls = {"x-katra-cache": "60, tool-calls"}
            self.assert_states(world, [
                ({"what": body(tools=[TOOL]), "headers": with_calls}, "miss"),
                ({"what": body(tools=[TOOL]), "headers": with_calls}, "hit")])

    def test_a_route_switches_it_on_for_its_own_requests(self):
        routes = [{"name": "code review", "description": "reviewing changes and pull requests",
                   "models": ["own/m2"], "cache": {"ttl_seconds": 60, "any_temperature": True}}]
        with World(routing_preferences=routes) as world:
            review = {"what": body(REVIEW, model="claude-sonnet-5", temperature=1), "headers": {}}
            other = {"what": body("what shall I cook for dinner tonight?",
                                  model="claude-sonnet-5"), "headers": {}}
            self.assert_states(world, [
                (review, "miss"), (review, "hit"), (other, None), (other, None),
                ({**review, "headers": {"x-katra-cache": "off"}}, None)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
