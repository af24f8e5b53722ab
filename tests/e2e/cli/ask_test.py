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

    def test_a_slip_of_a_command_asks_nobody(self):
        told = self.ask("whoo")
        self.assertEqual(told.returncode, 64)
        self.assertIn("did you mean who", told.stderr)
        self.assertEqual(list(self.records.glob("*.json")), [])


if __name__ == "__main__":
    fixture.main()
