"""A conversation's next turn begins with the bytes of the turn before, for each format of a client and
of an upstream: prompt caches match prefixes, and a byte that moves makes the whole prompt new (R27)."""
import json
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message_stream  # noqa: E402

SCHEMA = {"type": "object", "properties": {"path": {"type": "string", "description": "é \" \\"},
                                           "lines": {"type": "number", "minimum": 1.50}}}
NAMES = ("read_file", "exec", "a.name/that+changes")
SYSTEM = "You code. \"quotes\" \\ é\n\ttab"
# What is said turn by turn: a text of the user, then calls with their results.
TALK = [("Look at x", [("read_file", {"path": "x", "lines": 3}, "one\ntwo")]),
        ("And run it", [("exec", {"path": "é"}, "done"), ("read_file", {}, "")]),
        ("Thanks. Again", [("exec", {"path": "y"}, "failed")]),
        ("Bye", [])]


def messages_body(turns: int) -> dict:
    said = []
    for number, (text, calls) in enumerate(TALK[:turns]):
        said.append({"role": "user", "content": [{"type": "text", "text": text}]})
        if number == turns - 1:
            break
        said.append({"role": "assistant", "content": [
            {"type": "text", "text": f"Turn {number}"},
            *({"type": "tool_use", "id": f"call_{number}_{i}", "name": name, "input": arguments}
              for i, (name, arguments, _) in enumerate(calls))]})
        said.append({"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": f"call_{number}_{i}", "content": result}
            for i, (_, _, result) in enumerate(calls)]})
        said.append({"role": "assistant", "content": [{"type": "text", "text": "So."}]})
    tools = [{"name": name, "description": "d", "input_schema": SCHEMA} for name in NAMES]
    return {"max_tokens": 1000, "system": [{"type": "text", "text": SYSTEM}], "tools": tools,
            "messages": said}


def chat_body(turns: int) -> dict:
    said = [{"role": "system", "content": SYSTEM}]
    for number, (text, calls) in enumerate(TALK[:turns]):
        said.append({"role": "user", "content": text})
        if number == turns - 1:
            break
        said.append({"role": "assistant", "content": f"Turn {number}", "tool_calls": [
            {"id": f"call_{number}_{i}", "type": "function",
             "function": {"name": name, "arguments": json.dumps(arguments)}}
            for i, (name, arguments, _) in enumerate(calls)]})
        said += [{"role": "tool", "tool_call_id": f"call_{number}_{i}", "content": result}
                 for i, (_, _, result) in enumerate(calls)]
        said.append({"role": "assistant", "content": "So."})
    tools = [{"type": "function", "function": {"name": name, "description": "d",
                                               "parameters": SCHEMA}} for name in NAMES]
    return {"messages": said, "tools": tools, "max_completion_tokens": 1000}


def responses_body(turns: int) -> dict:
    items = []
    for number, (text, calls) in enumerate(TALK[:turns]):
        items.append({"type": "message", "role": "user",
                      "content": [{"type": "input_text", "text": text}]})
        if number == turns - 1:
            break
        items.append({"type": "message", "role": "assistant",
                      "content": [{"type": "output_text", "text": f"Turn {number}"}]})
        items += [{"type": "function_call", "call_id": f"call_{number}_{i}", "name": name,
                   "arguments": json.dumps(arguments)}
                  for i, (name, arguments, _) in enumerate(calls)]
        items += [{"type": "function_call_output", "call_id": f"call_{number}_{i}",
                   "output": result} for i, (_, _, result) in enumerate(calls)]
        items.append({"type": "message", "role": "assistant",
                      "content": [{"type": "output_text", "text": "So."}]})
    tools = [{"type": "function", "name": name, "description": "d", "parameters": SCHEMA}
             for name in NAMES]
    return {"instructions": SYSTEM, "input": items, "tools": tools, "store": False}


CLIENTS = {"messages": ("/v1/messages", messages_body),
           "chat": ("/v1/chat/completions", chat_body),
           "responses": ("/v1/responses", responses_body)}
# Of the upstream's request: what a prompt cache sees, the conversation last.
SEEN = {"anthropic": ("tools", "system", "messages"), "openai": ("tools", "messages")}
MARK = re.compile(rb',?"cache_control":\{"type":"ephemeral"\}')


def raw_member(body: bytes, name: str) -> bytes:
    """A member's own bytes, as they came."""
    text = body.decode()
    decoder, at = json.JSONDecoder(), 1
    while at < len(text) and text[at] not in "}":
        at += len(re.match(r"[\s,]*", text[at:])[0])
        key, at = decoder.raw_decode(text, at)
        at += len(re.match(r"\s*:\s*", text[at:])[0])
        _, end = decoder.raw_decode(text, at)
        if key == name:
            return text[at:end].encode()
        at = end + len(re.match(r"\s*", text[end:])[0])
    return b""


def answer(request, to):
    to.stream(chat_stream() if "chat/completions" in request.target else message_stream())


class PromptCache(unittest.TestCase):
    def setUp(self):
        self.upstream = Upstream(answer)
        self.addCleanup(self.upstream.__exit__)
        providers = {
            "openai": {"api_base_url": self.upstream.url + "/v1", "interface": "openai",
                       "api_key_env": "TEST_KEY", "models": ["m1"],
                       "quirks": {"prompt_cache_key": True}},
            "anthropic": {"api_base_url": self.upstream.url, "interface": "anthropic",
                          "api_key_env": "TEST_KEY", "models": ["m1"]}}
        self.gateway = Gateway({f"my-{name}": one for name, one in providers.items()},
                               {"Sam": {"provider": "my-openai", "model": "m1"}})
        self.addCleanup(self.gateway.__exit__)

    def turns(self, client: str, upstream: str) -> list[bytes]:
        path, make = CLIENTS[client]
        before = len(self.upstream.requests)
        for turns in range(1, len(TALK) + 1):
            reply = self.gateway.ask(path=path, body={
                "model": f"my-{upstream},m1", "stream": True, **make(turns)})
            self.assertEqual(reply.status, 200, reply.body)
        return [request.body for request in self.upstream.requests[before:]]

    def test_r27_the_next_turn_begins_with_the_bytes_of_the_turn_before(self):
        for client in CLIENTS:
            for upstream, members in SEEN.items():
                with self.subTest(client=client, upstream=upstream):
                    bodies = self.turns(client, upstream)
                    self.assertEqual(len(bodies), len(TALK))
                    for earlier, later in zip(bodies, bodies[1:]):
                        for name in members[:-1]:
                            value = raw_member(earlier, name)
                            self.assertTrue(value, name)
                            self.assertEqual(raw_member(later, name), value)
                        # Marks of caching move on, and are no part of what is cached.
                        said, more = (MARK.sub(b"", raw_member(body, members[-1]))
                                      for body in (earlier, later))
                        self.assertGreater(len(said), 2)
                        self.assertEqual(more[:len(said) - 1], said[:-1])
                        # Members that the conversation stands behind come in the same order.
                        self.assertEqual(list(json.loads(earlier)), list(json.loads(later)))

    def test_r27_the_same_request_gives_the_same_bytes(self):
        for client, (path, make) in CLIENTS.items():
            for upstream in SEEN:
                with self.subTest(client=client, upstream=upstream):
                    body = {"model": f"my-{upstream},m1", "stream": True, **make(3)}
                    for _ in range(2):
                        self.gateway.ask(path=path, body=body)
                    first, second = self.upstream.requests[-2:]
                    self.assertEqual(first.body, second.body)


if __name__ == "__main__":
    unittest.main()
