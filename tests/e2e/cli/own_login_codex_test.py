"""`katra start --own-login` with Codex and a ChatGPT login: what Codex is told, what is refused, who answers
while the plan rests, and that nobody else finds a part of the login."""
import base64
import json
import pathlib
import time
import urllib.error
import urllib.request

import fixture
import own_login_test
from fixture import until
from own_login_test import CHAT, DEEPSEEK, forms_of

PLAN = "chatgpt.com:443"
PERSONAS = {
    "Dario": {"provider": "openai", "client": "codex", "record": True,
              "fallbacks": ["deepseek/deepseek-v4-pro", "chat/m"]},
    "Kept": {"provider": "openai", "client": "codex", "login": "own"},
    "Last": {"provider": "deepseek", "client": "codex", "fallbacks": ["openai/gpt-6-sol"]}}
ACCOUNT = "1c0ffee0-5e55-4a11-9bad-0a11ce0fd4a10"
HOUR = 3600


def encoded(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(ends: int | None) -> str:
    """As OpenAI makes them."""
    claims = {"https://api.openai.com/auth": {"chatgpt_account_id": ACCOUNT},
              "email": "dario-of-the-plan@example.com", **({"exp": ends} if ends else {})}
    signature = base64.urlsafe_b64encode(bytes(range(60, 156))).decode().rstrip("=")
    return f"{encoded({'alg': 'RS256', 'typ': 'JWT'})}.{encoded(claims)}.{signature}"


LOGIN = token(None)


class CodexWorld(own_login_test.LoginWorld):
    plan, personas = PLAN, PERSONAS

    def keep(self, access: str | None = LOGIN, renewable=True, **more):
        """As `codex login` leaves it."""
        tokens = {"id_token": access, "access_token": access, "account_id": ACCOUNT,
                  "refresh_token": "rt_of-the-login-of-dario-0123456789" if renewable else ""}
        self.write_own(".codex/auth.json", json.dumps({
            "auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": tokens,
            "last_refresh": "2026-11-27T07:00:00.000000Z", **more}))

    def write_own(self, name: str, text: str) -> pathlib.Path:
        path = self.user_home / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return path


class ChatGptLogin(CodexWorld):
    def told(self, started: dict) -> dict[str, str]:
        """What the client's configuration is overridden with."""
        words = started["arguments"]
        return dict(value.split("=", 1) for flag, value in zip(words, words[1:]) if flag == "-c")

    def ask(self, started: dict, text="hello") -> tuple[int, bytes]:
        """As Codex does when it is logged in."""
        told = self.told(started)
        name, variable = json.loads(told["model_providers.katra.env_http_headers"]
                                    .replace("=", ":")).popitem()
        body = {"model": "gpt-6-sol", "stream": True, "store": False, "instructions": "You code.",
                "input": [{"type": "message", "role": "user",
                           "content": [{"type": "input_text", "text": text}]}]}
        url = json.loads(told["model_providers.katra.base_url"])
        request = urllib.request.Request(f"{url}/responses", json.dumps(body).encode(), {
            name: started["environment"][variable], "authorization": f"Bearer {LOGIN}",
            "chatgpt-account-id": ACCOUNT, "originator": "codex_exec",
            "content-type": "application/json", "x-codex-turn-metadata": "{}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def test_codex_is_told_the_gateway_and_keeps_its_login(self):
        self.keep()
        started = self.start("--own-login", environment={"KATRA_BEHAVIOUR": "quit"})
        told = self.told(started)
        provider = "model_providers.katra."
        self.assertEqual(told["model_provider"], '"katra"')
        self.assertEqual(told[provider + "requires_openai_auth"], "true")
        self.assertEqual(told[provider + "env_http_headers"],
                         '{"x-katra-token"="KATRA_GATEWAY_TOKEN"}')
        self.assertRegex(told[provider + "base_url"], r'^"http://127\.0\.0\.1:\d+/v1"$')
        self.assertNotIn(provider + "env_key", told)
        self.assertNotIn("model_context_window", told)
        secret = started["environment"]["KATRA_GATEWAY_TOKEN"]
        self.assertTrue(secret.startswith("katra_"))
        self.assertNotIn(secret, " ".join(started["arguments"]))
        for name, content in self.files().items():
            self.assertNotIn(secret.encode(), content, name)

    def test_it_is_for_sessions_that_ask_for_it(self):
        quiet = {"KATRA_BEHAVIOUR": "quit"}
        auth = "model_providers.katra.requires_openai_auth"
        self.assertIn(auth, self.told(self.start(persona="Kept", environment=quiet)))
        for persona, arguments in (("Dario", ()), ("Kept", ("--no-router",)),
                                   ("Kept", ("--provider", "deepseek")),
                                   ("Dario", ("--use-router",))):
            with self.subTest(persona, arguments=arguments):
                self.assertNotIn(auth, self.told(self.start(
                    *arguments, persona=persona, environment=quiet)))
        # A plan may also be what a persona falls back on.
        told = self.told(self.start("--own-login", persona="Last", environment=quiet))
        self.assertIn(auth, told)

    def test_two_logins_are_refused(self):
        for name in ("OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"):
            said = self.refused("--own-login", environment={name: "sk-made-up-of-the-user"})
            self.assertIn(name, said)
            self.assertIn("two logins would conflict: your ChatGPT login", said)
            self.assertNotIn("sk-made-up", said)
        for more in ({"auth_mode": "apikey", "OPENAI_API_KEY": "sk-made-up"},
                     {"auth_mode": None, "OPENAI_API_KEY": "sk-made-up"}):
            self.keep(**more)
            said = self.refused("--own-login")
            self.assertIn("auth.json", said)
            self.assertNotIn("sk-made-up", said)
        self.keep(OPENAI_API_KEY="sk-made-up")  # the mode decides
        for text in ('[model_providers.katra]\nenv_key = "X"\n',
                     'model_providers.katra.experimental_bearer_token = "sk-made-up"\n',
                     '[model_providers.katra.http_headers]\nauthorization = "Bearer sk-made-up"\n',
                     '[model_providers.katra.auth]\ncommand = "/bin/helper"\n',
                     'forced_login_method = "api"\n'):
            path = self.write_own(".codex/config.toml", text)
            said = self.refused("--own-login")
            self.assertIn(str(path), said)
            self.assertIn("two logins would conflict", said)
            self.assertNotIn("sk-made-up", said)
        self.write_own(".codex/config.toml", 'forced_login_method = "chatgpt"\n'
                       '[model_providers.other]\nenv_key = "X"\n')
        self.start("--own-login", environment={"KATRA_BEHAVIOUR": "quit"})

    def test_what_cannot_be_is_refused(self):
        for arguments, said in (
                (("--client", "opencode"), "--client codex"), (("--client", "gemini"), "no login"),
                (("--no-router",), "exclude each other"), (("--provider", "zai"), "nor a fallback")):
            self.write("router/personas.json", "{}")
            self.assertIn(said, self.refused("--own-login", "--provider", "openai", *arguments)
                          if "--provider" not in arguments
                          else self.refused("--own-login", "--client", "codex", *arguments))
        self.write("router/personas.json", json.dumps({"version": 1, "providers": {
            "openai": {"api_base_url": "https://moved.test/v1"}}}))
        self.assertIn("nor a fallback", self.refused(
            "--own-login", "--client", "codex", "--provider", "openai"))

    def test_explain_says_what_goes_where(self):
        self.keep()
        said = self.succeed("start", "--persona", "Dario", "--own-login", "--explain")
        self.assertIn("Codex sends your ChatGPT login", said)
        self.assertIn("https://chatgpt.com/backend-api/codex alone", said)
        self.assertIn("deepseek/deepseek-v4-pro with DEEPSEEK_API_KEY, then chat/m with CHAT_KEY",
                      said)
        self.assertRegex(said, r"login +own +--own-login")
        self.assertIn("KATRA_GATEWAY_TOKEN=(secret)", said)
        for form in forms_of(LOGIN) | {ACCOUNT.encode()}:
            self.assertNotIn(form.decode(), said)

    def test_the_doctor_knows_logins_that_have_ended(self):
        now = int(time.time())
        for kept, health, said in (
                (None, "warning", "no login: there is no"), ("{", "warning", "contains no readable login"),
                ((LOGIN, True), "note", "not known"),
                ((token(now + HOUR), True), "ok", "lasts until"),
                ((token(now - HOUR), False), "warning", "cannot be renewed"),
                ((token(now - HOUR), True), "note", "renews it by itself")):
            with self.subTest(said):
                if isinstance(kept, str):
                    self.write_own(".codex/auth.json", kept)
                elif kept:
                    self.keep(*kept)
                before = self.files()
                (found,) = self.doctor()
                self.assertEqual((found["subject"], found["health"]), ("login of Codex", health))
                self.assertIn(said, found["text"])
                for secret in (LOGIN, "eyJ", ACCOUNT, "rt_of"):
                    self.assertNotIn(secret, json.dumps(found))
                own = [name for name in before if "auth.json" in name]
                self.assertEqual([self.files()[name] for name in own],
                                 [before[name] for name in own])
        (self.user_home / ".codex/auth.json").unlink()
        for store, health in (("keyring", "note"), ("auto", "note"), ("file", "warning")):
            self.write_own(".codex/config.toml", f'cli_auth_credentials_store = "{store}"\n')
            self.assertEqual(self.doctor()[0]["health"], health, store)
        said = self.run_katra("doctor", "--json").stdout
        self.assertIn("OPENAI_API_KEY is not set: the client's own login is used", said)
        self.assertNotIn("export OPENAI_API_KEY", said)
        (found,) = self.doctor(environment={"OPENAI_API_KEY": "sk-made-up-of-the-user"})
        self.assertEqual((found["subject"], found["health"]), ("login of Kept", "warning"))
        self.assertIn("two logins would conflict", found["text"])

    def test_until_when_the_plan_rests_is_told(self):
        self.start_gateway()
        started = self.start("--own-login", "-b")
        until(lambda: self.listed()["Dario"]["unheard"] is not None, "presence")
        self.assertEqual(self.ask(started)[0], 200)
        self.assertEqual(self.internet.asked(), [PLAN])
        self.assertIsNone(self.listed()["Dario"]["plan_limit_until"])
        reset = int(time.time()) // 60 * 60 + 7200
        limit = {"type": "usage_limit_reached", "message": "reached", "resets_at": reset}
        self.answer = {PLAN: (429, [], json.dumps({"error": limit}).encode())}
        self.assertEqual(self.ask(started)[0], 200)
        self.assertEqual(self.internet.asked(), [PLAN, PLAN, DEEPSEEK])
        same_day = time.gmtime(reset).tm_yday == time.gmtime().tm_yday
        told = "plan limit until " + time.strftime(
            "%H:%M" if same_day else "%Y-%m-%d %H:%M", time.gmtime(reset))
        self.assertIn(f"Dario: {told}", self.succeed("list"))
        self.assertIn(f"Dario at openai: {told}", self.succeed("usage"))
        self.assertIn("plan limit     Dario at openai until", self.succeed("status"))
        session = {**started["environment"], "KATRA_LOGIN": "own", "KATRA_PERSONA": "Dario"}
        self.assertIn(told, self.succeed("statusline", environment=session))
        self.assertEqual(self.listed()["Dario"]["plan_limit_until"],
                         time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(reset)))

    def test_nobody_else_finds_a_part_of_it(self):
        self.keep()
        self.start_gateway()
        started = self.start("--own-login", "-b")
        until(lambda: self.listed()["Dario"]["unheard"] is not None, "presence")
        busy = {DEEPSEEK: (529, [], b"{}"), CHAT: (500, [], b"<html>no</html>")}
        self.assertEqual(self.ask(started)[0], 200)
        parts = [LOGIN, ACCOUNT, *LOGIN.split(".")[1:]]
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in LOGIN)
        complaints = [*parts, escaped, "word " * 36 + LOGIN,
                      *(base64.b64encode(f"Bearer {part}".encode()).decode() for part in parts[:2])]
        for status in (302, 400, 401, 403, 429, 500):
            for complaint in complaints:
                for others in ({}, busy):
                    body = f'{{"error":{{"type":"api_error","message":"what is {complaint}?"}}}}'
                    self.answer = {**others, PLAN: (status, [
                        ("location", "https://evil.test/v1/responses"), ("x-request-id", LOGIN),
                        ("x-codex-echo", ACCOUNT)], body.encode())}
                    self.ask(started)
        said = {"type": "usage_limit_reached", "message": LOGIN, "resets_in_seconds": HOUR}
        self.answer = {PLAN: (429, [], json.dumps({"error": said}).encode())}
        for _ in range(2):
            self.assertEqual(self.ask(started)[0], 200)
        self.assertIn(LOGIN.encode(), self.internet.received[PLAN])
        for host in (DEEPSEEK, CHAT):
            self.assertIn(host, self.internet.received)
        self.assertNotIn("evil.test:443", self.internet.received)
        until(lambda: b'"persona":"Dario"' in self.run_katra("logs", "--record").stdout.encode(),
              "a record")
        forms = {form for part in (LOGIN, ACCOUNT) for form in forms_of(part)}
        for where, content in self.everything(started["pid"]).items():
            if not where.endswith(".codex/auth.json"):
                for form in forms:
                    self.assertNotIn(form, content, where)


if __name__ == "__main__":
    fixture.main()
