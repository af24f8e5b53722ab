"""The configurations that people copy from the guides, unchanged: which host each request reaches, with
which model and whose key. The outside world is played, as strict as the real one about path and key."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
import guide_files as guides  # noqa: E402
from gateway_fixture import BIN, Gateway, chat_stream, message_stream  # noqa: E402
from internet import Internet, make_certificate  # noqa: E402
from upstream import Upstream  # noqa: E402

KEYS = {f"{name}_API_KEY": f"key-of-{name.lower()}-0123456789" for name in (
    "ANTHROPIC", "OPENAI", "DEEPSEEK", "OPENROUTER", "MOONSHOT", "GEMINI")}
MESSAGES, CHAT = "/v1/messages", "/v1/chat/completions"
# Host -> the paths that it has, and the variable of the only key that it takes.
HOSTS = {
    "api.anthropic.com": ({MESSAGES}, "ANTHROPIC"), "api.openai.com": ({CHAT}, "OPENAI"),
    "api.deepseek.com": ({"/anthropic" + MESSAGES, "/chat/completions"}, "DEEPSEEK"),
    "openrouter.ai": ({"/api" + MESSAGES, "/api" + CHAT}, "OPENROUTER"),
    "api.moonshot.ai": ({"/anthropic" + MESSAGES}, "MOONSHOT"),
    "generativelanguage.googleapis.com": ({"/v1beta/openai/chat/completions"}, "GEMINI")}
ANTHROPIC, OPENAI, DEEPSEEK, OPENROUTER, MOONSHOT, GEMINI = HOSTS
LOCAL = "this computer"
THINK = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
IMAGE = {"messages": [{"role": "user", "content": [{"type": "image", "source": {
    "type": "base64", "media_type": "image/png", "data": "AAAA"}}]}]}
SEARCH = {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}
LONG = {"messages": [{"role": "user", "content": "word " * 60_000}]}
SMALL = {"model": "claude-haiku-4-5"}


def says(text: str) -> dict:
    return {"messages": [{"role": "user", "content": text}]}


def named(model: str) -> dict:
    return {"model": model}


EXPLAIN = says("explain what this function does")
REVIEW = says("please review my pull request before I merge")
COOK = says("what shall I cook for dinner tonight?")
# The file, and rows of: persona, request, the host that it reaches, the model that is asked for there.
YAML = [
    ("minimal", guides.plano("minimal"), [
        ("Sam", COOK, ANTHROPIC, "claude-sonnet-5"),
        ("Sam", says("rename getUser to fetchUser in all files"), DEEPSEEK, "deepseek-v4-pro"),
        ("Sam", named("deepseek,deepseek-v4-pro"), DEEPSEEK, "deepseek-v4-pro"),
        ("Sam", named("deepseek/deepseek-v4-pro"), DEEPSEEK, "deepseek-v4-pro")]),
    ("full", guides.plano("full"), [
        # Where no route fits, Anthropic is asked for the Claude model that the client names.
        ("Sam", COOK, ANTHROPIC, "claude-sonnet-5"),
        ("Sam", says("fix the failing build"), ANTHROPIC, "claude-opus-4-8"),
        ("Sam", EXPLAIN, ANTHROPIC, "claude-haiku-4-5"),
        ("Sam", named("arch.claude.code.small.fast"), ANTHROPIC, "claude-haiku-4-5"),
        ("Sam", named("cheap"), LOCAL, "qwen3-coder"),
        ("Sam", named("lead"), ANTHROPIC, "claude-opus-4-8"),
        ("Sam", named("openrouter/anthropic/claude-sonnet-4"), OPENROUTER,
         "anthropic/claude-sonnet-4"),
        ("Sam", named("kimi-k3"), MOONSHOT, "kimi-k3"),
        ("Sam", named("anthropic/kimi-k3"), MOONSHOT, "kimi-k3")]),
    ("guide", guides.plano("guide"), [
        ("Sam", COOK, OPENAI, "gpt-4.1-2025-04-14"),
        ("Sam", EXPLAIN, OPENAI, "gpt-4.1-2025-04-14"),
        ("Sam", says("write a function that parses ISO dates"), OPENAI, "gpt-5-2025-08-07"),
        ("Sam", REVIEW, ANTHROPIC, "claude-3-5-sonnet-20241022"),
        ("Sam", {**REVIEW, **named("openai,gpt-4")}, OPENAI, "gpt-4")]),
    ("legacy", guides.plano("legacy"), [
        ("Sam", COOK, OPENAI, "gpt-4.1"), ("Sam", named("gpt-4.1"), OPENAI, "gpt-4.1"),
        ("Sam", named("openai,gpt-4"), OPENAI, "gpt-4")]),
    ("aliases", guides.plano("aliases"), [
        ("Sam", COOK, OPENAI, "gpt-5-mini"),
        ("Sam", named("arch.fast.v1"), OPENAI, "gpt-5-mini"),
        ("Sam", named("arch.reason.v1"), ANTHROPIC, "claude-opus-4-8")]),
]
EXAMPLE = json.loads(
    (Path(__file__).resolve().parents[3] / "schemas/personas.json.example").read_text())
PERSONAS = [
    ("minimal", guides.MINIMAL_PERSONAS, [
        ("Sam", COOK, OPENAI, "gpt-4-turbo"), ("Sam", SMALL, OPENAI, "gpt-4-turbo"),
        ("Sam", THINK, OPENAI, "gpt-4-turbo"),
        ("Sam", named("openai,gpt-4"), OPENAI, "gpt-4")]),
    ("full", guides.FULL_PERSONAS, [
        ("Sam", COOK, OPENAI, "gpt-4-turbo"), ("Sam", SMALL, LOCAL, "qwen3-coder"),
        ("Sam", THINK, OPENAI, "gpt-5"), ("Sam", LONG, GEMINI, "gemini-2.5-pro"),
        ("Sam", named("openai,gpt-4"), OPENAI, "gpt-4"), ("Local", COOK, LOCAL, "qwen3-coder"),
        ("Dario", {**COOK, **named("claude-opus-4-8")}, ANTHROPIC, "claude-opus-4-8")]),
    ("katra's example", EXAMPLE, [
        ("Sam", COOK, OPENAI, "gpt-4-turbo"), ("Charlie", COOK, DEEPSEEK, "deepseek-coder"),
        ("Charlie", SMALL, DEEPSEEK, "deepseek-v4-flash"),
        ("Charlie", THINK, DEEPSEEK, "deepseek-v4-pro"),
        ("Multi", COOK, OPENROUTER, "anthropic/claude-sonnet-4"),
        ("Local", COOK, LOCAL, "qwen3-coder"),
        ("Dario", {**COOK, **named("claude-opus-4-8")}, ANTHROPIC, "claude-opus-4-8")]),
    ("routing_rules", guides.RULES, [
        ("Sam", COOK, OPENAI, "gpt-4-turbo"), ("Quinn", COOK, ANTHROPIC, "claude-sonnet-5"),
        ("Sam", SMALL, LOCAL, "qwen3-coder"), ("Sam", THINK, DEEPSEEK, "deepseek-v4-pro"),
        ("Own", THINK, OPENAI, "gpt-5"), ("Sam", LONG, GEMINI, "gemini-2.5-pro"),
        ("Sam", SEARCH, ANTHROPIC, "claude-sonnet-5"), ("Sam", IMAGE, OPENAI, "gpt-5"),
        ("Quinn", THINK, DEEPSEEK, "deepseek-v4-pro")]),
]
ROUTER = [
    ("Quinn", COOK, ANTHROPIC, "claude-sonnet-5"), ("Quinn", SMALL, LOCAL, "qwen3:8b"),
    ("Quinn", THINK, DEEPSEEK, "deepseek-v4-pro"),
    ("Quinn", named("deepseek,deepseek-v4-pro"), DEEPSEEK, "deepseek-v4-pro")]


class GuideExamples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="katra-guides-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.certificate, key = make_certificate(cls.folder, [*HOSTS, "llm.acme.example"])
        cls.down: set[str] = set()  # hosts that are overloaded
        cls.internet = Internet(cls.script, cls.certificate, key)
        cls.addClassCleanup(cls.internet.__exit__)
        cls.local = Upstream(cls.local_script)
        cls.addClassCleanup(cls.local.__exit__)

    @classmethod
    def script(cls, address, request, to):
        host, path = address.removesuffix(":443"), request.target.split("?")[0]
        paths, variable = HOSTS[host]
        key = KEYS[f"{variable}_API_KEY"]
        given = {request.header("x-api-key"), request.header("authorization")}
        if host in cls.down:
            return to.reply(529, b'{"error":{"type":"overloaded_error","message":"busy"}}')
        if path not in paths:
            return to.reply(404, json.dumps({"error": {"message": f"no {path} here"}}).encode())
        if not {key, f"Bearer {key}"} & given:
            return to.reply(401, b'{"error":{"message":"this key is of somebody else"}}')
        return to.stream((message_stream if path.endswith(MESSAGES) else chat_stream)("served"))

    @staticmethod
    def local_script(request, to):
        """Models on this computer, the router model among them."""
        body = json.loads(request.body)
        if body["model"] != "Arch-Router":
            return to.stream(chat_stream("served"))
        # It is told of the routes as well, and of what it has to do.
        asked = re.findall(r'"content": ?"([^"]*)"', body["messages"][0]["content"])[-1]
        route = "read code" if "explain" in asked else "write code" if "fix" in asked else "other"
        answer = {"id": "c", "object": "chat.completion", "model": "Arch-Router", "choices": [
            {"index": 0, "finish_reason": "stop",
             "message": {"role": "assistant", "content": json.dumps({"route": route})}}]}
        return to.reply(200, json.dumps(answer).encode())

    def gateway(self, *options, personas=None) -> Gateway:
        gateway = Gateway(None, None, "--ca-file", self.certificate, *options,
                          environment={**KEYS, **self.internet.environment,
                                       "no_proxy": "127.0.0.1,localhost"})
        self.addCleanup(gateway.__exit__)
        if personas is not None:
            gateway.write_configuration(self.placed(json.dumps(personas)))
            self.assertEqual(gateway.admin("POST", "/admin/reload").status, 200, gateway.log())
        return gateway

    def placed(self, text: str) -> str:
        return re.sub("LOCAL|1143[45]", str(self.local.port), text)

    def check(self, gateway: Gateway, rows, example: str):
        for number, (persona, request, host, model) in enumerate(rows):
            with self.subTest(f"{example}: {persona}: {str(request)[:120]}"):
                self.internet.forget()
                self.local.requests.clear()
                body = {"model": "claude-sonnet-5", "max_tokens": 2000, "stream": True, **COOK,
                        **request}
                reply = gateway.ask(body=body, persona=persona,
                                    headers={"x-claude-code-session-id": f"{example}{number}"})
                self.assertEqual(reply.status, 200, reply.body)
                self.assertIn(b"served", reply.body)
                local = [json.loads(one.body)["model"] for one in self.local.requests]
                asked = [name.removesuffix(":443") for name in self.internet.asked()]
                asked += [LOCAL for name in local if name != "Arch-Router"]
                self.assertEqual(asked[-1:], [host], asked)
                sent = self.local.requests[-1] if host == LOCAL else self.internet.last(f"{host}:443")
                self.assertEqual(json.loads(sent.body)["model"], model)

    def test_each_config_yaml_is_taken_as_it_is(self):
        for name, text, rows in YAML:
            path = f"{self.folder}/{name}.yaml"
            Path(path).write_text(self.placed(text), "utf-8")
            os.chmod(path, 0o600)
            gateway = self.gateway("--config", path)
            self.check(gateway, rows, name)

    def test_each_personas_json_is_taken_as_it_is(self):
        for name, value, rows in PERSONAS:
            self.check(self.gateway(personas=value), rows, name)

    def test_a_config_json_of_claude_code_router_means_the_same_after_its_import(self):
        gateway = self.gateway()
        path = f"{self.folder}/config.json"
        Path(path).write_text(self.placed(json.dumps(guides.ROUTER_JSON)), "utf-8")
        run = subprocess.run([f"{BIN}/katra", "config", "import", path, "--write"],
                             env={**gateway.environment, "KATRA_HOME": gateway.home},
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(gateway.admin("POST", "/admin/reload").status, 200)
        self.check(gateway, ROUTER, "config.json")

    def test_the_guides_fallback_answers_while_the_provider_is_overloaded(self):
        gateway = self.gateway(personas=guides.FULL_PERSONAS)
        self.addCleanup(self.down.clear)
        self.down.add(OPENAI)
        self.check(gateway, [("Sam", COOK, DEEPSEEK, "deepseek-v4-pro"),
                             ("Sam", THINK, DEEPSEEK, "deepseek-v4-pro")], "overloaded")


if __name__ == "__main__":
    unittest.main()
