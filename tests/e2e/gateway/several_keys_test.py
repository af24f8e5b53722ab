"""Several keys of one provider (api_key_env as a list): which one is asked with, what happens to one that is
refused or limited, and what is told of it. The upstream plays the accounts behind the keys."""
import itertools
import json
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import BIN, Gateway, message, message_stream, wait_until  # noqa: E402

BODY = {"model": "claude-sonnet", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
NAMES = ["KEY_A", "KEY_B", "KEY_C"]
KEYS = {name: f"sk-secret-of-{name.lower()}-0123456789" for name in NAMES}
CHAT = json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [{
    "index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}).encode()


def error(kind: str, **more) -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": "no", **more}}).encode()


class SeveralKeys(unittest.TestCase):
    def setUp(self):
        self.faults = {}  # name of a key -> (status, body, headers)
        self.upstream = Upstream(self.script)
        self.addCleanup(self.upstream.__exit__)

    def name_of(self, request) -> str:
        sent = request.header("x-api-key") or (request.header("authorization") or "")[7:]
        return next(name for name, key in KEYS.items() if key == sent)

    def script(self, request, to):
        fault = self.faults.get(self.name_of(request))
        if fault:
            status, body, *headers = fault
            to.reply(status, body, headers=headers[0] if headers else [])
        elif request.target.endswith("/chat/completions"):
            to.reply(200, CHAT)
        elif json.loads(request.body).get("stream"):
            to.stream(message_stream())
        else:
            to.reply(200, message())

    def gateway(self, order=None, interface="anthropic", names=None, fallbacks=None, of_persona=False,
                environment=None, **more) -> Gateway:
        chat = interface == "openai"
        own = {"api_base_url": self.upstream.url + ("/v1" if chat else ""), "interface": interface,
               "api_key_env": names or NAMES, "models": ["m", "n"], **more}
        if order:
            own["key_order"] = order
        persona = {"provider": "many", "model": "m", **({"fallbacks": fallbacks} if fallbacks else {})}
        if of_persona:
            persona["api_key_env"] = own.pop("api_key_env")
            own["api_key_env"] = "TEST_KEY"
        gateway = Gateway({"many": own}, {"Sam": persona, "Tom": persona, "Ann": persona},
                          environment=KEYS if environment is None else environment)
        self.addCleanup(gateway.__exit__)
        return gateway

    def ask(self, gateway, session="s1", persona="Sam", body=None, path="/v1/messages", **headers):
        return gateway.ask(path=path, body=body or BODY, persona=persona,
                           headers={"x-claude-code-session-id": session, **headers})

    def used(self) -> list[str]:
        return [self.name_of(request)[-1] for request in self.upstream.requests]

    def test_in_order_everybody_is_on_the_first_one(self):
        gateway = self.gateway()
        for session in ("s1", "s2", "s1"):
            self.assertEqual(self.ask(gateway, session).status, 200)
        self.assertEqual(self.used(), ["A", "A", "A"])

    def test_by_turns_each_session_stays_where_it_is(self):
        gateway = self.gateway("round_robin")
        for session in ("s1", "s2", "s3", "s4", "s3", "s2", "s1"):
            self.assertEqual(self.ask(gateway, session).status, 200)
        self.assertEqual(self.used(), ["A", "B", "C", "A", "C", "B", "A"])
        for persona in ("Tom", "Ann", "Tom"):  # a token is a session where the client names none
            gateway.ask(body=BODY, persona=persona)
        self.assertEqual(self.used()[7:], ["B", "C", "B"])

    def test_a_subagent_is_on_its_session_s_key(self):
        gateway = self.gateway("round_robin")
        for agent in (None, "a1", "a2", None):
            self.ask(gateway, **({"x-claude-code-agent-id": agent} if agent else {}))
        self.assertEqual(self.used(), ["A"] * 4)

    def test_a_key_that_fails_rests_and_the_others_go_on_at_once(self):
        quota = error("invalid_request_error", code="insufficient_quota")
        for name, fault in {
                "refused": (401, error("authentication_error")),
                "forbidden": (403, error("permission_error")),
                "limited": (429, error("rate_limit_error")),
                "limited for long": (429, error("rate_limit_error"), [("retry-after", "3000")]),
                "used up": (429, quota), "unpaid": (402, error("billing_error"))}.items():
            for interface, path in (("anthropic", "/v1/messages"), ("openai", "/v1/messages"),
                                    ("anthropic", "/v1/chat/completions")):
                with self.subTest(name, interface=interface, path=path):
                    self.faults = {"KEY_A": fault}
                    self.upstream.requests.clear()
                    gateway = self.gateway(interface=interface)
                    for session in ("s1", "s2", "s1"):
                        reply = self.ask(gateway, session, path=path)
                        self.assertEqual(reply.status, 200, reply.body)
                    self.assertEqual(self.used(), ["A", "B", "B", "B"])
                    gateway.__exit__()

    def test_a_stream_and_a_count_move_on_as_well(self):
        self.faults = {"KEY_A": (429, error("rate_limit_error"))}
        gateway = self.gateway()
        reply = self.ask(gateway, body={**BODY, "stream": True})
        self.assertEqual([name for name, _ in reply.events()][-1], "message_stop")
        self.assertEqual(reply.header("x-katra-attempts"), "2")
        self.assertEqual(self.used(), ["A", "B"])

    def test_it_rests_as_long_as_the_reply_says_and_the_session_stays_where_it_went(self):
        self.faults = {"KEY_A": (429, error("rate_limit_error"), [("retry-after-ms", "1")])}
        gateway = self.gateway()
        self.assertEqual(self.ask(gateway, "s1").status, 200)
        self.faults = {}
        others = itertools.count(2)

        def is_there_again() -> bool:
            self.assertEqual(self.ask(gateway, f"s{next(others)}").status, 200)
            return self.used()[-1] == "A"

        wait_until(is_there_again)
        self.assertEqual(self.ask(gateway, "s1").status, 200)
        self.assertEqual(self.used()[-1], "B")  # where its prompt is cached

    def test_a_limit_is_one_of_a_model_and_a_refusal_one_of_the_account(self):
        gateway = self.gateway()
        self.faults = {"KEY_A": (429, error("rate_limit_error"))}
        self.ask(gateway, "s1")
        self.faults = {}
        self.ask(gateway, "s2", body={**BODY, "model": "many,n"})
        self.assertEqual(self.used(), ["A", "B", "A"])
        self.faults = {"KEY_A": (401, error("authentication_error"))}
        self.ask(gateway, "s3", body={**BODY, "model": "many,n"})
        self.faults = {}
        self.ask(gateway, "s4")
        self.assertEqual(self.used()[3:], ["A", "B", "B"])

    def test_when_all_of_them_fail_the_client_is_told_and_nobody_is_stranded(self):
        for fault, status in (((401, error("authentication_error")), 401),
                              ((429, error("rate_limit_error"), [("retry-after", "60")]), 429)):
            with self.subTest(status=status):
                self.upstream.requests.clear()
                self.faults = {name: fault for name in NAMES}
                gateway = self.gateway()
                reply = self.ask(gateway)
                self.assertEqual(reply.status, status)
                self.assertEqual(self.used(), ["A", "B", "C"])
                self.faults = {}
                self.assertEqual(self.ask(gateway).status, 200)  # all of them rest, and one is asked
                self.assertEqual(len(self.used()), 4)
                gateway.__exit__()

    def test_a_fault_of_the_request_or_the_server_is_no_key_s(self):
        self.faults = {"KEY_A": (400, error("invalid_request_error"))}
        gateway = self.gateway()
        self.assertEqual(self.ask(gateway).status, 400)
        self.faults = {}
        self.assertEqual(self.ask(gateway).status, 200)
        self.assertEqual(self.used(), ["A", "A"])

    def test_fallbacks_come_before_keys_that_rest(self):
        gateway = self.gateway(fallbacks=["many/n"])
        self.faults = {name: (429, error("rate_limit_error")) for name in NAMES}
        self.ask(gateway)
        self.upstream.requests.clear()
        self.faults = {}
        self.ask(gateway)
        asked = json.loads(self.upstream.requests[0].body)["model"]
        self.assertIn(asked, ("m", "n"))

    def test_only_those_that_are_set_are_used_and_equal_ones_count_once(self):
        for environment, expected in (({"KEY_B": KEYS["KEY_B"]}, ["B"]),
                                      ({"KEY_A": KEYS["KEY_A"], "KEY_C": KEYS["KEY_C"]}, ["A", "C"])):
            with self.subTest(environment=list(environment)):
                self.upstream.requests.clear()
                self.faults = {"KEY_A": (401, error("authentication_error"))}
                gateway = self.gateway(environment=environment)
                self.assertEqual(self.ask(gateway).status, 200)
                self.assertEqual(self.used(), expected)
                gateway.__exit__()
        self.upstream.requests.clear()
        gateway = self.gateway(environment={"KEY_A": KEYS["KEY_A"], "KEY_B": KEYS["KEY_A"]})
        self.assertEqual(self.ask(gateway).status, 401)
        self.assertEqual(self.used(), ["A"])
        gateway = self.gateway(environment={})
        missing = self.ask(gateway)
        self.assertEqual(missing.status, 400)
        self.assertIn("set KEY_A or KEY_B or KEY_C", missing.body.decode())

    def test_a_persona_may_have_several_of_its_own(self):
        self.faults = {"KEY_A": (401, error("authentication_error"))}
        gateway = self.gateway(of_persona=True)
        self.assertEqual(self.ask(gateway).status, 200)
        self.assertEqual(self.used(), ["A", "B"])

    def test_keys_that_a_start_handed_over(self):
        gateway = self.gateway(environment={})
        session = {"provider": "many", "model": "m", "api_key_env": "KEY_B"}
        made = gateway.admin("POST", "/admin/tokens", {
            "persona": "Sam", "session": session, "keys": KEYS}).json()
        gateway.tokens["Sam"] = made["token"]
        self.faults = {"KEY_A": (429, error("rate_limit_error"))}
        self.assertEqual(self.ask(gateway).status, 200)
        self.assertEqual(self.used(), ["A", "B"])

    def test_usage_and_decisions_name_the_variable_and_nothing_holds_a_key(self):
        gateway = self.gateway()
        self.ask(gateway)
        self.faults = {"KEY_A": (401, error("authentication_error", key=KEYS["KEY_A"]))}
        self.ask(gateway)

        def usage(*options) -> str:
            return subprocess.run([f"{BIN}/katra", "usage", "--by", "key", *options], text=True,
                                  capture_output=True, check=False, env={
                                      **gateway.environment, "KATRA_HOME": gateway.home}).stdout

        wait_until(lambda: "KEY_B" in usage(), what="the usage was not recorded")
        sums = {row["key"]: row["requests"] for row in json.loads(usage("--json"))["usage"]}
        self.assertEqual(sums, {"KEY_A": 1, "KEY_B": 1})
        decisions = json.dumps(gateway.decisions(2))
        self.assertIn("with the key KEY_B", decisions)
        said = decisions + gateway.log() + gateway.metrics()
        for key in KEYS.values():
            self.assertNotIn(key, said)
            for path in Path(gateway.home).rglob("*"):
                if path.is_file():
                    self.assertNotIn(key.encode(), path.read_bytes(), path)


if __name__ == "__main__":
    unittest.main()
