"""A client in the terminal: what it is handed, what it hands back, and the files of others that stay as
they were."""
import json
import os
import signal
import subprocess
import unittest

import fixture

# What clients and shells keep in a home, as their own programs wrote it.
FOREIGN = {
    ".claude.json": '{"numStartups": 3, "mcpServers": {"own": {"command": "x"}}}',
    ".claude/settings.json": '{"env": {"ANTHROPIC_BASE_URL": "https://own.test"}, "hooks": {}}',
    ".claude/settings.local.json": "{}\n", ".codex/config.toml": 'model = "gpt-5"\n',
    ".gemini/settings.json": "{ // mine\n}", ".config/opencode/opencode.json": "{}",
    ".claude-code-router/config.json": '{"Providers": []}', ".bashrc": "# mine\n",
    ".profile": "# mine\n",
}
PERSONAS = """\
{ "version" : "1.0",

  "personas":{ "Sam" : {"provider":"openai","model":"gpt-4-turbo",
      "description":"costs $5 a day, ${HOME} and $(touch pwned) and 100%"},
    "Eve": {"provider": "deepseek", "room" : "dev" } }
}
"""
CONF = "# my own words\n\nDEFAULT_PROVIDER=openai\nOPENAI_MODEL='gpt-4-turbo'\n"


class ForegroundTest(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.environment.update(fixture.KEYS)

    def put_foreign(self) -> None:
        for name, text in FOREIGN.items():
            path = self.user_home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o644)
        (self.project / ".claude").mkdir()
        (self.project / ".claude/settings.json").write_text("{}")
        (self.project / ".mcp.json").write_text('{"mcpServers": {}}')

    def of_others(self) -> dict[str, bytes]:
        return {name: content for name, content in self.files().items()
                if not name.startswith("user/.katra/")}

    def test_arguments_of_the_client_all_arrive_and_turn_no_routing_off(self):  # B83
        words = ["--allowedTools", "Read", "Edit,Bash(git *)", "--add-dir", "a b", "--add-dir", "",
                 "--", "-p", "--provider", "anthropic", "$HOME; `id`", "-b", "--no-router"]
        self.succeed("start", "--persona", "Sam", "--provider", "openai", "--", *words)
        (started,) = self.started()
        self.assertEqual(started["arguments"][-len(words):], words)
        port = json.loads((self.home / "run/gateway.json").read_text())["port"]
        self.assertEqual(started["environment"]["ANTHROPIC_BASE_URL"], f"http://127.0.0.1:{port}")
        self.assertEqual(self.listed(), {}, "-b is the client's here")

    def test_the_exit_code_of_the_client_is_that_of_the_command(self):  # B84
        for code in (0, 1, 42, 255):
            for options in ((), ("--provider", "openai")):
                run = self.run_katra("start", "--persona", "Sam", *options,
                                     environment={"KATRA_EXIT": str(code)})
                self.assertEqual(run.returncode, code, run.stderr)

    def test_ctrl_c_is_the_clients(self):  # B84
        self.environment.update(KATRA_BEHAVIOUR="interrupt", KATRA_EXIT="42")
        with subprocess.Popen(
                [self.k, "start", "--persona", "Sam", "--provider", "openai"],
                env=self.environment, cwd=self.project, stdin=subprocess.DEVNULL,
                start_new_session=True) as here:
            (started,) = self.started()
            gateway = json.loads((self.home / "run/gateway.json").read_text())["pid"]
            os.killpg(here.pid, signal.SIGINT)  # what a terminal does
            self.assertEqual(here.wait(timeout=fixture.PATIENCE), 42)
            self.assertFalse(fixture.is_alive(started["pid"]))
            self.assertTrue(fixture.is_alive(gateway), "other sessions have it too")

    def test_neither_start_nor_stop_changes_a_file_of_another_program(self):  # B85
        self.put_foreign()
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        before = self.of_others()
        self.succeed("start", "--persona", "Sam", "--provider", "openai", "-b")
        self.succeed("start", "--persona", "Cody", "--client", "codex", "-b")
        self.started(2)
        self.assertEqual(self.of_others(), before)
        self.succeed("stop", "--all")
        self.succeed("down")
        self.assertEqual(self.of_others(), before)

    def test_no_command_rewrites_the_user_s_configuration(self):  # B86, B90
        files = {self.write("router/personas.json", PERSONAS): PERSONAS,
                 self.write("providers.conf", CONF): CONF}
        for arguments in (("start", "--persona", "Sam"), ("start", "--persona", "Eve"), ("status",),
                          ("config", "check"), ("config", "show", "--origin"), ("list",),
                          ("token", "create", "--persona", "Sam"), ("usage",), ("doctor",), ("down",),
                          ("start", "--persona", "New", "--provider", "ollama", "--model", "m")):
            self.run_katra(*arguments)
            for path, text in files.items():
                self.assertEqual(path.read_text(), text, arguments)

    def test_a_dollar_in_a_description_is_a_dollar(self):  # B90
        self.write("router/personas.json", PERSONAS)
        shown = json.loads(self.succeed("config", "show", "--json"))
        said = [value["value"] for value in shown["settings"]
                if value["key"] == "personas.Sam.description"]
        self.assertEqual(said, ["costs $5 a day, ${HOME} and $(touch pwned) and 100%"])
        self.assertEqual(list(self.project.iterdir()), [])


if __name__ == "__main__":
    fixture.main()
