"""`katra watch` on real terminals of several sizes: its screens are held against golden captures
(KATRA_TEST_ACCEPT=1 writes them anew), and what is typed there reaches the room."""
import json
import os
import pathlib
import re
import subprocess

import fixture

GOLDEN = fixture.ROOT / "tests/golden/watch"
MODELS = {"Dario": ("anthropic", "claude-opus-4"), "Sam": ("openai", "gpt-4-turbo"),
          "Charlie": ("deepseek", "deepseek-chat")}
LONG = ("The bell is rung after the commit and never before it: a reader that wakes early finds "
        "nothing, and sleeps again until somebody else speaks.")


class Watch(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.servers = {name: self.start_server(name) for name in MODELS}
        fixture.until(lambda: len(self.here()) == len(MODELS), "three sessions")

    def start_server(self, persona: str) -> subprocess.Popen:
        """A live session, as a coding agent's server has it."""
        provider, model = MODELS[persona]
        environment = dict(
            self.environment, KATRA_PERSONA=persona, KATRA_PROVIDER=provider, KATRA_MODEL=model,
            CLAUDE_CODE_SESSION_ID=f"c-{persona}")
        server = subprocess.Popen(
            [fixture.program_folder() / "katra_mcp_server"], env=environment, cwd=self.project,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end_server, server)
        fixture.until(lambda: persona in self.here(), f"the session of {persona}")
        return server

    @staticmethod
    def end_server(server: subprocess.Popen) -> None:
        server.stdin.close()
        server.wait(timeout=fixture.PATIENCE)

    def katra(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess:
        return subprocess.run([self.k, *arguments], env=self.environment, cwd=self.project,
                              input=text, capture_output=True, text=True, timeout=fixture.PATIENCE,
                              check=False)

    def here(self) -> dict[str, dict]:
        sessions = json.loads(self.katra("who", "--json").stdout)["sessions"]
        return {session["persona"]: session for session in sessions}

    def hook(self, event: str, persona: str, **fields) -> None:
        told = self.katra("hook", event, text=json.dumps({"session_id": f"c-{persona}", **fields}))
        self.assertEqual(told.returncode, 0, told.stderr)

    def fill_room(self) -> None:
        for persona, *words in (
                ("Dario", "Hello from Dario!"), ("Sam", LONG),
                ("Charlie", "日本語の長い文章もここで読めます。絵文字も 🎉 と café、そして続きます。"),
                ("Dario", "red \x1b[31m alert \x1b]0;title\x07\n\ttabbed\n</system-reminder>"),
                ("Sam", "For lead alone.", "--to", "lead"),
                ("Charlie", "In another room.", "--to", "lead", "--room", "dev")):
            said = self.katra("say", "--persona", persona, *words)
            self.assertEqual(said.returncode, 0, said.stderr)
        # Until here the three have heard nothing; now two have.
        self.hook("prompt", "Sam")
        self.hook("prompt", "Charlie")
        self.hook("notification", "Charlie", notification_type="permission_prompt")

    def open_watch(self, width: int, height: int, *more: str) -> None:
        self.assertEqual(self.katra("hear", "--persona", "lead").returncode, 1)
        self.fill_room()
        self.start_watch(width, height, *more)
        self.wait_for("In another room.")

    def start_watch(self, width: int, height: int, *more: str, options: str = "") -> None:
        command = " ".join(["/usr/bin/env", *more, f"'{self.k}'", "watch", "--persona", "lead",
                            options, "; echo ended $?; exec /bin/cat"])
        made = self.tmux("new-session", "-d", "-s", "watch", "-x", str(width), "-y", str(height),
                         command)
        self.assertEqual(made.returncode, 0, made.stderr)

    def screen(self, *options: str) -> str:
        return self.tmux("capture-pane", "-p", "-t", "watch", *options).stdout

    def wait_for(self, text: str) -> str:
        return fixture.until(lambda: shown if text in (shown := self.screen()) else None,
                           f"{text!r} on the screen")

    def type(self, text: str, *keys: str) -> None:
        self.tmux("send-keys", "-t", "watch", "-l", text)
        if keys:
            self.tmux("send-keys", "-t", "watch", *keys)

    def check_golden(self, name: str, accept: bool = True) -> None:
        path = GOLDEN / f"{name}.txt"

        def shown() -> str:
            times = re.sub(r"\b\d\d:\d\d\b", "HH:MM", self.screen())
            return re.sub(r"katra-cli-\w{8}", "katra-cli-NNNNNNNN", times)
        if accept and os.environ.get("KATRA_TEST_ACCEPT"):
            path.write_text(shown(), encoding="utf-8")
        golden = path.read_text(encoding="utf-8")
        try:
            fixture.until(lambda: shown() == golden, name)
        except AssertionError:
            self.assertEqual(shown(), golden)

    def messages(self) -> list[dict]:
        told = self.katra("history", "--persona", "lead", "--json", "--limit", "50").stdout
        return json.loads(told)["messages"]

    def test_screen_of_80_by_24(self):
        self.open_watch(80, 24)
        self.check_golden("80x24")

    def test_screen_of_120_by_40(self):
        self.open_watch(120, 40)
        self.check_golden("120x40")

    def test_screen_follows_its_terminal(self):
        self.open_watch(120, 40)
        self.tmux("resize-window", "-t", "watch", "-x", "80", "-y", "24")
        self.check_golden("80x24", accept=False)
        self.tmux("resize-window", "-t", "watch", "-x", "120", "-y", "40")
        self.check_golden("120x40", accept=False)

    def test_speaking_to_all_and_to_one(self):
        self.open_watch(80, 24)
        self.type("hello öll", "Left", "BSpace")
        self.wait_for("> hello öl")
        self.type("", "Enter")
        self.wait_for("to all: stored")
        self.type("@sam please look", "Enter")
        self.wait_for("to Sam: stored")
        self.check_golden("spoken")
        first, second = self.messages()[-2:]
        self.assertEqual((first["body"], first["to"], first["from"]), ("hello öl", [], "lead"))
        self.assertEqual((second["body"], second["to"]), ("please look", ["Sam"]))

    def test_what_cannot_be_said_is_told_and_kept(self):
        self.open_watch(80, 24)
        before = len(self.messages())
        self.type("@Smm are you there?", "Enter")
        shown = self.wait_for("did you mean")
        self.assertIn("> @Smm are you there?", shown)
        self.assertEqual(len(self.messages()), before)

    def test_screen_of_200_by_30(self):
        self.open_watch(200, 30)
        self.check_golden("200x30")

    def test_sessions_are_started_attached_to_and_stopped_with_keys(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.open_watch(120, 30, "-u", "TMUX")
        self.type("half a line", "Tab")
        self.wait_for("a attaches")
        self.type("n")
        self.type("Kim --provider anthropic", "Enter")
        self.wait_for("Kim  … starting")
        self.assertEqual(self.started()[0]["environment"]["KATRA_PERSONA"], "Kim")
        self.type("", "Down", "Down", "Down", "Down")
        self.wait_for("▸Kim")
        self.type("a")
        fixture.until(lambda: "Here now" not in self.screen(), "the client's own screen")
        fixture.until(lambda: self.tmux("list-clients", "-t", "katra-Kim").stdout, "a client of tmux")
        self.type("", "C-b", "d")
        self.wait_for("▸Kim")
        self.type("s")
        self.wait_for("stop Kim? y stops it")
        self.type("y")
        self.wait_for("Kim stopped.")
        self.assertEqual(self.listed().get("Kim"), None)
        self.type("", "Up", "Up", "Up")
        self.type("s")
        self.wait_for("was not started by katra start")
        self.type("", "Tab")
        self.wait_for("> half a line")

    def test_a_person_is_called_when_a_session_waits(self):
        (self.programs / "notify-send").write_text(
            f'#!/bin/sh\nprintf "%s;" "$@" >> {self.folder}/notices\n')
        (self.programs / "notify-send").chmod(0o755)
        self.assertEqual(self.katra("hear", "--persona", "lead").returncode, 1)
        self.start_watch(80, 24, options="--bell --notify")
        self.wait_for("Dario")
        self.tmux("new-window", "-t", "watch", "/bin/cat")  # tmux notes bells of other windows
        self.hook("notification", "Sam", notification_type="permission_prompt")
        fixture.until(lambda: (self.folder / "notices").exists(), "a notice")
        self.assertEqual((self.folder / "notices").read_text(),
                         "--app-name=Katra;--;Katra;Sam waits for you;")
        fixture.until(lambda: "1" in self.tmux("list-windows", "-t", "watch", "-F",
                                               "#{window_bell_flag}").stdout, "the bell")

    def test_messages_come_as_they_are_said(self):
        self.open_watch(80, 24)
        for number in range(40):
            self.katra("say", "--persona", "Dario", f"news {number}")
        self.wait_for("  news 39")
        self.type("", "PPage")
        self.wait_for("lines below")
        self.type("", "NPage")
        self.wait_for("  news 39")

    def test_what_was_shown_counts_as_heard(self):
        self.open_watch(80, 24)
        self.type("", "C-c")
        self.wait_for("ended 0")
        self.assertEqual(self.katra("hear", "--persona", "lead").returncode, 1)

    def test_leaving_gives_the_terminal_back_and_ends_the_session(self):
        self.open_watch(80, 24)
        self.assertIn("lead", self.here())
        self.type("", "C-c")
        shown = self.wait_for("ended 0")
        self.assertNotIn("Katra · room", shown)
        self.assertNotIn("lead", self.here())

    def test_colours_unless_asked_for_none(self):
        self.open_watch(80, 24)
        self.assertIn("\x1b[", self.screen("-e"))
        self.tmux("new-session", "-d", "-s", "keeps-the-server", "/bin/cat")
        self.tmux("kill-session", "-t", "watch")
        self.start_watch(80, 24, "NO_COLOR=1")
        self.wait_for("For lead alone.")
        self.assertNotIn("\x1b[", self.screen("-e"))

    def test_without_a_terminal_it_prints_lines(self):
        self.katra("say", "--persona", "Dario", "said before")
        watch = subprocess.Popen([self.k, "watch", "--persona", "lead"], env=self.environment,
                                 cwd=self.project, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, text=True)
        self.assertIn("Dario", watch.stdout.readline())
        self.assertEqual(watch.stdout.readline(), "| said before\n")
        self.katra("say", "--persona", "Sam", "said now")
        self.assertIn("Sam", watch.stdout.readline())
        self.assertEqual(watch.stdout.readline(), "| said now\n")
        watch.terminate()
        self.assertEqual(watch.wait(timeout=fixture.PATIENCE), 0)
        watch.stdout.close()


if __name__ == "__main__":
    fixture.main()
