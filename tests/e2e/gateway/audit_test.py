"""The audit log: what is written by the gateway and by the command, what never is, and what happens when
it cannot be written."""
import json
import os
import shutil
import stat
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import BIN, Gateway, message_stream, wait_until  # noqa: E402

KEY = "sk-test-secret"  # of every provider here (gateway_fixture.py)
BODY = {"model": "m", "max_tokens": 5, "stream": True,
        "messages": [{"role": "user", "content": "a prompt that nobody may find"}]}


class Audit(unittest.TestCase):
    def setUp(self):
        self.upstream = Upstream(lambda request, to: to.stream(message_stream("an answer")))
        self.gateway = Gateway(
            {"fake": {"api_base_url": self.upstream.url, "interface": "anthropic",
                      "api_key_env": "TEST_KEY", "models": ["m"]}},
            {"Sam": {"provider": "fake", "model": "m"}})
        self.addCleanup(self.upstream.__exit__)
        self.addCleanup(self.gateway.__exit__)
        self.path = Path(self.gateway.home, "log", "audit.jsonl")
        # That the gateway began is written on a thread of its own.
        wait_until(lambda: self.path.exists() and "gateway.start" in self.path.read_text("utf-8"))

    def katra(self, *words, code=0, **variables) -> str:
        done = subprocess.run([f"{BIN}/katra", *words], capture_output=True, text=True, check=False,
                              env={**self.gateway.environment, "KATRA_HOME": self.gateway.home,
                                   "USER": "somebody", **variables})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def events(self, what: str | None = None) -> list[dict]:
        lines = [json.loads(line) for line in self.katra("logs", "--audit", "-n", "100000").splitlines()]
        return [line for line in lines if what in (None, line["what"])]

    def test_tokens_that_are_made_and_ended_are_written_down_by_id(self):
        self.gateway.token("Sam")
        minted = self.gateway.admin("POST", "/admin/tokens", {"persona": "Eve"}).json()
        by_command, by_gateway = self.events("token.create")
        self.assertEqual((by_command["persona"], by_command["result"], by_command["program"]),
                         ("Sam", "ok", "katra"))
        self.assertEqual((by_gateway["persona"], by_gateway["token_id"], by_gateway["program"],
                          by_gateway["pid"], by_gateway["uid"]),
                         ("Eve", minted["id"], "katra_gateway", self.gateway.process.pid,
                          os.getuid()))
        self.gateway.admin("POST", "/admin/revoke", {"persona": "Eve"})
        self.katra("token", "end", "--persona", "Sam", KATRA_PERSONA="Neo")
        first, second = self.events("token.end")
        self.assertEqual((first["persona"], first["token_id"]), ("Eve", minted["id"]))
        self.assertEqual((second["persona"], second["token_id"], second["by"]),
                         ("Sam", by_command["token_id"], "Neo"))

    def test_what_was_tried_in_vain_is_written_down_without_the_words_that_were_wrong(self):
        secret = "sk-ant-pasted-into-the-wrong-place!"
        self.katra("token", "create", "--persona", secret, code=2)
        (failed,) = self.events("token.create")
        self.assertEqual((failed["result"], failed["detail"]), ("failed", "invalid_argument"))
        self.assertNotIn(secret, self.path.read_text(encoding="utf-8"))

    def test_refused_requests_are_written_down_a_flood_of_them_is_counted(self):
        for _ in range(30):
            self.assertEqual(self.gateway.ask(body=BODY, persona=None).status, 401)
        flood = 60
        for number in range(flood):
            self.gateway.ask(body=BODY, persona=None,
                             headers={"authorization": f"Bearer katra_guess{number}"})
        refused = self.events("token.refuse")
        self.assertLessEqual(len(refused), 2 * 21)
        self.assertEqual({event["detail"] for event in refused}, {"no token", "unknown token"})
        self.gateway.stop()  # what was only counted is told at the end
        guesses = [event.get("count", 1) for event in self.events("token.refuse")
                   if event["detail"] == "unknown token"]
        self.assertEqual(sum(guesses), flood)
        self.assertNotIn("guess", self.path.read_text(encoding="utf-8"))
        self.gateway.start()

    def test_reloads_and_the_gateway_s_life_are_written_down(self):
        self.gateway.admin("POST", "/admin/reload")
        self.gateway.write_configuration('{"personas": {"Sam": {"provider": "nobody"}}}')
        self.gateway.admin("POST", "/admin/reload")
        self.assertEqual([event["result"] for event in self.events("config.reload")],
                         ["ok", "refused"])
        self.gateway.write_configuration()
        pid = self.gateway.process.pid
        self.gateway.restart()
        self.assertEqual([(event["what"], event["pid"]) for event in self.events()
                          if event["what"].startswith("gateway.")],
                         [("gateway.start", pid), ("gateway.stop", pid),
                          ("gateway.start", self.gateway.process.pid)])

    def test_imports_and_purges_are_written_down_without_their_contents(self):
        self.katra("remember", "a memory that goes", "--persona", "Sam")
        exported = Path(self.gateway.home, "export.jsonl")
        self.katra("memory", "export", str(exported))
        self.katra("memory", "import", str(exported))
        Path(self.gateway.home, "broken.jsonl").write_text("no export\n", encoding="utf-8")
        done = subprocess.run([f"{BIN}/katra", "memory", "import",
                               f"{self.gateway.home}/broken.jsonl"], capture_output=True, check=False,
                              env={**self.gateway.environment, "KATRA_HOME": self.gateway.home})
        self.assertNotEqual(done.returncode, 0)
        self.katra("memory", "purge", "1", "--yes")
        self.katra("memory", "purge", "4711", "--yes", code=3)
        imported, broken = self.events("memory.import")
        self.assertEqual((imported["result"], broken["result"]), ("ok", "failed"))
        self.assertIn("memories", imported["detail"])
        self.assertEqual([(event["result"], event["detail"]) for event in self.events("memory.purge")],
                         [("ok", "memory 1"), ("failed", "memory 4711: not_found")])
        self.assertNotIn("that goes", self.path.read_text(encoding="utf-8"))

    def test_it_is_the_user_s_alone_and_holds_no_token_key_or_prompt(self):
        self.gateway.admin("POST", "/admin/tokens", {"persona": "Sam", "keys": {"TEST_KEY": KEY}})
        self.gateway.ask(body=BODY)
        self.gateway.ask(body=BODY, persona=None, headers={"x-api-key": "sk-of-a-caller"})
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.path.parent.stat().st_mode), 0o700)
        text = self.path.read_text(encoding="utf-8")
        for secret in (KEY, "sk-of-a-caller", "that nobody may find", "an answer",
                       self.gateway.token("Sam"), "katra_"):
            self.assertNotIn(secret, text.replace("katra_gateway", ""))

    def test_a_log_that_cannot_be_written_stops_nothing_and_is_told(self):
        elsewhere = Path(self.gateway.home, "elsewhere")
        elsewhere.write_text("", encoding="utf-8")
        self.path.unlink()
        self.path.symlink_to(elsewhere)
        said = self.katra("token", "create", "--persona", "Sam")
        self.assertIn("katra_", said)
        self.assertIn("warning", said)
        self.assertEqual(self.gateway.admin("POST", "/admin/tokens", {"persona": "Eve"}).status, 200)
        self.assertEqual(self.gateway.ask(body=BODY).status, 200)
        self.assertEqual(elsewhere.read_text(encoding="utf-8"), "")
        self.assertRegex(self.gateway.log(), "warning.*audit.jsonl")
        findings = json.loads(self.doctor())["findings"]
        (finding,) = [found for found in findings if found["subject"] == "audit log"]
        self.assertEqual(finding["health"], "warning")
        self.path.unlink()  # mended, but what was lost is not forgotten
        (finding,) = [found for found in json.loads(self.doctor())["findings"]
                      if found["subject"] == "audit log"]
        self.assertEqual(finding["health"], "warning")
        self.assertIn("1 event", finding["text"])
        self.assertIn("could not be written", self.katra("status"))

    def doctor(self) -> str:
        return subprocess.run([f"{BIN}/katra", "doctor", "--json"], capture_output=True, text=True,
                              check=False, env={**self.gateway.environment,
                                                "KATRA_HOME": self.gateway.home}).stdout

    def test_a_home_without_a_log_says_so(self):
        self.gateway.stop()  # it writes that it ended
        shutil.rmtree(self.path.parent)
        self.assertIn("Nothing was written", self.katra("logs", "--audit", code=1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
