"""A gateway with Codex's sessions on a ChatGPT login beside other providers. All of the outside world is played
(internet.py), and every byte that it received can be looked at. Python's standard library only."""
import base64
import json
import shutil
import tempfile
import unittest

import responses_api
from internet import Internet, make_certificate
from gateway_fixture import Gateway, chat_stream, message_stream

PLAN, API, DEEPSEEK = "chatgpt.com:443", "api.openai.com:443", "api.deepseek.com:443"
CHAT, COMPANY, ANTHROPIC = "chat.test:443", "company.test:443", "api.anthropic.com:443"
RESPONSES, MODELS = "/v1/responses", "/v1/models?client_version=0.171.0"


def encoded(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(who: str, account: str) -> str:
    """As OpenAI makes them: the account stands in it, too."""
    claims = {"https://api.openai.com/auth": {"chatgpt_account_id": account}, "sub": who}
    return ".".join([encoded({"alg": "RS256", "typ": "JWT"}), encoded(claims),
                     encoded({"signature": f"of-{who}-{'x' * 40}"})])


ACCOUNT = "acct-of-olga-0123456789"
LOGIN = token("olga", ACCOUNT)
OTHER_LOGIN = token("somebody-else", "acct-of-somebody-else")
KEY = "sk-proj-key-of-the-gateway-987654"
# As codex_exec 0.171.0 sends them.
OF_CODEX = {"chatgpt-account-id": ACCOUNT, "originator": "codex_exec",
            "user-agent": "codex_exec/0.171.0 (Debian 12.0.0; x86_64)", "accept": "text/event-stream",
            "session-id": "thread-of-olga", "thread-id": "thread-of-olga",
            "x-client-request-id": "thread-of-olga", "x-codex-window-id": "window-of-olga:0",
            "x-codex-turn-metadata": '{"installation_id":"installation-of-olga"}',
            "x-codex-turn-state": "turn-state-of-olga", "x-openai-subagent": "review-of-olga",
            "x-openai-internal-codex-responses-lite": "true"}
NOT_ITS_OWN = {"cookie": "cookie-of-olga", "x-team": "team-of-olga",
               "openai-organization": "organization-of-olga"}
BODY = {"model": "gpt-6-sol", "stream": True, "store": False, "instructions": "You  code.",
        "reasoning": {"effort": "xhigh", "context": "all_turns"}, "tool_choice": "auto",
        "include": ["reasoning.encrypted_content"], "prompt_cache_key": "thread",
        "client_metadata": {"a": "b"},
        "input": [{"type": "message", "role": "user",
                   "content": [{"type": "input_text", "text": "Hi"}]}]}
LIST = b'{"models":[{"slug":"gpt-6-sol", "of":"the plan"}]}'


def limit(**more) -> bytes:
    return json.dumps({"error": {"type": "usage_limit_reached", "plan_type": "plus",
                                 "message": "The usage limit has been reached", **more}}).encode()


def window(name: str, used, reset=None, family="codex") -> list[tuple[str, str]]:
    headers = [(f"x-{family}-{name}-used-percent", str(used)),
               (f"x-{family}-{name}-window-minutes", "300")]
    return headers + ([(f"x-{family}-{name}-reset-at", str(reset))] if reset else [])


def answer_stream() -> list[bytes]:
    return responses_api.stream([responses_api.text("Hello")])


class World(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="katra-chatgpt-")
        cls.addClassCleanup(shutil.rmtree, folder)
        hosts = [host.split(":")[0] for host in (PLAN, API, DEEPSEEK, CHAT, COMPANY, ANTHROPIC)]
        cls.certificate, key = make_certificate(folder, [
            *hosts, "marked.test", "moved.test", "chatgpt.com.evil.test", "x.chatgpt.com"])
        cls.internet = Internet(lambda *about: cls.script(*about), cls.certificate, key)
        cls.addClassCleanup(cls.internet.__exit__)

    @classmethod
    def script(cls, host, request, to):
        status, headers, body = cls.answers.get(host, (200, [], b""))
        if callable(headers):
            status, headers, body = headers(request)
        if status != 200 or (request.method == "GET" and body):
            to.reply(status, body or b'{"detail":"no"}', headers=headers)
        elif request.method == "GET":
            to.reply(200, LIST, headers=[("etag", '"of-the-plan"'), *headers])
        elif request.target.endswith("/responses"):
            to.stream(answer_stream(), headers=headers)
        elif request.target.endswith("/chat/completions"):
            to.stream(chat_stream())
        else:
            to.stream(message_stream())

    def setUp(self):
        own = {"provider": "openai", "login": "own"}
        personas = {
            "Olga": {**own, "fallbacks": ["deepseek/deepseek-v4-pro", "chat/m", "company/m"]},
            "Alone": own, "Company": {**own, "fallbacks": ["company/m"]},
            "Last": {"provider": "company", "model": "m", "login": "own",
                     "fallbacks": ["openai/gpt-6-sol"]},
            "Api": {**own, "fallbacks": ["api/gpt-6-sol"]},
            "Mark": {**own, "fallbacks": ["marked/m"]},
            "Claude": {**own, "fallbacks": ["anthropic/claude-x"]},
            "Key": {"provider": "openai", "model": "gpt-6-sol"}}
        plan = "https://chatgpt.com/backend-api/codex"
        near = {name: {"api_base_url": url, "interface": "responses", "models": ["m"],
                       "api_key_env": "NOT_SET_KEY"}
                for name, url in {
                    "suffix": "https://chatgpt.com.evil.test/backend-api/codex",
                    "port": "https://chatgpt.com:8443/backend-api/codex",
                    "plain": "http://chatgpt.com/backend-api/codex",
                    "below": "https://x.chatgpt.com/backend-api/codex",
                    "dot": "https://chatgpt.com./backend-api/codex"}.items()}
        providers = {
            **near,
            "chat": {"api_base_url": "https://chat.test/v1", "interface": "openai", "models": ["m"],
                     "api_key_env": "CHAT_KEY"},
            "company": {"api_base_url": "https://company.test/v1", "interface": "responses",
                        "api_key_env": "COMPANY_KEY", "models": ["m"]},
            "api": {"api_base_url": "https://api.openai.com/v1", "interface": "responses",
                    "api_key_env": "OTHER_OPENAI_KEY", "models": ["gpt-6-sol"]},
            "mine": {"api_base_url": plan, "api_key_env": "MINE_KEY", "models": ["gpt-6-sol"]},
            "marked": {"api_base_url": "https://marked.test/v1", "interface": "responses",
                       "pass_login": True, "models": ["m"]}}
        type(self).answers = {}
        self.gateway = Gateway(providers, personas, "--ca-file", self.certificate, environment={
            **self.internet.environment, "OPENAI_API_KEY": KEY, "CHAT_KEY": "sk-of-chat-12345",
            "OTHER_OPENAI_KEY": "sk-proj-of-another", "COMPANY_KEY": "sk-of-company-1",
            "DEEPSEEK_API_KEY": "sk-of-deepseek-1", "ANTHROPIC_API_KEY": "sk-ant-api-of-ours"})
        self.addCleanup(self.gateway.__exit__)
        self.internet.forget()

    def ask(self, persona="Olga", login=LOGIN, path=RESPONSES, headers=None, method="POST",
            **body):
        sent = {"authorization": f"Bearer {login}" if login else None, **OF_CODEX,
                "x-katra-token": self.gateway.token(persona), **(headers or {})}
        content = json.dumps({**BODY, **body}).encode() if method == "POST" else b""
        return self.gateway.ask(method, path=path, persona=None, headers=sent, body=content)

    def limits(self) -> list[dict]:
        return self.gateway.admin("GET", "/admin/status").json()["plan_limits"]

    def session(self, **choice) -> str:
        """A token of Eve's, as `katra start` makes it."""
        made = self.gateway.admin("POST", "/admin/tokens", {
            "persona": "Eve", "session": choice, "keys": {}})
        self.gateway.tokens["Eve"] = made.json()["token"]
        return "Eve"

    def check_without_login(self, *allowed):
        """No host but `allowed` received a part of the login, or what Codex says of its user."""
        secrets = [LOGIN, *LOGIN.split(".")[1:], ACCOUNT, "of-olga", KEY,
                   base64.b64encode(LOGIN.encode()).decode()[8:60], self.gateway.token("Olga")]
        for host, received in self.internet.received.items():
            if host not in allowed:
                for secret in secrets:
                    self.assertNotIn(secret.encode(), received, host)
