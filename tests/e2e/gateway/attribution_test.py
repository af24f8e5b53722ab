"""What is known afterwards: verified tags, usage, decisions, metrics; and what is known nowhere."""
import json
import os
import re
import socket
import subprocess
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import (BIN, Gateway, chat_stream, in_background, message_stream,  # noqa: E402
                   wait_until)
from mcp_session import Server  # noqa: E402

PROMPT = "the-secret-prompt-of-a-user"
ANSWER = "the-secret-answer-of-a-model"
BODY = {"model": "claude-sonnet", "max_tokens": 5, "stream": True,
        "messages": [{"role": "user", "content": PROMPT}]}


class Provenance(unittest.TestCase):
    def setUp(self):
        self.messages = Upstream(lambda request, to: to.stream(
            message_stream(ANSWER, model="claude-x-20260101")))
        self.chat = Upstream(lambda request, to: to.stream(
            chat_stream(ANSWER, model="gpt-x-0613")))
        self.gateway = Gateway(
            {"near": {"api_base_url": self.messages.url, "interface": "anthropic",
                      "api_key_env": "TEST_KEY", "models": ["claude-x"]},
             "far": {"api_base_url": self.chat.url + "/v1", "interface": "openai",
                     "api_key_env": "TEST_KEY", "models": ["gpt-x"]}},
            {"Sam": {"provider": "near", "model": "claude-x",
                     "routing": {"background": "far/gpt-x"}},
             "Eve": {"provider": "far", "model": "gpt-x"}})

    def tearDown(self):
        self.gateway.__exit__()
        self.messages.__exit__()
        self.chat.__exit__()

    def usage(self, *options: str) -> dict:
        run = subprocess.run([f"{BIN}/katra", "usage", "--json", *options], capture_output=True,
                             text=True, check=True,
                             env={**self.gateway.environment, "KATRA_HOME": self.gateway.home})
        return json.loads(run.stdout)

    def test_who_is_here_shows_the_model_that_answered_last(self):
        with Server(self.gateway, "Sam") as sam, Server(self.gateway, "Eve"):
            self.gateway.ask(body=BODY)
            wait_until(lambda: "near/claude-x-20260101, verified" in sam.call("katra_who_is_here"))
            self.gateway.ask(body={**BODY, "model": "claude-haiku-4-5"})  # no word on the session
            self.gateway.ask(body=BODY, persona="Eve")
            wait_until(lambda: "far/gpt-x-0613, verified" in sam.call("katra_who_is_here"))
            self.assertIn("near/claude-x-20260101, verified", sam.call("katra_who_is_here"))
            self.gateway.ask(body={**BODY, "model": "far,gpt-x"})  # /model in mid-session
            wait_until(lambda: sam.call("katra_who_is_here").count("far/gpt-x-0613, verified") == 2)

    def test_what_answers_beside_the_conversation_says_nothing_of_the_session(self):  # B93
        self.chat.script = lambda request, to: to.reply(500, b"{}")
        with Server(self.gateway, "Sam") as sam:
            small = self.gateway.ask(body={**BODY, "model": "claude-haiku-4-5"})
            self.assertEqual(small.header("x-katra-provider"), "near")  # after "far" had failed
            self.gateway.ask(body=BODY, headers={"x-claude-code-agent-id": "a1"})
            wait_until(lambda: sum(row["requests"] for row in self.usage()["usage"]) == 2)
            self.assertNotIn("verified", sam.call("katra_who_is_here"))
            self.gateway.ask(body=BODY)
            wait_until(lambda: "near/claude-x-20260101, verified" in sam.call("katra_who_is_here"))

    def test_usage_is_summed(self):
        self.gateway.ask(body=BODY)
        self.gateway.ask(body=BODY, persona="Eve")
        wait_until(lambda: len(self.usage()["usage"]) == 2)
        by_model = {row["model"]: row for row in self.usage("--by", "model")["usage"]}
        self.assertEqual(by_model["near/claude-x-20260101"]["output_tokens"], 7)
        self.assertEqual(by_model["near/claude-x-20260101"]["cache_read_tokens"], 3)
        self.assertEqual(by_model["far/gpt-x-0613"]["input_tokens"], 11)

    def test_the_share_that_came_from_caches_is_told_where_it_is_known(self):
        self.gateway.ask(body=BODY)
        self.gateway.ask(body=BODY, persona="Eve")
        wait_until(lambda: len(self.usage()["usage"]) == 2)
        by_model = {row["model"]: row for row in self.usage("--by", "model")["usage"]}
        near, far = by_model["near/claude-x-20260101"], by_model["far/gpt-x-0613"]
        self.assertEqual((near["cache_read_share"], near["requests_without_cache_figures"]),
                         (0.2143, 0))  # 3 of 14
        self.assertEqual((far["cache_read_share"], far["requests_without_cache_figures"]),
                         (None, 1))
        table = subprocess.run([f"{BIN}/katra", "usage"], capture_output=True, text=True,
                               check=True, env={**self.gateway.environment,
                                                "KATRA_HOME": self.gateway.home}).stdout
        self.assertIn("cache read share", table.splitlines()[0])
        self.assertRegex(table, r"(?m)^Sam .* 21% ")
        self.assertRegex(table, r"(?m)^Eve .* \? ")
        (day,) = self.usage("--by", "day")["usage"]
        self.assertEqual((day["cache_read_share"], day["requests_without_cache_figures"]),
                         (0.2143, 1))

    def test_a_cost_that_nobody_knows_is_not_0(self):
        self.gateway.ask(body=BODY)
        wait_until(lambda: self.usage()["usage"])
        for by in ("persona", "provider", "model", "day"):
            (row,) = self.usage("--by", by)["usage"]
            self.assertIsNone(row["cost_usd_micros"])
            self.assertEqual((row["requests"], row["requests_without_price"]), (1, 1))
        table = subprocess.run([f"{BIN}/katra", "usage"], capture_output=True, text=True,
                               check=True, env={**self.gateway.environment,
                                                "KATRA_HOME": self.gateway.home}).stdout
        self.assertRegex(table, r"(?m)^Sam .* \?\s*$")
        text = self.gateway.metrics()
        self.assertNotIn("katra_cost_usd_total{", text)
        self.assertIn('katra_unpriced_requests_total{endpoint="messages",provider="near",'
                      'model="claude-x"} 1', text)

    def test_open_streams_are_counted(self):
        done = threading.Event()

        def script(request, to):
            to.stream(message_stream(ANSWER)[:4], end=False)
            done.wait(20)
            to.cut()

        self.messages.script = script

        def metric():
            text = self.gateway.metrics()
            return re.search(r"(?m)^katra_open_streams (\d+)$", text).group(1)

        self.assertEqual(metric(), "0")
        job = in_background(lambda: self.gateway.ask(body=BODY))
        wait_until(lambda: metric() == "1")
        done.set()
        job.result()
        self.assertEqual(metric(), "0")

    def test_prices_are_the_users(self):
        path = f"{self.gateway.home}/router/prices.json"
        with open(path, "w", encoding="utf-8") as out:
            out.write('{"far/gpt-x-0613": {"input": 2, "output": 10}}')
        os.chmod(path, 0o600)
        self.gateway.admin("POST", "/admin/reload")
        self.gateway.ask(body=BODY, persona="Eve")
        wait_until(lambda: self.usage()["usage"])
        self.assertEqual(self.usage()["usage"][0]["cost_usd_micros"], 11 * 2 + 7 * 10)

    def test_decisions_are_told_to_who_watches(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as watcher:
            watcher.settimeout(10)
            watcher.connect(f"{self.gateway.home}/run/gateway.sock")
            watcher.sendall(b"GET /admin/decisions HTTP/1.1\r\nhost: localhost\r\n\r\n")
            self.gateway.ask(body=BODY)
            seen = b""
            while b"event: decision" not in seen or b"the persona's model" not in seen:
                more = watcher.recv(65536)
                self.assertTrue(more)
                seen += more

    def test_metrics_count(self):
        self.gateway.ask(body=BODY)
        text = self.gateway.metrics()
        labels = '{endpoint="messages",provider="near",model="claude-x"}'
        self.assertIn(f"katra_requests_total{labels} 1", text)
        self.assertIn(f"katra_output_tokens_total{labels} 7", text)
        self.assertIn("katra_open_requests 0", text)

    def test_no_key_token_or_text_is_left_anywhere(self):  # B87
        for persona in ("Sam", "Eve"):
            self.gateway.ask(body=BODY, persona=persona)
            self.gateway.ask(body={**BODY, "model": "nowhere,x"}, persona=persona)
        self.gateway.ask(body=BODY, persona=None, headers={"x-api-key": "sk-of-a-caller"})
        metrics = self.gateway.metrics().encode()
        wait_until(lambda: len(self.usage()["usage"]) == 2)
        secrets = ["sk-test-secret", "sk-of-a-caller", PROMPT, ANSWER,
                   *self.gateway.tokens.values()]
        places = {"metrics": metrics}
        with open(f"/proc/{self.gateway.process.pid}/cmdline", "rb") as arguments:
            places["arguments"] = arguments.read()
        for folder, _, names in os.walk(self.gateway.home):
            for name in names:
                path = os.path.join(folder, name)
                if not os.path.isfile(path):
                    continue
                try:
                    with open(path, "rb") as file:
                        places[path] = file.read()
                except FileNotFoundError:
                    pass  # one that was renamed meanwhile; it is read under its name
        self.assertIn(f"{self.gateway.home}/katra.db", places)
        for place, content in places.items():
            for secret in secrets:
                self.assertNotIn(secret.encode(), content, place)


if __name__ == "__main__":
    unittest.main()
