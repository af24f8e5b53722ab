"""The lines of the guides, run as they stand and in order: each does what is said beside it. The
clients are stand-ins that record how they were started; tmux is the real one."""
import json
import os
import pathlib
import pty
import shlex
import shutil
import subprocess
import threading

import fixture
from fixture import KEYS, until

# The variables of a client that tell where its requests go.
CONNECTION = ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")

# Line -> the exact variables in plain mode, and the model that the client is told.
FOREGROUND = [
    ("katra start --persona Dario --provider anthropic",
     {"ANTHROPIC_API_KEY": KEYS["ANTHROPIC_API_KEY"]}, "default"),
    ("katra start --persona Sam --provider openai --model gpt-4-turbo",
     {"ANTHROPIC_BASE_URL": "https://api.openai.com/v1",
      "ANTHROPIC_API_KEY": KEYS["OPENAI_API_KEY"]}, "gpt-4-turbo"),
    ("katra start --persona Charlie --provider deepseek --model deepseek-coder",
     {"ANTHROPIC_BASE_URL": "https://api.deepseek.com",
      "ANTHROPIC_API_KEY": KEYS["DEEPSEEK_API_KEY"]}, "deepseek-coder"),
    ("katra start --persona Multi --provider openrouter --model anthropic/claude-sonnet-4",
     {"ANTHROPIC_BASE_URL": "https://openrouter.ai/api/v1",
      "ANTHROPIC_API_KEY": KEYS["OPENROUTER_API_KEY"]}, "anthropic/claude-sonnet-4"),
]
CCR = '{"version": 1, "router": {"kind": "claude-code-router"}, "personas": {}}'


class ArgumentWatch(threading.Thread):
    """Looks at every process's arguments, over and over, for a word that must not be there."""

    def __init__(self, words: list[str]):
        super().__init__(daemon=True)
        self.words = [word.encode() for word in words]
        self.found: set[str] = set()
        self.looks = 0
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.is_set():
            for entry in os.listdir("/proc"):
                if entry.isdigit():
                    self.look(entry)
            self.looks += 1

    def look(self, pid: str) -> None:
        try:
            arguments = pathlib.Path("/proc", pid, "cmdline").read_bytes()
        except OSError:
            return
        if any(word in arguments for word in self.words):
            self.found.add(arguments.replace(b"\0", b" ").decode(errors="replace"))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stopped.set()
        self.join()


class GuideTest(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.environment.update(KEYS)

    def line(self, line: str, **more) -> str:
        program, *arguments = shlex.split(line)
        return self.succeed(*arguments, program=fixture.program_folder() / program, **more)

    def connection_of(self, started: dict) -> dict[str, str]:
        return {name: value for name, value in started["environment"].items()
                if name in CONNECTION}

    def model_of(self, started: dict) -> str | None:
        arguments = started["arguments"]
        return arguments[arguments.index("--model") + 1] if "--model" in arguments else None

    def assert_routed(self, started: dict) -> None:
        """It goes to Katra's gateway with a token of its own, and has no key."""
        connection = self.connection_of(started)
        self.assertEqual(set(connection), {"ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN"})
        port = json.loads((self.home / "run/gateway.json").read_text())["port"]
        self.assertEqual(connection["ANTHROPIC_BASE_URL"], f"http://127.0.0.1:{port}")
        self.assertGreater(len(connection["ANTHROPIC_AUTH_TOKEN"]), 20)
        for name, key in KEYS.items():
            self.assertNotIn(key, connection.values(), name)

    def test_each_provider_s_line_starts_the_client_on_a_way_that_it_can_use(self):
        for line, _, model in FOREGROUND:
            with self.subTest(line):
                self.forget_started()
                self.line(line)
                (started,) = self.started()
                self.assertEqual(self.model_of(started), model)
                if "anthropic " in line + " " and "openrouter" not in line:
                    self.assertEqual(self.connection_of(started), FOREGROUND[0][1])
                else:
                    self.assert_routed(started)

    def test_in_plain_mode_each_line_starts_the_client_with_exactly_its_environment(self):
        for line, connection, model in FOREGROUND:
            with self.subTest(line):
                self.forget_started()
                self.line(line + " --no-router")
                (started,) = self.started()
                self.assertEqual(started["program"], "claude")
                self.assertEqual(self.connection_of(started), connection)
                self.assertEqual(self.model_of(started), model)
                persona = shlex.split(line)[3]
                self.assertEqual(started["environment"]["KATRA_PERSONA"], persona)
                self.assertEqual(started["folder"], str(self.project))

    def test_the_client_is_handed_server_hooks_and_status_line_for_this_session_only(self):  # B85
        before = self.files()
        self.line("katra start --persona Sam --provider anthropic --role tester --room dev")
        (started,) = self.started()
        arguments = started["arguments"]
        server = json.loads(arguments[arguments.index("--mcp-config") + 1])["mcpServers"]["katra"]
        self.assertEqual(server["command"], str(fixture.program_folder() / "katra_mcp_server"))
        self.assertEqual(server["env"], {
            "KATRA_HOME": str(self.home), "KATRA_PERSONA": "Sam", "KATRA_PROVIDER": "anthropic",
            "KATRA_ROLE": "tester", "KATRA_ROOM": "dev"})
        settings = json.loads(arguments[arguments.index("--settings") + 1])
        self.assertEqual(set(settings["hooks"]), {
            "SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Notification",
            "Stop", "SessionEnd"})
        self.assertIn("statusline", settings["statusLine"]["command"])
        changed = {name for name in self.files() if name not in before}
        self.assertTrue(all(name.startswith("user/.katra/") for name in changed), changed)

    def test_arguments_after_two_dashes_go_to_the_client_as_they_are(self):  # B83
        words = ["-p", "say $(touch pwned) `id` \"quoted\" 'single' \\ ; & | *", "--model", "x"]
        self.succeed("start", "--persona", "Sam", "--", *words)
        (started,) = self.started()
        self.assertEqual(started["arguments"][-4:], words)
        self.assertEqual(list(self.project.iterdir()), [])
        for name, content in self.files().items():
            self.assertNotIn(b"$(touch pwned)", content, f"{name} keeps the prompt")

    def test_the_background_lines_run_in_tmux_and_the_session_can_be_seen_entered_and_ended(self):
        self.environment["KATRA_BEHAVIOUR"] = "connect"
        said = self.line("katra start --persona Sam --provider openai --model gpt-4-turbo -b")
        self.assertIn("katra attach Sam", said)
        self.line("katra start --persona Charlie --provider deepseek --background")
        self.assertEqual(self.tmux_sessions(), ["katra-Charlie", "katra-Sam"])
        sam = next(s for s in self.started(2) if s["environment"]["KATRA_PERSONA"] == "Sam")
        self.assert_routed(sam)
        self.assertTrue(sam["terminal"])
        self.assertEqual(sam["folder"], str(self.project))

        until(lambda: all(s["unheard"] is not None for s in self.listed().values()), "presence")
        listed = self.listed()
        self.assertEqual(set(listed), {"Charlie", "Sam"})
        self.assertEqual((listed["Sam"]["provider"], listed["Sam"]["model"]),
                         ("openai", "gpt-4-turbo"))
        self.assertEqual(listed["Sam"]["tmux_session"], "katra-Sam")
        self.assertIn("openai/gpt-4-turbo", self.line("katra list"))

        self.attach("Sam")
        self.assertIn("Sam stopped.", self.line("katra stop Sam"))
        self.assertEqual(self.tmux_sessions(), ["katra-Charlie"])
        self.assertIn("Charlie stopped.", self.line("katra stop --all"))
        self.assertEqual(self.listed(), {})
        self.assertEqual(self.tmux_sessions(), [])
        self.assertFalse(any(fixture.is_alive(s["pid"]) for s in self.started(2)))
        self.assertEqual(self.line("katra stop Sam"), "No session of Sam runs.\n")
        self.assertEqual(self.line("katra stop --all"), "No session is running.\n")

    def attach(self, persona: str) -> None:
        """Enters the session from a terminal, and leaves it as Ctrl-b d does."""
        master, terminal = pty.openpty()
        with subprocess.Popen(
            [self.k, "attach", persona], env=self.environment, cwd=self.project,
            stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        ) as attached:
            os.close(terminal)
            session = f"katra-{persona}"
            until(lambda: self.tmux("list-clients", "-t", session).stdout, "the terminal in tmux")
            self.tmux("detach-client", "-s", session)
            os.set_blocking(master, False)

            def gone() -> bool:
                try:
                    os.read(master, 65536)
                except OSError:
                    pass
                return attached.poll() is not None

            until(gone, "the terminal back")
            self.assertEqual(attached.returncode, 0)
        os.close(master)

    def test_no_key_is_in_any_argument_list_or_file(self):  # B87
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        with ArgumentWatch(list(KEYS.values())) as watch:
            self.line("katra start --persona Sam --provider openai -b")
            self.line("katra start --persona Multi --provider openrouter --background")
            self.started(2)
            self.line("katra list")
            self.line("katra stop --all")
        self.assertGreater(watch.looks, 3)
        self.assertEqual(watch.found, set())
        for name, content in self.files().items():
            for key in KEYS.values():
                self.assertNotIn(key.encode(), content, name)

    def test_no_router_is_the_plain_mode_and_warns_where_it_cannot_work(self):
        run = self.run_katra("start", "--persona", "Sam", "--provider", "openai", "--no-router")
        self.assertEqual(run.returncode, 0)
        (started,) = self.started()
        self.assertEqual(self.connection_of(started), FOREGROUND[1][1])
        self.assertIn("not known to speak the Messages API", run.stderr)

    def test_use_router_takes_claude_code_router_s_place_and_port_when_that_is_configured(self):
        self.write("router/personas.json", CCR)
        self.line("katra start --persona Sam --provider openai --use-router")
        (started,) = self.started()
        self.assertEqual(self.connection_of(started), {
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:3456", "ANTHROPIC_AUTH_TOKEN": "test"})
        self.assertEqual(started["environment"]["ANTHROPIC_CUSTOM_HEADERS"],
                         "x-katra-persona: Sam")

    def test_the_router_is_found_out_when_it_is_configured_installed_and_needed(self):
        def router(*arguments: str) -> str:
            text = self.succeed("start", "--explain", "--persona", "Sam", *arguments)
            (row,) = [line for line in text.splitlines() if line.startswith("router ")]
            return row.split()[1]

        self.assertEqual(router("--provider", "anthropic"), "none")
        self.assertEqual(router("--provider", "openai"), "gateway")
        self.write("router/personas.json", CCR)
        self.assertEqual(router("--provider", "openai"), "none", "it is not installed")
        (self.programs / "ccr").symlink_to(self.programs / "claude")
        self.assertEqual(router("--provider", "openai"), "claude-code-router")
        self.assertEqual(router("--provider", "anthropic"), "none", "it is not needed")
        self.assertEqual(router("--provider", "openai", "--no-router"), "none")

    def test_the_router_s_configuration_lines_work_from_the_example_on(self):
        self.line("katra start --persona Dario --provider anthropic")
        example = self.home / "router/personas.json.example"
        shutil.copy(example, example.with_suffix(""))  # cp ~/.katra/router/personas.json.example …
        self.assertIn("valid", self.line("katra-router-config --validate-only"))
        written = self.user_home / ".claude-code-router/config.json"
        self.assertFalse(written.exists())
        self.line("katra-router-config")
        text = written.read_text()
        self.assertIn("$OPENAI_API_KEY", text)
        for key in KEYS.values():
            self.assertNotIn(key, text)
        self.forget_started()
        self.line("katra start --persona Sam --explain")
        self.assertEqual(list(self.records.iterdir()), [])

    def test_env_prints_what_start_would_set_with_keys_by_name(self):
        text = self.line(
            "katra env --persona Sam --provider openai --model gpt-4-turbo --no-router")
        self.assertNotIn(KEYS["OPENAI_API_KEY"], text)
        printed = subprocess.run(
            ["/bin/sh", "-c", f"{text}\nexec /usr/bin/env -0"], env=self.environment,
            capture_output=True, text=True, check=True).stdout
        got = dict(pair.split("=", 1) for pair in printed.split("\0") if pair)
        for name, value in {**FOREGROUND[1][1], "KATRA_PERSONA": "Sam",
                            "KATRA_MODEL": "gpt-4-turbo"}.items():
            self.assertEqual(got[name], value)
        self.assertEqual(list(self.records.iterdir()), [])

    def test_a_session_started_from_within_another_has_nothing_of_it(self):
        self.environment["KATRA_BEHAVIOUR"] = "quit"
        self.line(
            "katra start --persona Sam --provider openai --model gpt-4-turbo --room dev --no-router")
        (outer,) = self.started()
        self.forget_started()
        inside = {**outer["environment"], "CLAUDECODE": "1"}
        self.succeed("start", "--persona", "Dario", environment=inside)
        (inner,) = self.started()
        self.assertEqual(self.connection_of(inner), {})
        self.assertEqual(inner["environment"]["KATRA_PROVIDER"], "anthropic")
        for name in ("CLAUDECODE", "KATRA_ROOM", "KATRA_MODEL"):
            self.assertNotIn(name, inner["environment"])

    def test_the_other_clients_get_the_server_in_their_own_way(self):
        for client, provider in (("codex", "openai"), ("gemini", "gemini"),
                                 ("opencode", "anthropic")):
            with self.subTest(client):
                self.forget_started()
                self.succeed("start", "--persona", "Sam", "--client", client,
                             environment={"GEMINI_API_KEY": "made-up-gemini"})
                (started,) = self.started()
                self.assertEqual(started["program"], client)
                self.assertEqual(started["environment"]["KATRA_PROVIDER"], provider)
                said = json.dumps(started["arguments"]) + json.dumps(started["environment"])
                settings = started["environment"].get("GEMINI_CLI_SYSTEM_DEFAULTS_PATH")
                said += pathlib.Path(settings).read_text() if settings else ""
                self.assertIn("katra_mcp_server", said)


if __name__ == "__main__":
    fixture.main()
