"""`k --persona NAME "question"`: the persona's client is asked in print mode."""
import subprocess

import fixture


class Ask(fixture.Fixture):
    def ask(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run_katra(*arguments, program=fixture.program_folder() / "k",
                              environment=fixture.KEYS)

    def test_a_question_goes_to_the_client_in_print_mode(self):
        self.ask("--persona", "Alice", "what did we decide?")
        [client] = self.started()
        self.assertEqual(client["arguments"][-2:], ["-p", "what did we decide?"])
        self.assertIn("--mcp-config", client["arguments"])
        self.assertEqual(client["environment"]["KATRA_PERSONA"], "Alice")

    def test_words_need_no_quotes_and_are_no_options(self):
        self.ask("--persona", "Alice", "tell", "me", "$(touch", "x)")
        [client] = self.started()
        self.assertEqual(client["arguments"][-1], "tell me $(touch x)")
        self.forget_started()
        told = self.ask("--persona", "Alice", "--", "-v is what?")
        self.assertEqual(told.stderr, "")
        self.assertEqual(self.started()[0]["arguments"][-1], " -v is what?")

    def test_a_question_leaves_no_session_to_list_or_restore(self):
        self.ask("--persona", "Alice", "are you there?")
        self.started()
        self.assertEqual(self.listed(), {})

    def test_a_commands_name_within_a_text_is_a_word_like_any_other(self):
        for number, words in enumerate((
                ("should", "we", "go", "down"), ("tell", "me", "who", "said", "hi"),
                ("--persona", "Alice", "what", "does", "forget", "do"), ("can", "you", "list"))):
            run = self.ask(*words)
            self.assertEqual(run.returncode, 0, run.stderr)
            asked = [word for word in words if word not in ("--persona", "Alice")]
            self.assertEqual(self.started(number + 1)[-1]["arguments"][-1], " ".join(asked))
        said = self.ask("--persona", "Alice", "--say", "then", "we", "stop")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("then we stop", self.succeed("history", "--persona", "Alice"))
        self.assertIn("No session is running", self.ask("--persona", "Alice", "list").stdout)

    def test_a_slip_of_a_command_asks_nobody(self):
        told = self.ask("whoo")
        self.assertEqual(told.returncode, 64)
        self.assertIn("did you mean who", told.stderr)
        self.assertEqual(list(self.records.glob("*.json")), [])


if __name__ == "__main__":
    fixture.main()
