"""Prompts and answers: kept nowhere without `record: true`, and with it without secrets."""
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import (BIN, Gateway, chat_stream, message, message_stream, sse,  # noqa: E402
                   wait_until)

PROMPT = "tell me of the violet elephant"
ANSWER = "a crimson giraffe instead"
SHAPED = "sk-of-another-1234567890"  # a key that only its shape gives away
PLAIN = "correcthorse"               # one that only its variable gives away
HANDED = "batterystaple"             # one that `katra start` handed over


def asking(text, **more):
    return {"model": "m", "max_tokens": 5, "stream": True,
            "messages": [{"role": "user", "content": text}], **more}


def tool_stream():
    start = {"type": "tool_use", "id": "toolu_1", "name": "shell", "input": {}}
    parts = ['{"command": "curl -H \'Authorization: Bearer ', 'abcdef123456789\' x"}']
    return [message_stream()[0],
            sse("content_block_start", {"type": "content_block_start", "index": 0,
                                        "content_block": start}),
            *(sse("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": {
                "type": "input_json_delta", "partial_json": part}}) for part in parts),
            *message_stream()[-3:]]


class Record(unittest.TestCase):
    def world(self, script=None, persona=None, **more):
        near = Upstream(script or (lambda request, to: to.stream(message_stream(ANSWER))))
        far = Upstream(lambda request, to: to.stream(chat_stream(ANSWER)))
        for upstream in (near, far):
            self.addCleanup(upstream.__exit__)
        self.gateway = Gateway(
            {"near": {"api_base_url": near.url, "interface": "anthropic",
                      "api_key_env": "TEST_KEY", "models": ["m"]},
             "far": {"api_base_url": far.url + "/v1", "interface": "openai",
                     "api_key_env": "TEST_KEY", "models": ["m"]}},
            {"Sam": {"provider": "near", "model": "m", **(persona or {})},
             "Eve": {"provider": "far", "model": "m"}},
            environment={"TEST_KEY": PLAIN}, **more)
        self.addCleanup(self.gateway.__exit__)
        return self.gateway

    def lines(self, count):
        """What `katra logs --record` prints, once there are `count` lines."""
        found = []

        def look():
            run = subprocess.run([f"{BIN}/katra", "logs", "--record"], capture_output=True,
                                 text=True, env={**self.gateway.environment,
                                                 "KATRA_HOME": self.gateway.home})
            found[:] = [json.loads(line) for line in run.stdout.splitlines()
                        if line.startswith("{")]
            return len(found) >= count

        wait_until(look, what="not so many lines came")
        self.assertEqual(len(found), count)
        return found

    def files(self):
        """Every file of the home, read."""
        found = {}
        for folder, _, names in os.walk(self.gateway.home):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        found[path] = file.read()
        return found

    def end(self):
        """Ends the gateway as its user does: what waits is written first."""
        self.gateway.process.terminate()
        self.gateway.process.wait(20)

    def test_without_it_no_file_holds_a_prompt_or_an_answer(self):
        gateway = self.world()
        for body in (asking(PROMPT), asking(PROMPT, stream=False), asking(PROMPT, model="nowhere,x")):
            gateway.ask(body=body)
        gateway.ask(body=asking(PROMPT), persona="Eve")
        self.end()
        files = self.files()
        self.assertIn(f"{gateway.home}/katra.db", files)
        for path, content in files.items():
            for text in (PROMPT, ANSWER, "violet"):
                self.assertNotIn(text.encode(), content, path)

    def test_with_it_both_are_kept_without_secrets(self):
        gateway = self.world(router={"record": True})
        gateway.admin("POST", "/admin/tokens", {"persona": "Eve", "keys": {"FAR_KEY": HANDED}})
        asked = f"{PROMPT}; use {SHAPED}, {PLAIN} and {HANDED}; mail dario@example.com"
        gateway.ask(body=asking(asked, metadata={"user_id": f"x {SHAPED}"}))
        line = self.lines(1)[0]
        self.assertEqual(line["request"]["messages"][0]["content"],
                         f"{PROMPT}; use [redacted], [redacted] and [redacted]; "
                         "mail dario@example.com")
        self.assertEqual(line["answer"]["text"], ANSWER)
        self.assertEqual((line["persona"], line["provider"], line["status"]), ("Sam", "near", 200))
        self.end()
        for path, content in self.files().items():
            for secret in (SHAPED, PLAIN, HANDED, *gateway.tokens.values()):
                self.assertNotIn(secret.encode(), content, path)

    def test_the_file_is_its_owners_alone(self):
        self.world(router={"record": True}).ask(body=asking(PROMPT))
        self.lines(1)
        folder = Path(self.gateway.home, "router", "recorded")
        self.assertEqual(folder.stat().st_mode & 0o777, 0o700)
        (file,) = folder.iterdir()
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)

    def test_whole_and_translated_and_foreign_answers_are_kept_alike(self):
        def script(request, to):
            to.reply(200, message(ANSWER))

        gateway = self.world(script, router={"record": True})
        gateway.ask(body=asking(PROMPT, stream=False))
        gateway.ask(body=asking(PROMPT), persona="Eve")
        gateway.ask(body={"model": "m", "messages": [{"role": "user", "content": PROMPT}],
                          "stream": True}, path="/v1/chat/completions", persona="Eve")
        for line in self.lines(3):
            self.assertEqual(line["answer"]["text"], ANSWER)
            self.assertIn(PROMPT, json.dumps(line["request"]))

    def test_tool_calls_are_kept_without_secrets(self):
        gateway = self.world(lambda request, to: to.stream(tool_stream()), router={"record": True})
        gateway.ask(body=asking(PROMPT))
        (call,) = self.lines(1)[0]["answer"]["tool_calls"]
        self.assertEqual(call, {"id": "toolu_1", "name": "shell", "input": {
            "command": "curl -H 'Authorization: Bearer [redacted]' x"}})

    def test_one_persona_alone_may_be_kept(self):
        gateway = self.world(persona={"record": True})
        gateway.ask(body=asking("of eve"), persona="Eve")
        gateway.ask(body=asking(PROMPT))
        self.assertEqual(self.lines(1)[0]["persona"], "Sam")
        self.end()
        for path, content in self.files().items():
            self.assertNotIn(b"of eve", content, path)

    def test_it_is_switched_by_a_reload(self):
        gateway = self.world()
        gateway.ask(body=asking("before"))
        gateway.personas["router"] = {"record": True}
        gateway.write_configuration()
        gateway.admin("POST", "/admin/reload")
        gateway.ask(body=asking(PROMPT))
        self.assertIn(PROMPT, json.dumps(self.lines(1)))

    def test_failures_and_broken_streams_are_kept_as_far_as_they_came(self):
        def script(request, to):
            if b"overloaded" in request.body:
                to.reply(529, b'{"type":"error","error":{"type":"overloaded_error","message":"x"}}')
            else:
                to.stream(message_stream(ANSWER)[:4], end=False)
                to.cut()

        gateway = self.world(script, router={"record": True})
        gateway.ask(body=asking("overloaded"))
        gateway.ask(body=asking(PROMPT))
        failed, broken = self.lines(2)
        self.assertEqual((failed["status"], failed["error"]), (529, "overloaded_error"))
        self.assertEqual(failed["answer"]["tool_calls"], [])
        self.assertEqual((broken["error"], broken["answer"]["text"]), ("api_error", "a "))

    def test_a_folder_that_cannot_be_written_costs_no_answer(self):  # E12
        gateway = self.world(router={"record": True})
        Path(gateway.home, "router", "recorded").write_text("in the way")
        self.assertEqual(gateway.ask(body=asking(PROMPT)).status, 200)
        wait_until(lambda: "not recorded for now" in gateway.log())


if __name__ == "__main__":
    unittest.main()
