"""Messages faces that are not Anthropic's own: what they refuse, and what Katra leaves out for them
(G6, G7, G9)."""
import json
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, message, message_stream  # noqa: E402

BILLING = "x-anthropic-billing-header: cc_version=2.1; cc_entrypoint=cli; cch=00001;"
USER_ID = json.dumps({"device_id": "d", "session_id": "s"})
THOUGHT = {"role": "assistant", "content": [
    {"type": "thinking", "thinking": "hm", "signature": "of-deepseek"},
    {"type": "text", "text": "Hello"}]}


def user(content="Hi"):
    return {"role": "user", "content": content}


def text(words, **more):
    return {"type": "text", "text": words, **more}


def refusal(words: str) -> bytes:
    return json.dumps({"type": "error", "error": {"type": "invalid_request_error",
                                                  "message": words}}).encode()


class Faces(unittest.TestCase):
    def setUp(self):
        self.refuses = lambda body: None
        self.stream = False
        self.upstream = Upstream(self.answer)
        face = {"api_base_url": self.upstream.url, "interface": "anthropic",
                "api_key_env": "TEST_KEY"}
        names = ("deepseek", "minimax", "llamacpp", "lmstudio", "vllm", "ollama", "anthropic",
                 "mine")
        self.gateway = Gateway({name: face for name in names},
                               {"Sam": {"provider": "mine", "model": "m"}})

    def tearDown(self):
        self.gateway.__exit__()
        self.upstream.__exit__()

    def answer(self, request, to):
        body = json.loads(request.body)
        if words := self.refuses(body):
            to.reply(400, refusal(words))
        elif body.get("stream"):
            to.stream(message_stream())
        else:
            to.reply(200, message())

    def ask(self, provider="mine", path="/v1/messages", status=200, model="m", session=None,
            **members):
        members.setdefault("messages", [user()])
        reply = self.gateway.ask(path=path, body={"model": f"{provider},{model}", "max_tokens": 9,
                                                  **members},
                                 headers={"x-claude-code-session-id": session} if session else {})
        self.assertEqual(reply.status, status, reply.body)
        return reply

    def sent(self, at=-1) -> dict:
        return json.loads(self.upstream.requests[at].body)

    # G6

    def test_G6_the_billing_block_stays_at_home(self):
        rows = [  # system -> what is left of it
            ([text(BILLING), text("You code.")], [text("You code.")]),
            ([text("You code."), text(BILLING, cache_control={"type": "ephemeral"})],
             [text("You code.")]),
            ([text("a"), text(BILLING), text("b")], [text("a"), text("b")]),
            ([text(BILLING)], None),
            (BILLING, None),
            (BILLING + "\n\nYou code.", "You code."),
            ([text(BILLING + "\nYou code.", cache_control={"type": "ephemeral"})],
             [text("You code.", cache_control={"type": "ephemeral"})]),
            ("Never say x-anthropic-billing-header: it is dull.",) * 2,
            ([text("You code.")],) * 2,
        ]
        for provider in ("llamacpp", "lmstudio", "vllm", "deepseek", "minimax", "anthropic", "mine"):
            for system, left in rows:
                with self.subTest(provider=provider, system=system):
                    self.ask(provider, system=system)
                    self.assertEqual(self.sent().get("system"), left)
                    self.assertEqual(self.sent()["messages"], [user()])

    def test_G6_also_among_the_messages(self):
        for content, left in ((BILLING, None), ([text(BILLING), text("b")], [text("b")])):
            with self.subTest(content=content):
                self.ask(messages=[user(), {"role": "system", "content": content}])
                kept = [] if left is None else [{"role": "system", "content": left}]
                self.assertEqual(self.sent()["messages"], [user(), *kept])

    def test_G6_the_rest_stays_byte_for_byte(self):
        body = ('{"model":"mine,m","max_tokens":9,"system":[{"type":"text","text":"%s"},{"type":'
                '"text", "text":"\\u00e9"}],"messages":[{"role":"user","content":1.50}]}' % BILLING)
        self.gateway.ask(body=body.encode())
        self.assertEqual(
            self.upstream.requests[-1].body.decode(),
            body.replace("mine,m", "m").replace('{"type":"text","text":"%s"},' % BILLING, ""))

    # G9

    def test_G9_faces_that_are_known_to_refuse_get_what_they_take(self):
        result = {"type": "tool_result", "tool_use_id": "t", "content": "x"}
        call = {"role": "assistant", "content": [
            {"type": "tool_use", "id": "t", "name": "f", "input": {}}]}
        say = {"role": "system", "content": "Be kind."}
        told = text("<system-reminder>\nBe kind.\n</system-reminder>")
        rows = [
            ([user("a"), say], [user([text("a"), told])]),
            ([user([text("a")]), say, say], [user([text("a"), told, told])]),
            ([say, user("a")], [user([text("a"), told])]),
            ([user("a"), call, say, user([result])], [user("a"), call, user([result, told])]),
            ([user("a"), call, user([result]), say], [user("a"), call, user([result, told])]),
            ([user("a"), call, user([result]), {"role": "system", "content": [
                text("Be kind."), text("Be kind.")]}], [user("a"), call,
                                                        user([result, told, told])]),
            ([user("a"), {"role": "assistant", "content": "b"}, say],
             [user("a"), {"role": "assistant", "content": "b"}, user([told])]),
        ]
        for messages, expected in rows:
            with self.subTest(messages=messages):
                self.ask("deepseek", messages=messages, metadata={"user_id": USER_ID, "a": 1})
                sent = self.sent()
                self.assertEqual(sent["messages"], expected)
                self.assertRegex(sent["metadata"].pop("user_id"), "^[0-9a-f]{32}$")
                self.assertEqual(sent["metadata"], {"a": 1})
        self.assertEqual(len(self.upstream.requests), len(rows))

    def test_G9_an_id_that_is_plain_stays(self):
        self.ask("deepseek", metadata={"user_id": "user_1-a"})
        self.assertEqual(self.sent()["metadata"], {"user_id": "user_1-a"})

    def test_G9_other_faces_get_it_as_it_is_and_once_more_after_a_refusal(self):
        words = {
            "system": ["messages[1].role: unknown variant `system`, expected `user` or `assistant`",
                       'messages: Unexpected role "system"',
                       "body.messages.1: Input should be 'user' or 'assistant'"],
            "user_id": ["Invalid 'metadata.user_id': string does not match '^[a-zA-Z0-9_-]+$'",
                        "metadata.user_id: invalid characters"]}
        messages = [user(), {"role": "system", "content": "Be kind."}]
        for what, stream in ((what, stream) for what in words for stream in (True, False)):
            for said in words[what]:
                def refuses(body, said=said, what=what):
                    roles = [one["role"] for one in body["messages"]]
                    wrong = ("system" in roles if what == "system" else
                             not re.fullmatch("[a-zA-Z0-9_-]+", body["metadata"]["user_id"]))
                    return said if wrong else None

                with self.subTest(said=said, stream=stream):
                    self.refuses = refuses
                    asked = len(self.upstream.requests)
                    reply = self.ask(messages=messages, stream=stream,
                                     metadata={"user_id": USER_ID})
                    self.assertEqual(len(self.upstream.requests), asked + 2)
                    self.assertEqual(reply.header("x-katra-attempts"), "2")
                    self.assertEqual(self.sent(asked)["messages"], messages)

    def test_G9_strictly_once(self):
        self.refuses = lambda body: "role and user_id and signature in thinking block: never"
        reply = self.ask(status=400, metadata={"user_id": USER_ID}, messages=[
            user(), THOUGHT, user(), {"role": "system", "content": "Be kind."}])
        self.assertEqual(len(self.upstream.requests), 2)
        self.assertEqual(reply.body, refusal(self.refuses({})))  # E1

    def test_G9_a_refusal_of_something_else_is_final(self):
        for said in ("max_tokens: too many", "tools.0.input_schema: invalid"):
            with self.subTest(said):
                self.refuses = lambda body, said=said: said
                asked = len(self.upstream.requests)
                self.ask(status=400, metadata={"user_id": USER_ID}, messages=[user(), THOUGHT])
                self.assertEqual(len(self.upstream.requests), asked + 1)
        self.refuses = lambda body: "Unexpected role \"system\", user_id, signature"
        self.ask(status=400)  # it has none of them
        self.assertEqual(len(self.upstream.requests), 3)

    def test_G9_tool_choice_where_a_face_does_not_take_it(self):
        tools = [{"name": "f", "input_schema": {"type": "object"}}]
        for provider, left_out in (("ollama", True), ("vllm", False)):
            with self.subTest(provider):
                reply = self.ask(provider, tools=tools, tool_choice={"type": "any"})
                self.assertEqual("tool_choice" in self.sent(), not left_out)
                self.assertEqual(reply.header("x-katra-dropped"),
                                 "tool_choice" if left_out else None)

    # G7

    def strict_signatures(self, body):
        for at, one in enumerate(body["messages"]):
            for block in one["content"] if isinstance(one["content"], list) else []:
                if block["type"] == "thinking" and block["signature"] != "of-mine":
                    return f"messages.{at}.content.0: Invalid `signature` in `thinking` block"
        return None

    def test_G7_thinking_of_another_provider_after_a_restart(self):
        messages = [user(), THOUGHT, user("And now?")]
        for stream in (True, False):
            with self.subTest(stream=stream):
                session = {"messages": messages, "stream": stream, "session": f"s{stream}"}
                self.gateway.restart()
                self.refuses = self.strict_signatures
                asked = len(self.upstream.requests)
                self.ask(**session)
                self.assertEqual(len(self.upstream.requests), asked + 2)
                self.assertEqual(self.sent()["messages"], [
                    user(), {"role": "assistant", "content": [text("Hello")]}, user("And now?")])
                self.ask(**session)  # it is known now
                self.gateway.restart()
                self.ask(**session)
                self.assertEqual(self.sent()["messages"][1]["content"], [text("Hello")])

    def test_G7_where_a_session_was_outlives_a_restart(self):
        self.ask("deepseek", session="s")
        self.gateway.restart()
        self.refuses = self.strict_signatures
        self.ask(session="s", messages=[user(), THOUGHT, user()])
        # At once, or, while the store is being read yet, by way of a refusal.
        self.assertEqual(self.sent()["messages"][1]["content"], [text("Hello")])
        own = json.loads(json.dumps(THOUGHT).replace("of-deepseek", "of-mine"))
        self.ask(session="another", messages=[user(), own, user()])
        self.assertEqual(self.sent()["messages"][1], own)

    def test_G7_within_a_tool_loop(self):
        call = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
        messages = [user(), {"role": "assistant", "content": [THOUGHT["content"][0], call]},
                    user([{"type": "tool_result", "tool_use_id": "t", "content": "x"}])]
        for model, thinking, left in (
                ("m", {"type": "enabled", "budget_tokens": 1024}, {"type": "disabled"}),
                ("claude-fable-5", {"type": "enabled", "budget_tokens": 1024},
                 {"type": "adaptive"}),
                ("claude-sonnet-5", {"type": "adaptive"}, {"type": "adaptive"})):
            with self.subTest(model=model):
                self.refuses = self.strict_signatures
                self.ask(session=model, model=model, messages=messages, thinking=thinking, max_tokens=2000)
                self.assertEqual(self.sent()["thinking"], left)
                self.assertEqual(self.sent()["messages"][1]["content"], [call])

    def test_G7_own_thinking_goes_back_untouched(self):
        own = json.loads(json.dumps(THOUGHT).replace("of-deepseek", "of-mine"))
        self.refuses = self.strict_signatures
        self.ask(messages=[user(), own, user()])
        self.assertEqual(len(self.upstream.requests), 1)
        self.assertEqual(self.sent()["messages"][1], own)


if __name__ == "__main__":
    unittest.main()
