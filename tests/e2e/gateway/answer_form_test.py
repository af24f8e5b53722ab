"""G14: upstreams that answer in the form that was not asked for, or name it wrongly. Whatever they do,
the client gets the form that it asked for, and no circuit opens."""
import itertools
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message, message_stream  # noqa: E402

TEXT = "Hello there"
CHAT_REPLY = json.dumps({
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m-real",
    "choices": [{"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant", "content": TEXT}}],
    "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}}).encode()
BODIES = {  # provider -> form -> bytes
    "messages": {"events": b"".join(message_stream(TEXT, model="m-real")),
                 "whole": message(TEXT, model="m-real")},
    "chat": {"events": b"".join(chat_stream(TEXT, model="m-real")), "whole": CHAT_REPLY}}
LABELS = [None, "application/json", "application/json; charset=utf-8", "text/plain",
          "text/event-stream", "Text/Event-Stream;charset=UTF-8", "application/octet-stream"]
BEFORE = [b"", b"\xef\xbb\xbf", b"\n  \r\n", b": waiting\n\n: still\r\n\r\n",
          b"\xef\xbb\xbf: waiting\n\n \n"]
CLIENTS = {
    "messages": ("/v1/messages", {"max_tokens": 50, "messages": [
        {"role": "user", "content": "Hi"}]}),
    "chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": "Hi"}]}),
    "responses": ("/v1/responses", {"input": "Hi"})}


def answer(to, body: bytes, label: str | None, split: int = 0):
    lines = ["HTTP/1.1 200 OK", "transfer-encoding: chunked"]
    if label is not None:
        lines.append(f"content-type: {label}")
    to.send("\r\n".join(lines).encode() + b"\r\n\r\n")
    pieces = [body] if split == 0 else [body[i:i + split] for i in range(0, len(body), split)]
    for piece in pieces:
        to.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    to.send(b"0\r\n\r\n")


def whole_text(client: str, reply) -> str:
    said = reply.json()
    if client == "messages":
        assert said["type"] == "message" and said["stop_reason"] == "end_turn", said
        assert said["usage"]["output_tokens"] == 7, said
        return "".join(block["text"] for block in said["content"])
    if client == "chat":
        assert said["choices"][0]["finish_reason"] == "stop", said
        return said["choices"][0]["message"]["content"]
    assert said["status"] == "completed", said
    return said["output"][-1]["content"][0]["text"]


def streamed_text(client: str, reply) -> str:
    if client == "messages":
        events = reply.events()
        assert [name for name, _ in events if name == "message_stop"] == ["message_stop"], events
        assert events[-2][1]["usage"]["output_tokens"] == 7, events
        return "".join(data["delta"]["text"] for name, data in events
                       if name == "content_block_delta")
    if client == "chat":
        assert reply.body.endswith(b"data: [DONE]\n\n"), reply.body
        chunks = [json.loads(line[6:]) for line in reply.body.split(b"\n")
                  if line.startswith(b"data: {")]
        return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks
                       if chunk["choices"])
    assert reply.events()[-1][0] == "response.completed", reply.body
    return "".join(data["delta"] for name, data in reply.events()
                   if name == "response.output_text.delta")


class AnswerForm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.script = None
        cls.upstream = Upstream(lambda request, to: cls.script(to))
        cls.gateway = Gateway(
            {"messages": {"api_base_url": cls.upstream.url, "interface": "anthropic",
                          "api_key_env": "TEST_KEY", "models": ["m"]},
             "chat": {"api_base_url": cls.upstream.url + "/v1", "interface": "openai",
                      "api_key_env": "TEST_KEY", "models": ["m"]}},
            {"Sam": {"provider": "messages", "model": "m"}}, "--circuit-open", "60000")

    @classmethod
    def tearDownClass(cls):
        cls.gateway.__exit__()
        cls.upstream.__exit__()

    def ask(self, client, provider, stream, script):
        type(self).script = staticmethod(script)
        path, body = CLIENTS[client]
        return self.gateway.ask(path=path, body={**body, "model": f"{provider},m",
                                                 "stream": stream})

    def check(self, client, provider, stream, script):
        reply = self.ask(client, provider, stream, script)
        self.assertEqual((reply.status, reply.header("x-katra-attempts")), (200, "1"), reply.body)
        kind = reply.header("content-type")
        self.assertTrue(kind.startswith("text/event-stream" if stream else "application/json"),
                        kind)
        read = streamed_text if stream else whole_text
        self.assertEqual(read(client, reply), TEXT)

    def test_G14_each_form_under_each_label(self):
        for provider, form, label, stream in itertools.product(
                BODIES, ("events", "whole"), LABELS, (True, False)):
            for client in CLIENTS:
                with self.subTest(provider=provider, form=form, label=label, stream=stream,
                                  client=client):
                    self.check(client, provider, stream, lambda to: answer(
                        to, BODIES[provider][form], label))
        self.assertNotIn("katra_open_circuits{", self.gateway.metrics())

    def test_G14_what_stands_before_an_answer_does_not_count(self):
        for provider, form, before, stream in itertools.product(
                BODIES, ("events", "whole"), BEFORE, (True, False)):
            for label in ("application/json", "text/event-stream"):
                with self.subTest(provider=provider, form=form, before=before, stream=stream,
                                  label=label):
                    self.check("messages", provider, stream, lambda to: answer(
                        to, before + BODIES[provider][form], label))

    def test_G14_byte_by_byte(self):
        for provider, form, stream in itertools.product(BODIES, ("events", "whole"),
                                                        (True, False)):
            with self.subTest(provider=provider, form=form, stream=stream):
                self.check("messages", provider, stream, lambda to: answer(
                    to, BEFORE[-1] + BODIES[provider][form], "text/plain", split=1))

    def test_G14_broken_answers_are_errors_still(self):
        for provider, bodies in BODIES.items():
            events = bodies["events"]
            wrong = {
                "a whole one that is cut": bodies["whole"][:-20],
                "a stream without its end": events[:len(events) // 2],
                "an event that cannot be read": events.replace(b'"Hello "}}', b'"Hello ', 1)
                .replace(b'"Hello "}, ', b'"Hello ', 1),
                "a page": b"<html><body>hello</body></html>",
                "a word": b"hello",
                "another object": b'{"hello":"there"}',
                "an error": b'{"error":{"type":"server_error","message":"no"}}',
                "an error event": b'event: error\ndata: {"type":"error","error":{"type":'
                                  b'"api_error","message":"no"}}\n\n',
                "comments alone": b": waiting\n\n",
                "nothing": b""}
            for (what, body), label, stream in itertools.product(
                    wrong.items(), ("application/json", "text/event-stream"), (True, False)):
                with self.subTest(provider=provider, what=what, label=label, stream=stream):
                    reply = self.ask("messages", provider, stream,
                                     lambda to: answer(to, body, label))
                    if reply.status == 200:  # a stream that has begun, or E1's bytes as they came
                        self.assertIn(b'"error"', reply.body)
                        self.assertNotIn(b"message_stop", reply.body)
                    else:
                        self.assertGreaterEqual(reply.status, 400)
                        self.assertEqual(reply.json()["type"], "error")

    def test_G14_a_stream_that_breaks_off_leaves_the_way_to_another(self):
        """Nothing of it has reached a client that asked for a whole reply."""
        events = BODIES["messages"]["events"]
        answers = [events[:len(events) // 2], BODIES["messages"]["whole"]]
        reply = self.ask("messages", "messages", False,
                         lambda to: answer(to, answers.pop(0), "text/event-stream"))
        self.assertEqual((reply.status, reply.header("x-katra-attempts")), (200, "2"))
        self.assertEqual(whole_text("messages", reply), TEXT)

    def test_G14_streams_of_the_same_format_stay_byte_for_byte(self):
        body = b": hello\r\n\r\n" + BODIES["messages"]["events"]
        reply = self.ask("messages", "messages", True,
                         lambda to: answer(to, body, "application/json"))
        self.assertEqual(reply.body, body)


if __name__ == "__main__":
    unittest.main()
