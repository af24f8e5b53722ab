"""What goes wrong on the way to a session: each case is told clearly with the next step, by its own exit
code, and changes and executes nothing."""
import json
import os
import subprocess

import fixture

START = ("start", "--persona", "Sam")
OPENAI = (*START, "--provider", "openai")
NOWHERE = ("session-run", "--home", "/x", "--persona", "Sam")
KEY = {"OPENAI_API_KEY": "sk-made-up"}
USAGE, INVALID, NOT_FOUND, DENIED, PRECONDITION, UNSUPPORTED, UNAVAILABLE = 64, 2, 3, 5, 6, 7, 8

# Name -> (arguments, environment, exit code, words of the error)
COMMAND_LINES = {
    "a persona that is a path": (("start", "--persona", "../x"), {}, INVALID, ["../x", "1 to 64"]),
    "a persona with a slash": (("start", "--persona", "a/b"), {}, INVALID, ["a/b"]),
    "an absolute path as persona": (("start", "--persona", "/etc/passwd"), {}, INVALID, ["letters"]),
    "a persona with a substitution": (
        ("start", "--persona", "$(touch pwned)"), {}, INVALID, ["$(touch pwned)"]),
    "a persona with quotes": (("start", "--persona", "a'b\"c"), {}, INVALID, ["letters"]),
    "a persona with a line break": (("start", "--persona", "a\nb"), {}, INVALID, ["\\u{a}"]),
    "a persona that begins with a dash": (("start", "--persona=-x"), {}, INVALID, ["-x"]),
    "a persona of 65 letters": (("start", "--persona", "a" * 65), {}, INVALID, ["1 to 64"]),
    "a persona beyond ASCII": (("start", "--persona", "Zoë"), {}, INVALID, ["a-z"]),
    "a persona for tmux's own syntax": (("start", "--persona", "a:0.1"), {}, INVALID, ["letters"]),
    "a persona with an escape sequence": (
        ("start", "--persona", "\x1b[31mred"), {}, INVALID, ["\\u{1b}"]),
    "a wrong persona in the environment": (
        ("start",), {"KATRA_PERSONA": "../x"}, INVALID, ["environment KATRA_PERSONA"]),
    "a wrong room": ((*START, "--room", "a b"), {}, INVALID, ["room", "a b"]),
    "a role that is too long": ((*START, "--role", "x" * 201), {}, INVALID, ["200 bytes"]),
    "an unknown provider": (
        (*START, "--provider", "opnai"), {}, NOT_FOUND, ["opnai", "openai", "--provider"]),
    "an unknown provider in the environment": (
        START, {"KATRA_PROVIDER": "clod"}, NOT_FOUND, ["environment KATRA_PROVIDER"]),
    "an unknown client": ((*START, "--client", "cloude"), {}, NOT_FOUND, ["did you mean claude"]),
    "a model without its vendor": (
        (*START, "--provider", "openrouter", "--model", "gpt-4-turbo"), {}, INVALID,
        ["vendor", "--model"]),
    "a model with a vendor in front": (
        (*OPENAI, "--model", "openai/gpt-4-turbo"), KEY, INVALID, ["gpt-4-turbo", "--model"]),
    "a model with a space": ((*OPENAI, "--model", "gpt 4"), KEY, INVALID, ["gpt 4"]),
    "a model that looks like an option": (
        (*OPENAI, "--model=--dangerous"), KEY, INVALID, ["--dangerous"]),
    "a model with a substitution": (
        (*OPENAI, "--model", "$(touch pwned) x"), KEY, INVALID, ["touch"]),
    "no key": (
        OPENAI, {}, PRECONDITION, ["API key not found: OPENAI_API_KEY", "export OPENAI_API_KEY"]),
    "an empty key": (
        OPENAI, {"OPENAI_API_KEY": ""}, PRECONDITION, ["API key not found: OPENAI_API_KEY"]),
    "a key with a line break": (
        OPENAI, {"OPENAI_API_KEY": "sk-x\n"}, INVALID, ["OPENAI_API_KEY", "line break"]),
    "no client": (START, {"PATH": "/nowhere"}, PRECONDITION, ["npm install -g"]),
    "an empty PATH": (START, {"PATH": ""}, PRECONDITION, ["PATH"]),
    "a folder that is not there": ((*START, "not-there"), {}, NOT_FOUND, ["not-there", "--"]),
    "a folder that is a file": ((*START, "/etc/passwd"), {}, INVALID, ["no folder"]),
    "two folders": ((*START, ".", "."), {}, USAGE, ["one argument too many"]),
    "both routers": (
        (*START, "--use-router", "--no-router"), {}, INVALID, ["--use-router", "--no-router"]),
    "an option that is not there": ((*START, "--provder", "x"), {}, USAGE, ["--provider"]),
    "an option without its value": (("start", "--persona"), {}, USAGE, ["--persona"]),
    "an option of the client before the dashes": ((*START, "-p", "hi"), {}, USAGE, ["-p"]),
    "a command that is not there": (("strat",), {}, USAGE, ["start"]),
    "Gemini CLI with another provider": (
        (*OPENAI, "--client", "gemini"), KEY, UNSUPPORTED, ["--client claude"]),
    "attaching to nobody": (("attach", "Nobody"), {}, NOT_FOUND, ["katra start --persona Nobody"]),
    "attaching to a path": (("attach", "../../x"), {}, INVALID, ["katra list"]),
    "attaching without a name": (("attach",), {}, USAGE, ["PERSONA"]),
    "stopping without a name": (("stop",), {}, USAGE, ["--all"]),
    "stopping all and one": (("stop", "--all", "Sam"), {}, USAGE, ["--all"]),
    "stopping a path": (("stop", "../x"), {}, INVALID, ["katra list"]),
    "an endless grace": (("stop", "Sam", "--grace", "x"), {}, USAGE, ["--grace"]),
    "a session from nowhere": ((*NOWHERE, "/not/there"), {}, UNAVAILABLE, ["katra start -b"]),
    "a socket's path that is too long": (
        (*NOWHERE, "/" + "x" * 300), {}, UNAVAILABLE, ["katra start -b"]),
    "an unknown shell": (("completions", "tcsh"), {}, USAGE, ["bash"]),
    "a page of nothing": (("man", "nothing"), {}, USAGE, ["no such command"]),
    "pages for a folder that is not there": (
        ("man", "--write", "not-there"), {}, DENIED, ["not-there"]),
    "an unknown client to register": (
        ("install", "--client", "emacs"), {}, NOT_FOUND, ["Known are"]),
    "an unknown scope": (("install", "--scope", "world"), {}, USAGE, ["user", "project"]),
    "env with a wrong persona": (("env", "--persona", "a b"), {}, INVALID, ["a b"]),
    "a home that is a file": (START, {"KATRA_HOME": "/etc/passwd"}, None, ["/etc/passwd"]),
    "a home in a device": (START, {"KATRA_HOME": "/dev/null/x"}, None, ["/dev/null"]),
}

PERSONAS = "router/personas.json"
# Name -> (file, its content, words of the error)
CONFIGURATIONS = {
    "a trailing comma": (PERSONAS, '{"version": 1, "personas": {},}', ["personas.json:1"]),
    "a comment": (PERSONAS, '{"version": 1, // me\n"personas": {}}', ["personas.json:1"]),
    "a key twice": (PERSONAS, '{"version": 1, "version": 1, "personas": {}}', ["version"]),
    "no JSON": (PERSONAS, "personas:\n  Sam:\n", ["personas.json:1"]),
    "a misspelled provider": (
        PERSONAS, '{"version": 1, "personas": {"Sam": {"provider": "opnai"}}}', ["openai"]),
    "a persona called ../x": (
        PERSONAS, '{"version": 1, "personas": {"../x": {"provider": "openai"}}}', ["../x"]),
    "a line that is no setting": ("providers.conf", "DEFAULT_PROVIDER openai\n", [":1"]),
    "an unknown provider": ("providers.conf", "DEFAULT_PROVIDER=opnai\n", ["opnai"]),
}


class BadInputTest(fixture.Fixture):
    def expect(self, run, code: int | None, words: list[str]) -> None:
        if code is None:
            self.assertNotIn(run.returncode, (0, 70), run.stderr)
        else:
            self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)
        self.assertNotIn("\x1b", run.stderr)
        self.assertEqual(list(self.records.iterdir()), [], "a client was started")
        self.assertEqual(list(self.project.iterdir()), [], "something was executed")
        self.assertEqual(self.tmux_sessions(), [])
        self.assertEqual(list((self.home / "run/sessions").glob("*.json")), [])

    def test_command_lines(self):
        for name, (arguments, environment, code, words) in COMMAND_LINES.items():
            with self.subTest(name):
                self.expect(self.run_katra(*arguments, environment=environment), code, words)

    def test_the_background_is_refused_for_the_same_reasons(self):
        for name, (arguments, environment, code, words) in COMMAND_LINES.items():
            if arguments[0] == "start" and code != USAGE:
                with self.subTest(name):
                    arguments = ("start", "-b", *arguments[1:])
                    self.expect(self.run_katra(*arguments, environment=environment), code, words)

    def test_a_background_without_tmux_says_how_to_get_it(self):
        (self.programs / "tmux").unlink()
        run = self.run_katra(*START, "-b")
        self.expect(run, PRECONDITION, ["tmux is not installed", "apt-get install tmux"])

    def test_configurations(self):
        for name, (file, content, words) in CONFIGURATIONS.items():
            with self.subTest(name):
                path = self.write(file, content)
                self.expect(self.run_katra(*START), INVALID, words)
                self.assertEqual(path.read_text(), content)
                path.unlink()

    def test_configurations_that_are_links_or_open_to_others_are_refused(self):
        target = self.folder / "elsewhere.json"
        target.write_text('{"version": 1, "personas": {}}')
        target.chmod(0o600)
        path = self.write(PERSONAS, "")
        path.unlink()
        path.symlink_to(target)
        self.expect(self.run_katra(*START), DENIED, [str(path)])
        path.unlink()
        self.write(PERSONAS, target.read_text()).chmod(0o666)
        self.expect(self.run_katra(*START), DENIED, ["chmod"])

    def test_a_providers_conf_is_never_executed(self):  # B88
        self.write("providers.conf", "OPENAI_ENDPOINT=https://x.test/$(touch pwned)`touch pwned`\n")
        run = self.run_katra(*OPENAI, "--explain", environment=KEY)
        self.assertEqual(list(self.project.iterdir()), [], run.stderr)

    def test_a_record_that_is_broken_is_told_and_stops_nothing(self):
        self.write("run/sessions/sam.json", "{")
        run = self.run_katra("list")
        self.assertEqual(run.returncode, 0)
        self.assertIn("sam.json", run.stderr)
        self.assertIn("remove it", run.stderr)

    def test_a_record_that_names_a_stranger_s_process_ends_nothing(self):
        with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
            record = {"version": 1, "persona": "Sam", "client": "claude", "process": {
                "pid": stranger.pid, "start_ticks": 1, "domain": "x/1"},
                "started_at": "2026-01-01T00:00:00Z", "tmux_session": "katra-Sam"}
            self.write("run/sessions/sam.json", json.dumps(record))
            self.assertIn("No session", self.succeed("stop", "--all"))
            self.assertIsNone(stranger.poll())
            stranger.terminate()

    def test_a_folder_of_records_that_is_open_to_others_is_refused(self):
        self.succeed("list")
        (self.home / "run/sessions").chmod(0o777)
        self.expect(self.run_katra(*START), DENIED, ["chmod"])

    def test_another_user_s_home_is_refused(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a folder away")
        self.succeed("list")
        os.chown(self.home, 12345, 12345)
        run = self.run_katra(*START)
        os.chown(self.home, 0, 0)
        self.expect(run, DENIED, [str(self.home)])


if __name__ == "__main__":
    fixture.main()
