"""`katra start` and `katra doctor` with keys that a command prints, with several keys, and with deployments
at Azure: what is needed before a session starts, and what is said of what does not work."""
import http.server
import json
import threading
import urllib.request

import fixture

SECRET = "made-up-key-of-the-command-0123456789"


class Upstream(http.server.BaseHTTPRequestHandler):
    """Takes SECRET; of deployments it has `prod`."""

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.seen.append((self.path, body, dict(self.headers)))
        sent = self.headers.get("api-key") or (self.headers.get("authorization") or "")[7:]
        if sent != SECRET:
            self.answer(401, {"error": {"code": "401", "message": "Access denied"}})
        elif body["model"] not in ("prod", "m"):
            self.answer(404, {"error": {"code": "DeploymentNotFound", "message": "no deployment"}})
        elif not body["messages"]:
            self.answer(400, {"error": {"code": "invalid", "message": "messages is empty"}})
        else:
            self.answer(200, {"id": "c", "object": "chat.completion", "created": 1, "model": "m",
                              "choices": [{"index": 0, "finish_reason": "stop", "message": {
                                  "role": "assistant", "content": "Hello"}}]})

    def answer(self, status: int, body: dict) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class KeySources(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        self.upstream.seen = []
        self.addCleanup(self.upstream.server_close)
        self.addCleanup(self.upstream.shutdown)
        threading.Thread(target=self.upstream.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.upstream.server_port}"
        self.environment["PATH"] += ":/usr/bin:/bin"

    def configure(self, more: dict, persona: dict | None = None, name="acme") -> None:
        self.write("router/personas.json", json.dumps({
            "version": 1, "personas": {"Sam": {"provider": name, "model": "m", **(persona or {})}},
            "providers": {name: {"api_base_url": self.url + "/v1", "interface": "openai",
                                 "models": ["m"], **more}}}))

    def ask(self) -> int:
        """As the client that was started last would."""
        started = self.started()[-1]["environment"]
        request = urllib.request.Request(
            started["ANTHROPIC_BASE_URL"] + "/v1/messages", json.dumps({
                "model": "claude-sonnet", "max_tokens": 9,
                "messages": [{"role": "user", "content": "hello"}]}).encode(),
            {"authorization": f"Bearer {started['ANTHROPIC_AUTH_TOKEN']}",
             "content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status

    def findings(self, **more) -> list[dict]:
        return json.loads(self.run_katra("doctor", "--json", **more).stdout)["findings"]

    def finding(self, subject: str, **more) -> dict:
        return next(one for one in self.findings(**more) if one["subject"] == subject)

    def test_a_session_needs_no_variable_when_a_command_prints_the_key(self):
        self.configure({"api_key_command": f"echo {SECRET}"})
        self.succeed("start", "--persona", "Sam")
        self.assertEqual(self.ask(), 200)
        for name, data in self.files().items():
            if not name.endswith("personas.json"):
                self.assertNotIn(SECRET.encode(), data, name)
        self.assertNotIn(SECRET, json.dumps(self.started()))
        explained = self.succeed("start", "--persona", "Sam", "--explain")
        self.assertIn("api_key_command", explained)
        self.assertNotIn(SECRET, explained)

    def test_without_the_gateway_there_is_nobody_to_run_it(self):
        self.configure({"api_key_command": f"echo {SECRET}"})
        refused = self.run_katra("start", "--persona", "Sam", "--no-router")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("api_key_command", refused.stderr)
        self.assertIn("--no-router", refused.stderr)
        # A provider that Claude Code reaches by itself goes through the gateway then.
        self.write("router/personas.json", json.dumps({"version": 1, "providers": {
            "zai": {"api_key_command": "echo x"}}}))
        self.succeed("start", "--persona", "Sam", "--provider", "zai")
        self.assertIn("127.0.0.1", self.started()[-1]["environment"]["ANTHROPIC_BASE_URL"])

    def test_one_of_several_keys_is_enough_and_all_are_handed_over(self):
        self.configure({"api_key_env": ["KEY_A", "KEY_B"]})
        refused = self.run_katra("start", "--persona", "Sam")
        self.assertIn("KEY_A", refused.stderr)
        self.assertNotEqual(refused.returncode, 0)
        self.succeed("up")  # without any key of its own
        self.succeed("start", "--persona", "Sam", environment={"KEY_B": SECRET})
        self.assertEqual(self.ask(), 200)
        self.forget_started()
        self.succeed("start", "--persona", "Sam", environment={"KEY_A": "sk-refused-0123456789",
                                                                "KEY_B": SECRET})
        self.assertEqual(self.ask(), 200)

    def test_the_doctor_says_which_keys_are_set(self):
        self.configure({"api_key_env": ["KEY_A", "KEY_B"]})
        for environment, health, text in (
                ({}, "warning", "KEY_A, KEY_B is not set"),
                ({"KEY_B": SECRET}, "warning", "of KEY_A, KEY_B only KEY_B is set"),
                ({"KEY_A": "x", "KEY_B": SECRET}, "ok", "KEY_A, KEY_B are set")):
            with self.subTest(environment=list(environment)):
                finding = self.finding("key of acme", environment=environment)
                self.assertEqual((finding["health"], finding["text"]), (health, text))
                self.assertNotIn(SECRET, json.dumps(finding))

    def test_the_doctor_runs_the_command(self):
        for command, health, text in (
                (f"echo {SECRET}", "ok", "its api_key_command works"),
                (["echo", SECRET], "ok", "its api_key_command works"),
                (f"echo '{{\"token\":\"{SECRET}\",\"expires_at\":\"2099-01-01T00:00:00Z\"}}'", "ok",
                 "good until 2099-01-01"),
                (f"echo '{{\"token\":\"{SECRET}\",\"expires_at\":\"2001-01-01T00:00:00Z\"}}'",
                 "warning", "expired at 2001-01-01"),
                (f"echo 'no login for {SECRET}' >&2; echo {SECRET}; exit 4", "warning",
                 "ended with exit code 4: no login for [redacted]"),
                ("true", "warning", "printed nothing"),
                (["no-such-program-at-all"], "warning", "cannot be started"),
                (["/no/such/program"], "warning", "cannot be started")):
            with self.subTest(command=command):
                self.configure({"api_key_command": command})
                finding = self.finding("key of acme")
                self.assertEqual(finding["health"], health)
                self.assertIn(text, finding["text"])
                self.assertNotIn(SECRET, json.dumps(finding))
                self.assertEqual(bool(finding["advice"]), health == "warning")

    def test_the_doctor_looks_for_deployments(self):
        base = {"api_base_url": self.url, "models": ["prod", "gone"]}
        for more in ({}, {"api_version": "2024-10-21"}):
            self.configure({**base, **more}, {"model": "prod"}, "azure")
            found = [one for one in self.findings(environment={"AZURE_OPENAI_API_KEY": SECRET})
                     if one["subject"] == "deployment of azure"]
            self.assertEqual([one["health"] for one in found], ["warning", "ok"])
            self.assertIn('"gone" does not exist', found[0]["text"])
            self.assertIn("az cognitiveservices", found[0]["advice"])
            self.assertIn('"prod" is there', found[1]["text"])
        refused = self.finding("deployment of azure", environment={"AZURE_OPENAI_API_KEY": "other"})
        self.assertIn("the key is refused", refused["text"])
        asked = len(self.upstream.seen)
        self.assertFalse(any(one["subject"] == "deployment of azure" for one in self.findings()))
        self.assertEqual(len(self.upstream.seen), asked)  # without a key nobody is asked

    def test_the_configuration_shows_names_and_no_arguments(self):
        self.configure({"api_key_command": ["printf", SECRET]})
        shown = self.succeed("config", "show")
        self.assertIn("(prints it: printf)", shown)
        self.assertNotIn(SECRET, shown)
        self.configure({"api_key_env": ["KEY_A", "KEY_B"], "key_order": "round_robin"})
        shown = self.succeed("config", "show", environment={"KEY_B": SECRET})
        self.assertIn("KEY_A (not set), KEY_B (set)", shown)
        self.assertIn("round_robin", shown)


if __name__ == "__main__":
    fixture.main()
