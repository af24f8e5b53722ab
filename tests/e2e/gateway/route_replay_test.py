"""`katra route replay` over what a gateway really answered: other routes for the same requests, with
and without their recorded text. Nothing is sent to anybody."""
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import BIN, Gateway, GatewayWorld, message_stream, wait_until  # noqa: E402

REVIEW = "please review my pull request before I merge"
DINNER = "what shall I cook for dinner tonight?"
ROUTES = [{"name": "code review", "description": "reviewing changes and pull requests",
           "models": ["cheap/m"]}]
PRICES = {"own/m": {"input": 10, "output": 20, "cache_read": 1},
          "cheap/m": {"input": 1, "output": 2, "cache_read": 0.1}}


class World(GatewayWorld):
    def __init__(self, **more):
        def answer(request, to):
            to.stream(message_stream("done", model="m", input_tokens=99_997, output_tokens=1000))

        self.upstreams = {name: Upstream(answer) for name in ("own", "cheap")}
        providers = {name: {"api_base_url": upstream.url, "interface": "anthropic",
                            "api_key_env": "TEST_KEY", "models": ["m"]}
                     for name, upstream in self.upstreams.items()}
        self.gateway = Gateway(providers, {"Sam": {"provider": "own", "model": "m"},
                                           "Eve": {"provider": "own", "model": "m"}}, **more)
        self.write("router/prices.json", PRICES)
        self.gateway.restart()

    def write(self, name, value):
        path = f"{self.gateway.home}/{name}"
        with open(path, "w", encoding="utf-8", opener=lambda file, flags: os.open(
                file, flags, 0o600)) as out:
            out.write(value if isinstance(value, str) else json.dumps(value))
        return path

    def ask(self, text, persona="Sam"):
        reply = self.gateway.ask(
            body={"model": "claude-sonnet-5", "max_tokens": 5, "stream": True,
                  "messages": [{"role": "user", "content": text}]}, persona=persona,
            headers={"x-claude-code-session-id": f"{persona}-{len(text)}"})
        assert reply.status == 200, reply.body

    def katra(self, *arguments):
        return subprocess.run([f"{BIN}/katra", *arguments], timeout=60, capture_output=True,
                              text=True, check=False,
                              env={**self.gateway.environment, "KATRA_HOME": self.gateway.home,
                                   "TZ": "UTC"})

    def recorded(self, decisions, texts=0):
        """Waits until so many decisions are in the store, and so many prompts in files."""
        def enough():
            run = self.katra("route", "history", "--json")
            told = json.loads(run.stdout or '{"decisions": []}')["decisions"]
            lines = sum(path.read_text().count("\n") for path in
                        Path(self.gateway.home, "router", "recorded").glob("*.jsonl"))
            return len(told) >= decisions and lines >= texts

        wait_until(enough, 20, "the requests were not recorded")

    def replay(self, *arguments):
        run = self.katra("route", "replay", "--json", *arguments)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def other(self, **more):
        """A personas.json with routes, beside the home's own."""
        return self.write("other.json", {**self.gateway.personas, "routing_preferences": ROUTES,
                                         **more})


class Replays(unittest.TestCase):
    def test_recorded_texts_are_matched_to_the_new_routes(self):
        with World(router={"record": True}) as world:
            world.ask(REVIEW)
            world.ask(DINNER)
            world.recorded(2, texts=2)
            other = world.other()
            asked = {name: len(one.requests) for name, one in world.upstreams.items()}
            told = world.replay("--config", other)
            self.assertEqual(told["requests"], 2)
            self.assertEqual(told["decided"],
                             {"by_record": 0, "by_text": 2, "assumed": 0, "unknown": 0})
            self.assertEqual(told["changed"], {"low": 1, "expected": 1, "high": 1})
            change, = told["changes"]
            self.assertEqual((change["from"], change["to"], change["route"], change["requests"]),
                             ("own/m", "cheap/m", "code review", 1))
            # 99,997 tokens at $10, 3 cached at $1 and 1000 answered at $20 a million.
            self.assertEqual(change["cost_then_usd_micros"], 1_019_973)
            self.assertEqual(change["cost_now_usd_micros"],
                             {"low": 101_997, "expected": 102_000, "high": 102_000})
            self.assertEqual(told["cost_then_usd_micros"], 2 * 1_019_973)
            self.assertEqual(told["cost_now_usd_micros"]["expected"], 1_019_973 + 102_000)
            self.assertEqual({name: len(one.requests) for name, one in world.upstreams.items()},
                             asked)
            text = world.katra("route", "replay", "--config", other).stdout
            self.assertIn("Another model would have been asked: 1 of 2", text)
            self.assertIn("Cost: $2.0399 then, $1.1220 now\n", text)
            self.assertNotIn(REVIEW, text)

    def test_without_a_recorded_text_the_bounds_say_what_is_not_known(self):
        with World() as world:
            world.ask(REVIEW)
            world.recorded(1)
            told = world.replay("--config", world.other())
            self.assertEqual(told["decided"]["unknown"], 1)
            self.assertEqual(told["changed"], {"low": 0, "expected": 0, "high": 1})
            self.assertEqual(told["cost_now_usd_micros"],
                             {"low": 101_997, "expected": 1_019_973, "high": 1_019_973})
            self.assertIn("could not be decided again",
                          world.katra("route", "replay", "--config", world.other()).stdout)

    def test_the_present_configuration_is_compared_with_what_happened(self):
        with World(routing_preferences=ROUTES) as world:
            world.ask(REVIEW)
            world.ask(DINNER, persona="Eve")
            world.recorded(2)
            told = world.replay()
            self.assertEqual(told["decided"]["by_record"], 2)
            self.assertEqual(told["changed"], {"low": 0, "expected": 0, "high": 0})
            self.assertEqual(told["cost_now_usd_micros"]["expected"], told["cost_then_usd_micros"])
            self.assertIsNone(told["config"])
            self.assertEqual(world.replay("--persona", "eve")["requests"], 1)
            # Another model for the route: its requests need no text.
            routes = [{**ROUTES[0], "models": ["own/m"]}]
            told = world.replay("--config", world.other(routing_preferences=routes))
            self.assertEqual(told["decided"]["by_record"], 2)
            self.assertEqual([(one["from"], one["to"]) for one in told["changes"]],
                             [("cheap/m", "own/m")])
            self.assertGreater(told["cost_now_usd_micros"]["expected"],
                               told["cost_then_usd_micros"])

    def test_a_plano_file_can_be_tried(self):
        with World(router={"record": True}) as world:
            world.ask(REVIEW)
            world.recorded(1, texts=1)
            url = world.upstreams["cheap"].url
            path = world.write("config.yaml", f"""
llm_providers:
  - model: anthropic/m
    base_url: {url}
    access_key: $TEST_KEY
    routing_preferences:
      - name: code review
        description: reviewing changes and pull requests
  - model: anthropic/other
    base_url: {url}
    access_key: $TEST_KEY
    default: true
""")
            told = world.replay("--config", path)
            self.assertEqual(told["decided"]["by_text"], 1)
            change, = told["changes"]
            self.assertEqual((change["from"], change["route"]), ("own/m", "code review"))

    def test_what_cannot_be_replayed_is_said(self):
        with World() as world:
            nothing = world.katra("route", "replay")
            self.assertEqual((nothing.returncode, nothing.stderr), (1, ""))
            missing = world.katra("route", "replay", "--config", "/nowhere/personas.json")
            self.assertIn("there is no file /nowhere/personas.json", missing.stderr)
            bad = world.katra("route", "replay", "--config",
                              world.write("bad.json", '{"routing_preference": []}'))
            self.assertIn("routing_preferences", bad.stderr)
            self.assertIn("bad.json:1", bad.stderr)
            wrong = world.katra("route", "replay", "--since", "gibberish")
            self.assertIn("gibberish", wrong.stderr)


if __name__ == "__main__":
    unittest.main()
