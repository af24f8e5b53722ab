"""A session's own provider and model, carried by its token: what each upstream was asked for, by its own
log, and that nobody is asked whom the user has not named."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, f"{os.path.dirname(os.path.abspath(__file__))}/../../support/python")

from upstream import Upstream  # noqa: E402
from gateway_fixture import BIN, Gateway, chat_stream, message_stream  # noqa: E402

MESSAGES = {"max_tokens": 5, "stream": True, "messages": [{"role": "user", "content": "hello"}]}
CHAT = {"stream": True, "messages": [{"role": "user", "content": "hello"}]}
RESPONSES = {"stream": True, "input": "hello"}
FORMATS = (("/v1/messages", MESSAGES), ("/v1/messages/count_tokens", MESSAGES),
           ("/v1/chat/completions", CHAT), ("/v1/responses", RESPONSES))


def asked(upstream: Upstream) -> list[str]:
    return [json.loads(request.body)["model"] for request in upstream.requests]


class SessionChoiceTest(unittest.TestCase):
    def setUp(self):
        def messages(_, to):
            to.stream(message_stream())

        def chat(_, to):
            to.stream(chat_stream())

        self.upstreams = {"anthropic": Upstream(messages), "deepseek": Upstream(messages),
                          "openai": Upstream(chat), "groq": Upstream(chat), "acme": Upstream(chat)}
        for upstream in self.upstreams.values():
            self.enterContext(upstream)
        self.providers = {
            name: {"api_base_url": upstream.url,
                   "interface": "anthropic" if name in ("anthropic", "deepseek") else "openai",
                   "api_key_env": "TEST_KEY"}
            for name, upstream in self.upstreams.items()}

    def gateway(self, personas: dict | None = None, **more) -> Gateway:
        return self.enterContext(Gateway(self.providers, personas or {}, **more))

    def create(self, gateway: Gateway, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [f"{BIN}/katra", "token", "create", "--home", gateway.home, *arguments],
            env=gateway.environment, capture_output=True, text=True, check=False)

    def ask(self, gateway: Gateway, token: str, model: str, path="/v1/messages", body=None):
        return gateway.ask(path=path, persona=None, body={**(body or MESSAGES), "model": model},
                           headers={"authorization": f"Bearer {token}"})

    def assert_asked(self, **models: list[str]):
        got = {name: asked(upstream) for name, upstream in self.upstreams.items()
               if upstream.requests}
        self.assertEqual(got, models)

    def test_a_persona_that_nobody_wrote_down_and_a_token_that_says_nothing_are_refused(self):
        gateway = self.gateway({"Ada": {"role": "tester"}})
        for persona in ("Quinn", "Ada"):
            made = self.create(gateway, "--persona", persona)
            self.assertEqual(made.returncode, 0)
            self.assertIn("--provider", made.stderr)
            for path, body in FORMATS:
                for model in ("claude-sonnet", "claude-haiku", "gpt-5", "x"):
                    with self.subTest(persona=persona, path=path, model=model):
                        reply = self.ask(gateway, made.stdout.strip(), model, path, body)
                        self.assertEqual(reply.status, 400, reply.body)
                        message = reply.json()["error"]["message"]
                        self.assertIn(f"katra token create --persona {persona} --provider",
                                      message)
                        self.assertIn("personas.json", message)
        self.assert_asked()
        # What a request names is named.
        reply = self.ask(gateway, self.create(gateway, "--persona", "Quinn").stdout.strip(),
                         "openai,gpt-5")
        self.assertEqual(reply.status, 200, reply.body)
        self.assert_asked(openai=["gpt-5"])

    def test_a_default_counts_when_the_user_wrote_it(self):
        gateway = self.gateway(default_provider="openai")
        token = self.create(gateway, "--persona", "Quinn").stdout.strip()
        self.assertEqual(self.ask(gateway, token, "claude-sonnet").status, 200)
        self.assert_asked(openai=["gpt-5"])

    def test_two_sessions_of_one_persona_keep_their_own_choice_through_a_restart(self):
        gateway = self.gateway({"Sam": {"provider": "openai", "model": "gpt-4"}})
        tokens = {
            "file": self.create(gateway, "--persona", "Sam").stdout.strip(),
            "groq": self.create(gateway, "--persona", "Sam", "--provider", "groq", "--model",
                                "openai/gpt-oss-20b").stdout.strip(),
            "model": self.create(gateway, "--persona", "Sam", "--model", "gpt-5").stdout.strip(),
            "acme": self.create(gateway, "--persona", "Sam", "--provider", "acme", "--model",
                                "deepseek/v9").stdout.strip()}
        for _ in range(2):
            for token in tokens.values():
                for model in ("claude-sonnet", "claude-haiku"):
                    self.assertEqual(self.ask(gateway, token, model).status, 200)
            gateway.restart()
        self.assert_asked(openai=["gpt-4", "gpt-4", "gpt-5", "gpt-5"] * 2,
                          groq=["openai/gpt-oss-20b"] * 4, acme=["deepseek/v9"] * 4)

    def test_a_bare_model_is_one_of_the_session_s_provider(self):
        gateway = self.gateway()
        token = self.create(gateway, "--persona", "Quinn", "--provider", "acme", "--model",
                            "one").stdout.strip()
        for model, path, body in (("two", "/v1/messages", MESSAGES),
                                  ("one", "/v1/chat/completions", CHAT),
                                  ("gpt-5", "/v1/responses", RESPONSES)):
            self.assertEqual(self.ask(gateway, token, model, path, body).status, 200)
        self.assert_asked(acme=["two", "one", "gpt-5"])

    def test_a_model_of_many_vendors_is_no_other_provider_s(self):
        self.providers["openrouter"] = {**self.providers["acme"]}
        gateway = self.gateway()
        token = self.create(gateway, "--persona", "Quinn", "--provider", "openrouter", "--model",
                            "openai/gpt-5").stdout.strip()
        for model in ("openai/gpt-5", "anthropic/claude-x", "claude-x", "deepseek,m"):
            self.assertEqual(self.ask(gateway, token, model).status, 200)
        self.assert_asked(acme=["openai/gpt-5", "anthropic/claude-x", "openai/gpt-5"],
                          deepseek=["m"])

    def test_the_listed_models_lead_where_they_say(self):
        gateway = self.gateway()
        token = self.create(gateway, "--persona", "Quinn", "--provider", "acme", "--model",
                            "one").stdout.strip()
        listed = gateway.ask("GET", "/v1/models", persona=None,
                             headers={"authorization": f"Bearer {token}"}).json()["data"]
        self.assertEqual(listed[0]["id"], "claude-gw-acme--one")
        (claude, *_) = [entry["id"] for entry in listed if entry["owned_by"] == "anthropic"]
        self.assertEqual(self.ask(gateway, token, claude).status, 200)
        self.assert_asked(anthropic=[claude.rpartition("--")[2]])

    def test_a_session_whose_provider_is_gone_is_refused(self):
        gateway = self.gateway({"Sam": {"provider": "openai", "model": "gpt-4"}})
        token = self.create(gateway, "--persona", "Sam", "--provider", "acme", "--model",
                            "openai/m").stdout.strip()
        self.assertEqual(self.ask(gateway, token, "claude-x").status, 200)
        del gateway.personas["providers"]["acme"]
        gateway.write_configuration()
        self.assertEqual(gateway.admin("POST", "/admin/reload").status, 200)
        for path, body in FORMATS:
            for model in ("claude-x", "openai/m"):
                reply = self.ask(gateway, token, model, path, body)
                self.assertEqual(reply.status, 400)
                self.assertIn('"acme"', reply.json()["error"]["message"])
        self.assert_asked(acme=["openai/m"])

    def test_fallbacks_and_the_background_are_those_that_the_user_named(self):
        def busy(_, to):
            to.reply(529, b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}')

        self.upstreams["deepseek"].script = busy
        gateway = self.gateway(
            {"Sam": {"provider": "openai", "model": "gpt-4", "fallbacks": ["gpt-5", "groq/g"],
                     "routing": {"background": "acme/small"}}},
            routing_rules={"background": "openai/rule"})
        token = self.create(gateway, "--persona", "Sam", "--provider", "deepseek").stdout.strip()
        self.assertEqual(self.ask(gateway, token, "claude-sonnet").status, 200)
        self.assertEqual(self.ask(gateway, token, "claude-haiku").status, 200)
        self.assert_asked(deepseek=["deepseek-v4-pro"], groq=["g"], acme=["small"])

    def test_a_token_names_only_what_there_is(self):
        gateway = self.gateway({"Sam": {"provider": "openai"}})
        for arguments, told in (
                (("--provider", "nobody"), "not a known provider"),
                (("--provider", "openrouter", "--model", "bare"), "openrouter"),
                (("--model", "gpt 5"), "not a model's name")):
            made = self.create(gateway, "--persona", "Sam", *arguments)
            self.assertNotEqual(made.returncode, 0, arguments)
            self.assertIn(told, made.stderr.lower() if told == "openrouter" else made.stderr)
        made = self.create(gateway, "--persona", "Quinn", "--model", "m")
        self.assertIn("--provider", made.stderr)
        self.assertNotEqual(made.returncode, 0)

    def test_a_session_knows_a_provider_that_was_written_after_the_gateway_s_start(self):
        gateway = self.gateway()
        gateway.personas["providers"]["late"] = {**self.providers["acme"]}
        gateway.write_configuration()
        made = gateway.admin("POST", "/admin/tokens", {
            "persona": "Quinn", "session": {"provider": "late", "model": "m"}})
        self.assertEqual(made.status, 200, made.body)
        self.assertEqual(self.ask(gateway, made.json()["token"], "claude-x").status, 200)
        self.assert_asked(acme=["m"])
        for session in ({"provider": "nobody"}, {"model": "m"}, {"provider": "a b"}):
            made = gateway.admin("POST", "/admin/tokens", {"persona": "Quinn", "session": session})
            self.assertGreaterEqual(made.status, 400, session)


if __name__ == "__main__":
    unittest.main()
