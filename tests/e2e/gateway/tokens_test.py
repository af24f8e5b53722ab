"""What a token may be used for: scope, expiry, providers and models, and how fast; whom it is told to."""
import json
import os
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import BIN, Gateway, chat_stream, message_stream, wait_until  # noqa: E402

HAIKU = "claude-haiku-4-5"  # the client's small background model
# How each format asks for a model.
ASKS = {"/v1/messages": lambda model: {"model": model, "max_tokens": 5, "stream": True,
                                       "messages": [{"role": "user", "content": "Hi"}]},
        "/v1/chat/completions": lambda model: {"model": model, "stream": True, "messages": [
            {"role": "user", "content": "Hi"}]},
        "/v1/responses": lambda model: {"model": model, "stream": True, "input": "Hi"},
        "/v1/messages/count_tokens": lambda model: {
            "model": model, "messages": [{"role": "user", "content": "Hi"}]}}


class World(unittest.TestCase):
    def setUp(self):
        self.near = Upstream(lambda request, to: to.stream(message_stream(model="near-model")))
        self.far = Upstream(lambda request, to: to.stream(chat_stream(model="far-model")))
        self.gateway = Gateway(
            {"near": {"api_base_url": self.near.url, "interface": "anthropic",
                      "api_key_env": "TEST_KEY", "models": ["n1", "n2"]},
             "far": {"api_base_url": self.far.url + "/v1", "interface": "openai",
                     "api_key_env": "TEST_KEY", "models": ["f1", "f2"]}},
            {"Sam": {"provider": "near", "model": "n1", "fallbacks": ["far/f1"],
                     "routing": {"background": "far/f2"}}})
        for one in (self.near, self.far, self.gateway):
            self.addCleanup(one.__exit__)

    def katra(self, *words, code=0) -> str:
        done = subprocess.run([f"{BIN}/katra", *words], capture_output=True, text=True, check=False,
                              env={**self.gateway.environment, "KATRA_HOME": self.gateway.home})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stdout + done.stderr

    def token(self, *options) -> str:
        return self.katra("token", "create", "--persona", "Sam", *options).strip()

    def ask(self, token: str, model="n1", path="/v1/messages", header="authorization"):
        value = f"Bearer {token}" if header == "authorization" else token
        method = "GET" if path in ("/metrics", "/v1/models") else "POST"
        return self.gateway.ask(method, path, ASKS[path](model) if path in ASKS else b"",
                                persona=None, headers={header: value})

    def tokens(self) -> list[dict]:
        return json.loads(self.katra("token", "list", "--json"))["tokens"]

    def refusals(self) -> list[dict]:
        lines = self.katra("logs", "--audit", "-n", "1000").splitlines()
        return [event for event in map(json.loads, lines) if event["what"] == "token.refuse"]

    def asked(self) -> list[tuple[str, str]]:
        return [(name, json.loads(request.body)["model"])
                for name, upstream in (("near", self.near), ("far", self.far))
                for request in upstream.requests]


class Scope(World):
    def test_requests_need_the_scope_gateway_whatever_the_endpoint_and_the_header(self):
        for scope in ("room", "memory", "admin", "room,memory,admin"):
            token = self.token("--scope", scope)
            for path in (*ASKS, "/v1/models"):
                for header in ("authorization", "x-api-key", "x-katra-token"):
                    reply = self.ask(token, path=path, header=header)
                    self.assertEqual(reply.status, 403, (scope, path))
                    error = reply.json()["error"]
                    self.assertIn("--scope gateway", error["message"])
                    self.assertIn(scope.replace(",", ", "), error["message"])
        self.assertEqual(self.asked(), [])
        for scope in ("gateway", "room,gateway", "gateway,admin"):
            self.assertEqual(self.ask(self.token("--scope", scope)).status, 200)

    def test_metrics_need_the_scope_admin(self):
        for scope, status in (("gateway", 403), ("room,memory", 403), ("admin", 200),
                              ("gateway,admin", 200)):
            reply = self.ask(self.token("--scope", scope), path="/metrics")
            self.assertEqual(reply.status, status, scope)
            if status == 403:
                self.assertIn("--scope admin", reply.json()["error"]["message"])

    def test_a_scope_that_there_is_not_is_refused(self):
        for wrong in ("everything", "gateway,", "Gateway"):
            self.assertIn("room, memory, gateway and admin", self.katra(
                "token", "create", "--persona", "Sam", "--scope", wrong, code=2))
        self.katra("token", "list", code=1)  # none was made


class Expiry(World):
    def expire(self, token_id: str):
        """As if its time had passed."""
        path = Path(self.gateway.home, "run", "tokens.json")
        held = json.loads(path.read_text(encoding="utf-8"))
        for token in held["tokens"]:
            if token["id"] == token_id:
                token["expires_at_ms"] = int(time.time() * 1000) - 1
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(held), encoding="utf-8")
        os.chmod(fresh, 0o600)
        fresh.rename(path)

    def test_an_expired_token_is_a_401_that_says_so_and_what_to_type(self):
        token = self.token("--expires", "1h", "--scope", "gateway,admin")
        (told,) = self.tokens()
        self.assertFalse(told["expired"])
        self.assertEqual(self.ask(token).status, 200)
        self.expire(told["id"])
        for path in (*ASKS, "/v1/models", "/metrics"):
            reply = self.ask(token, path=path)
            self.assertEqual(reply.status, 401, path)
            self.assertEqual(reply.header("x-should-retry"), "false")
            self.assertRegex(reply.json()["error"]["message"],
                             r"expired at 20\d\d-.*katra token create --persona Sam")
        self.assertTrue(self.tokens()[0]["expired"])
        self.assertIn("expired", self.katra("token", "list"))
        refused = self.refusals()
        self.assertEqual({(event["persona"], event["token_id"], event["detail"])
                          for event in refused}, {("Sam", told["id"], "expired")})

    def test_an_expiry_that_cannot_be_meant_is_refused(self):
        for wrong in ("0d", "30", "yesterday", "2020-01-01", "-5d"):
            self.assertIn("30d", self.katra("token", "create", "--persona", "Sam",
                                            f"--expires={wrong}", code=2))


class Allowance(World):
    def test_a_model_that_is_not_allowed_is_a_403_that_names_what_is(self):
        for options, allowed, refused in (
                (("--providers", "near"), ["n1", "near,n2"], ["far,f1", "far/f2"]),
                (("--models", "near/n1"), ["n1", "near/n1"], ["near,n2", "far,f1", "claude-gw-far--f1"]),
                (("--models", "f1"), ["far,f1"], ["n1", "far/f2"]),
                (("--providers", "far", "--models", "far/f1"), ["far/f1"], ["far/f2", "n1"])):
            token = self.token(*options)
            for path in ASKS:
                for model in refused:
                    before = self.asked()
                    reply = self.ask(token, model, path)
                    self.assertEqual(reply.status, 403, (options, model, path))
                    self.assertIn("may ask for", reply.json()["error"]["message"])
                    self.assertIn(options[-1], reply.json()["error"]["message"])
                    self.assertEqual(self.asked(), before)
                for model in allowed:
                    self.assertEqual(self.ask(token, model, path).status, 200, (options, model, path))
        self.assertIn("provider or model", {event["detail"] for event in self.refusals()})

    def test_a_fallback_that_is_not_allowed_is_never_tried(self):
        self.near.script = lambda request, to: to.reply(529, b"{}")
        self.assertNotEqual(self.ask(self.token("--providers", "near")).status, 200)
        self.assertEqual(self.far.requests, [])
        self.assertEqual(self.ask(self.token()).status, 200)
        self.assertEqual(len(self.far.requests), 1)

    def test_a_background_route_that_is_not_allowed_leads_to_the_persona_s_own_model(self):
        self.assertEqual(self.ask(self.token("--providers", "near"), HAIKU).status, 200)
        self.assertEqual(self.asked(), [("near", "n1")])
        self.assertEqual(self.ask(self.token(), HAIKU).status, 200)
        self.assertEqual(self.asked(), [("near", "n1"), ("far", "f2")])

    def test_models_are_listed_as_far_as_they_may_be_asked_for(self):
        listed = self.ask(self.token("--models", "far/f2,near/n1"), path="/v1/models").json()["data"]
        self.assertEqual([model["id"] for model in listed], ["claude-gw-near--n1", "claude-gw-far--f2"])

    def test_a_reserved_name_gets_no_token(self):
        for name in ("System", "all", "katra", "User"):
            reply = self.gateway.admin("POST", "/admin/tokens", {"persona": name})
            self.assertEqual(reply.status, 400, reply.body)
            self.assertIn(b"is reserved", reply.body)
        self.assertEqual(self.tokens(), [])
        self.gateway.personas["personas"]["System"] = {"provider": "near"}
        self.gateway.write_configuration()
        reply = self.gateway.admin("POST", "/admin/reload")
        self.assertIn(b"is reserved", reply.body)
        self.assertEqual(self.gateway.admin("POST", "/admin/tokens",
                                            {"persona": "System"}).status, 400)

    def test_an_unknown_provider_is_refused_when_the_token_is_made(self):
        self.assertIn("near", self.katra("token", "create", "--persona", "Sam", "--providers", "naer",
                                         code=3))


class Book(World):
    def test_tokens_are_listed_without_themselves_and_ended_by_id(self):
        first, second = self.token("--scope", "gateway,room", "--providers", "near"), self.token()
        one, two = self.tokens()
        self.assertEqual((one["persona"], one["scope"], one["providers"], one["expires_at"]),
                         ("Sam", ["room", "gateway"], ["near"], None))
        shown = self.katra("token", "list") + self.katra("token", "list", "--json")
        for secret in (first, second, first[6:]):
            self.assertNotIn(secret, shown)
        self.assertIn("Sam", self.katra("token", "end", one["id"]))
        self.assertEqual(self.ask(first).status, 401)
        self.assertEqual(self.ask(second).status, 200)
        self.assertIn("katra token list", self.katra("token", "end", one["id"], code=3))
        self.assertIn("--persona", self.katra("token", "end", code=64))
        self.katra("token", "end", "--persona", "Sam")
        self.assertEqual(self.ask(second).status, 401)
        self.katra("token", "list", code=1)

    def test_a_file_of_a_newer_katra_is_refused_and_left_alone(self):
        token = self.token()
        path = Path(self.gateway.home, "run", "tokens.json")
        text = path.read_text(encoding="utf-8").replace('"version":2', '"version":3')
        path.write_text(text, encoding="utf-8")
        self.assertEqual(self.ask(token).status, 401)
        self.assertIn("versions 1 to 2", self.katra("token", "list", code=7))
        self.assertIn("versions 1 to 2", self.katra("token", "create", "--persona", "Sam", code=7))
        self.assertEqual(path.read_text(encoding="utf-8"), text)


class Limits(World):
    def limit(self, **limits):
        self.gateway.personas["limits"] = limits
        self.gateway.write_configuration()
        self.assertEqual(self.gateway.admin("POST", "/admin/reload").status, 200)

    def check_429(self, reply, limit: str):
        self.assertEqual(reply.status, 429, reply.body)
        self.assertTrue(1 <= int(reply.header("retry-after")) <= 60)
        error = reply.json()["error"]
        self.assertIn(f"limits.{limit}", error["message"])
        return error

    def test_requests_a_minute_are_limited_by_token_in_every_client_s_format(self):
        self.limit(requests_per_minute=2)
        token, other = self.token(), self.token()
        self.assertEqual([self.ask(token).status for _ in range(2)], [200, 200])
        for path in ASKS:
            error = self.check_429(self.ask(token, path=path), "requests_per_minute")
            if path.startswith("/v1/messages"):
                self.assertEqual(error["type"], "rate_limit_error")
        self.assertEqual(len(self.asked()), 2)
        self.assertEqual(self.ask(token, path="/v1/models").status, 200)
        self.assertEqual(self.ask(other).status, 200)
        self.assertIn("limit", {event["detail"] for event in self.refusals()})
        self.limit(requests_per_minute=3)
        self.assertEqual(self.ask(token).status, 200)

    def test_open_requests_are_limited_and_an_ended_one_makes_room(self):
        self.limit(open_requests=1)
        token = self.token()
        done = threading.Event()

        def script(request, to):
            to.stream(message_stream()[:4], end=False)
            done.wait(20)
            to.cut()

        self.near.script = script
        with self.gateway.connect() as client:
            client.sendall(self.gateway.request_bytes(
                "POST", "/v1/messages", json.dumps(ASKS["/v1/messages"]("n1")).encode(),
                {"authorization": f"Bearer {token}"}))
            client.recv(1000)
            self.check_429(self.ask(token), "open_requests")
            (use,) = json.loads(self.katra("status", "--json"))["gateway"]["tokens"]
            self.assertEqual((use["persona"], use["open"], use["limits"]["open_requests"]),
                             ("Sam", 1, 1))
            self.assertRegex(self.katra("status"), r"Sam .*1 of 1")
        done.set()
        self.near.script = lambda request, to: to.stream(message_stream())
        wait_until(lambda: self.ask(token).status == 200)

    def test_bytes_a_minute_are_limited(self):
        self.limit(request_bytes_per_minute=300)
        token = self.token()
        self.assertEqual(self.ask(token, "n1" + " " * 400).status // 100 != 5, True)
        self.check_429(self.ask(token), "request_bytes_per_minute")

    def test_a_persona_has_limits_of_its_own(self):
        self.gateway.personas["personas"]["Sam"]["limits"] = {"requests_per_minute": 1}
        self.limit(requests_per_minute=0)
        token = self.token()
        self.assertEqual(self.ask(token).status, 200)
        self.check_429(self.ask(token), "requests_per_minute")
        shown = self.katra("config", "show")
        self.assertRegex(shown, r"personas\.Sam\.limits\.requests_per_minute\s+1\b")
        self.assertRegex(shown, r"(?m)^\s*limits\.requests_per_minute\s+0")

    def test_wrong_limits_are_told_with_their_line(self):
        for limits in ({"requests_per_minute": -1}, {"requests_per_minute": "5"}, {"requests": 5}):
            self.gateway.personas["limits"] = limits
            self.gateway.write_configuration()
            self.assertIn("$.limits", self.katra("config", "check", code=2))


if __name__ == "__main__":
    unittest.main(verbosity=2)
