"""Which model answers when one fails: candidates, retries, circuits, and what the client is told."""
import json
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import BIN, Gateway, chat_stream, message, message_stream, sse  # noqa: E402

BODY = {"model": "claude-sonnet", "max_tokens": 5, "stream": True,
        "messages": [{"role": "user", "content": "Hi"}]}
OVERLOADED = b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}'


class World:
    """Persona Sam on provider `first`, falling back to `second` (in either format)."""

    def __init__(self, first, second=None, *options, second_interface="anthropic",
                 first_key="TEST_KEY", second_key="TEST_KEY", **more):
        self.first = Upstream(first)
        self.second = Upstream(second or (lambda request, to: to.stream(message_stream("two"))))
        providers = {
            "first": {"api_base_url": self.first.url, "interface": "anthropic",
                      "api_key_env": first_key, "models": ["m1"]},
            "second": {"api_base_url": self.second.url + (
                "/v1" if second_interface == "openai" else ""), "interface": second_interface,
                "api_key_env": second_key, "models": ["m2"]}}
        sam = {"provider": "first", "model": "m1", **more}
        if second:
            sam.setdefault("fallbacks", ["second/m2"])
        self.gateway = Gateway(providers, {"Sam": sam}, *options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gateway.__exit__()
        self.first.__exit__()
        self.second.__exit__()

    def ask(self, **changes):
        return self.gateway.ask(body={**BODY, **changes})


def two(request, to):
    to.stream(message_stream("two"))


class Failover(unittest.TestCase):
    def check_next_answers(self, script, **more):
        with World(script, two, **more) as world:
            reply = world.ask()
            self.assertEqual(reply.status, 200, reply.body)
            self.assertEqual(reply.body, b"".join(message_stream("two")))
            self.assertEqual(reply.header("x-katra-provider"), "second")
            self.assertEqual(reply.header("x-katra-attempts"), "2")
            self.assertIn("first/m1", reply.header("x-katra-failed"))
            sent = json.loads(world.second.requests[0].body)
            self.assertEqual(sent["model"], "m2")  # R9, B63

    def test_the_next_answers_after_status(self):  # E10, B62, B64
        for status in (408, 409, 429, 500, 502, 503, 504, 529):
            with self.subTest(status=status):
                self.check_next_answers(lambda request, to: to.reply(status, OVERLOADED))

    def test_the_next_answers_after_a_reset(self):  # B62
        self.check_next_answers(lambda request, to: to.reset())

    def test_the_next_answers_when_nobody_listens(self):  # B62, E10
        with World(two, two) as world:
            world.first.__exit__()
            self.assertEqual(world.ask().header("x-katra-provider"), "second")

    def test_the_next_answers_after_a_cut_before_content(self):  # S38
        self.check_next_answers(lambda request, to: (
            to.stream(message_stream()[:1], end=False), to.cut()))

    def test_the_next_answers_after_an_error_event_before_content(self):  # S34, B64
        error = sse("error", {"type": "error",
                              "error": {"type": "overloaded_error", "message": "busy"}})
        self.check_next_answers(
            lambda request, to: to.stream([message_stream()[0], error]))

    def test_the_next_answers_after_an_empty_stream_or_a_page(self):  # S38, B56
        self.check_next_answers(lambda request, to: to.stream([]))
        self.check_next_answers(lambda request, to: to.reply(
            200, b"<html>hello</html>", content_type="text/html"))

    def test_the_next_answers_after_silence(self):
        def script(request, to):
            time.sleep(1)

        with World(script, two, "--first-byte-timeout", "200") as world:
            self.assertEqual(world.ask().header("x-katra-provider"), "second")

    def test_a_wrong_request_is_not_tried_elsewhere(self):  # E10
        for status in (400, 401, 403, 404, 413, 422):
            with self.subTest(status=status), World(
                    lambda request, to: to.reply(status, OVERLOADED), two) as world:
                reply = world.ask()
                self.assertEqual((reply.status, reply.body), (status, OVERLOADED))
                self.assertEqual(world.second.requests, [])

    def test_nothing_else_answers_once_content_was_sent(self):  # S35, S36, B44, B64
        with World(lambda request, to: (to.stream(message_stream()[:5], end=False), to.cut()),
                   two) as world:
            reply = world.ask()
            events = reply.events()
            self.assertEqual(events[-1][0], "error")
            self.assertNotIn("message_stop", [name for name, _ in events])
            self.assertTrue(reply.complete)
            self.assertEqual(world.second.requests, [])

    def test_an_event_that_was_cut_is_not_handed_on(self):
        pieces = message_stream()
        with World(lambda request, to: (to.stream([*pieces[:4], pieces[4][:30]], end=False),
                                        to.cut()), two) as world:
            events = world.ask().events()  # each parses
            self.assertEqual(events[-1][1]["error"]["type"], "api_error")

    def test_a_fallback_may_speak_another_format(self):
        with World(lambda request, to: to.reply(529, OVERLOADED),
                   lambda request, to: to.stream(chat_stream("two", model="m2-real")),
                   second_interface="openai") as world:
            reply = world.ask()
            text = "".join(data["delta"]["text"] for name, data in reply.events()
                           if name == "content_block_delta")
            self.assertEqual(text, "two")

    def test_all_failing_gives_the_most_telling_error_unmodified(self):  # E11
        too_long = (b'{"type":"error","error":{"type":"invalid_request_error",'
                    b'"message":"prompt is too long: 9 tokens > 5 maximum"}}')
        with World(lambda request, to: to.reply(502, b"bad"),
                   lambda request, to: to.reply(400, too_long)) as world:
            reply = world.ask()
            self.assertEqual((reply.status, reply.body), (400, too_long))

    def test_the_next_answers_what_the_first_could_not_serve(self):  # E5
        image = {"role": "user", "content": [{"type": "image", "source": {
            "type": "base64", "media_type": "image/png", "data": "AAAA"}}]}
        with Upstream(lambda request, to: to.stream(chat_stream("blind"))) as blind, \
                Upstream(two) as second, \
                Gateway({"blind": {"api_base_url": blind.url + "/v1", "api_key_env": "TEST_KEY",
                                   "models": ["m1"], "quirks": {"images": False}},
                         "second": {"api_base_url": second.url, "interface": "anthropic",
                                    "api_key_env": "TEST_KEY", "models": ["m2"]}},
                        {"Sam": {"provider": "blind", "model": "m1", "fallbacks": ["second/m2"]},
                         "Eve": {"provider": "blind", "model": "m1"}}) as gateway:
            for _ in range(7):  # more than open a circuit
                reply = gateway.ask(body={**BODY, "messages": [image]})
                self.assertEqual(reply.header("x-katra-provider"), "second", reply.body)
                self.assertIn("capability_rejected: image", reply.header("x-katra-failed"))
            self.assertEqual(blind.requests, [])
            self.assertEqual(gateway.ask(body=BODY).header("x-katra-provider"), "blind")
            alone = gateway.ask(body={**BODY, "messages": [image]}, persona="Eve")
            self.assertEqual(alone.status, 400)
            self.assertIn("capability_rejected: image", alone.json()["error"]["message"])

    def test_one_provider_is_asked_again(self):
        answers = iter([500, 200])

        def script(request, to):
            if next(answers) == 500:
                to.reply(500, OVERLOADED)
            else:
                to.stream(message_stream("again"))

        with World(script) as world:
            self.assertEqual(world.ask().status, 200)
            self.assertEqual(len(world.first.requests), 2)

    def test_a_long_retry_after_is_left_to_the_client(self):  # E14
        with World(lambda request, to: to.reply(
                429, OVERLOADED, headers=[("retry-after", "60")])) as world:
            begun = time.monotonic()
            reply = world.ask()
            self.assertLess(time.monotonic() - begun, 5)
            self.assertEqual((reply.status, reply.header("retry-after")), (429, "60"))
            self.assertEqual(len(world.first.requests), 1)

    def test_a_used_up_quota_is_not_asked_again(self):  # E7
        body = b'{"error":{"code":"insufficient_quota","message":"pay","type":"insufficient_quota"}}'
        with World(lambda request, to: to.reply(429, body), two) as world:
            self.assertEqual(world.ask().header("x-katra-provider"), "second")
            self.assertEqual(len(world.first.requests), 1)

    def test_the_next_answers_for_one_without_a_key(self):
        with World(two, two, first_key="NO_SUCH_KEY") as world:
            for _ in range(7):  # more than open a circuit
                reply = world.ask()
                self.assertEqual(reply.body, b"".join(message_stream("two")))
                self.assertIn("first/m1", reply.header("x-katra-failed"))
                self.assertIn("NO_SUCH_KEY", reply.header("x-katra-failed"))
            self.assertEqual(world.first.requests, [])
            self.assertIn("first: invalid_request_error: no key", world.gateway.log())

    def test_the_decision_names_the_missing_variable(self):
        with World(two, two, first_key="NO_SUCH_KEY") as world:
            world.ask()
            attempts = world.gateway.decisions(1)[0]["attempts"]
            self.assertEqual([one["provider"] for one in attempts], ["first", "second"])
            self.assertIn("NO_SUCH_KEY", attempts[0]["error"])
            self.assertEqual((attempts[0]["status"], attempts[1]["error"]), (0, ""))

    def test_without_any_key_the_client_is_told(self):
        with World(two, two, first_key="NO_SUCH_KEY", second_key="NOR_THIS") as world:
            reply = world.ask()
            self.assertEqual((reply.status, reply.header("x-should-retry")), (400, "false"))
            self.assertIn("NO_SUCH_KEY", reply.json()["error"]["message"])
            self.assertIn("NOR_THIS", reply.header("x-katra-failed"))

    def test_a_missing_key_hides_no_error_of_the_next(self):  # E11
        with World(two, lambda request, to: to.reply(529, OVERLOADED),
                   first_key="NO_SUCH_KEY") as world:
            reply = world.ask()
            self.assertEqual((reply.status, reply.body), (529, OVERLOADED))

    def test_a_circuit_opens_and_closes_again(self):
        broken = [True]

        def script(request, to):
            if broken[0]:
                to.reply(500, OVERLOADED)
            else:
                to.stream(message_stream("one"))

        with World(script, two, "--circuit-open", "300") as world:
            for _ in range(5):
                self.assertEqual(world.ask().header("x-katra-provider"), "second")
            asked = len(world.first.requests)
            self.assertEqual(world.ask().header("x-katra-attempts"), "1")
            self.assertEqual(len(world.first.requests), asked)
            broken[0] = False
            deadline = time.monotonic() + 5
            while world.ask().header("x-katra-provider") != "first":
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)

    def test_a_persona_s_failures_leave_others_with_another_key_alone(self):
        statuses = {"429": (429, b'{"error":{"message":"slow down"}}'), "401": (401, b"{}"),
                    "403": (403, b"{}"), "500": (500, b"{}"), "529": (529, OVERLOADED)}
        for name, (status, body) in statuses.items():
            def script(request, to, status=status, body=body):
                mal = "mal-s-key" in str(request.headers)
                to.reply(status, body) if mal else to.stream(message_stream())

            with self.subTest(status=name), Upstream(script) as upstream, Gateway(
                    {"fake": {"api_base_url": upstream.url, "interface": "anthropic",
                              "api_key_env": "TEST_KEY", "models": ["m"]}},
                    {"Mal": {"provider": "fake", "model": "m", "api_key_env": "MAL_KEY"},
                     "Good": {"provider": "fake", "model": "m"}},
                    environment={"MAL_KEY": "mal-s-key"}) as gateway:
                for _ in range(6):
                    self.assertNotEqual(gateway.ask(body=BODY, persona="Mal").status, 200)
                self.assertEqual(gateway.ask(body=BODY, persona="Good").status, 200)
                opened = gateway.admin("GET", "/admin/status").json()["circuits"]
                self.assertEqual(len(opened), 0 if status in (401, 403) else 1)
                self.assertNotIn("mal-s-key", gateway.log())

    def test_G20_circuits_strand_nobody(self):
        """One provider without fallbacks fails often; the request after it is well again is
        answered, however it failed and whoever else asks."""
        wrong = {"429": lambda request, to: to.reply(429, OVERLOADED),
                 "500": lambda request, to: to.reply(500, OVERLOADED),
                 "529": lambda request, to: to.reply(529, OVERLOADED),
                 "a reset": lambda request, to: to.reset(),
                 "no events": lambda request, to: to.stream([])}
        for what, script in wrong.items():
            current = [script]
            with self.subTest(what), World(
                    lambda request, to, now=current: now[0](request, to), None,
                    "--circuit-open", "60000") as world:
                for number in range(6):
                    asked = len(world.first.requests)
                    self.assertGreaterEqual(world.ask().status, 429)
                    self.assertGreater(len(world.first.requests), asked, f"request {number}")
                self.assertIn('katra_open_circuits{provider="first",model="m1"} 1',
                              world.gateway.metrics())
                current[0] = two
                reply = world.ask()
                self.assertEqual((reply.status, reply.header("x-katra-attempts")), (200, "1"))
                self.assertNotIn("katra_open_circuits{", world.gateway.metrics())
                reasons = [one["attempts"][0]["reason"] for one in world.gateway.decisions(7)]
                self.assertNotIn("nobody else is left", reasons[0])
                self.assertIn("nobody else is left", reasons[6])

    def test_G20_nobody_listens_for_a_while(self):
        with World(two, None, "--circuit-open", "60000") as world:
            port = world.first.port
            world.first.__exit__()
            for _ in range(4):
                self.assertEqual(world.ask().status, 502)
            opened = world.gateway.admin("GET", "/admin/status").json()["circuits"]
            self.assertEqual([(one["provider"], one["model"], one["unreachable"])
                              for one in opened], [("first", "m1", True)])
            with Upstream(two, port=port):
                self.assertEqual(world.ask().status, 200)

    def test_G20_the_least_bad_of_several_is_asked_and_then_the_others(self):
        broken = {"first": True, "second": True}

        def script(name):
            return lambda request, to: (to.reply(500, OVERLOADED) if broken[name]
                                        else to.stream(message_stream(name)))

        with World(script("first"), script("second"), "--circuit-open", "60000") as world:
            for _ in range(4):
                self.assertEqual(world.ask().status, 500)
            for name in ("second", "first"):
                broken[name] = False
                self.assertEqual(world.ask().header("x-katra-provider"), name)
                broken[name] = True
                for _ in range(6):
                    self.assertEqual(world.ask().status, 500)

    def test_G20_status_shows_what_is_left_alone(self):
        with World(lambda request, to: to.reply(500, OVERLOADED), None,
                   "--circuit-open", "60000") as world:
            def status(*options):
                return subprocess.run(
                    [f"{BIN}/katra", "status", *options], capture_output=True, text=True,
                    env={**world.gateway.environment, "KATRA_HOME": world.gateway.home},
                    check=True).stdout

            self.assertNotIn("left alone", status())
            for _ in range(4):
                world.ask()
            self.assertRegex(status(),
                             r"left alone +first/m1, for 1 key or login; tried again in \d+ s")
            shown = json.loads(status("--json"))["gateway"]["circuits"]
            self.assertEqual([one["model"] for one in shown], ["m1"])
            self.assertNotIn("sk-test-secret", status() + status("--json"))

    def test_whole_replies_fail_over_too(self):
        with World(lambda request, to: to.reply(529, OVERLOADED),
                   lambda request, to: to.reply(200, message("two"))) as world:
            self.assertEqual(world.ask(stream=False).body, message("two"))


class Choosing(unittest.TestCase):
    def test_a_model_may_be_asked_for_by_provider(self):
        with World(two, two) as world:
            for name in ("second,m9", "second/m9", "claude-gw-second--m9"):
                self.assertEqual(world.ask(model=name).header("x-katra-provider"), "second")
                self.assertEqual(json.loads(world.second.requests[-1].body)["model"], "m9")

    def test_a_model_of_two_providers_is_had_from_either(self):  # B26
        with World(two, two) as world:
            for name in ("first", "second"):
                reply = world.ask(model=f"{name}/same")
                self.assertEqual(reply.header("x-katra-provider"), name)
                self.assertEqual(reply.header("x-katra-model"), "same")

    def test_a_provider_in_another_case_is_told_or_found(self):  # B28
        with World(two, two) as world:
            reply = world.ask(model="FIRST/m1")
            if reply.status == 200:
                self.assertEqual(reply.header("x-katra-provider"), "first")
            else:
                self.assertEqual(reply.status, 404)
                self.assertIn("first", reply.json()["error"]["message"])

    def test_a_provider_that_needs_no_key_is_asked_without_one(self):  # B28
        upstream = Upstream(lambda request, to: to.stream(chat_stream("local")))
        gateway = Gateway({"ollama": {"api_base_url": upstream.url + "/v1"}},
                          {"Sam": {"provider": "Ollama", "model": "qwen3-coder"}})
        with upstream, gateway:
            self.assertEqual(gateway.ask(body=BODY).header("x-katra-provider"), "ollama")
            self.assertIsNone(upstream.requests[0].header("authorization"))

    def test_the_gateways_own_tries_stay_few_and_short(self):  # E13
        with World(lambda request, to: to.reply(500, OVERLOADED)) as world:
            begun = time.monotonic()
            self.assertEqual(world.ask().status, 500)
            self.assertLess(time.monotonic() - begun, 5)
            self.assertLessEqual(len(world.first.requests), 3)

    def test_a_store_that_cannot_be_written_costs_no_answer(self):  # E12
        with World(two) as world:
            for name in ("katra.db", "katra.db-wal", "katra.db-shm"):
                path = Path(world.gateway.home, name)
                path.unlink(missing_ok=True)
                path.mkdir()
            self.assertEqual(world.ask().status, 200)
            self.assertEqual(world.ask().status, 200)

    def test_an_unknown_provider_is_told(self):  # E17
        with World(two, two) as world:
            reply = world.ask(model="nowhere,m9")
            self.assertEqual(reply.status, 404)
            self.assertEqual(reply.json()["error"]["type"], "not_found_error")
            self.assertIn("nowhere", reply.json()["error"]["message"])

    def test_the_small_model_goes_where_routing_says(self):
        with World(two, two, routing={"background": "second/small"}) as world:
            reply = world.ask(model="claude-haiku-4-5")
            self.assertEqual(reply.header("x-katra-model"), "small")
            self.assertEqual(world.ask().header("x-katra-model"), "m1")

    def test_a_route_that_fails_leads_back_to_the_persona_s_model(self):  # B67, E12
        wrong = {"down": lambda request, to: to.reset(), "slow": lambda request, to: time.sleep(1),
                 "failing": lambda request, to: to.reply(500, OVERLOADED),
                 "of a wrong shape": lambda request, to: to.reply(200, b"[]")}
        for what, script in wrong.items():
            with self.subTest(what), World(two, script, "--first-byte-timeout", "200",
                                           routing={"background": "second/small"},
                                           fallbacks=[]) as world:
                reply = world.ask(model="claude-haiku-4-5")
                self.assertEqual(reply.status, 200, reply.body)
                self.assertEqual(reply.header("x-katra-model"), "m1")
                self.assertIn("second/small", reply.header("x-katra-failed"))


if __name__ == "__main__":
    unittest.main()
