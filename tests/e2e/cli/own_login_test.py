"""`katra start --own-login`: the client's own subscription with the gateway in between. What the client is
told, what is refused, who answers while the plan rests, and that nobody else finds a part of the login."""
import base64
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import fixture
from fixture import until

sys.path.insert(0, str(fixture.ROOT / "tests/support/python"))
import responses_api  # noqa: E402
from internet import Internet, make_certificate  # noqa: E402

from streams import chat_stream, message_stream  # noqa: E402
from upstream import Upstream  # noqa: E402

PLAN, DEEPSEEK, CHAT = "api.anthropic.com:443", "api.deepseek.com:443", "chat.test:443"
LOGIN = "sk-ant-oat01-the-login-of-dario-that-nobody-else-may-have-Zx81"
BETAS = "oauth-2025-04-20,context-1m-2025-08-07"
UNIFIED = "anthropic-ratelimit-unified-"
PERSONAS = {
    "Dario": {"provider": "anthropic", "record": True,
              "fallbacks": ["deepseek/deepseek-v4-pro", "chat/m"]},
    "Kept": {"provider": "anthropic", "login": "own"},
    "Last": {"provider": "deepseek", "fallbacks": ["anthropic/claude-opus-5"]}}


def forms_of(secret: str) -> set[bytes]:
    """What would still be a part of it, however it were written."""
    found = {secret[at:at + 12] for at in range(12, len(secret) - 12)}
    for shift in range(3):
        text = base64.b64encode(b"x" * shift + secret.encode()).decode().rstrip("=")
        found |= {text[at:at + 16] for at in range(20, len(text) - 18)}
    hexed = secret.encode().hex()
    found |= {hexed[40:80], hexed[40:80].upper(),
              "".join(f"%{byte:02X}" for byte in secret[14:26].encode()),
              "".join(f"\\u{byte:04x}" for byte in secret[14:26].encode())}
    return {form.encode() for form in found}


class LoginWorld(fixture.Fixture):
    """With an outside world that is played, and personas that may go on a login."""
    plan, personas = PLAN, PERSONAS

    def setUp(self):
        super().setUp()
        certificate, key = make_certificate(
            str(self.folder), [self.plan.split(":")[0], "api.deepseek.com", "chat.test", "evil.test"])
        self.answer = {}
        self.internet = self.enterContext(Internet(self.script, certificate, key))
        self.write("router/personas.json", json.dumps({
            "version": 1, "personas": self.personas, "providers": {"chat": {
                "api_base_url": "https://chat.test/v1", "interface": "openai", "models": ["m"],
                "api_key_env": "CHAT_KEY"}}}))
        self.environment.update(KATRA_BEHAVIOUR="connect", CHAT_KEY="sk-of-chat-123456",
                                DEEPSEEK_API_KEY="sk-of-deepseek-123")
        self.certificate = certificate

    def script(self, host, request, to):
        status, headers, body = self.answer.get(host, (200, [], b""))
        if status != 200:
            to.reply(status, body, headers=headers)
        elif request.target.endswith("/chat/completions"):
            to.stream(chat_stream())
        elif request.target.endswith("/responses"):
            to.stream(responses_api.stream([responses_api.text("Hello")]))
        else:
            to.stream(message_stream())

    def start_gateway(self):
        """As `katra start` would, but for the certificate of the outside world."""
        with self.write("log/gateway.log", "").open("ab") as log:
            gateway = subprocess.Popen(
                [str(fixture.program_folder() / "katra_gateway"), "--home", str(self.home), "--port",
                 "0", "--ca-file", self.certificate, "--retry-delay", "20"], stderr=log,
                stdout=subprocess.PIPE, env={**self.environment, **self.internet.environment})

        def end():
            gateway.terminate()
            gateway.wait(30)
            gateway.stdout.close()

        self.addCleanup(end)
        self.assertIn(b"http://127.0.0.1:", gateway.stdout.readline())

    def start(self, *arguments: str, persona="Dario", **more) -> dict:
        self.forget_started()
        self.succeed("start", "--persona", persona, *arguments, **more)
        (started,) = self.started()
        return started

    def refused(self, *arguments: str, **more) -> str:
        run = self.run_katra("start", "--persona", "Dario", *arguments, **more)
        self.assertNotEqual(run.returncode, 0, run.stdout)
        self.assertEqual(list(self.records.glob("*.json")), [])
        return run.stderr

    def doctor(self, **more) -> list[dict]:
        findings = json.loads(self.run_katra("doctor", "--json", **more).stdout)["findings"]
        return [one for one in findings if one["subject"].startswith("login of ")]

    def everything(self, client: int) -> dict[str, bytes]:
        """What others than the client and the plan's host got to see."""
        seen = {f"upstream {host}": data for host, data in self.internet.received.items()
                if host != self.plan}
        seen |= {f"file {name}": content for name, content in self.files().items()}
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            for part in ("cmdline", "environ"):
                own = part == "environ" and process.name in (str(client), str(os.getpid()))
                try:
                    if not own:
                        seen[f"{process}/{part}"] = (process / part).read_bytes()
                except OSError:
                    pass
        for command in (("logs", "-n", "1000"), ("logs", "--audit"), ("logs", "--record"),
                        ("status", "--json"), ("usage", "--json", "--by", "model"),
                        ("list", "--json"), ("doctor",), ("token", "list"), ("history",)):
            run = self.run_katra(*command)
            seen[" ".join(command)] = (run.stdout + run.stderr).encode()
        return seen


class OwnLogin(LoginWorld):
    def ask(self, session: dict, text="hello") -> tuple[int, bytes]:
        """As Claude Code does when it is logged in."""
        headers = dict(line.split(": ", 1)
                       for line in session["ANTHROPIC_CUSTOM_HEADERS"].split("\n"))
        body = {"model": "claude-opus-5", "max_tokens": 5, "stream": True,
                "messages": [{"role": "user", "content": text}]}
        request = urllib.request.Request(
            f"{session['ANTHROPIC_BASE_URL']}/v1/messages?beta=true", json.dumps(body).encode(),
            {**headers, "authorization": f"Bearer {LOGIN}", "anthropic-beta": BETAS,
             "anthropic-version": "2023-06-01", "content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def test_the_client_is_told_the_gateway_and_keeps_its_login(self):
        started = self.start("--own-login", environment={
            "CLAUDE_CODE_OAUTH_TOKEN": LOGIN, "ANTHROPIC_CUSTOM_HEADERS": "x-team: blue",
            "CLAUDE_CODE_USE_BEDROCK": "1", "KATRA_BEHAVIOUR": "quit"})
        told = started["environment"]
        self.assertTrue(told["ANTHROPIC_BASE_URL"].startswith("http://127.0.0.1:"))
        for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_USE_BEDROCK"):
            self.assertNotIn(name, told)
        self.assertEqual(told["CLAUDE_CODE_OAUTH_TOKEN"], LOGIN)
        own, token = told["ANTHROPIC_CUSTOM_HEADERS"].split("\n")
        self.assertEqual(own, "x-team: blue")
        self.assertTrue(token.startswith("x-katra-token: katra_"))
        secret = token.removeprefix("x-katra-token: ")
        self.assertNotIn(secret, " ".join(started["arguments"]))
        # From within it another session keeps the user's own lines, and none of this one's.
        inner = self.start(persona="Kept", environment=told)["environment"]
        own, token = inner["ANTHROPIC_CUSTOM_HEADERS"].split("\n")
        self.assertEqual(own, "x-team: blue")
        self.assertNotEqual(token, f"x-katra-token: {secret}")
        for name, content in self.files().items():
            self.assertNotIn(secret.encode(), content, name)

    def test_what_the_file_says_of_a_persona_counts_where_it_can(self):
        quiet = {"KATRA_BEHAVIOUR": "quit"}
        told = self.start(persona="Kept", environment=quiet)["environment"]
        self.assertIn("x-katra-token", told["ANTHROPIC_CUSTOM_HEADERS"])
        told = self.start("--no-router", persona="Kept", environment=quiet)["environment"]
        self.assertNotIn("ANTHROPIC_CUSTOM_HEADERS", told)
        told = self.start("--provider", "deepseek", persona="Kept", environment=quiet)["environment"]
        self.assertNotIn("ANTHROPIC_CUSTOM_HEADERS", told)
        self.assertIn("ANTHROPIC_AUTH_TOKEN", told)
        # A plan may also be what a persona falls back on.
        told = self.start("--own-login", persona="Last", environment=quiet)["environment"]
        self.assertIn("x-katra-token", told["ANTHROPIC_CUSTOM_HEADERS"])

    def test_two_logins_are_refused(self):
        settings = self.project / ".claude/settings.json"
        settings.parent.mkdir()
        for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
            said = self.refused("--own-login", environment={name: "sk-made-up-of-the-user"})
            self.assertIn(name, said)
            self.assertIn("two logins would conflict", said)
            self.assertNotIn("sk-made-up", said)
        said = self.refused("--own-login", environment={
            "ANTHROPIC_CUSTOM_HEADERS": "x-team: blue\nX-Api-Key: sk-made-up-of-the-user"})
        self.assertIn('"x-api-key" in ANTHROPIC_CUSTOM_HEADERS', said)
        for key, value in (("apiKeyHelper", "/bin/helper"),
                           ("env", {"ANTHROPIC_API_KEY": "sk-made-up"}),
                           ("env", {"ANTHROPIC_AUTH_TOKEN": "sk-made-up"}),
                           ("env", {"ANTHROPIC_CUSTOM_HEADERS": "x: y"})):
            settings.write_text(json.dumps({key: value}))
            said = self.refused("--own-login")
            self.assertIn(str(settings), said)
            self.assertIn("two logins would conflict", said)
        settings.write_text("{}")
        self.write("router/personas.json", json.dumps({"version": 1, "personas": {
            "Dario": {"provider": "anthropic", "login": "own", "api_key_env": "DARIO_KEY"}}}))
        self.assertIn("DARIO_KEY", self.refused(environment={"DARIO_KEY": "sk-made-up"}))
        self.write("router/personas.json", json.dumps(
            {"version": 1, "router": {"kind": "claude-code-router"}}))
        self.assertIn("claude-code-router", self.refused("--own-login"))

    def test_what_cannot_be_is_refused(self):
        for arguments, said in (
                (("--own-login", "--no-router"), "exclude each other"),
                (("--own-login", "--provider", "openai", "--client", "opencode"), "no login"),
                (("--own-login", "--provider", "zai"), "nor a fallback")):
            self.write("router/personas.json", "{}")
            self.assertIn(said, self.refused(*arguments))

    def test_explain_says_what_goes_where(self):
        said = self.succeed("start", "--persona", "Dario", "--own-login", "--explain",
                            environment={"CLAUDE_CODE_OAUTH_TOKEN": LOGIN})
        self.assertIn("https://api.anthropic.com alone", said)
        self.assertIn("deepseek/deepseek-v4-pro with DEEPSEEK_API_KEY, then chat/m with CHAT_KEY",
                      said)
        self.assertRegex(said, r"login +own +--own-login")
        self.assertIn("ANTHROPIC_CUSTOM_HEADERS=(secret)", said)
        self.assertNotIn(LOGIN, said)
        self.assertIn("the persona has no fallbacks",
                      self.succeed("start", "--persona", "Kept", "--explain"))
        self.assertNotIn("Login:", self.succeed("start", "--persona", "Dario", "--explain"))

    def test_the_doctor_knows_logins_that_have_ended(self):
        kept = self.user_home / ".claude/.credentials.json"
        kept.parent.mkdir()
        hour = 3_600_000
        now = int(time.time() * 1000)
        for content, health, said in (
                (None, "warning", "no login: there is no"), ("{", "warning", "contains no readable login"),
                ({"accessToken": LOGIN}, "note", "not known"),
                ({"accessToken": LOGIN, "expiresAt": now + hour}, "ok", "lasts until"),
                ({"accessToken": LOGIN, "expiresAt": now - hour}, "warning", "cannot be renewed"),
                ({"accessToken": LOGIN, "refreshToken": LOGIN, "expiresAt": now - hour}, "note",
                 "renews it by itself")):
            with self.subTest(said):
                if content is not None:
                    kept.write_text(content if isinstance(content, str)
                                    else json.dumps({"claudeAiOauth": content}))
                (found,) = self.doctor()
                self.assertEqual((found["subject"], found["health"]),
                                 ("login of Claude Code", health))
                self.assertIn(said, found["text"])
                self.assertNotIn(LOGIN, json.dumps(found))
        (found,) = self.doctor(environment={"CLAUDE_CODE_OAUTH_TOKEN": LOGIN})
        self.assertIn("CLAUDE_CODE_OAUTH_TOKEN is set", found["text"])
        (found,) = self.doctor(environment={"ANTHROPIC_API_KEY": "sk-made-up-of-the-user"})
        self.assertEqual((found["subject"], found["health"]), ("login of Kept", "warning"))
        self.assertIn("two logins would conflict", found["text"])

    def test_until_when_the_plan_rests_is_told_and_by_whom(self):
        self.start_gateway()
        session = self.start("--own-login", "-b")["environment"]
        until(lambda: self.listed()["Dario"]["unheard"] is not None, "presence")
        self.assertEqual(self.ask(session)[0], 200)
        self.assertIsNone(self.listed()["Dario"]["plan_limit_until"])
        for text in (self.succeed("list"), self.succeed("usage"),
                     self.succeed("statusline", environment=session)):
            self.assertNotIn("plan limit", text)
        reset = int(time.time()) // 60 * 60 + 7200
        self.answer = {PLAN: (429, [(UNIFIED + "status", "rejected"),
                                    (UNIFIED + "reset", str(reset))], b"{}")}
        self.assertEqual(self.ask(session)[0], 200)
        self.assertEqual(self.internet.asked(), [PLAN, PLAN, DEEPSEEK])
        same_day = time.gmtime(reset).tm_yday == time.gmtime().tm_yday
        told = "plan limit until " + time.strftime(
            "%H:%M" if same_day else "%Y-%m-%d %H:%M", time.gmtime(reset))
        self.assertIn(f"Dario: {told}", self.succeed("list"))
        self.assertIn(f" · {told} · ", self.succeed("statusline", environment=session))
        self.assertIn(f"Dario at anthropic: {told}", self.succeed("usage"))
        self.assertIn("plan limit     Dario at anthropic until", self.succeed("status"))
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(reset))
        self.assertEqual(self.listed()["Dario"]["plan_limit_until"], moment)
        usage = json.loads(self.succeed("usage", "--json"))
        self.assertEqual(usage["plan_limits"][0]["until"], moment)

    def test_a_gateway_that_died_gets_the_session_s_keys_again(self):
        near = self.enterContext(Upstream(lambda request, to: to.stream(message_stream())))
        self.write("router/personas.json", json.dumps({
            "version": 1, "personas": {"Dario": {"provider": "anthropic", "fallbacks": ["near/m"]}},
            "providers": {"near": {"api_base_url": near.url, "interface": "anthropic",
                                   "api_key_env": "NEAR_KEY", "models": ["m"]}}}))
        self.environment.update(https_proxy="http://127.0.0.1:9")  # the plan cannot be reached
        session = self.start("--own-login", "-b", environment={"NEAR_KEY": "sk-of-near-123456"})
        session = session["environment"]
        runtime = json.loads((self.home / "run/gateway.json").read_text())
        os.kill(runtime["pid"], 9)

        def refuses() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", runtime["port"])) != 0

        until(refuses, "the gateway's end")
        self.succeed("up")  # of a shell without the keys
        self.assertNotEqual(self.ask(session)[0], 200)
        self.assertEqual(near.requests, [])
        self.succeed("hook", "prompt", environment=session, input="{}")
        self.assertEqual(self.ask(session)[0], 200)
        self.assertEqual(near.requests[-1].header("x-api-key"), "sk-of-near-123456")
        self.assertNotIn(LOGIN, str(near.requests[-1].headers))

    def test_nobody_else_finds_a_part_of_it(self):
        self.start_gateway()
        started = self.start("--own-login", "-b", environment={"CLAUDE_CODE_OAUTH_TOKEN": LOGIN})
        session = started["environment"]
        other = self.start("--provider", "deepseek", "-b", persona="Sam", environment={
            "CLAUDE_CODE_OAUTH_TOKEN": LOGIN})
        self.assertNotIn("CLAUDE_CODE_OAUTH_TOKEN", other["environment"])
        until(lambda: self.listed()["Dario"]["unheard"] is not None, "presence")
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in LOGIN)
        complaints = [LOGIN, base64.b64encode(LOGIN.encode()).decode(), LOGIN.replace("-", "\\/-"),
                      base64.b64encode(f"user:{LOGIN}".encode()).decode(), f"\\u0020{escaped}",
                      base64.b64encode(f"Bearer {LOGIN}".encode()).decode(), "word " * 36 + LOGIN]
        busy = {DEEPSEEK: (529, [], b"{}"), CHAT: (500, [], b"<html>no</html>")}
        self.assertEqual(self.ask(session)[0], 200)
        for status in (302, 307, 308, 400, 401, 403, 429, 500, 529):
            for complaint in complaints:
                for others in ({}, busy):
                    body = ('{"type":"error","error":{"type":"api_error","message":"what is '
                            + complaint + '?"}}').encode()
                    self.answer = {**others, PLAN: (status, [
                        ("location", "https://evil.test/v1/messages"), ("request-id", LOGIN)], body)}
                    self.ask(session)
        self.answer = {PLAN: (429, [(UNIFIED + "status", "rejected"), ("retry-after", "3600")],
                              b'{"error":{"message":"' + LOGIN.encode() + b'"}}')}
        for _ in range(2):
            self.assertEqual(self.ask(session)[0], 200)
        self.assertIn(LOGIN.encode(), self.internet.received[PLAN])
        for host in (DEEPSEEK, CHAT):
            self.assertIn(host, self.internet.received)
        self.assertNotIn("evil.test:443", self.internet.received)
        until(lambda: b'"persona":"Dario"' in self.run_katra("logs", "--record").stdout.encode(),
              "a record")
        forms = forms_of(LOGIN) | {b"oauth-2025"}
        for where, content in self.everything(started["pid"]).items():
            for form in forms:
                self.assertNotIn(form, content, where)

    def test_a_gateway_that_is_started_for_it_does_not_inherit_the_login(self):
        self.start("--own-login", "-b", environment={"CLAUDE_CODE_OAUTH_TOKEN": LOGIN})
        pid = json.loads((self.home / "run/gateway.json").read_text())["pid"]
        self.assertNotIn(LOGIN.encode(), pathlib.Path(f"/proc/{pid}/environ").read_bytes())


if __name__ == "__main__":
    fixture.main()
