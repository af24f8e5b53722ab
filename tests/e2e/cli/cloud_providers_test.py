"""`katra start` and `katra doctor` with Bedrock, Vertex and Copilot: what is said when credentials, a
region or a project are missing, and that AWS keys of a session reach the gateway."""
import http.server
import json
import threading
import time
import urllib.request

import fixture

MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLEOFASESSION", "AWS_SECRET_ACCESS_KEY": "made-up-secret-0123456789"}
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
           "content": [{"type": "text", "text": "Hello"}], "stop_reason": "end_turn",
           "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}


class Upstream(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append(dict(self.headers))
        data = json.dumps(MESSAGE).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class CloudProviders(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.environment["PATH"] += ":/usr/bin:/bin"

    def configure(self, provider: str, **members) -> None:
        self.write("router/personas.json", json.dumps({
            "version": 1, "personas": {"Sam": {"provider": provider, "model": MODEL}},
            "providers": {provider: members}}))

    def install(self, name: str, printed: str, code: int = 0) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\ncat <<'END'\n{printed}\nEND\nexit {code}\n")
        path.chmod(0o755)

    def findings(self, **more) -> list[dict]:
        return json.loads(self.run_katra("doctor", "--json", **more).stdout)["findings"]

    def finding(self, subject: str, **more) -> dict:
        return next(one for one in self.findings(**more) if one["subject"] == subject)

    def test_the_doctor_leaves_alone_what_nobody_uses(self):
        said = json.dumps(self.findings())
        for name in ("bedrock", "vertex", "copilot", "gcloud"):
            self.assertNotIn(name, said)

    def test_the_doctor_says_what_is_missing_at_bedrock(self):
        self.configure("bedrock")
        self.assertIn("AWS_REGION", self.finding("bedrock")["text"])
        key = self.finding("key of bedrock")
        self.assertEqual(key["health"], "warning")
        self.assertIn("aws", key["text"])
        self.configure("bedrock", region="eu-west-1")
        self.assertFalse(any(one["subject"] == "bedrock" for one in self.findings()))
        self.install("aws", "{}")
        self.assertIn("AccessKeyId", self.finding("key of bedrock")["text"])
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        self.install("aws", json.dumps({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S",
                                        "Expiration": at}))
        key = self.finding("key of bedrock")
        self.assertEqual(key["health"], "ok")
        self.assertIn(at[:16], key["text"])
        key = self.finding("key of bedrock", environment=KEYS)
        self.assertEqual((key["health"], key["text"]),
                         ("ok", "AWS credentials are in the environment"))

    def test_the_doctor_says_what_is_missing_at_vertex_and_copilot(self):
        self.configure("vertex")
        self.assertIn("project", self.finding("vertex")["text"])
        self.assertIn("gcloud", self.finding("key of vertex")["text"])
        self.configure("copilot")
        self.assertIn("COPILOT_GITHUB_TOKEN", self.finding("key of copilot")["text"])

    def test_without_the_gateway_nobody_asks_them(self):
        for provider, members in (("bedrock", {"region": "eu-west-1"}), ("copilot", {}),
                                  ("vertex", {"project": "p"})):
            with self.subTest(provider=provider):
                self.configure(provider, **members)
                refused = self.run_katra("start", "--persona", "Sam", "--no-router",
                                         environment={**KEYS, "COPILOT_GITHUB_TOKEN": "gho_x"})
                self.assertNotEqual(refused.returncode, 0)
                self.assertIn("gateway", refused.stderr)

    def test_keys_of_the_session_reach_the_gateway_and_no_file(self):
        upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        upstream.seen = []
        self.addCleanup(upstream.server_close)
        self.addCleanup(upstream.shutdown)
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        self.configure("bedrock", region="eu-west-1",
                       api_base_url=f"http://127.0.0.1:{upstream.server_port}")
        self.succeed("up")  # without any key of its own
        self.succeed("start", "--persona", "Sam", environment=KEYS)
        started = self.started()[-1]["environment"]
        request = urllib.request.Request(
            started["ANTHROPIC_BASE_URL"] + "/v1/messages", json.dumps({
                "model": "claude-sonnet", "max_tokens": 9,
                "messages": [{"role": "user", "content": "hello"}]}).encode(),
            {"authorization": f"Bearer {started['ANTHROPIC_AUTH_TOKEN']}",
             "content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            self.assertEqual(json.load(answer)["content"][0]["text"], "Hello")
        sent = {name.lower(): value for name, value in upstream.seen[0].items()}
        self.assertIn("Credential=AKIDEXAMPLEOFASESSION/", sent["authorization"])
        for name, data in self.files().items():
            self.assertNotIn(KEYS["AWS_SECRET_ACCESS_KEY"].encode(), data, name)


if __name__ == "__main__":
    fixture.main()
