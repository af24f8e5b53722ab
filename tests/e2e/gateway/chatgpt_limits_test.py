"""Who answers a Codex on its ChatGPT login while its plan's limit is reached, and what they receive."""
import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from chatgpt import (ACCOUNT, API, BODY, COMPANY, DEEPSEEK, LOGIN, OTHER_LOGIN, PLAN, World,  # noqa: E402
                     limit, token, window)


class Limit(World):
    def test_fallbacks_answer_while_the_plan_rests(self):
        until = int(time.time()) + 3600
        week = until + 86400
        full = [*window("primary", 100, until), *window("secondary", 31, week)]
        cases = {
            "a moment": (limit(resets_at=until), [], until),
            "a wait": (limit(resets_in_seconds=3600), [], None),
            "a moment and a wait": (limit(resets_at=until, resets_in_seconds=5), [], until),
            "no message": (json.dumps({"error": {"type": "usage_limit_reached",
                                                 "resets_at": until}}).encode(), [], until),
            "as a code": (json.dumps({"error": {"code": "usage_limit_reached", "message": "no",
                                                "resets_at": until}}).encode(), [], until),
            "only headers": (limit(), full, until),
            "headers, and no words": (b"{}", full, until),
            "the later of two": (limit(), [*window("primary", 100, until),
                                           *window("secondary", "100.0", week)], week),
            "a span": (limit(), [*window("primary", 100),
                                 ("x-codex-primary-reset-after-seconds", "3600")], None),
            "the plan by name": (limit(resets_at=until), [("x-codex-active-limit", "premium")],
                                 until)}
        for name, (body, headers, expected) in cases.items():
            with self.subTest(name):
                type(self).answers = {PLAN: (429, headers, body)}
                self.gateway.admin("POST", "/admin/reload")  # forgets what plans said
                self.assertEqual(self.limits(), [])
                self.internet.forget()
                for _ in range(2):
                    reply = self.ask()
                    self.assertEqual(reply.status, 200, reply.body)
                    self.assertEqual(reply.header("x-katra-provider"), "deepseek")
                    self.assertIsNone(reply.header("x-codex-primary-used-percent"))
                # The second one did not ask the plan again.
                self.assertEqual(self.internet.asked(), [PLAN, DEEPSEEK, DEEPSEEK])
                self.check_without_login(PLAN)
                (told,) = self.limits()
                self.assertEqual((told["persona"], told["provider"], told["models"]),
                                 ("Olga", "openai", ""))
                if expected:
                    self.assertEqual(told["until"], time.strftime(
                        "%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(expected)))

    def test_what_is_no_limit_of_the_plan_is_tried_as_ever(self):
        until = int(time.time()) + 3600
        full = window("primary", 100, until)
        other = b'{"error":{"type":"usage_not_included","message":"no Codex in it"}}'
        for name, (status, headers, body) in {
                "another refusal": (429, full, other),
                "room left": (429, window("primary", 99, until), b"{}"),
                "another status": (503, full, limit(resets_at=until)),
                "over already": (429, [], limit(resets_at=until - 7200)),
                "no time at all": (429, [], limit(resets_at=None)),
                "no time either": (429, [], limit(resets_at="soon", resets_in_seconds=-1)),
                "beyond reason": (429, [], limit(resets_at=10**12, resets_in_seconds=1e300)),
                "no JSON": (429, [], b"usage_limit_reached")}.items():
            with self.subTest(name):
                type(self).answers = {PLAN: (status, [*headers, ("retry-after", "1")], body)}
                self.internet.forget()
                # Each with a login of its own: failures in a row open a circuit.
                reply = self.ask(login=token(name.replace(" ", "-"), ACCOUNT))
                self.assertEqual(reply.status, 200, reply.body)
                self.assertEqual(self.limits(), [])
                self.assertEqual(set(self.internet.asked()), {PLAN, DEEPSEEK})

    def test_the_same_format_and_the_api_by_key_take_over_without_it(self):
        type(self).answers = {PLAN: (429, [], limit(resets_in_seconds=3600))}
        for persona, host, key in (("Company", COMPANY, "sk-of-company-1"),
                                   ("Api", API, "sk-proj-of-another")):
            reply = self.ask(persona)
            self.assertEqual(reply.status, 200, reply.body)
            self.assertEqual(self.internet.last(host).header("authorization"), f"Bearer {key}")
            self.check_without_login(PLAN)
        self.internet.forget()
        self.assertEqual(self.ask("Mark").status, 200)
        self.check_without_login(PLAN)
        self.assertIn("marked.test:443", self.internet.asked())

    def test_requests_go_back_when_the_rest_is_over(self):
        type(self).answers = {PLAN: (429, [], limit(resets_at=int(time.time()) + 2))}
        self.assertEqual(self.ask().header("x-katra-provider"), "deepseek")
        type(self).answers = {}
        begun = time.time()
        while (by := self.ask().header("x-katra-provider")) == "deepseek":
            self.assertLess(time.time(), begun + 20)
        self.assertEqual(by, "openai")
        self.assertEqual(self.limits(), [])
        self.check_without_login(PLAN)

    def test_one_login_s_limit_is_nobody_else_s(self):
        def by_login(request):
            mine = request.header("authorization") == f"Bearer {LOGIN}"
            return (429, [], limit(resets_in_seconds=3600)) if mine else (200, [], b"")

        type(self).answers = {PLAN: (0, by_login, b"")}
        self.assertEqual(self.ask().header("x-katra-provider"), "deepseek")
        self.assertEqual(self.ask(login=OTHER_LOGIN).header("x-katra-provider"), "openai")
        self.assertEqual(self.ask("Company").header("x-katra-provider"), "company")
        self.assertEqual([told["persona"] for told in self.limits()], ["Company", "Olga"])

    def test_a_limit_of_one_model_leaves_the_others(self):
        until = int(time.time()) + 3600
        headers = [("x-codex-active-limit", "codex_bengalfox"),
                   ("x-codex-bengalfox-limit-name", "GPT-6-Sol-Fast"),
                   *window("primary", 100, until, "codex-bengalfox"), *window("primary", 3, until)]

        def by_model(request):
            limited = b'"gpt-6-sol-fast"' in request.body
            return (429, headers, limit()) if limited else (200, [], b"")

        type(self).answers = {PLAN: (0, by_model, b"")}
        self.assertEqual(self.ask(model="gpt-6-sol-fast").header("x-katra-provider"), "deepseek")
        self.assertEqual(self.ask().header("x-katra-provider"), "openai")
        self.assertEqual(self.ask(model="gpt-6-sol-fast").header("x-katra-provider"), "deepseek")
        self.assertEqual(self.limits()[0]["models"], "gpt-6-sol-fast")

    def test_without_anybody_else_codex_hears_the_plan_itself(self):
        until = int(time.time()) + 3600
        said = limit(resets_at=until)
        type(self).answers = {PLAN: (429, window("primary", 100, until), said)}
        for _ in range(2):
            reply = self.ask("Alone")
            self.assertEqual((reply.status, reply.body), (429, said))
            self.assertEqual(reply.header("x-codex-primary-reset-at"), str(until))
        self.assertEqual(self.internet.asked(), [PLAN, PLAN])
        type(self).answers |= {COMPANY: (529, [], b"{}")}
        reply = self.ask("Company")
        self.assertEqual((reply.status, reply.body), (429, said))

    def test_a_plan_may_be_what_a_persona_falls_back_on(self):
        type(self).answers = {COMPANY: (500, [], b'{"error":{"message":"no"}}')}
        reply = self.ask("Last", model="m")
        self.assertEqual((reply.status, reply.header("x-katra-provider")), (200, "openai"))
        self.assertEqual(self.internet.last(PLAN).header("authorization"), f"Bearer {LOGIN}")
        self.check_without_login(PLAN)

    def test_what_the_plan_thought_is_kept_from_others(self):
        first = {"type": "reasoning", "id": "rs_1", "summary": [],
                 "encrypted_content": "thoughts-of-olga-on-the-plan"}
        self.ask("Company")
        type(self).answers = {PLAN: (429, [], limit(resets_in_seconds=3600))}
        reply = self.ask("Company", input=[first, *BODY["input"]])
        self.assertEqual(reply.header("x-katra-provider"), "company")
        self.check_without_login(PLAN)


if __name__ == "__main__":
    unittest.main()
