"""Every built-in provider in the cloud, asked where it really is: the outside world is played
(tests/support/python/internet.py), each host as strict as its own documents say (docs/providers.md names
them) about path, header, model and the parameters that it answers 400 to."""
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from internet import Internet, make_certificate  # noqa: E402
from gateway_fixture import BIN, Gateway, chat_stream, message_stream  # noqa: E402

MESSAGES, CHAT = "/v1/messages", "/chat/completions"
BEARER, X_API_KEY = "authorization", "x-api-key"
# Name -> variable, host, path, headers with the key, model, parameters that are refused.
PROVIDERS = {
    "anthropic": ("ANTHROPIC_API_KEY", "api.anthropic.com", MESSAGES, {X_API_KEY}, "claude-opus-4-8",
                  set()),
    "openai": ("OPENAI_API_KEY", "api.openai.com", "/v1" + CHAT, {BEARER}, "gpt-5", {"max_tokens"}),
    "deepseek": ("DEEPSEEK_API_KEY", "api.deepseek.com", "/anthropic" + MESSAGES, None,
                 "deepseek-v4-pro", set()),
    "openrouter": ("OPENROUTER_API_KEY", "openrouter.ai", "/api" + MESSAGES, {BEARER},
                   "anthropic/claude-sonnet-4", set()),
    "gemini": ("GEMINI_API_KEY", "generativelanguage.googleapis.com", "/v1beta/openai" + CHAT,
               {BEARER}, "gemini-2.5-pro", set()),
    "grok": ("XAI_API_KEY", "api.x.ai", "/v1" + CHAT, {BEARER}, "grok-4", {"stop"}),
    "mistral": ("MISTRAL_API_KEY", "api.mistral.ai", "/v1" + CHAT, {BEARER}, "mistral-large-latest",
                {"stream_options"}),
    "groq": ("GROQ_API_KEY", "api.groq.com", "/openai/v1" + CHAT, {BEARER}, "openai/gpt-oss-120b",
             set()),
    "moonshot": ("MOONSHOT_API_KEY", "api.moonshot.ai", "/anthropic" + MESSAGES, None, "kimi-k3",
                 set()),
    "zai": ("ZAI_API_KEY", "api.z.ai", "/api/anthropic" + MESSAGES, {BEARER}, "glm-4.6", set()),
    "minimax": ("MINIMAX_API_KEY", "api.minimax.io", "/anthropic" + MESSAGES, None, "MiniMax-M2",
                set()),
    "cerebras": ("CEREBRAS_API_KEY", "api.cerebras.ai", "/v1" + CHAT, {BEARER}, "gpt-oss-120b",
                 {"max_tokens", "parallel_tool_calls", "frequency_penalty", "presence_penalty",
                  "logit_bias", "service_tier"}),
    "dashscope": ("DASHSCOPE_API_KEY", "dashscope-intl.aliyuncs.com", "/apps/anthropic" + MESSAGES,
                  {X_API_KEY}, "qwen-plus", set()),
    "digitalocean": ("MODEL_ACCESS_KEY", "inference.do-ai.run", "/v1" + CHAT, {BEARER},
                     "llama3.3-70b-instruct", set()),
    "fireworks": ("FIREWORKS_API_KEY", "api.fireworks.ai", "/inference" + MESSAGES, {BEARER},
                  "accounts/fireworks/models/kimi-k2p5", set()),
    "nvidia": ("NVIDIA_API_KEY", "integrate.api.nvidia.com", "/v1" + CHAT, {BEARER},
               "nvidia/llama-3.1-nemotron-70b-instruct", {"user"}),
    "siliconflow": ("SILICONFLOW_API_KEY", "api.siliconflow.cn", MESSAGES, {BEARER},
                    "deepseek-ai/DeepSeek-V4-Flash", set()),
    "together": ("TOGETHER_API_KEY", "api.together.ai", "/v1" + CHAT, {BEARER}, "openai/gpt-oss-20b",
                 set()),
    "vercel": ("AI_GATEWAY_API_KEY", "ai-gateway.vercel.sh", MESSAGES, {BEARER},
               "anthropic/claude-opus-4.6", set()),
    "volcengine": ("ARK_API_KEY", "ark.cn-beijing.volces.com", "/api/v3" + CHAT, {BEARER},
                   "doubao-seed-1-8-251228", {"user"}),
    "xai": ("XAI_API_KEY", "api.x.ai", "/v1" + CHAT, {BEARER}, "grok-4", {"stop"}),
    "xiaomi": ("MIMO_API_KEY", "api.xiaomimimo.com", "/anthropic" + MESSAGES, {BEARER},
               "mimo-v2.5-pro", set()),
}
LOCAL = {"ollama", "lmstudio", "llamacpp", "vllm"}
# Signed, or by tokens that are exchanged: bedrock.py and vertex_copilot.py ask them.
PLATFORMS = {"bedrock", "vertex", "vertex-gemini", "copilot"}
# The other face of those that have two, by the same documents.
OTHER_FACE = {
    "dashscope": "/compatible-mode/v1" + CHAT, "fireworks": "/inference/v1" + CHAT,
    "siliconflow": "/v1" + CHAT, "vercel": "/v1" + CHAT, "xiaomi": "/v1" + CHAT,
}
KEYS = {variable: f"key-of-{variable.lower()}-0123456789" for variable, *_ in PROVIDERS.values()}
TOOL = {"name": "ls", "description": "lists", "input_schema": {
    "type": "object", "properties": {"path": {"type": "string"}}}}
BODY = {"max_tokens": 100, "stream": True, "stop_sequences": ["END"], "tools": [TOOL],
        "temperature": 1, "metadata": {"user_id": "somebody"},
        "messages": [{"role": "user", "content": "Hi"}]}


class BuiltIns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="katra-built-in-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        hosts = sorted({host for _, host, *_ in PROVIDERS.values()})
        certificate, key = make_certificate(cls.folder, hosts)
        cls.internet = Internet(cls.script, certificate, key)
        cls.addClassCleanup(cls.internet.__exit__)
        cls.certificate = certificate

    def gateway(self, providers=None) -> Gateway:
        gateway = Gateway(providers or {}, {}, "--ca-file", self.certificate,
                          environment={**KEYS, **self.internet.environment})
        self.addCleanup(gateway.__exit__)
        return gateway

    @staticmethod
    def script(host, request, to):
        body = json.loads(request.body)
        refused = set().union(*(faults for _, name, path, _, _, faults in PROVIDERS.values()
                                if f"{name}:443" == host and request.target.split("?")[0] == path))
        wrong = sorted(refused & set(body))
        if wrong:
            to.reply(400, json.dumps({"error": {"message": f"{wrong} not supported"}}).encode())
        elif request.target.split("?")[0].endswith(CHAT):
            to.stream(chat_stream(f"Hello from {host}"))
        else:
            to.stream(message_stream(f"Hello from {host}"))

    def ask(self, gateway, name, model):
        self.internet.forget()
        reply = gateway.ask(body={**BODY, "model": f"{name},{model}"})
        self.assertEqual(reply.status, 200, reply.body)
        host = f"{PROVIDERS[name][1]}:443"
        self.assertEqual(self.internet.asked(), [host])
        self.assertIn("Hello", reply.body.decode())
        return self.internet.last(host)

    def test_this_table_has_them_all(self):
        gateway = self.gateway()
        unknown = gateway.ask(body={**BODY, "model": "no-such-provider,m"})
        known = re.search(r"known: ([a-z0-9, -]+)", unknown.json()["error"]["message"]).group(1)
        self.assertEqual({name.strip() for name in known.split(",")}, set(PROVIDERS) | LOCAL | PLATFORMS)

    def test_each_is_asked_where_and_how_its_documents_say(self):
        gateway = self.gateway()
        for name, (variable, host, path, headers, model, _) in PROVIDERS.items():
            with self.subTest(name):
                sent = self.ask(gateway, name, model)
                self.assertEqual(sent.target, path)
                key = KEYS[variable]
                with_key = {header for header, value in sent.headers if key in value}
                if headers is None:  # both are taken there
                    self.assertLessEqual(with_key, {BEARER, X_API_KEY})
                    self.assertTrue(with_key)
                else:
                    self.assertEqual(with_key, headers)
                self.assertEqual(json.loads(sent.body)["model"], model)
                for other in set(KEYS.values()) - {key}:
                    self.assertNotIn(other.encode(), self.internet.received[f"{host}:443"])

    def test_the_other_face_of_those_that_have_two(self):
        gateway = self.gateway({name: {"interface": "openai"} for name in OTHER_FACE})
        for name, path in OTHER_FACE.items():
            with self.subTest(name):
                sent = self.ask(gateway, name, PROVIDERS[name][4])
                self.assertEqual(sent.target, path)
                self.assertEqual(sent.header(BEARER), f"Bearer {KEYS[PROVIDERS[name][0]]}")

    def test_a_recipe_is_all_that_personas_json_must_say(self):
        page = (Path(__file__).resolve().parents[3] / "docs/providers.md").read_text()
        recipes = re.findall(r'```json\n(\{"personas": \{"Sam": \{"provider": .*?)\n```', page, re.S)
        seen = set()
        for recipe in recipes:
            written = json.loads(recipe)
            name = written["personas"]["Sam"]["provider"]
            seen.add(name)
            if name not in PROVIDERS:
                continue
            with self.subTest(name):
                gateway = self.gateway()
                gateway.write_configuration(recipe)
                gateway.admin("POST", "/admin/reload")
                self.internet.forget()
                self.assertEqual(gateway.ask(body={**BODY, "model": "claude-sonnet"}).status, 200)
                self.assertEqual(self.internet.asked(), [f"{PROVIDERS[name][1]}:443"])
                gateway.__exit__()
        self.assertLessEqual(set(OTHER_FACE) | {"azure", "xai", "nvidia", "together", "volcengine",
                                                "digitalocean", "cerebras"}, seen)
        shown = subprocess.run([f"{BIN}/katra", "config", "show", "--all"], text=True,
                               capture_output=True, check=False,
                               env={"PATH": "/usr/bin:/bin", "HOME": self.folder})
        for name in PROVIDERS:
            self.assertIn(f"providers.{name}.", shown.stdout)


if __name__ == "__main__":
    unittest.main()
