"""Rate limits of providers, kept before they refuse: the next candidate answers, and when nobody has
room, the client is told when somebody will."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, GatewayWorld, message_stream  # noqa: E402

HI = [{"role": "user", "content": "Hi"}]


class World(GatewayWorld):
    """Persona Sam is answered by "first", and else by "second"."""

    def __init__(self, rate_limits, fallbacks=("second/m",), input_tokens=11):
        self.upstreams = {
            name: Upstream(lambda request, to: to.stream(
                message_stream("Hi", input_tokens=input_tokens)))
            for name in ("first", "second")}
        providers = {name: {"api_base_url": upstream.url, "interface": "anthropic",
                            "api_key_env": "TEST_KEY", "models": ["m", "m2"]}
                     for name, upstream in self.upstreams.items()}
        self.gateway = Gateway(
            providers, {"Sam": {"provider": "first", "model": "m", "fallbacks": list(fallbacks)}},
            router={"rate_limits": rate_limits})

    def ask(self, model="m", path="/v1/messages", **more):
        return self.gateway.ask(path=path, body={
            "model": model, "max_tokens": 5, "stream": True, "messages": HI, **more})

    def asked(self):
        return [len(upstream.requests) for upstream in self.upstreams.values()]


class RateLimits(unittest.TestCase):
    def test_a_model_without_room_is_skipped_until_all_are_and_then_the_client_waits(self):
        with World([{"model": "first/m", "requests_per_hour": 2},
                    {"provider": "second", "requests_per_day": 1}]) as world:
            self.assertEqual([world.ask().header("x-katra-provider") for _ in range(3)],
                             ["first", "first", "second"])
            decision = world.gateway.decisions(3)[2]
            self.assertRegex(decision["attempts"][0]["reason"],
                             r"^fallback 1 \(first/m is limited to 2 requests an hour; room again "
                             r"in \d+ min\)$")
            over = world.ask()
            self.assertEqual(over.status, 429, over.body)
            self.assertEqual(over.json()["error"]["type"], "rate_limit_error")
            self.assertIn("first/m is limited to 2 requests an hour", over.json()["error"]["message"])
            # The shorter of the two waits.
            self.assertTrue(3600 < int(over.header("retry-after")) <= 3661)
            self.assertEqual(over.header("x-should-retry"), "true")
            self.assertEqual(world.asked(), [2, 1])
            # Another model has its own limit, here none.
            self.assertEqual(world.ask("m2").status, 200)

    def test_each_format_is_told_in_its_own_words_and_counting_is_not_limited(self):
        with World([{"provider": "first", "requests_per_hour": 1}], fallbacks=()) as world:
            self.assertEqual(world.ask().status, 200)
            for path, body in (("/v1/chat/completions", {}), ("/v1/responses", {"input": "Hi"})):
                over = world.ask(path=path, **body)
                self.assertEqual(over.status, 429, over.body)
                self.assertEqual(over.json()["error"]["code"], "rate_limit_exceeded")
                self.assertGreater(int(over.header("retry-after")), 3000)
            self.assertEqual(world.ask(path="/v1/messages/count_tokens").status, 200)

    def test_tokens_count_as_the_answer_tells_and_a_reload_forgets_nothing(self):
        with World([{"provider": "first", "tokens_per_hour": 1000}], input_tokens=990) as world:
            self.assertEqual(world.ask().header("x-katra-provider"), "first")
            self.assertEqual(world.ask().header("x-katra-provider"), "second")
            self.assertEqual(world.gateway.admin("POST", "/admin/reload").status, 200)
            self.assertEqual(world.ask().header("x-katra-provider"), "second")
            world.gateway.personas["router"] = {}
            world.gateway.write_configuration()
            world.gateway.admin("POST", "/admin/reload")
            self.assertEqual(world.ask().header("x-katra-provider"), "first")

    def test_plano_limits_are_kept(self):
        with World([]) as world:
            url = world.upstreams["first"].url
            path = f"{world.gateway.home}/config.yaml"
            Path(path).write_text(
                "version: v0.4.0\n"
                "model_providers:\n"
                f"  - {{model: anthropic/m, base_url: {url}/v1, access_key: $TEST_KEY, "
                "default: true}\n"
                "ratelimits:\n"
                "  - {model: m, selector: {key: x-team}, limit: {tokens: 15, unit: hour}}\n",
                encoding="utf-8")
            Path(path).chmod(0o600)
            world.gateway.options = (*world.gateway.options, "--config", path)
            world.gateway.restart()
            self.assertEqual(world.ask("anthropic/m").status, 200)
            self.assertEqual(world.ask("anthropic/m").status, 429)
            self.assertIn("$.ratelimits[0].selector", world.gateway.log())


if __name__ == "__main__":
    unittest.main(verbosity=2)
