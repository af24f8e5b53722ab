"""The real Claude Code and Codex, logged in with made-up logins and started with `--own-login`, in a network of
their own: what reaches the plan's host is what the client sends to it by itself."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import own_login_codex_test
import own_login_test
import fixture

MODULES = pathlib.Path(os.environ.get("KATRA_CLIENTS", fixture.ROOT / "build/clients")) / "node_modules"
VERSIONS = ("2.1.329", "2.1.197")
CODEX_VERSIONS = ("0.171.0", "0.169.0")
PLAN, DEEPSEEK = own_login_test.PLAN, own_login_test.DEEPSEEK
ALONE = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
INSIDE = "KATRA_TEST_ALONE"


def program(version: str) -> pathlib.Path:
    return MODULES / f"claude-code-{version}" / "claude"


def codex(version: str) -> pathlib.Path:
    return MODULES / f"codex-{version}/vendor/x86_64-unknown-linux-musl/bin/codex"


class Reloading(own_login_test.LoginWorld):
    def reload(self):
        """The gateway forgets what the plan said."""
        run = subprocess.run(
            ["curl", "-sf", "-X", "POST", "--unix-socket", str(self.home / "run/gateway.sock"),
             "http://localhost/admin/reload"], capture_output=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)


class RealLogin(Reloading):
    def setUp(self):
        super().setUp()
        kept = self.user_home / ".claude/.credentials.json"
        kept.parent.mkdir()
        kept.write_text(json.dumps({"claudeAiOauth": {
            "accessToken": own_login_test.LOGIN, "refreshToken": "sk-ant-ort01-made-up",
            "expiresAt": int(time.time() * 1000) + 36_000_000, "subscriptionType": "max",
            "scopes": ["user:inference", "user:profile", "user:sessions:claude_code"]}}))
        kept.chmod(0o600)
        self.environment.update(
            PATH=f"{self.programs}:/usr/bin:/bin", TERM="dumb", DISABLE_AUTOUPDATER="1",
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1")
        self.start_gateway()

    def ask_by(self, version: str, *arguments: str) -> str:
        (self.programs / "claude").unlink()
        (self.programs / "claude").symlink_to(program(version))
        return self.succeed("start", "--persona", "Dario", *arguments, "--", "-p", "hi")

    def test_its_login_and_its_betas_reach_the_plan_and_nobody_else(self):
        for version in VERSIONS:
            with self.subTest(version):
                self.answer = {}
                self.internet.forget()
                self.assertIn("Hello", self.ask_by(version, "--own-login"))
                sent = self.internet.last(PLAN)
                self.assertEqual(sent.header("authorization"), f"Bearer {own_login_test.LOGIN}")
                self.assertIn("oauth-2025-04-20", sent.header("anthropic-beta"))
                self.assertIn(version, sent.header("user-agent"))
                self.assertEqual((sent.header("x-api-key"), sent.header("x-katra-token")),
                                 (None, None))
                self.assertTrue(sent.target.endswith("?beta=true"), sent.target)
                self.answer = {PLAN: (429, [
                    ("anthropic-ratelimit-unified-status", "rejected"),
                    ("anthropic-ratelimit-unified-reset", str(int(time.time()) + 3600))], b"{}")}
                self.assertIn("Hello", self.ask_by(version, "--own-login"))
                self.assertIn("Dario at anthropic: plan limit until", self.succeed("usage"))
                received = self.internet.received[DEEPSEEK]
                for form in own_login_test.forms_of(own_login_test.LOGIN) | {b"oauth-2025"}:
                    self.assertNotIn(form, received)
                self.reload()


class RealChatGptLogin(Reloading, own_login_codex_test.CodexWorld):
    def setUp(self):
        super().setUp()
        self.keep(own_login_codex_test.token(int(time.time()) + 36_000), last_refresh=time.strftime(
            "%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime()))
        self.environment.update(PATH=f"{self.programs}:/usr/bin:/bin", TERM="dumb")
        self.start_gateway()

    def script(self, host, request, to):
        if request.method == "GET":
            to.reply(200, b'{"models":[]}')
        else:
            super().script(host, request, to)

    def ask_by(self, version: str) -> str:
        (self.programs / "codex").unlink()
        (self.programs / "codex").symlink_to(codex(version))
        # What it would ask of ChatGPT by itself, and wait for here, is switched off.
        return self.succeed("start", "--persona", "Dario", "--own-login", "--", "exec",
                            "--skip-git-repo-check", "-c", "features.apps=false",
                            "-c", "features.plugins=false", "hi")

    def test_its_login_and_its_account_reach_the_plan_and_nobody_else(self):
        login = json.loads((self.user_home / ".codex/auth.json").read_text())["tokens"]
        for version in CODEX_VERSIONS:
            with self.subTest(version):
                self.answer = {}
                self.internet.forget()
                self.assertIn("Hello", self.ask_by(version))
                paths = {request.target.split("?")[0] for _, request in self.internet.requests}
                self.assertEqual(set(self.internet.asked()), {self.plan})
                self.assertEqual(paths, {"/backend-api/codex/models",
                                         "/backend-api/codex/responses"})
                for _, sent in self.internet.requests:
                    self.assertEqual(sent.header("authorization"),
                                     f"Bearer {login['access_token']}")
                    self.assertEqual(sent.header("chatgpt-account-id"), login["account_id"])
                    self.assertIn(version, sent.header("user-agent"))
                    self.assertIsNone(sent.header("x-katra-token"))
                self.assertTrue(sent.header("session-id"))
                said = {"type": "usage_limit_reached", "message": "reached",
                        "resets_in_seconds": 3600}
                self.answer = {self.plan: (429, [], json.dumps({"error": said}).encode())}
                self.assertIn("Hello", self.ask_by(version))
                self.assertIn("Dario at openai: plan limit until", self.succeed("usage"))
                received = self.internet.received[DEEPSEEK]
                for part in (login["access_token"], login["account_id"]):
                    for form in own_login_test.forms_of(part):
                        self.assertNotIn(form, received)
                self.reload()


if __name__ == "__main__":
    programs = [program(version) for version in VERSIONS] + [codex(one) for one in CODEX_VERSIONS]
    needed = [str(path) for path in programs if not path.exists()]
    needed += [tool for tool in ("unshare", "ip", "openssl", "curl") if not shutil.which(tool)]
    if needed:
        print(f"skipped: no {', '.join(needed)}; run scripts/setup --dev --clients")
        sys.exit(1 if os.environ.get("CI") else fixture.SKIPPED)
    if INSIDE not in os.environ:
        os.execvpe(ALONE[0], [*ALONE, sys.executable, "-B", *sys.argv], {**os.environ, INSIDE: "1"})
    fixture.main()
