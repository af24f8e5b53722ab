"""katra_gateway --config: a Plano config.yaml, with two upstreams that are strict about path, key and
model; and the same file read again while it runs."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from gateway_fixture import BIN, Gateway, chat_stream, message_stream  # noqa: E402
from upstream import Upstream  # noqa: E402

KEYS = {"OPENAI_API_KEY": "key-of-openai-0123456789", "KIMI_KEY": "key-of-kimi-0123456789"}
BODY = {"max_tokens": 100, "stream": True, "messages": [{"role": "user", "content": "Hi"}]}


def strict(path: str, header: str, key: str, models: set[str], stream):
    """Answers only requests for these models, at this path, with this key."""
    def script(request, to):
        asked = json.loads(request.body)["model"]
        wrong = None
        if request.target.split("?")[0] != path:
            wrong = f"no {request.target} here"
        elif request.header(header) != key:
            wrong = f"{header} is wrong"
        elif asked not in models:
            wrong = f"no model {asked} here"
        if wrong:
            to.reply(400, json.dumps({"error": {"message": wrong}}).encode())
        else:
            to.stream(stream(f"Hello from {asked}"))
    return script


class PlanoConfig(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="katra-plano-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = f"{self.folder}/config.yaml"
        self.openai = self.upstream(strict(
            "/v1/chat/completions", "authorization", f"Bearer {KEYS['OPENAI_API_KEY']}",
            {"gpt-4.1-2025-04-14", "gpt-5-2025-08-07"}, chat_stream))
        self.kimi = self.upstream(strict("/anthropic/v1/messages", "x-api-key", KEYS["KIMI_KEY"],
                                         {"kimi-k3"}, message_stream))

    def upstream(self, script) -> Upstream:
        upstream = Upstream(script)
        self.addCleanup(upstream.__exit__)
        return upstream

    def write(self, text: str, name: str = "config.yaml"):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(path, 0o600)

    def entries(self, key: str = "$KIMI_KEY") -> str:
        return f"""llm_providers:
  - model: openai/gpt-4.1-2025-04-14
    access_key: $OPENAI_API_KEY
    base_url: {self.openai.url}
    default: true
  - model: openai/gpt-5-2025-08-07
    access_key: $OPENAI_API_KEY
    base_url: {self.openai.url}
  - name: kimi
    model: anthropic/kimi-k3
    access_key: {key}
    base_url: {self.kimi.url}/anthropic/v1
"""

    def gateway(self, environment=None, personas=None) -> Gateway:
        gateway = Gateway({}, personas or {}, "--config", self.path,
                          environment=KEYS if environment is None else environment)
        self.addCleanup(gateway.__exit__)
        return gateway

    def ask(self, gateway, model: str, persona="Sam") -> str:
        reply = gateway.ask(body={**BODY, "model": model}, persona=persona)
        self.assertEqual(reply.status, 200, (model, reply.body))
        return "".join(event["delta"].get("text", "") for name, event in reply.events()
                       if name == "content_block_delta")

    def test_each_model_is_asked_at_its_provider_with_its_key(self):
        self.write(self.entries())
        gateway = self.gateway()
        for model, wanted in (("openai/gpt-4.1-2025-04-14", "gpt-4.1-2025-04-14"),
                              ("openai/gpt-5-2025-08-07", "gpt-5-2025-08-07"),
                              ("openai,gpt-5-2025-08-07", "gpt-5-2025-08-07"),
                              ("gpt-5-2025-08-07", "gpt-5-2025-08-07"),
                              ("anthropic/kimi-k3", "kimi-k3"),
                              ("anthropic,kimi-k3", "kimi-k3"),
                              ("kimi-k3", "kimi-k3"),
                              ("kimi", "kimi-k3"),
                              # A client that knows only its own models is given the default.
                              ("claude-sonnet-4-5", "gpt-4.1-2025-04-14")):
            self.assertIn(f"Hello from {wanted}", self.ask(gateway, model), model)
        log = gateway.log()
        for key in KEYS.values():
            self.assertNotIn(key, log)

    def test_a_persona_keeps_its_own_model(self):
        self.write(self.entries())
        gateway = self.gateway(personas={"Ada": {"provider": "openai", "model": "gpt-5-2025-08-07"}})
        self.assertIn("Hello from gpt-5-2025-08-07", self.ask(gateway, "claude-opus-4-8", "Ada"))
        self.assertIn("Hello from gpt-4.1-2025-04-14", self.ask(gateway, "claude-opus-4-8", "Sam"))

    def test_keys_may_stand_in_env_beside_the_file(self):
        self.write(self.entries())
        self.write(f"OPENAI_API_KEY=not-this-one\nKIMI_KEY='{KEYS['KIMI_KEY']}'\n", ".env")
        gateway = self.gateway({"OPENAI_API_KEY": KEYS["OPENAI_API_KEY"]})
        self.assertIn("Hello from kimi-k3", self.ask(gateway, "anthropic/kimi-k3"))
        self.assertIn("Hello from gpt-5", self.ask(gateway, "openai/gpt-5-2025-08-07"))

    def test_a_running_gateway_reads_it_again_and_keeps_the_old_one_when_it_is_bad(self):
        self.write(self.entries())
        gateway = self.gateway()
        self.write(self.entries() + "model_aliases:\n  quick: {target: nothing}\n")
        self.assertGreaterEqual(gateway.admin("POST", "/admin/reload").status, 400)
        self.assertIn(f"{self.path}:14:19: $.model_aliases.quick.target", gateway.log())
        self.assertIn("Hello from kimi-k3", self.ask(gateway, "anthropic/kimi-k3"))
        self.write(self.entries() + "  - {model: anthropic/new, base_url: 'http://127.0.0.1:9'}\n")
        self.assertEqual(gateway.admin("POST", "/admin/reload").status, 200)
        self.assertIn("anthropic-2", gateway.ask("GET", "/v1/models").body.decode())

    def test_a_bad_file_stops_the_start_and_a_key_in_it_is_not_shown(self):
        for text, wanted in ((self.entries("sk-literal-secret"), "keys do not belong in this file"),
                             ("llm_providers:\n  - model: gpt-5\n", ":2:12: "),
                             ("llm_providers: [\n", "is not valid YAML")):
            self.write(text)
            run = subprocess.run(
                [f"{BIN}/katra_gateway", "--home", f"{self.folder}/home", "--port", "0", "--config",
                 "config.yaml"], cwd=self.folder, capture_output=True, text=True, check=False,
                env={"PATH": os.environ["PATH"], "HOME": self.folder, **KEYS}, timeout=60)
            self.assertNotEqual(run.returncode, 0)
            self.assertIn(wanted, run.stderr)
            self.assertIn(self.path, run.stderr)
            self.assertNotIn("sk-literal-secret", run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main()
