"""Which conversation a session goes on with: the persona's own, by its client's own name for it, or
none at all. Never the last one of the folder, which may be another persona's."""
import json
import pathlib

import fixture
from fixture import until

# Client -> the words that go on with conversation ID, and those that would take anybody's last.
RESUMES = {
    "claude": (["--resume", "ID"], "--continue"),
    "codex": (["resume", "ID"], "--last"),
    "gemini": (["--resume", "ID"], "latest"),
    "opencode": (["--session", "ID"], "--continue"),
}
OTHER_BOOT = "00000000-0000-0000-0000-000000000000/1"


class ConversationsTest(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.environment.update(fixture.KEYS, GEMINI_API_KEY="made-up")

    def start(self, persona: str, client: str, *arguments: str, **more):
        return self.run_katra("start", "--persona", persona, "--client", client, *arguments, **more)

    def arguments_of(self, persona: str, client: str, *arguments: str, **more) -> list[str]:
        """Those that the client was started with."""
        self.forget_started()
        run = self.start(persona, client, *arguments, **more)
        self.assertEqual(run.returncode, 0, run.stderr)
        (started,) = self.started()
        return started["arguments"]

    def record(self, persona: str) -> dict:
        return json.loads((self.home / "run/sessions" / f"{persona.lower()}.json").read_text())

    def set_record(self, persona: str, **fields) -> None:
        path = self.home / "run/sessions" / f"{persona.lower()}.json"
        path.write_text(json.dumps({**self.record(persona), **fields}))

    def keep(self, client: str, conversation: str) -> None:
        """As the client keeps one in which something was said."""
        path = {"claude": self.user_home / f".claude/projects/project/{conversation}.jsonl",
                "gemini": self.user_home / ".gemini/tmp/project/chats"
                          / f"session-2026-11-26T10-00-{conversation[:8]}.jsonl"}.get(client)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}\n")

    def assert_goes_on(self, client: str, arguments: list[str], conversation: str) -> None:
        words, anybodys = RESUMES[client]
        self.assertEqual(arguments[-2:], [conversation if w == "ID" else w for w in words])
        self.assertNotIn(anybodys, arguments)

    def test_each_client_goes_on_with_exactly_the_conversation_that_is_the_persona_s(self):
        for client in RESUMES:
            with self.subTest(client=client):
                mine = f"0198aaaa-0000-7000-8000-{len(client):012}"
                self.keep(client, mine)
                self.arguments_of("Sam", client)
                self.set_record("Sam", conversation=mine)
                self.arguments_of("Dario", client)
                elsewhere = self.folder / f"elsewhere-{client}"
                elsewhere.mkdir()
                self.assert_goes_on(client, self.arguments_of("Sam", client, "--resume"), mine)
                run = self.start("Sam", client, "--resume", cwd=elsewhere)
                self.assertIn(str(self.project), run.stderr, "where it was held")
                self.assert_goes_on(client, self.arguments_of("Sam", client, "--resume"), mine)

    def test_it_goes_on_with_what_it_was_started_with_unless_something_else_is_said(self):
        self.keep("claude", "0198bbbb-0000-7000-8000-000000000001")

        def resumed(*arguments: str) -> tuple:
            self.set_record("Sam", conversation="0198bbbb-0000-7000-8000-000000000001")
            self.forget_started()
            self.succeed("start", "--persona", "Sam", "--resume", *arguments)
            self.started()
            return tuple(self.record("Sam")[key] for key in ("client", "provider", "model"))
        start = ("--provider", "deepseek", "--model", "deepseek-chat", "--no-router")
        self.arguments_of("Sam", "claude", *start)
        self.assertEqual(resumed("--no-router"), ("claude", "deepseek", "deepseek-chat"))
        shown = self.succeed("start", "--persona", "Sam", "--resume", "--no-router", "--explain")
        self.assertIn("its last session", shown)
        self.assertEqual(resumed("--provider", "anthropic")[1], "anthropic")
        self.arguments_of("Sam", "claude", *start)
        self.write("router/personas.json", json.dumps(
            {"personas": {"Sam": {"provider": "anthropic"}}}))
        self.assertEqual(resumed()[1], "anthropic")

    def test_without_a_known_conversation_it_is_refused_with_what_to_type(self):
        for client, (words, _) in RESUMES.items():
            with self.subTest(client=client):
                self.forget_started()
                # One whose conversation nobody told of, and another's in the same folder.
                self.arguments_of("Sam", client)
                self.arguments_of("Dario", client)
                self.set_record("Sam", conversation="")
                for persona in ("Sam", "Charlie"):
                    self.forget_started()
                    run = self.start(persona, client, "--resume")
                    self.assertEqual(run.returncode, 3, run.stderr)
                    self.assertIn(f"katra start --persona {persona} --client {client}", run.stderr)
                    self.assertIn(f"-- {words[0]} ID", run.stderr)
                    self.assertEqual(list(self.records.glob("*.json")), [])
                    explained = self.succeed(
                        "start", "--persona", persona, "--client", client, "--resume", "--explain")
                    self.assertIn("It would not start now", explained)

    def test_what_the_user_s_own_arguments_choose_is_left_to_them_and_written_down(self):
        own = {"claude": ["--resume", "0198bbbb-1"], "codex": ["resume", "0198bbbb-2"],
               "gemini": ["--resume=0198bbbb-3"], "opencode": ["-s", "ses_0198bbbb4"]}
        for client, words in own.items():
            for more in ([], ["--resume"]):
                with self.subTest(client=client, more=more):
                    name = f"{client}-{len(more)}"
                    arguments = self.arguments_of(name, client, *more, "--", *words)
                    self.assertEqual(arguments[-len(words):], words)
                    self.assertNotIn("--session-id", arguments)
                    self.assertEqual(self.record(name)["conversation"],
                                     words[-1].removeprefix("--resume="))
        self.arguments_of("Vague", "claude", "--", "--continue")
        self.assertEqual(self.record("Vague")["conversation"], "", "which one is not known")

    def test_codex_s_conversation_is_the_one_that_it_names_to_the_server(self):
        self.environment["KATRA_BEHAVIOUR"] = "connect"
        for persona, thread in (("Sam", "0198cccc-sam"), ("Dario", "0198cccc-dario")):
            self.environment["KATRA_THREAD"] = thread
            self.succeed("start", "--persona", persona, "--client", "codex", "-b")
        self.started(2)
        self.succeed("stop", "--all")
        self.environment["KATRA_BEHAVIOUR"] = "quit"
        self.assert_goes_on("codex", self.arguments_of("Sam", "codex", "--resume"), "0198cccc-sam")
        self.assert_goes_on("codex", self.arguments_of("Sam", "codex", "--resume"), "0198cccc-sam")
        self.assert_goes_on("codex", self.arguments_of("Dario", "codex", "--resume"),
                            "0198cccc-dario")

    def test_a_persona_that_ran_another_client_since_goes_on_in_each_with_its_own(self):
        self.arguments_of("Sam", "codex", "--", "resume", "0198dddd-codex")
        self.arguments_of("Sam", "opencode", "--", "--session", "ses_0198dddd")
        self.keep("gemini", "0198eeee-gemini")
        self.arguments_of("Sam", "gemini", "--", "--resume", "0198eeee-gemini")
        for client, conversation in (("codex", "0198dddd-codex"), ("opencode", "ses_0198dddd"),
                                     ("gemini", "0198eeee-gemini")):
            with self.subTest(client=client):
                arguments = self.arguments_of("Sam", client, "--resume")
                self.assert_goes_on(client, arguments, conversation)

    def test_a_newer_conversation_that_nobody_knows_does_not_make_the_older_one_the_last(self):
        self.arguments_of("Sam", "codex", "--", "resume", "0198ffff-old")
        self.arguments_of("Sam", "codex")
        run = self.start("Sam", "codex", "--resume")
        self.assertEqual(run.returncode, 3)
        self.assertIn("0198ffff-old", run.stderr)

    def test_restore_names_the_persona_whose_conversation_is_not_known_and_brings_back_the_others(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.succeed("start", "--persona", "Sam", "--client", "codex", "-b")
        self.succeed("start", "--persona", "Dario", "--client", "codex", "-b", "--",
                     "resume", "0198abcd-dario")
        self.started(2)
        before = {name: self.record(name) for name in ("Sam", "Dario")}
        self.succeed("stop", "--all")
        for name, record in before.items():
            self.set_record(name, process={**record["process"], "domain": OTHER_BOOT})
            path = self.home / "run/sessions" / f"{name.lower()}.json"
            path.write_text(json.dumps({**json.loads(path.read_text()), "ended_at": None}))
            path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items()
                                        if k != "ended_at"}))
        self.forget_started()
        run = self.run_katra("restore")
        self.assertEqual(run.returncode, 3)
        self.assertIn("katra: Sam: ", run.stderr)
        self.assertIn("katra start --persona Sam", run.stderr)
        (started,) = self.started()
        self.assert_goes_on("codex", started["arguments"], "0198abcd-dario")
        self.assertEqual(list(self.listed()), ["Dario"])

    def test_a_hook_of_any_event_tells_the_conversation_that_the_client_is_in_now(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        for client in ("claude", "gemini"):
            for event in ("session-start", "prompt", "post-tool", "stop"):
                with self.subTest(client=client, event=event):
                    name = f"{client}-{event}"
                    self.forget_started()
                    self.succeed("start", "--persona", name, "--client", client, "-b")
                    (started,) = self.started()
                    told = json.dumps({"session_id": f"0198-{event}", "source": "clear"})
                    self.succeed("hook", event, environment=started["environment"], input=told)
                    self.assertEqual(self.record(name)["conversation"], f"0198-{event}")
        self.succeed("stop", "--all")

    def test_gemini_cli_is_told_which_conversation_to_begin_and_tells_when_it_changes(self):
        arguments = self.arguments_of("Sam", "gemini")
        self.assertEqual(arguments, ["--session-id", self.record("Sam")["conversation"]])
        self.assertEqual(self.arguments_of("Sam", "gemini", "--", "mcp", "list"), ["mcp", "list"])
        (started,) = self.started()
        settings = pathlib.Path(started["environment"]["GEMINI_CLI_SYSTEM_DEFAULTS_PATH"])
        hooks = json.loads(settings.read_text())["hooks"]
        command = hooks["SessionStart"][0]["hooks"][0]["command"]
        self.assertIn("hook session-start", command)
        self.assertEqual(pathlib.Path(command.split()[0].strip("'")).name, "katra")


if __name__ == "__main__":
    fixture.main()
