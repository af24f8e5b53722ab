"""The tool katra_route_feedback: what an agent rates changes who is asked next."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, message_stream, wait_until  # noqa: E402
from mcp_session import Server  # noqa: E402

ROUTES = [{"name": "code review", "description": "reviewing changes and pull requests",
           "models": ["one/m", "two/m"], "examples": ["review my diff"]}]


class RouteFeedback(unittest.TestCase):
    def setUp(self):
        self.upstreams = [Upstream(lambda request, to: to.stream(message_stream("done")))
                          for _ in range(2)]
        providers = {name: {"api_base_url": upstream.url, "interface": "anthropic",
                            "api_key_env": "TEST_KEY", "models": ["m"]}
                     for name, upstream in zip(("one", "two"), self.upstreams)}
        own = {"provider": "one", "model": "m"}
        self.gateway = Gateway(providers, {"Sam": own, "Eve": own}, routing_preferences=ROUTES)

    def tearDown(self):
        self.gateway.__exit__()
        for upstream in self.upstreams:
            upstream.__exit__()

    def ask(self, session: str, persona: str = "Sam") -> tuple[str, str]:
        """The provider that answered, and the request's id."""
        reply = self.gateway.ask(
            body={"model": "claude-sonnet-5", "max_tokens": 5, "stream": True,
                  "messages": [{"role": "user", "content": "review my diff"}]},
            headers={"x-claude-code-session-id": session}, persona=persona)
        self.assertEqual(reply.status, 200, reply.body)
        self.assertEqual(reply.header("x-katra-route"), "code review")
        return reply.header("x-katra-provider"), reply.header("x-katra-request-id")

    def test_a_rating_moves_the_better_model_to_the_front_in_both_eras_of_the_protocol(self):
        for number, modern in enumerate((False, True)):
            persona = ("Sam", "Eve")[number]
            with self.subTest(modern=modern), Server(self.gateway, persona, "c0", modern) as server:
                self.assertIn("nothing to rate", server.call("katra_route_feedback", verdict="bad"))
                provider, request = self.ask("c0", persona)
                self.assertEqual(provider, "one")
                # The refusal names the request, too.
                wait_until(lambda: "Rated bad" in server.call(
                    "katra_route_feedback", verdict="bad", better="two/m", request_id=request))
                for _ in range(5):
                    self.assertIn(request, server.call("katra_route_feedback", verdict="bad",
                                                       better="two,m"))
                self.assertEqual(self.ask(f"new-{persona}", persona)[0], "two")

    def test_another_personas_answers_stay_as_they_are(self):
        _, request = self.ask("c0", "Eve")
        with Server(self.gateway, "Sam") as sam, Server(self.gateway, "Eve") as eve:
            wait_until(lambda: "Rated good" in eve.call("katra_route_feedback", verdict="good"))
            self.assertIn("was not answered by a route",
                          sam.call("katra_route_feedback", verdict="bad", request_id=request))
            self.assertIn("nothing to rate", sam.call("katra_route_feedback", verdict="bad"))


if __name__ == "__main__":
    unittest.main()
