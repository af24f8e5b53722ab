"""Where a client's own login goes: to Anthropic's own host, to a provider that is marked for it, and
to nobody else, whatever the format, the route and the header. All of the outside world is played
(tests/support/python/internet.py), and every byte that it received is looked at."""
import base64
import itertools
import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from internet import Internet, make_certificate  # noqa: E402
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message_stream  # noqa: E402

ANTHROPIC = "api.anthropic.com:443"
BUSY = b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}'
LOGIN = "sk-ant-oat01-abcdefghij-klmnopqrst"
KEY = "sk-ant-api03-zyxwvutsrq-ponmlkjihg"
FOREIGN = "sk-proj-0123456789-9876543210"
# Addresses that look like Anthropic's, and where they lead.
LOOKALIKES = {
    "suffix": "https://api.anthropic.com.evil.test",
    "port": "https://api.anthropic.com:8443",
    "plain": "http://api.anthropic.com",
    "path": "https://evil.test/api.anthropic.com",
    "below": "https://x.api.anthropic.com",
    "dot": "https://api.anthropic.com.",
}
HOSTS = ["api.anthropic.com", "api.deepseek.com", "open.test", "evil.test", "moved.test",
         "marked.test", "api.anthropic.com.evil.test", "x.api.anthropic.com", "chat.test"]
QUESTION = [{"role": "user", "content": "Hi"}]
ENDPOINTS = {
    "messages": ("/v1/messages", {"max_tokens": 5, "stream": True, "messages": QUESTION}),
    "count_tokens": ("/v1/messages/count_tokens", {"messages": QUESTION}),
    "chat": ("/v1/chat/completions", {"stream": True, "messages": QUESTION}),
    "responses": ("/v1/responses", {"stream": True, "input": "Hi"}),
}
# Of one client's request: what it logs in with, in which header.
LOGINS = {
    "bearer": {"authorization": f"Bearer {LOGIN}"},
    "key": {"x-api-key": KEY},
    "both": {"authorization": f"Bearer {LOGIN}", "x-api-key": KEY},
    "another company's": {"authorization": f"Bearer {FOREIGN}"},
    "everywhere": {"authorization": f"Bearer {LOGIN}", "anthropic-version": LOGIN,
                   "anthropic-login": LOGIN, "cookie": f"session={LOGIN}", "user-agent": LOGIN,
                   "proxy-authorization": f"Bearer {LOGIN}", "x-app": LOGIN,
                   "x-stainless-x": LOGIN, "accept": LOGIN},
}
OF_THE_CLIENT = {"anthropic-beta": "oauth-2025-04-20,context-1m-2025-08-07",
                 "anthropic-organization": "org-of-the-user", "x-stainless-os": "os-of-the-user",
                 "x-claude-code-session-id": "session-of-the-user", "x-own": "own-of-the-user"}


def pieces_of(secret: str) -> list[bytes]:
    """What would still be a part of it."""
    return [secret[at:at + 10].encode() for at in range(0, len(secret) - 10, 5) if at > 5]


class OwnLogin(unittest.TestCase):
    complaint = BUSY

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="katra-own-login-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        certificate, key = make_certificate(cls.folder, HOSTS)
        cls.internet = Internet(lambda *about: cls.script(*about), certificate, key)
        cls.addClassCleanup(cls.internet.__exit__)
        own = {name: {"api_base_url": url, "interface": "anthropic", "models": ["m"]}
               for name, url in {**LOOKALIKES, "open": "https://open.test"}.items()}
        own["keyed"] = {**own["open"], "api_key_env": "NOT_SET_KEY"}
        own["chat"] = {"api_base_url": "https://chat.test/v1", "interface": "openai",
                       "models": ["m"]}
        marked = {"pass_login": True, "models": ["m"]}
        own["marked"] = {"api_base_url": "https://marked.test", "interface": "anthropic", **marked}
        own["markedchat"] = {"api_base_url": "https://marked.test/v1", "interface": "openai",
                             **marked}
        cls.near = Upstream(lambda request, to: to.stream(message_stream()))
        cls.addClassCleanup(cls.near.__exit__)
        own["near"] = {"api_base_url": cls.near.url, "interface": "anthropic", **marked}
        own["unmarked"] = {"api_base_url": cls.near.url, "interface": "anthropic", "models": ["m"]}
        personas = {"Sam": {"provider": "anthropic", "model": "claude-x"},
                    "Fay": {"provider": "anthropic", "model": "claude-x",
                            "fallbacks": ["deepseek/deepseek-v4-pro", "open/m", "chat/m"]},
                    "Bea": {"provider": "anthropic", "model": "claude-x",
                            "routing": {"background": "deepseek/deepseek-v4-flash"},
                            "fallbacks": ["open/m"]}}
        options = ("--ca-file", certificate, "--circuit-open", "1")
        cls.gateway = Gateway(own, personas, *options, environment=cls.internet.environment)
        cls.addClassCleanup(cls.gateway.__exit__)
        cls.moved = Gateway({"anthropic": {"api_base_url": "https://moved.test"}},
                            {"Sam": {"provider": "anthropic", "model": "claude-x"}}, *options,
                            environment=cls.internet.environment)
        cls.addClassCleanup(cls.moved.__exit__)
        cls.keyed = Gateway({}, {"Sam": {"provider": "deepseek", "model": "deepseek-v4-pro"}},
                            *options, environment={**cls.internet.environment,
                                                   "DEEPSEEK_API_KEY": "sk-ours-of-deepseek"})
        cls.addClassCleanup(cls.keyed.__exit__)

    @classmethod
    def script(cls, host, request, to):
        if host == ANTHROPIC and cls.anthropic_status != 200:
            to.reply(cls.anthropic_status, cls.complaint, headers=[("location", "https://evil.test/")])
        elif request.target.endswith("/chat/completions"):
            to.stream(chat_stream())
        elif "count_tokens" in request.target:
            to.reply(200, b'{"input_tokens":3}')
        else:
            to.stream(message_stream())

    def setUp(self):
        self.internet.forget()
        OwnLogin.anthropic_status = 200

    def ask(self, gateway, endpoint, login, model="claude-x", persona="Sam", **more):
        path, body = ENDPOINTS[endpoint]
        headers = {"authorization": None, **OF_THE_CLIENT, **login, **more,
                   "x-katra-token": gateway.token(persona)}
        return gateway.ask(path=f"{path}?beta=true&of=the-user", persona=None, headers=headers,
                           body={**body, "model": model})

    def check_others_received_nothing(self, gateway, but=(ANTHROPIC,)):
        for host, data in self.internet.received.items():
            if host in but:
                continue
            for secret in (LOGIN, KEY, FOREIGN):
                for piece in pieces_of(secret):
                    self.assertNotIn(piece, data, host)
            for word in (b"of-the-user", b"oauth-2025"):
                self.assertNotIn(word, data, host)
        for host, data in self.internet.received.items():
            for token in gateway.tokens.values():
                self.assertNotIn(token.encode(), data, host)
            self.assertNotIn(b"of=the-user", data, host)

    def test_G6_the_billing_block_goes_to_anthropic_s_own_host_alone(self):  # C29, C30
        billing = "x-anthropic-billing-header: cc_version=2; cch=1;"
        system = [{"type": "text", "text": billing}, {"type": "text", "text": "You code."}]
        path, body = ENDPOINTS["messages"]
        for model, host, stays in (("claude-x", ANTHROPIC, True), ("open,m", "open.test:443", False)):
            self.internet.forget()
            reply = self.gateway.ask(
                path=path, persona=None, body={**body, "model": model, "system": system},
                headers={**LOGINS["bearer"], "x-katra-token": self.gateway.token("Sam")})
            self.assertEqual(reply.status, 200, reply.body)
            self.assertEqual(billing.encode() in self.internet.received[host], stays, host)
            self.assertIn(b"You code.", self.internet.received[host])

    def test_no_other_host_receives_a_part_of_it(self):
        OwnLogin.anthropic_status = 529
        routes = {"by fallback": (self.gateway, {"persona": "Fay"}),
                  "by model": (self.gateway, {"model": "deepseek,deepseek-v4-pro"}),
                  "without authentication": (self.gateway, {"model": "open,m"}),
                  "translated": (self.gateway, {"model": "chat,m"}),
                  "with a key that is not set": (self.gateway, {"model": "keyed,m"}),
                  "in the background": (self.gateway, {"persona": "Bea",
                                                       "model": "claude-haiku-4-5"}),
                  "to a moved anthropic": (self.moved, {}),
                  "with a key of ours": (self.keyed, {"model": "deepseek,deepseek-v4-pro"}),
                  **{name: (self.gateway, {"model": f"{name},m"}) for name in LOOKALIKES}}
        for (route, (gateway, about)), endpoint, login in itertools.product(
                routes.items(), ENDPOINTS, LOGINS):
            with self.subTest(route=route, endpoint=endpoint, login=login):
                self.internet.forget()
                self.ask(gateway, endpoint, LOGINS[login], **about)
                self.check_others_received_nothing(gateway)

    def test_anthropic_s_own_host_receives_what_belongs_there(self):
        expected = {"bearer": (f"Bearer {LOGIN}", None), "key": (None, KEY),
                    "both": (f"Bearer {LOGIN}", None)}
        for endpoint, login in itertools.product(("messages", "count_tokens"), expected):
            with self.subTest(endpoint=endpoint, login=login):
                self.internet.forget()
                self.assertEqual(self.ask(self.gateway, endpoint, LOGINS[login]).status, 200)
                sent = self.internet.last(ANTHROPIC)
                self.assertEqual((sent.header("authorization"), sent.header("x-api-key")),
                                 expected[login])
                self.assertEqual(sent.header("anthropic-beta"), OF_THE_CLIENT["anthropic-beta"])
                self.assertEqual(sent.header("anthropic-organization"), "org-of-the-user")
                self.assertIsNone(sent.header("x-own"))
                self.assertTrue(sent.target.endswith("?beta=true"), sent.target)

    def test_the_name_of_the_provider_means_nothing(self):
        again = {"api_base_url": "https://api.anthropic.com", "interface": "anthropic",
                 "api_key_env": "NOT_SET_KEY", "models": ["m"]}
        gateway = Gateway({"mine": again}, {"Sam": {"provider": "mine", "model": "m"}},
                          "--ca-file", f"{self.folder}/internet.crt",
                          environment=self.internet.environment)
        with gateway:
            self.assertEqual(self.ask(gateway, "messages", LOGINS["bearer"]).status, 200)
        self.assertEqual(self.internet.last(ANTHROPIC).header("authorization"), f"Bearer {LOGIN}")

    def test_a_login_of_another_format_or_company_is_none(self):
        for endpoint, login in (("chat", "bearer"), ("responses", "key"), ("chat", "both"),
                                ("messages", "another company's")):
            with self.subTest(endpoint=endpoint, login=login):
                reply = self.ask(self.gateway, endpoint, LOGINS[login])
                self.assertEqual(reply.status, 400)
                self.assertIn(b"ANTHROPIC_API_KEY", reply.body)
                self.assertEqual(self.internet.asked(), [])

    def test_a_candidate_without_a_key_is_passed_over_by_name(self):
        OwnLogin.anthropic_status = 529
        reply = self.ask(self.gateway, "messages", LOGINS["bearer"], persona="Fay")
        self.assertEqual(reply.status, 200)
        self.assertIn("DEEPSEEK_API_KEY", reply.header("x-katra-failed"))
        self.assertEqual(reply.header("x-katra-provider"), "open")
        self.assertEqual(self.internet.asked(), [ANTHROPIC, "open.test:443"])

    def test_a_token_of_the_gateway_is_nobody_s_login(self):
        ended = self.gateway.token("Eve")
        for headers in ({"authorization": f"Bearer {self.gateway.token('Sam')}"},
                        {"x-api-key": ended}, {"anthropic-x": self.gateway.token("Sam")}):
            with self.subTest(headers=str(list(headers))):
                self.ask(self.gateway, "messages", {**headers})
                self.check_others_received_nothing(self.gateway)
        self.assertNotIn(ended.encode(), b"".join(self.internet.received.values()))

    def test_a_token_of_the_gateway_is_a_login_in_no_spelling(self):
        token = self.gateway.token("Sam")
        basic = base64.b64encode(f"user:{token}".encode()).decode()
        for value in (f"Bearer\t{token}", f"Token {token}", f'"{token}"', f"Bearer Bearer {token}",
                      f"Bearer {token.upper()}", f"BEARER  {token}", f'Bearer "{token}"',
                      f"Basic {basic}", f"Bearer {basic}", basic, f"user:{token}", token.upper(),
                      f"{LOGIN} {token}", f"Bearer {LOGIN},{token}"):
            for headers, endpoint in itertools.product(
                    ({"authorization": value}, {"x-api-key": value}), ("messages", "chat")):
                with self.subTest(headers=headers, endpoint=endpoint):
                    self.internet.forget()
                    model = "markedchat,m" if endpoint == "chat" else "marked,m"
                    self.ask(self.gateway, endpoint, headers, model=model)
                    received = b"".join(self.internet.received.values())
                    for secret in (token, token.upper(), basic):
                        self.assertNotIn(secret.encode(), received)

    def test_a_complaint_that_repeats_it_does_not_hand_it_on(self):
        odd = "no-known-shape-of-a-login"
        for login in (LOGIN, odd):
            for status in (400, 401, 403, 404, 429, 500, 529):
                OwnLogin.complaint = json.dumps({"type": "error", "error": {
                    "type": "authentication_error", "message": f"what is {login}?"}}).encode()
                OwnLogin.anthropic_status = status
                reply = self.ask(self.gateway, "messages", {"authorization": f"Bearer {login}"})
                seen = f"{reply.headers} {reply.body} {self.gateway.log()}"
                self.assertIn("what is", seen)
                self.assertNotIn(login, seen)
        OwnLogin.complaint = BUSY

    def test_a_redirect_is_not_followed(self):
        for status in (301, 302, 303, 307, 308):
            OwnLogin.anthropic_status = status
            reply = self.ask(self.gateway, "messages", LOGINS["bearer"])
            self.assertGreaterEqual(reply.status, 400)
            self.assertIsNone(reply.header("location"))
        self.assertEqual(set(self.internet.asked()), {ANTHROPIC})

    def test_a_marked_provider_receives_it(self):
        for model, endpoint in (("marked,m", "messages"), ("marked,m", "count_tokens"),
                                ("markedchat,m", "chat"), ("markedchat,m", "responses")):
            with self.subTest(model=model, endpoint=endpoint):
                self.internet.forget()
                self.assertEqual(
                    self.ask(self.gateway, endpoint, LOGINS["bearer"], model=model).status, 200)
                if endpoint != "count_tokens":  # which a provider of one's own is not asked for
                    self.assertEqual(self.internet.last("marked.test:443").header("authorization"),
                                     f"Bearer {LOGIN}")
                self.check_others_received_nothing(self.gateway, but=("marked.test:443",))

    def test_a_marked_provider_of_the_other_format_does_not(self):
        for model, endpoint in (("markedchat,m", "messages"), ("marked,m", "chat"),
                                ("marked,m", "responses")):
            with self.subTest(model=model, endpoint=endpoint):
                self.ask(self.gateway, endpoint, LOGINS["bearer"], model=model)
                self.check_others_received_nothing(self.gateway)

    def test_without_tls_it_goes_to_this_machine_only_and_only_when_marked(self):
        for model, expected in (("near,m", f"Bearer {LOGIN}"), ("unmarked,m", None)):
            self.assertEqual(
                self.ask(self.gateway, "messages", LOGINS["bearer"], model=model).status, 200)
            self.assertEqual(self.near.requests[-1].header("authorization"), expected)
        gateway = self.gateway
        for url in ("http://far.test", "http://127.evil.test", "http://localhost.evil.test"):
            with self.subTest(url=url):
                gateway.write_configuration(json.dumps({"version": 1, "providers": {"far": {
                    "api_base_url": url, "interface": "anthropic", "pass_login": True}}}))
                reply = gateway.admin("POST", "/admin/reload")
                self.assertEqual(reply.status, 400)
                self.assertIn(b"pass_login", reply.body)
        gateway.write_configuration()
        self.assertEqual(gateway.admin("POST", "/admin/reload").status, 200)


if __name__ == "__main__":
    unittest.main()
