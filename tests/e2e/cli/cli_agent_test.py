"""katra cli-agent, and katra up --config: the environment that users of Plano know, at the gateway."""
import json
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture import Fixture, main  # noqa: E402

CONFIG = """llm_providers:
  - {model: openai/gpt-4.1, access_key: $OPENAI_API_KEY, default: true}
  - {model: openai/gpt-5-mini, access_key: $OPENAI_API_KEY}
"""
ALIASES = "model_aliases:\n  arch.claude.code.small.fast: {target: gpt-5-mini}\n"
KEY = {"OPENAI_API_KEY": "sk-oai-made-up-77c1"}


class CliAgent(Fixture):
    def config(self, more: str = "") -> str:
        path = self.project / "config.yaml"
        path.write_text(CONFIG + more)
        path.chmod(0o600)
        return str(path)

    def agent(self, client: str, *arguments: str, environment=None, code=0):
        run = self.run_katra("cli-agent", client, *arguments,
                             environment={**KEY, **(environment or {})})
        self.assertEqual(run.returncode, code, run.stderr)
        started = self.started()[-1] if code != 2 else None
        self.forget_started()
        return started, run

    @staticmethod
    def settings(started) -> dict:
        words = started["arguments"]
        return json.loads(words[words.index("--settings") + 1])

    def test_claude_is_given_the_gateway_and_the_small_model_of_the_alias(self):
        self.config(ALIASES)
        started, _ = self.agent("claude", "--config", "config.yaml", "--", "-p", "two words",
                                environment={"NO_PROXY": "intern.example"})
        variables = started["environment"]
        port = json.loads((self.home / "run/gateway.json").read_text())["port"]
        self.assertEqual(variables["ANTHROPIC_BASE_URL"], f"http://127.0.0.1:{port}")
        self.assertTrue(variables["ANTHROPIC_AUTH_TOKEN"].startswith("katra_"))
        self.assertNotIn("ANTHROPIC_API_KEY", variables)
        self.assertEqual(variables["NO_PROXY"], "intern.example,127.0.0.1,localhost")
        self.assertEqual(variables["DISABLE_TELEMETRY"], "true")
        self.assertEqual(variables["DISABLE_COST_WARNINGS"], "true")
        self.assertEqual(variables["API_TIMEOUT_MS"], "600000")
        for name in ("ANTHROPIC_SMALL_FAST_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL"):
            self.assertEqual(variables[name], "arch.claude.code.small.fast")
            self.assertEqual(self.settings(started)["env"][name], "arch.claude.code.small.fast")
        self.assertEqual(started["arguments"][-2:], ["-p", "two words"])
        self.assertNotIn("CI", variables)

    def test_settings_choose_the_small_model_and_go_on_to_claude(self):
        self.config(ALIASES)
        self.succeed("up", "--port", "0", "--config", "config.yaml", environment=KEY)
        line = {"type": "command", "command": "ccr statusline"}
        settings = {"ANTHROPIC_SMALL_FAST_MODEL": "deepseek-coder-v2", "statusLine": line,
                    "NON_INTERACTIVE_MODE": True, "env": {"MINE": "1", "ANTHROPIC_BASE_URL": "x"},
                    "permissions": {"deny": ["WebFetch"]},
                    "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "mine"}]}]}}
        started, _ = self.agent("claude", f"--settings={json.dumps(settings)}")
        given = self.settings(started)
        self.assertEqual(given["statusLine"], line)
        self.assertEqual(given["env"]["MINE"], "1")
        self.assertNotEqual(given["env"]["ANTHROPIC_BASE_URL"], "x")
        self.assertEqual(given["permissions"], {"deny": ["WebFetch"], "allow": ["mcp__katra"]})
        self.assertEqual(given["hooks"]["Stop"][-1]["hooks"][0]["command"], "mine")
        self.assertGreater(len(given["hooks"]["Stop"]), 1)
        self.assertNotIn("NON_INTERACTIVE_MODE", given)
        variables = started["environment"]
        self.assertEqual(variables["ANTHROPIC_SMALL_FAST_MODEL"], "deepseek,deepseek-coder-v2")
        self.assertEqual([variables[name] for name in ("CI", "FORCE_COLOR", "NODE_NO_READLINE",
                                                       "TERM")], ["true", "0", "1", "dumb"])

    def test_a_small_model_that_nobody_has_is_refused_with_what_there_is(self):
        self.config(ALIASES)
        self.succeed("up", "--port", "0", "--config", "config.yaml", environment=KEY)
        for settings, wanted in (('{"ANTHROPIC_SMALL_FAST_MODEL": "nobodys-model"}',
                                  "arch.claude.code.small.fast"),
                                 ('{"ANTHROPIC_SMALL_FAST_MODEL": 4}', "not a text"),
                                 ("{broken", "no JSON object")):
            run = self.run_katra("cli-agent", "claude", "--settings", settings, environment=KEY)
            self.assertNotEqual(run.returncode, 0)
            self.assertIn(wanted, run.stderr)
        self.assertEqual(list(self.records.glob("*.json")), [])

    def test_codex_is_given_the_gateway_and_the_exit_code_is_its_own(self):
        self.config(ALIASES)
        started, _ = self.agent("codex", "--config", "config.yaml", "--", "exec", "say hi",
                                environment={"CODEX_MODEL": "gpt-5-mini", "KATRA_EXIT": "7"},
                                code=7)
        words = " ".join(started["arguments"])
        self.assertIn("gpt-5-mini", words)
        self.assertIn("/v1", words)
        self.assertEqual(started["arguments"][-2:], ["exec", "say hi"])
        self.assertEqual(started["environment"]["DISABLE_TELEMETRY"], "true")

    def test_up_refuses_a_bad_file_and_another_one_beside_a_running_gateway(self):
        path = self.config()
        other = self.project / "other.yaml"
        other.write_text("llm_providers:\n  - model: gpt-5\n")
        other.chmod(0o600)
        run = self.run_katra("up", "--port", "0", "--config", "other.yaml")
        self.assertIn("other.yaml:2:12: $.llm_providers[0].model", run.stderr)
        self.assertFalse((self.home / "run/gateway.json").exists())
        self.succeed("up", "--port", "0", "--config", "config.yaml", environment=KEY)
        self.assertEqual(json.loads((self.home / "run/gateway.json").read_text())["config"], path)
        other.write_text(CONFIG)
        run = self.run_katra("up", "--config", "other.yaml")
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("katra down", run.stderr)
        self.succeed("up")  # goes on with the file that it has
        # katra start knows the file's default as well.
        self.assertIn("gpt-4.1", self.succeed("start", "--use-router", "--explain",
                                              environment=KEY))


if __name__ == "__main__":
    main()
