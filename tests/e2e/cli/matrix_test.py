"""The provider that is named is the one that answers: every provider of the guides and one of the user's own,
each behind a stand-in with a log of its own, times what personas.json says of the persona, `--model` given
or not, and the client. The clients write down how they were started; the requests that the real ones would
then make are made here, to wherever that leads, and nobody else's log may show a word."""
import concurrent.futures
import json
import pathlib
import sys
import tomllib
import urllib.error
import urllib.parse
import urllib.request

import fixture

sys.path.insert(0, str(fixture.ROOT / "tests/support/python"))
from recording_upstreams import RecordingUpstream  # noqa: E402

# Writes down its arguments and variables, and ends.
RECORDER = """#!/bin/sh
for argument; do printf '%s\\0' "$argument"; done > "$KATRA_RECORD/$KATRA_PERSONA.arguments"
exec /usr/bin/env -0 > "$KATRA_RECORD/$KATRA_PERSONA.environment"
"""
# Provider -> the variable with its key, its usual model, one for --model, one for personas.json.
PROVIDERS = {
    "anthropic": ("ANTHROPIC_API_KEY", None, "claude-opus-4-8", "claude-sonnet-4"),
    "openai": ("OPENAI_API_KEY", "gpt-5", "gpt-4-turbo", "gpt-4o"),
    "deepseek": ("DEEPSEEK_API_KEY", "deepseek-v4-pro", "deepseek-v4-flash", "deepseek-coder"),
    "openrouter": ("OPENROUTER_API_KEY", "anthropic/claude-sonnet-4", "openai/gpt-5",
                   "deepseek/deepseek-v3"),
    "gemini": ("GEMINI_API_KEY", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-3"),
    "grok": ("XAI_API_KEY", "grok-4", "grok-4-fast", "grok-3"),
    "groq": ("GROQ_API_KEY", "openai/gpt-oss-120b", "openai/gpt-oss-20b", "moonshot/kimi-k2"),
    "mistral": ("MISTRAL_API_KEY", "mistral-large-latest", "codestral-latest", "mistral-small"),
    "moonshot": ("MOONSHOT_API_KEY", "kimi-k3", "kimi-k2", "kimi-latest"),
    "zai": ("ZAI_API_KEY", "glm-4.6", "glm-4.5-air", "glm-4.5"),
    "minimax": ("MINIMAX_API_KEY", "MiniMax-M2", "MiniMax-M1", "MiniMax-01"),
    "ollama": (None, "qwen3-coder", "qwen3:8b", "openai/gpt-oss"),
    "llamacpp": (None, "default", "local", "anthropic/local"),
    "vllm": (None, None, "openai/gpt-oss-20b", "mistral/magistral"),
    "lmstudio": (None, None, "deepseek/r1", "gemini/gemma"),
    "cerebras": ("CEREBRAS_API_KEY", "gpt-oss-120b", "qwen-3-coder", "zai-glm-4.7"),
    "dashscope": ("DASHSCOPE_API_KEY", "qwen-plus", "qwen3-plus", "qwen-max"),
    "digitalocean": ("MODEL_ACCESS_KEY", "llama3.3-70b-instruct", "openai-gpt-5", "kimi-k2"),
    "fireworks": ("FIREWORKS_API_KEY", "accounts/fireworks/models/kimi-k2p5",
                  "accounts/fireworks/models/glm-5", "accounts/me/models/own"),
    "nvidia": ("NVIDIA_API_KEY", "nvidia/llama-3.1-nemotron-70b-instruct",
               "nvidia/nemotron", "meta/llama-4"),
    "siliconflow": ("SILICONFLOW_API_KEY", "deepseek-ai/DeepSeek-V4-Flash", "Qwen/Qwen3-Coder",
                    "zai-org/GLM-5.2"),
    "together": ("TOGETHER_API_KEY", "openai/gpt-oss-20b", "openai/gpt-oss-120b", "Qwen/Qwen3"),
    "vercel": ("AI_GATEWAY_API_KEY", "anthropic/claude-opus-4.6", "openai/gpt-5",
               "deepseek/deepseek-v4"),
    "volcengine": ("ARK_API_KEY", "doubao-seed-1-8-251228", "doubao-seed-2-0", "ep-20260101"),
    "xai": ("XAI_API_KEY", "grok-4", "grok-4-fast", "grok-3"),
    "xiaomi": ("MIMO_API_KEY", "mimo-v2.5-pro", "mimo-v2.5", "mimo-v2"),
    "acme": ("ACME_KEY", "acme-one", "openai/acme-two", "acme-three"),
}
BUILT_IN = [name for name in PROVIDERS if name != "acme"]
# What opencode reaches by itself, under its own names.
OF_OPENCODE = {"anthropic": "anthropic", "openai": "openai", "deepseek": "deepseek",
               "openrouter": "openrouter", "gemini": "google", "mistral": "mistral",
               "groq": "groq", "grok": "xai"}
# What the plain mode makes of each built-in provider where it stands.
PLAIN = {
    "anthropic": None, "openai": "https://api.openai.com/v1",
    "deepseek": "https://api.deepseek.com", "openrouter": "https://openrouter.ai/api/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai",
    "grok": "https://api.x.ai", "groq": "https://api.groq.com/openai/v1",
    "mistral": "https://api.mistral.ai/v1", "moonshot": "https://api.moonshot.ai/anthropic",
    "zai": "https://api.z.ai/api/anthropic", "minimax": "https://api.minimax.io/anthropic",
    "ollama": "http://127.0.0.1:11434", "llamacpp": "http://127.0.0.1:8080",
    "vllm": "http://127.0.0.1:8000", "lmstudio": "http://127.0.0.1:1234",
    "cerebras": "https://api.cerebras.ai/v1",
    "dashscope": "https://dashscope-intl.aliyuncs.com/apps/anthropic",
    "digitalocean": "https://inference.do-ai.run/v1",
    "fireworks": "https://api.fireworks.ai/inference",
    "nvidia": "https://integrate.api.nvidia.com/v1", "siliconflow": "https://api.siliconflow.cn",
    "together": "https://api.together.ai/v1", "vercel": "https://ai-gateway.vercel.sh",
    "volcengine": "https://ark.cn-beijing.volces.com/api/v3", "xai": "https://api.x.ai",
    "xiaomi": "https://api.xiaomimimo.com/anthropic",
}
SPEAKS_MESSAGES = {"anthropic", "moonshot", "zai", "minimax", "ollama", "llamacpp", "vllm",
                   "lmstudio", "dashscope", "fireworks", "siliconflow", "vercel", "xiaomi"}
# What each client is handed when nobody names a model. Claude Code's is its word for its own choice.
HANDED = {"claude": "default", "codex": "gpt-5"}
OWN_MODEL = {"claude": "claude-sonnet-5", "codex": "gpt-5"}
OWN_SMALL = "claude-haiku-4-5"
KEY_OF_ANTHROPIC = "sk-made-up-of-anthropic"
LOGIN = "a-login-of-the-user-s-own"
CONNECTION = ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")


def key_of(provider: str) -> str | None:
    variable = PROVIDERS[provider][0]
    # Two names of one company share a variable.
    of = next(name for name, (key, *_) in PROVIDERS.items() if key == variable)
    return f"sk-made-up-of-{of}" if variable else None


def other(provider: str) -> str:
    names = list(PROVIDERS)
    return names[(names.index(provider) + 1) % len(names)]


def post(url: str, body: dict, headers: dict) -> None:
    """As a client does, to this machine only."""
    assert urllib.parse.urlsplit(url).hostname == "127.0.0.1", f"a request would leave: {url}"
    request = urllib.request.Request(url, json.dumps(body).encode(),
                                     {"content-type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{url} {body}: {error.code} {error.read().decode()}") from None


class Started:
    """How a client was started."""

    def __init__(self, records: pathlib.Path, persona: str):
        self.arguments = (records / f"{persona}.arguments").read_text().split("\0")[:-1]
        pairs = (records / f"{persona}.environment").read_text().split("\0")[:-1]
        self.environment = dict(pair.split("=", 1) for pair in pairs)

    def option(self, name: str) -> str | None:
        return self.arguments[self.arguments.index(name) + 1] if name in self.arguments else None

    def connection(self) -> dict[str, str]:
        return {name: self.environment[name] for name in CONNECTION if name in self.environment}

    def act_as_claude(self) -> None:
        base = self.environment.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
        headers = {"anthropic-version": "2023-06-01"}
        if token := self.environment.get("ANTHROPIC_AUTH_TOKEN"):
            headers["authorization"] = f"Bearer {token}"
        if key := self.environment.get("ANTHROPIC_API_KEY"):
            headers["x-api-key"] = key
        told = self.option("--model")
        assert told, "its own files would choose the model"
        # llama.cpp's one model is called like that, too, and it answers to any name.
        named = "ANTHROPIC_MODEL" in json.loads(self.option("--settings"))["env"]
        for model in (OWN_MODEL["claude"] if told == HANDED["claude"] and not named else told,
                      self.environment.get("ANTHROPIC_SMALL_FAST_MODEL", OWN_SMALL)):
            post(f"{base}/v1/messages", {
                "model": model, "max_tokens": 9, "stream": True,
                "messages": [{"role": "user", "content": "hello"}]}, headers)

    def act_as_codex(self) -> None:
        values = [self.arguments[at + 1] for at, word in enumerate(self.arguments) if word == "-c"]
        config = tomllib.loads("\n".join(values))
        name = config.get("model_provider", "openai")
        provider = config.get("model_providers", {}).get(
            name, {"base_url": "https://api.openai.com/v1", "env_key": "OPENAI_API_KEY"})
        headers = {}
        if "env_key" in provider:
            headers["authorization"] = f"Bearer {self.environment[provider['env_key']]}"
        post(f"{provider['base_url']}/responses", {
            "model": self.option("--model"), "stream": True,
            "input": "hello"}, headers)

    def act_as_opencode(self) -> None:
        config = json.loads(self.environment["OPENCODE_CONFIG_CONTENT"])
        # Without one it takes whatever its user's other providers offer.
        assert "model" in config, "opencode would choose company and model by itself"
        name, model = config["model"].split("/", 1)
        options = config["provider"][name]["options"]
        variable = {PROVIDERS[of][0]: of for of in OF_OPENCODE}
        key = options.get("apiKey", "")
        if key.startswith("{env:"):
            key = self.environment[key[5:-1]]
        else:
            key = next(self.environment[v] for v, of in variable.items() if OF_OPENCODE[of] == name)
        if name == "katra":
            assert model in config["provider"][name]["models"], "its own list lacks the model"
        if name == "anthropic":
            post(f"{options['baseURL']}/messages", {
                "model": model, "max_tokens": 9, "stream": True,
                "messages": [{"role": "user", "content": "hello"}]}, {"x-api-key": key})
        else:
            post(f"{options['baseURL']}/chat/completions", {
                "model": model, "stream": True,
                "messages": [{"role": "user", "content": "hello"}]},
                {"authorization": f"Bearer {key}"})

    def act(self, client: str) -> None:
        {"claude": self.act_as_claude, "codex": self.act_as_codex,
         "opencode": self.act_as_opencode}[client]()


class Providers(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.environment.update(
            {key: key_of(name) for name, (key, *_) in PROVIDERS.items() if key})

    def install_client(self, name: str) -> None:
        (self.programs / name).write_text(RECORDER)
        (self.programs / name).chmod(0o755)

    def open_upstreams(self) -> dict[str, RecordingUpstream]:
        return {name: self.enterContext(RecordingUpstream(name)) for name in PROVIDERS}

    def start(self, persona: str, client: str, *arguments: str, **more) -> tuple[str, Started | None]:
        """What was said, and how the client was started; None: it was not."""
        for name in ("arguments", "environment"):
            (self.records / f"{persona}.{name}").unlink(missing_ok=True)
        run = self.run_katra("start", "--persona", persona, "--client", client, *arguments, **more)
        started = (self.records / f"{persona}.environment").exists()
        self.assertEqual(run.returncode == 0, started, f"{arguments}: {run.stdout}{run.stderr}")
        return run.stderr, Started(self.records, persona) if started else None

    def for_each(self, providers, check) -> None:
        """Several at a time: most of a start is waiting for the disk."""
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            jobs = {name: pool.submit(check, name) for name in providers}
        wrong = [f"{name}: {error}" for name, job in jobs.items() if (error := job.exception())]
        self.assertEqual(wrong, [], "\n".join(wrong))

    def check_keys(self, provider: str, seen: list) -> None:
        key = key_of(provider)
        for path, _, credentials in seen:
            for value in credentials.values():
                self.assertIn(value.removeprefix("Bearer "), (key,) if key else ("none",), path)

    def is_routed(self, started: Started) -> bool:
        return started.connection().get("ANTHROPIC_AUTH_TOKEN", "").startswith("katra_")


class MatrixTest(Providers):
    # What a session of `provider` is answered by. None: the client's own choice at that provider.
    def model_of(self, provider: str, kind: str, given: bool) -> str | None:
        _, usual, model, in_file = PROVIDERS[provider]
        return model if given else in_file if kind == "same" else usual

    def sessions(self, provider: str):
        """Persona, options and what they mean."""
        for kind in ("same", "other", "new"):
            for given in (False, True):
                options = ["--provider", provider]
                if given:
                    options += ["--model", PROVIDERS[provider][2]]
                yield f"{kind}-{provider}", options, self.model_of(provider, kind, given)

    def write_down(self, upstreams: dict[str, RecordingUpstream]) -> None:
        """Every provider is moved to its stand-in, and two personas of each are written down."""
        personas, providers = {}, {}
        for name, (variable, usual, _, in_file) in PROVIDERS.items():
            there = other(name)
            personas[f"same-{name}"] = {"provider": name, "model": in_file}
            personas[f"other-{name}"] = {"provider": there, "model": PROVIDERS[there][3]}
            providers[name] = {"api_base_url": upstreams[name].url}
            if name == "acme":
                providers[name] |= {"api_key_env": variable, "models": [usual]}
        self.write("router/personas.json", json.dumps(
            {"version": 1, "personas": personas, "providers": providers}))

    def run_matrix(self, clients: tuple[str, ...], options: list[str], check) -> None:
        """Starts every session of the matrix, acts as its client, and hands what the provider's own
        log has of it to `check(client, provider, model, started, seen)`. Each stand-in's log grows by
        its own sessions alone."""
        upstreams = self.open_upstreams()
        self.write_down(upstreams)
        expected = dict.fromkeys(PROVIDERS, 0)

        def all_of(provider: str) -> None:
            for client in clients:
                for persona, asked, model in self.sessions(provider):
                    what = f"{client} {persona} {asked} {options}"
                    said, started = self.start(persona, client, *asked, *options)
                    before = len(upstreams[provider].seen)
                    if started:
                        started.act(client)
                    seen = upstreams[provider].seen[before:]
                    expected[provider] += len(seen)
                    try:
                        check(client, provider, model, started, seen, said)
                    except AssertionError as error:
                        raise AssertionError(f"{what}: {error}") from error

        self.for_each(PROVIDERS, all_of)
        self.assertEqual({name: len(upstream.seen) for name, upstream in upstreams.items()},
                         expected, "somebody was asked whom nobody named")

    def test_the_gateway_asks_the_session_s_provider_for_the_session_s_model(self):
        def check(client, provider, model, started, seen, said):
            if client == "opencode" and model is None:
                # No list of models is known: it must be told one.
                if started is None:
                    self.assertIn("--model", said)
                    return
                model = seen[0][1]
            self.assertIsNotNone(started, said)
            own = OWN_MODEL.get(client)
            if client == "codex" and model is None and provider == "anthropic":
                model = "claude-sonnet-5"  # the first of it that is known
            models = [model or own] + ([model or OWN_SMALL] if client == "claude" else [])
            self.assertEqual([asked for _, asked, _ in seen], models)
            self.check_keys(provider, seen)

        self.run_matrix(("claude", "codex", "opencode"), ["--use-router"], check)

    def test_claude_code_on_its_own_way_reaches_the_provider_that_is_named(self):
        def check(_, provider, model, started, seen, said):
            self.assertIsNotNone(started, said)
            self.assertEqual(len(seen), 2)
            self.assertEqual(seen[0][1], model or OWN_MODEL["claude"])
            self.assertNotEqual(provider in SPEAKS_MESSAGES, self.is_routed(started))
            self.check_keys(provider, seen)

        self.run_matrix(("claude",), [], check)

    def test_in_plain_mode_every_client_reaches_the_named_provider_or_is_refused(self):
        def check(client, provider, model, started, seen, said):
            reached = {"claude": PROVIDERS, "codex": ["openai"], "opencode": OF_OPENCODE}[client]
            if provider not in reached:
                self.assertIsNone(started)
                self.assertIn(f"does not speak to {provider}", said)
                return
            self.assertIsNotNone(started, said)
            if client == "opencode" and model is None:
                model = seen[0][1]
            self.assertEqual(seen[0][1], model or OWN_MODEL.get(client))
            self.check_keys(provider, seen)
            if client == "claude":
                self.assertEqual(provider not in SPEAKS_MESSAGES,
                                 "not known to speak the Messages API" in said, said)

        self.run_matrix(("claude", "codex", "opencode"), ["--no-router"], check)


class PlaceTest(Providers):
    """Where a provider is, and what that does not change."""

    def test_the_plain_mode_has_exactly_the_environment_of_the_table(self):
        def check(provider: str) -> None:
            said, started = self.start(f"new-{provider}", "claude", "--provider", provider,
                                       "--no-router")
            expected = {}
            if PLAIN[provider]:
                expected["ANTHROPIC_BASE_URL"] = PLAIN[provider]
            if key := key_of(provider):
                expected["ANTHROPIC_API_KEY"] = key
            else:
                expected["ANTHROPIC_AUTH_TOKEN"] = "none"
            self.assertEqual(started.connection(), expected)
            self.assertEqual(started.option("--model"), PROVIDERS[provider][1] or HANDED["claude"])
            self.assertEqual(provider not in SPEAKS_MESSAGES,
                             "not known to speak the Messages API" in said, said)

        self.for_each(BUILT_IN, check)

    def test_an_endpoint_moves_a_provider_and_does_not_change_what_it_speaks(self):
        for path in ("", "/v1"):
            with self.subTest(path):
                upstreams = self.open_upstreams()
                self.write("providers.conf", "".join(
                    f"{name.upper()}_ENDPOINT={upstreams[name].url}{path}\n" for name in BUILT_IN))
                self.run_everywhere(upstreams, path)

    def run_everywhere(self, upstreams: dict[str, RecordingUpstream], path: str) -> None:
        def check(provider: str) -> None:
            # An address that ends in /v1 is one of a Chat face where a provider has that as well.
            speaks = provider in SPEAKS_MESSAGES and (path == "" or provider == "anthropic")
            _, usual, model, _ = PROVIDERS[provider]
            # A Chat server must be told a model, and of these none is known.
            asked = [] if usual or speaks else ["--model", model]
            said, started = self.start(f"new-{provider}", "claude", "--provider", provider, *asked)
            self.assertEqual(self.is_routed(started), not speaks, said)
            started.act_as_claude()
            self.assertEqual(len(upstreams[provider].seen), 2)
            self.assertEqual(upstreams[provider].seen[0][1],
                             usual or (model if asked else OWN_MODEL["claude"]))
            self.check_keys(provider, upstreams[provider].seen)
            said, started = self.start(f"new-{provider}", "claude", "--provider", provider,
                                       "--no-router")
            self.assertEqual(speaks, "not known to speak" not in said, said)
            base = upstreams[provider].url + ("" if provider == "anthropic" else path)
            self.assertEqual(started.connection()["ANTHROPIC_BASE_URL"], base)
            if key := key_of(provider):
                self.assertEqual(started.connection()["ANTHROPIC_API_KEY"], key)
            started.act_as_claude()
            self.assertEqual(len(upstreams[provider].seen), 4)

        self.for_each(BUILT_IN, check)

    def test_the_user_s_own_login_goes_to_its_maker_alone(self):
        login = {"ANTHROPIC_AUTH_TOKEN": LOGIN, "CLAUDE_CODE_OAUTH_TOKEN": LOGIN,
                 "CLAUDE_CODE_USE_BEDROCK": "1"}
        upstreams = self.open_upstreams()

        def started(*arguments: str, **environment: str | None) -> Started:
            said, started = self.start("Quinn", "claude", *arguments,
                                       environment={**login, **environment})
            self.assertIsNotNone(started, said)
            return started

        def kept(*arguments: str, **environment: str | None) -> list[str]:
            of = started(*arguments, **environment).environment
            return [name for name, value in login.items() if of.get(name) == value]

        self.assertEqual(kept(), list(login))
        self.assertEqual(kept("--no-router"), list(login))
        self.assertEqual(kept("--use-router"), [])
        self.assertEqual(kept(ANTHROPIC_BASE_URL="http://127.0.0.1:9"), list(login))
        self.write("router/personas.json", json.dumps({"version": 1, "providers": {
            "anthropic": {"api_base_url": upstreams["anthropic"].url}}}))
        for key in (KEY_OF_ANTHROPIC, None):
            self.assertEqual(kept(ANTHROPIC_API_KEY=key), [])
            self.assertEqual(kept("--no-router", ANTHROPIC_API_KEY=key), [])
        for provider in ("zai", "ollama", "openai"):
            self.assertEqual(kept("--provider", provider), [])
            self.assertEqual(kept("--provider", provider, "--no-router"), [])

    def test_claude_code_router_is_told_whatever_the_file_does_not_say(self):
        self.write("router/personas.json", json.dumps({
            "version": 1, "router": {"kind": "claude-code-router"},
            "personas": {"Sam": {"provider": "openai", "model": "gpt-4o"}}}))
        small = ("ANTHROPIC_SMALL_FAST_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL")
        for persona, options, asked in (
                ("Sam", (), None), ("Sam", ("--provider", "openai"), None),
                ("Sam", ("--model", "gpt-5"), "openai,gpt-5"),
                ("Sam", ("--provider", "deepseek"), "deepseek,deepseek-v4-pro"),
                ("Sam", ("--provider", "deepseek", "--model", "m"), "deepseek,m"),
                ("Quinn", ("--provider", "openai"), "openai,gpt-5"),
                ("Quinn", ("--provider", "anthropic"), "anthropic,claude-sonnet-5")):
            with self.subTest(persona=persona, options=options):
                said, started = self.start(persona, "claude", "--use-router", *options)
                self.assertEqual(started.option("--model"), asked or HANDED["claude"], said)
                self.assertEqual({started.environment.get(name) for name in small}, {asked})
        said, started = self.start("Quinn", "claude", "--use-router", "--provider", "vllm")
        self.assertIsNone(started)
        self.assertIn("--model", said)


if __name__ == "__main__":
    fixture.main()
