"""A Codex on its ChatGPT login beside other providers: what goes to the plan's host, and what to the others."""
import base64
import itertools
import json
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from chatgpt import (ACCOUNT, API, BODY, KEY, LIST, LOGIN, MODELS, NOT_ITS_OWN, OF_CODEX, PLAN,  # noqa: E402
                     RESPONSES, World, answer_stream)
from gateway_fixture import Gateway  # noqa: E402


class Login(World):
    def test_it_goes_to_the_plan_as_it_came(self):
        for persona in ("Olga", "Alone"):
            reply = self.ask(persona, headers=NOT_ITS_OWN)
            self.assertEqual(reply.status, 200, reply.body)
            self.assertEqual(reply.header("x-katra-provider"), "openai")
            sent = self.internet.last(PLAN)
            self.assertEqual(sent.target, "/backend-api/codex/responses")
            self.assertEqual(sent.header("authorization"), f"Bearer {LOGIN}")
            for name, value in OF_CODEX.items():
                self.assertEqual(sent.header(name), value, name)
            for name in (*NOT_ITS_OWN, "x-api-key", "x-katra-token"):
                self.assertIsNone(sent.header(name), name)
            self.assertEqual(sent.body, json.dumps(BODY).encode())
            self.assertEqual(reply.body, b"".join(answer_stream()))
        self.assertEqual(self.internet.asked(), [PLAN, PLAN])

    def test_what_the_plan_tells_codex_comes_back(self):
        told = {"x-codex-primary-used-percent": "42", "x-codex-turn-state": "next-state",
                "x-reasoning-included": "true", "openai-model": "gpt-6-sol",
                "x-codex-bengalfox-primary-used-percent": "7"}
        type(self).answers = {PLAN: (200, [*told.items(), ("set-cookie", "a=b"),
                                           ("x-codex-echo", ACCOUNT)], b"")}
        reply = self.ask()
        for name, value in told.items():
            self.assertEqual(reply.header(name), value, name)
        self.assertIsNone(reply.header("set-cookie"))
        self.assertEqual(reply.header("x-codex-echo"), "[redacted]")

    def test_the_address_decides_under_whatever_name(self):
        self.assertEqual(self.ask(self.session(provider="mine", login="own")).status, 200)
        sent = self.internet.last(PLAN)
        self.assertEqual(sent.header("authorization"), f"Bearer {LOGIN}")
        self.assertEqual(sent.header("chatgpt-account-id"), ACCOUNT)

    def test_no_address_that_looks_like_it_gets_a_part_of_it(self):
        for name in ("suffix", "port", "plain", "below", "dot", "marked"):
            for choice in ({"login": "own"}, {}):
                with self.subTest(name, **choice):
                    self.internet.forget()
                    self.ask(self.session(provider=name, model="m", **choice))
                    self.check_without_login(*(("marked.test:443",) if not choice else ()))
                    if not choice:  # the user marked it, and has no other session there
                        received = self.internet.received["marked.test:443"]
                        self.assertNotIn(ACCOUNT.encode(), received)

    def test_a_moved_openai_is_no_plan(self):
        moved = {"openai": {"api_base_url": "https://moved.test/v1", "interface": "responses"}}
        with Gateway(moved, {"Olga": {"provider": "openai", "model": "m", "login": "own"}},
                     "--ca-file", self.certificate, environment={
                         **self.internet.environment, "OPENAI_API_KEY": KEY}) as gateway:
            reply = gateway.ask(path=RESPONSES, persona=None, body=BODY, headers={
                "authorization": f"Bearer {LOGIN}", **OF_CODEX,
                "x-katra-token": gateway.token("Olga")})
        self.assertEqual(reply.status, 200)
        sent = self.internet.last("moved.test:443")
        self.assertEqual(sent.header("authorization"), f"Bearer {KEY}")
        self.assertNotIn(ACCOUNT.encode(), self.internet.received["moved.test:443"])

    def test_without_own_login_it_stays_here(self):
        self.assertEqual(self.ask("Key").status, 200)
        self.assertEqual(self.internet.asked(), [API])
        self.assertEqual(self.internet.last(API).header("authorization"), f"Bearer {KEY}")
        self.check_without_login(API)
        self.assertNotIn(ACCOUNT.encode(), self.internet.received[API])

    def test_a_key_for_the_plan_s_host_goes_without_the_account(self):
        persona = self.session(provider="mine")
        self.gateway.stop()
        self.gateway.environment["MINE_KEY"] = "key-of-an-agent-1"
        self.gateway.start()
        self.assertEqual(self.ask(persona).status, 200)
        sent = self.internet.last(PLAN)
        self.assertEqual(sent.header("authorization"), "Bearer key-of-an-agent-1")
        self.assertIsNone(sent.header("chatgpt-account-id"))

    def test_without_a_login_no_key_stands_in(self):
        for headers in ({"authorization": None}, {"authorization": "Basic dXNlcjpwYXNz"},
                        {"authorization": f"AgentAssertion {LOGIN}"},
                        {"authorization": f"Bearer {self.gateway.token('Olga')}"},
                        {"authorization": f"Bearer {KEY}"},
                        {"authorization": "Bearer sk-ant-oat01-a-login-of-claude"}):
            for method, path in (("POST", RESPONSES), ("GET", MODELS)):
                reply = self.ask(path=path, method=method, headers=headers)
                self.assertEqual(reply.status, 401, headers)
                self.assertIn("log in within the client", reply.json()["error"]["message"])
        self.assertEqual(self.internet.asked(), [])

    def test_two_logins_at_once_are_refused(self):
        reply = self.ask(headers={"x-api-key": KEY})
        self.assertEqual(reply.status, 400)
        self.assertIn("two logins", reply.json()["error"]["message"])
        self.assertEqual(self.internet.asked(), [])

    def test_a_claude_login_and_a_chatgpt_login_are_not_each_other_s(self):
        type(self).answers = {PLAN: (529, [], b"")}
        self.ask("Claude")
        self.check_without_login(PLAN)
        own = {"provider": "anthropic", "model": "claude-x", "login": "own"}
        for path, body in ((RESPONSES, BODY), ("/v1/messages", {
                "model": "claude-x", "max_tokens": 5,
                "messages": [{"role": "user", "content": "Hi"}]})):
            self.internet.forget()
            self.gateway.ask(path=path, persona=None, body=body, headers={
                "authorization": f"Bearer {LOGIN}", **OF_CODEX,
                "x-katra-token": self.gateway.token(self.session(**own))})
            self.check_without_login()

    def test_other_endpoints_lead_nowhere_else(self):
        for path in ("/v1/chat/completions", "/v1/responses/compact", "/v1/messages"):
            body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5}
            self.internet.forget()
            self.ask(path=path, **body)
            self.check_without_login(PLAN, *([API] if path == "/v1/messages" else []))
            for host in self.internet.received.keys() - {PLAN}:
                for secret in (LOGIN, ACCOUNT):
                    self.assertNotIn(secret.encode(), self.internet.received[host])

    def test_a_401_is_the_client_s_to_mend(self):
        said = b'{"error":{"message":"expired","type":"invalid_request_error","code":"token_expired"}}'
        type(self).answers = {PLAN: (401, [("x-openai-authorization-error", "expired")], said)}
        reply = self.ask()
        self.assertEqual((reply.status, reply.body), (401, said))
        self.assertEqual(reply.header("x-openai-authorization-error"), "expired")
        self.assertEqual(self.internet.asked(), [PLAN])

    def test_a_complaint_that_repeats_it_does_not_hand_it_on(self):
        spellings = [LOGIN, ACCOUNT, *LOGIN.split(".")[1:],
                     base64.b64encode(LOGIN.encode()).decode(),
                     base64.b64encode(f"account:{ACCOUNT}:".encode()).decode()]
        for spelling, status in itertools.product(spellings, (302, 400, 401, 403, 404, 429, 500)):
            for body in ({"error": {"message": f"what is {spelling}?"}},
                         {"detail": f"what is {spelling}?"}):
                type(self).answers = {PLAN: (status, [("location", "https://moved.test/"),
                                                      ("x-codex-echo", spelling)],
                                             json.dumps(body).encode())}
                for method, path in (("POST", RESPONSES), ("GET", MODELS)):
                    reply = self.ask("Alone", path=path, method=method)
                    self.assertGreaterEqual(reply.status, 400)
                    seen = f"{reply.headers} {reply.body}"
                    for secret in (LOGIN, *LOGIN.split(".")[1:], ACCOUNT, spelling[4:-4]):
                        self.assertNotIn(secret, seen)
        self.assertEqual(set(self.internet.asked()), {PLAN})
        for secret in (*LOGIN.split(".")[1:], ACCOUNT):
            self.assertNotIn(secret, self.gateway.log())

    def test_a_websocket_is_refused_as_ever(self):
        reply = self.ask(method="GET", headers={"upgrade": "websocket", "connection": "Upgrade"})
        self.assertEqual(reply.status, 426)
        self.assertEqual(self.internet.asked(), [])


class Models(World):
    def test_codex_gets_the_plan_s_own_list(self):
        for persona in ("Olga", "Alone", "Last"):
            self.internet.forget()
            reply = self.ask(persona, path=MODELS, method="GET")
            self.assertEqual((reply.status, reply.body), (200, LIST))
            self.assertEqual(reply.header("etag"), '"of-the-plan"')
            sent = self.internet.last(PLAN)
            self.assertEqual(sent.target, "/backend-api/codex/models?client_version=0.171.0")
            self.assertEqual(sent.header("authorization"), f"Bearer {LOGIN}")
            self.assertEqual(sent.header("chatgpt-account-id"), ACCOUNT)
            self.assertIsNone(sent.header("x-katra-token"))

    def test_nothing_else_of_the_query_goes_there(self):
        for query in ("client_version=1&a=b", "client_version=%0d%0a", "client_version=a%20b"):
            self.assertEqual(self.ask(path=f"/v1/models?{query}", method="GET").status, 200)
            self.assertIn(self.internet.last(PLAN).target, (
                "/backend-api/codex/models", "/backend-api/codex/models?client_version=1"))

    def test_what_the_plan_refuses_is_told(self):
        said = b'{"detail":"Unauthorized"}'
        for status, body, expected in ((401, said, 401), (500, b"<html>no</html>", 502),
                                       (302, said, 502), (200, b"<html>no</html>", 502)):
            type(self).answers = {PLAN: (status, [("location", "https://moved.test/")], body)}
            reply = self.ask(path=MODELS, method="GET")
            self.assertEqual(reply.status, expected, (status, body))
            self.assertNotIn(b"<html", reply.body)
        self.assertEqual(set(self.internet.asked()), {PLAN})

    def test_a_client_that_leaves_meanwhile_is_no_harm(self):
        held = threading.Event()
        type(self).answers = {PLAN: (0, lambda _: (200, [], LIST) if held.wait(20) else None, b"")}
        headers = {"authorization": f"Bearer {LOGIN}", "x-katra-token": self.gateway.token("Olga")}
        with self.gateway.connect() as connection:
            connection.sendall(self.gateway.request_bytes("GET", MODELS, b"", headers))
            begun = time.time()
            while not self.internet.asked():
                self.assertLess(time.time(), begun + 20)
        held.set()
        self.assertEqual(self.ask(path=MODELS, method="GET").body, LIST)

    def test_others_get_the_gateway_s_list(self):
        for persona, path in (("Key", MODELS), ("Olga", "/v1/models")):
            reply = self.ask(persona, path=path, method="GET")
            self.assertEqual(reply.status, 200)
            self.assertNotEqual(reply.body, LIST)
        self.assertEqual(self.internet.asked(), [])


if __name__ == "__main__":
    unittest.main()
