"""Budgets: the room is warned, then cheaper models answer, then nobody does until the budget opens
again, also after a restart."""
import json
import os
import sqlite3
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, GatewayWorld, chat_stream, message_stream, wait_until  # noqa: E402

# A time zone in which it is noon, so that no day and no month ends while a test runs.
NOON = f"KTR{time.gmtime().tm_hour - 12:+d}"
# US dollars per million tokens: an answer of 11 tokens of input costs 1.10 and 0.11.
PRICES = {"dear/m": {"input": 100_000, "output": 0, "cache_read": 0},
          "cheap/m": {"input": 10_000, "output": 0, "cache_read": 0}}


class World(GatewayWorld):
    """Persona Sam is answered by "dear", and else by "cheap"."""

    def __init__(self, budgets, fallbacks=("cheap/m",)):
        self.upstreams = {name: Upstream(lambda request, to: to.stream(message_stream("Hi")))
                          for name in ("dear", "cheap")}
        providers = {name: {"api_base_url": upstream.url, "interface": "anthropic",
                            "api_key_env": "TEST_KEY", "models": ["m"]}
                     for name, upstream in self.upstreams.items()}
        personas = {name: {"provider": "dear", "model": "m", "fallbacks": list(fallbacks)}
                    for name in ("Sam", "Eve")}
        self.gateway = Gateway(providers, personas, environment={"TZ": NOON})
        path = f"{self.gateway.home}/router/prices.json"
        with open(path, "w", encoding="utf-8",
                  opener=lambda file, flags: os.open(file, flags, 0o600)) as out:
            json.dump(PRICES, out)
        self.configure(budgets)

    def configure(self, budgets):
        self.gateway.personas["router"] = {"budgets": budgets}
        self.gateway.write_configuration()
        reply = self.gateway.admin("POST", "/admin/reload")
        assert reply.status == 200, reply.body

    def ask(self, model="claude-sonnet-5", persona="Sam", **more):
        return self.gateway.ask(persona=persona, **{"body": {
            "model": model, "max_tokens": 5, "stream": True,
            "messages": [{"role": "user", "content": "Hi"}]}, **more})

    def asked(self):
        return {name: len(upstream.requests) for name, upstream in self.upstreams.items()}

    def said(self):
        """What was said in the rooms: (room, persona, text)."""
        with sqlite3.connect(f"file:{self.gateway.home}/katra.db?mode=ro", uri=True) as store:
            return store.execute(
                "SELECT r.name, p.name, m.body FROM messages m JOIN rooms r ON r.id = m.room_id"
                " JOIN personas p ON p.id = m.persona_id ORDER BY m.id").fetchall()

    def wait_for_records(self, count):
        def recorded():
            with sqlite3.connect(f"file:{self.gateway.home}/katra.db?mode=ro", uri=True) as store:
                return store.execute("SELECT count(*) FROM answers").fetchone()[0] >= count
        wait_until(recorded, 20, "the requests were not recorded")


class Budgets(unittest.TestCase):
    def test_a_budget_warns_then_economises_then_refuses_and_a_restart_keeps_it(self):
        budget = {"persona": "sam", "per": "day", "usd": 4, "warn_at": 0.5, "economise_at": 0.75}
        with World([budget]) as world:
            for _ in range(2):
                self.assertEqual(world.ask().header("x-katra-provider"), "dear")
            wait_until(lambda: len(world.said()) == 1, 20, "the room was not warned")
            self.assertEqual(world.said(), [
                ("main", "Katra-Gateway",
                 "the budget of Sam for today is nearly spent: $2.20 of $4.00.")])
            self.assertEqual(world.ask().header("x-katra-provider"), "dear")
            # 3.30 are spent: the cheaper model goes first, but nobody's own choice is overruled.
            self.assertEqual(world.ask().header("x-katra-provider"), "cheap")
            self.assertEqual(world.ask("dear/m").header("x-katra-provider"), "dear")
            self.assertEqual(world.asked(), {"dear": 4, "cheap": 1})

            refused = world.ask()
            self.assertEqual(refused.status, 400, refused.body)
            self.assertEqual(refused.header("x-should-retry"), "false")
            error = refused.json()["error"]
            self.assertEqual(error["type"], "invalid_request_error")
            opens = (r"^the budget of Sam for today is spent: \$4\.51 of \$4\.00\. It opens again "
                     r"on \d{4}-\d\d-\d\d at 00:00, in 1[12] h( \d+ min)?; to go on sooner, "
                     r"raise it in router\.budgets of personas\.json$")
            self.assertRegex(error["message"], opens)
            self.assertEqual(world.ask("dear/m").status, 400)
            self.assertEqual(world.asked(), {"dear": 4, "cheap": 1})
            (use,) = world.gateway.admin("GET", "/admin/status").json()["budgets"]
            self.assertRegex(use.pop("renewed_at"), r"^\d{4}-\d\d-\d\dT")
            self.assertEqual(use, {
                "persona": "Sam", "provider": "", "per": "day", "spent_usd_micros": 4_510_000,
                "limit_usd_micros": 4_000_000, "under_way_usd_micros": 0, "unpriced": 0, "state": "spent"})
            self.assertEqual(world.ask(persona="Eve").header("x-katra-provider"), "dear")

            world.wait_for_records(8)
            world.gateway.restart()
            again = world.ask()
            self.assertEqual(again.status, 400, again.body)
            self.assertRegex(again.json()["error"]["message"], opens)
            self.assertEqual(len(world.said()), 1)  # not once more

            world.configure([{**budget, "usd": 100}])
            self.assertEqual(world.ask().status, 200)

    def test_a_providers_budget_leaves_the_others(self):
        with World([{"provider": "dear", "per": "month", "usd": 1}]) as world:
            self.assertEqual(world.ask().header("x-katra-provider"), "dear")
            for persona in ("Sam", "Eve"):
                reply = world.ask(persona=persona)
                self.assertEqual(reply.header("x-katra-provider"), "cheap")
            decision = world.gateway.decisions(2)[1]
            self.assertRegex(decision["attempts"][0]["reason"],
                             r"the budget for dear for this month is spent: \$1\.10 of \$1\.00")
        with World([{"provider": "dear", "per": "month", "usd": 1}], fallbacks=()) as world:
            self.assertEqual(world.ask().status, 200)
            refused = world.ask()
            self.assertEqual(refused.status, 400)
            self.assertEqual(world.ask("cheap/m").status, 200)
            self.assertIn("for this month is spent", refused.json()["error"]["message"])

    def test_each_format_is_refused_in_its_own_words_and_counting_is_not(self):
        with World([{"per": "day", "usd": 0}]) as world:
            hi = [{"role": "user", "content": "Hi"}]
            for path, body in (
                    ("/v1/messages", {"messages": hi, "max_tokens": 5}),
                    ("/v1/chat/completions", {"messages": hi}),
                    ("/v1/chat/completions", {"messages": hi, "stream": True}),
                    ("/v1/responses", {"input": "Hi", "stream": True})):
                with self.subTest(path=path, body=body):
                    reply = world.ask(path=path, body={"model": "m", **body})
                    self.assertEqual(reply.status, 400, reply.body)
                    error = reply.json()["error"]
                    self.assertRegex(error["message"],
                                     r"^the whole budget for today is spent: \$0\.00 of \$0\.00")
                    own = path == "/v1/messages"
                    self.assertEqual(error["type"], "invalid_request_error" if own
                                     else "insufficient_quota")
                    if not own:
                        self.assertEqual(error["code"], "insufficient_quota")
            counted = world.ask(path="/v1/messages/count_tokens",
                                body={"model": "m", "messages": hi})
            self.assertEqual(counted.status, 200)
            decided = world.ask(path="/v1/route", body={"model": "m", "messages": hi})
            self.assertEqual(decided.status, 400)

    def test_a_request_under_way_counts_before_it_has_ended(self):
        with World([{"persona": "Sam", "per": "day", "usd": 0.5}], fallbacks=()) as world:
            def second(request, to):
                pieces = message_stream("Hi")
                to.stream(pieces[:3], end=False)
                replies.append(world.ask())
                for piece in pieces[3:]:
                    to.send(b"%x\r\n%s\r\n" % (len(piece), piece))
                to.send(b"0\r\n\r\n")

            replies = []
            world.upstreams["dear"].script = second
            self.assertEqual(world.ask().status, 200)
            self.assertEqual(replies[0].status, 400)
            self.assertRegex(replies[0].json()["error"]["message"],
                             r"\$0\.00 of \$0\.50, and about \$\d+\.\d\d for requests under way")


if __name__ == "__main__":
    unittest.main(verbosity=2)
