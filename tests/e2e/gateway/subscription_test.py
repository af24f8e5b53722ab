"""A session that uses its client's own subscription beside other providers: what goes to the plan's
host, what to the others, and who answers while the plan's limit is reached. All of the outside world is
played (tests/support/python/internet.py)."""
import itertools
import json
import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from internet import Internet, make_certificate  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message_stream  # noqa: E402

PLAN, DEEPSEEK, CHAT = "api.anthropic.com:443", "api.deepseek.com:443", "chat.test:443"
LOGIN = "sk-ant-oat01-login-of-dario-0123456789"
OTHER_LOGIN = "sk-ant-oat01-login-of-somebody-else-01"
KEY = "sk-ant-api03-key-of-the-gateway-987654"
BETAS = "oauth-2025-04-20,context-1m-2025-08-07"
UNIFIED = "anthropic-ratelimit-unified-"
LIMITED = json.dumps({"type": "error", "error": {
    "type": "rate_limit_error", "message": "You have reached your limit."}}).encode()
BODY = {"model": "claude-opus-5", "max_tokens": 5, "stream": True,
        "messages": [{"role": "user", "content": "Hi"}]}


def rejected(until: int, claim="five_hour", **more: str) -> list[tuple[str, str]]:
    return [(UNIFIED + "status", "rejected"), (UNIFIED + "reset", str(until)),
            (UNIFIED + "representative-claim", claim), ("retry-after", "9000"),
            *((name.replace("_", "-"), value) for name, value in more.items())]


class Subscription(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="katra-subscription-")
        cls.addClassCleanup(shutil.rmtree, folder)
        hosts = ["api.anthropic.com", "api.deepseek.com", "chat.test", "marked.test"]
        cls.certificate, key = make_certificate(folder, hosts)
        cls.internet = Internet(lambda *about: cls.script(*about), cls.certificate, key)
        cls.addClassCleanup(cls.internet.__exit__)

    @classmethod
    def script(cls, host, request, to):
        status, headers, body = cls.answers.get(host, (200, [], b""))
        if callable(headers):
            status, headers, body = headers(request)
        if status != 200:
            to.reply(status, body or LIMITED, headers=headers)
        elif request.target.endswith("/chat/completions"):
            to.stream(chat_stream())
        elif "count_tokens" in request.target:
            to.reply(200, b'{"input_tokens":3}')
        else:
            to.stream(message_stream(), headers=headers)

    def setUp(self):
        # Each its own: what a plan said stays with the process.
        personas = {
            "Dario": {"provider": "anthropic", "model": "claude-opus-5", "login": "own",
                      "fallbacks": ["deepseek/deepseek-v4-pro", "chat/m"]},
            "Alone": {"provider": "anthropic", "model": "claude-opus-5", "login": "own"},
            "Mira": {"provider": "anthropic", "model": "claude-opus-5", "login": "own",
                     "fallbacks": ["anthropic/claude-sonnet-5", "deepseek/deepseek-v4-pro"]},
            "Work": {"provider": "work", "model": "claude-opus-5",
                     "fallbacks": ["deepseek/deepseek-v4-pro"]},
            "Mark": {"provider": "anthropic", "model": "claude-opus-5", "login": "own",
                     "fallbacks": ["marked/m"]}}
        providers = {
            "chat": {"api_base_url": "https://chat.test/v1", "interface": "openai", "models": ["m"],
                     "api_key_env": "CHAT_KEY"},
            "work": {"api_base_url": "https://api.anthropic.com", "interface": "anthropic",
                     "api_key_env": "WORK_KEY", "models": ["claude-opus-5"]},
            "mine": {"api_base_url": "https://api.anthropic.com", "interface": "anthropic",
                     "api_key_env": "WORK_KEY", "models": ["claude-opus-5"]},
            "marked": {"api_base_url": "https://marked.test", "interface": "anthropic",
                       "pass_login": True, "models": ["m"]}}
        type(self).answers = {}
        self.gateway = Gateway(providers, personas, "--ca-file", self.certificate, environment={
            **self.internet.environment, "ANTHROPIC_API_KEY": KEY, "WORK_KEY": "sk-of-work-12345",
            "DEEPSEEK_API_KEY": "sk-of-deepseek-1", "CHAT_KEY": "sk-of-chat-12345"})
        self.addCleanup(self.gateway.__exit__)
        self.internet.forget()

    def ask(self, persona="Dario", login=LOGIN, model="claude-opus-5", path="/v1/messages",
            headers=None):
        sent = {"authorization": f"Bearer {login}" if login else None, "anthropic-beta": BETAS,
                "anthropic-version": "2023-06-01", "x-katra-token": self.gateway.token(persona),
                **(headers or {})}
        return self.gateway.ask(path=f"{path}?beta=true", persona=None, headers=sent,
                                body={**BODY, "model": model})

    def limits(self) -> list[dict]:
        return self.gateway.admin("GET", "/admin/status").json()["plan_limits"]

    def check_without_login(self, host: str):
        received = self.internet.received[host]
        for secret in (LOGIN, "oauth-2025", KEY, self.gateway.token("Dario")):
            self.assertNotIn(secret.encode(), received, host)

    def test_the_login_goes_to_the_plan_instead_of_a_key(self):
        for path in ("/v1/messages", "/v1/messages/count_tokens"):
            for persona in ("Dario", "Alone"):
                self.assertEqual(self.ask(persona, path=path).status, 200)
                sent = self.internet.last(PLAN)
                self.assertEqual(sent.header("authorization"), f"Bearer {LOGIN}")
                self.assertIsNone(sent.header("x-api-key"))
                self.assertIsNone(sent.header("x-katra-token"))
                self.assertEqual(sent.header("anthropic-beta"), BETAS)
                self.assertEqual(sent.header("anthropic-version"), "2023-06-01")
        self.assertNotIn(KEY.encode(), b"".join(self.internet.received.values()))

    def test_the_address_decides_under_whatever_name(self):
        made = self.gateway.admin("POST", "/admin/tokens", {
            "persona": "Eve", "session": {"provider": "mine", "model": "claude-opus-5",
                                          "login": "own"}, "keys": {}})
        self.gateway.tokens["Eve"] = made.json()["token"]
        self.gateway.restart()  # the choice is kept with the token
        self.assertEqual(self.ask("Eve", headers={"x-app": "cli"}).status, 200)
        sent = self.internet.last(PLAN)
        self.assertEqual(sent.header("authorization"), f"Bearer {LOGIN}")
        self.assertEqual((sent.header("x-api-key"), sent.header("x-app")), (None, "cli"))
        self.assertTrue(sent.target.endswith("?beta=true"), sent.target)

    def test_a_key_for_the_same_host_goes_without_the_login_s_betas(self):
        self.assertEqual(self.ask("Work").status, 200)
        sent = self.internet.last(PLAN)
        self.assertEqual(sent.header("authorization"), "Bearer sk-of-work-12345")
        self.assertEqual(sent.header("anthropic-beta"), "context-1m-2025-08-07")
        self.assertNotIn(LOGIN.encode(), self.internet.received[PLAN])

    def test_without_a_login_no_key_stands_in(self):
        for headers in ({"authorization": None}, {"authorization": "Basic dXNlcjpwYXNz"},
                        {"authorization": f"Bearer {self.gateway.token('Dario')}"},
                        {"authorization": "Bearer sk-proj-of-another-company-1"}):
            reply = self.ask(headers=headers)
            self.assertEqual(reply.status, 401, headers)
            self.assertIn("log in within the client", reply.json()["error"]["message"])
        self.assertEqual(self.internet.asked(), [])

    def test_two_logins_at_once_are_refused(self):
        token = self.gateway.token("Dario")
        twice = (f"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1:{self.gateway.port}\r\n"
                 f"x-katra-token: {token}\r\nauthorization: Bearer {LOGIN}\r\n"
                 f"authorization: Bearer {OTHER_LOGIN}\r\ncontent-type: application/json\r\n"
                 f"connection: close\r\n")
        reply = self.ask(headers={"x-api-key": KEY})
        self.assertEqual(reply.status, 400)
        self.assertIn("two logins", reply.json()["error"]["message"])
        body = json.dumps(BODY).encode()
        with self.gateway.connect() as connection:
            connection.sendall(f"{twice}content-length: {len(body)}\r\n\r\n".encode() + body)
            self.assertIn(b"two logins", connection.makefile("rb").read())
        self.assertEqual(self.internet.asked(), [])
        # As a client sends what its helper gave: one login in both headers.
        self.assertEqual(self.ask(headers={"x-api-key": LOGIN}).status, 200)
        self.assertIsNone(self.internet.last(PLAN).header("x-api-key"))

    def test_a_marked_provider_does_not_get_it_from_such_a_session(self):
        type(self).answers = {PLAN: (529, [], b"")}
        self.assertEqual(self.ask("Mark").status, 200)
        self.check_without_login("marked.test:443")
        self.assertIn("marked.test:443", self.internet.asked())

    def test_a_401_is_the_client_s_to_mend(self):
        said = b'{"type":"error","error":{"type":"authentication_error","message":"expired"}}'
        type(self).answers = {PLAN: (401, [], said)}
        reply = self.ask()
        self.assertEqual((reply.status, reply.body), (401, said))
        self.assertEqual(self.internet.asked(), [PLAN])

    def test_fallbacks_answer_while_the_plan_rests(self):
        until = int(time.time()) + 3600
        week = until + 86400
        cases = {
            "the whole": (429, rejected(until), until),
            "only a window": (429, [(UNIFIED + "5h-status", "rejected"),
                                    (UNIFIED + "5h-reset", str(until))], until),
            "the later of two": (429, rejected(until, **{
                UNIFIED + "5h-status": "rejected", UNIFIED + "5h-reset": str(until),
                UNIFIED + "7d-status": "rejected", UNIFIED + "7d-reset": str(week)}), week),
            "one that is not used up": (429, rejected(until, **{
                UNIFIED + "7d-status": "allowed", UNIFIED + "7d-reset": str(week),
                UNIFIED + "overage-status": "rejected",
                UNIFIED + "overage-reset": str(week)}), until),
            "in RFC 3339": (429, [(UNIFIED + "status", "rejected"),
                                  (UNIFIED + "reset", time.strftime(
                                      "%Y-%m-%dT%H:%M:%SZ", time.gmtime(until)))], until),
            "only a wait": (429, [(UNIFIED + "status", "rejected"), ("retry-after", "3600")], None),
            "another status": (403, rejected(until), until)}
        for name, (status, headers, expected) in cases.items():
            with self.subTest(name):
                type(self).answers = {PLAN: (status, headers, b"")}
                self.gateway.admin("POST", "/admin/reload")  # forgets what plans said
                self.assertEqual(self.limits(), [])
                self.internet.forget()
                for count in range(2):
                    reply = self.ask()
                    self.assertEqual(reply.status, 200, reply.body)
                    self.assertEqual(reply.header("x-katra-provider"), "deepseek")
                # The second one did not ask the plan again.
                self.assertEqual(self.internet.asked(), [PLAN, DEEPSEEK, DEEPSEEK])
                sent = self.internet.last(DEEPSEEK)
                self.assertEqual(sent.header("x-api-key"), "sk-of-deepseek-1")
                self.check_without_login(DEEPSEEK)
                (limit,) = self.limits()
                self.assertEqual((limit["persona"], limit["provider"], limit["models"]),
                                 ("Dario", "anthropic", ""))
                if expected:
                    self.assertEqual(limit["until"], time.strftime(
                        "%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(expected)))

    def test_what_is_no_limit_of_the_plan_is_tried_as_ever(self):
        until = int(time.time()) + 3600
        for name, headers in {
                "a burst": [(UNIFIED + "status", "allowed"), (UNIFIED + "reset", str(until)),
                            ("retry-after", "1")],
                "nearly": [(UNIFIED + "status", "allowed_warning"), (UNIFIED + "reset", str(until))],
                "no plan": [("retry-after", "1")],
                "over already": rejected(int(time.time()) - 60)[:3],
                "no time at all": [(UNIFIED + "status", "rejected"), (UNIFIED + "reset", "soon")],
                "beyond reason": rejected(int(time.time()) + 10**9)[:3]}.items():
            with self.subTest(name):
                type(self).answers = {PLAN: (429, headers, b"")}
                self.internet.forget()
                # Each with a login of its own: failures in a row open a circuit.
                reply = self.ask(login=f"{LOGIN}-{name.replace(' ', '-')}")
                self.assertEqual(reply.status, 200)
                self.assertEqual(self.limits(), [])
                self.assertEqual(self.internet.asked(), [PLAN, DEEPSEEK])

    def test_requests_go_back_when_the_rest_is_over(self):
        type(self).answers = {PLAN: (429, rejected(int(time.time()) + 2), b"")}
        self.assertEqual(self.ask().header("x-katra-provider"), "deepseek")
        type(self).answers = {}
        begun = time.time()
        while (by := self.ask().header("x-katra-provider")) == "deepseek":
            self.assertLess(time.time(), begun + 20)
        self.assertEqual(by, "anthropic")
        self.assertEqual(self.limits(), [])
        self.assertEqual(self.internet.last(PLAN).header("authorization"), f"Bearer {LOGIN}")

    def test_one_login_s_limit_is_nobody_else_s(self):
        until = int(time.time()) + 3600

        def by_login(request):
            limited = request.header("authorization") == f"Bearer {LOGIN}"
            return (429, rejected(until), b"") if limited else (200, [], b"")

        type(self).answers = {PLAN: (0, by_login, b"")}
        self.assertEqual(self.ask().header("x-katra-provider"), "deepseek")
        self.assertEqual(self.ask(login=OTHER_LOGIN).header("x-katra-provider"), "anthropic")
        self.assertEqual(self.ask("Work").header("x-katra-provider"), "work")
        # Another persona with the same login waits as well, and is told so.
        self.assertEqual(self.ask("Mira").header("x-katra-provider"), "deepseek")
        self.assertEqual([limit["persona"] for limit in self.limits()], ["Dario", "Mira"])

    def test_a_limit_of_one_family_leaves_the_others(self):
        until = int(time.time()) + 3600

        def by_model(request):
            limited = b'"claude-opus-5"' in request.body
            return (429, rejected(until, "seven_day_opus"), b"") if limited else (200, [], b"")

        type(self).answers = {PLAN: (0, by_model, b"")}
        for asked in ([PLAN, PLAN], [PLAN]):  # the second time Sonnet is asked at once
            self.internet.forget()
            reply = self.ask("Mira")
            self.assertEqual((reply.status, reply.header("x-katra-model")),
                             (200, "claude-sonnet-5"))
            self.assertEqual(self.internet.asked(), asked)
        self.assertEqual(self.limits()[0]["models"], "opus")

    def test_without_anybody_else_the_client_hears_the_plan_itself(self):
        until = int(time.time()) + 3600
        type(self).answers = {PLAN: (429, rejected(until), b"")}
        for _ in range(2):
            reply = self.ask("Alone")
            self.assertEqual((reply.status, reply.body), (429, LIMITED))
            self.assertEqual(reply.header(UNIFIED + "reset"), str(until))
        self.assertEqual(self.internet.asked(), [PLAN, PLAN])
        # So it does when all others fail: theirs is no answer, and the plan may have been renewed.
        type(self).answers |= {DEEPSEEK: (529, [], b"{}"), CHAT: (500, [], b"{}")}
        for _ in range(2):
            self.internet.forget()
            reply = self.ask()
            self.assertEqual((reply.status, reply.body), (429, LIMITED))
            self.assertEqual(set(self.internet.asked()), {PLAN, DEEPSEEK, CHAT})
            self.assertEqual(self.internet.asked().count(PLAN), 1)

    def test_a_wait_for_the_plan_holds_no_fallback_back(self):
        type(self).answers = {PLAN: (429, rejected(int(time.time()) + 3600), b""),
                              CHAT: (500, [], b"{}")}
        seen = itertools.count()
        type(self).answers[DEEPSEEK] = (0, lambda _: (529, [], b"{}") if next(seen) == 0
                                        else (200, [], b""), b"")
        reply = self.ask()
        self.assertEqual((reply.status, reply.header("x-katra-provider")), (200, "deepseek"))

    def test_the_decision_says_why_another_answers(self):
        type(self).answers = {PLAN: (429, rejected(int(time.time()) + 3600), b"")}
        self.ask()
        self.ask()
        first, second = self.gateway.decisions(2)
        self.assertEqual([one["provider"] for one in first["attempts"]], ["anthropic", "deepseek"])
        self.assertIn("anthropic rests until", second["attempts"][0]["reason"])


if __name__ == "__main__":
    unittest.main()
