"""Many sessions at once, others' tmux sessions, clients that do not want to end, and what a reboot
leaves behind."""
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import sys
import time

import fixture
from fixture import until

MANY = 20
# A listing of many sessions, in seconds.
LISTED_WITHIN = 0.2


class BackgroundTest(fixture.Fixture):
    def start(self, persona: str, *arguments: str, **more) -> str:
        return self.succeed("start", "--persona", persona, "-b", *arguments, **more)

    def record_path(self, persona: str):
        return self.home / "run/sessions" / f"{persona.lower()}.json"

    def test_twenty_sessions_are_listed_fast_and_stopped_at_once_and_nobody_else_s_are_touched(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.tmux("new-session", "-d", "-s", "mine", "/bin/cat")
        self.tmux("new-session", "-d", "-s", "katra-Stranger", "/bin/cat")
        other_home = {"KATRA_HOME": str(self.folder / "other-home")}
        self.start("Elsewhere", environment=other_home)
        names = [f"Agent{number}" for number in range(MANY)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(self.start, names))
        started = self.started(MANY + 1)

        took = []
        for _ in range(5):
            before = time.monotonic()
            listed = self.listed()
            took.append(time.monotonic() - before)
        self.assertEqual(sorted(listed), sorted(names))
        if "--relaxed" not in sys.argv:
            self.assertLess(min(took), LISTED_WITHIN)
        print(f"{MANY} sessions listed in {min(took) * 1000:.0f} ms (best of 5)")

        said = self.succeed("stop", "--all")
        self.assertEqual(said.count("stopped."), MANY)
        self.assertEqual(self.listed(), {})
        self.assertEqual(self.tmux_sessions(), ["katra-Elsewhere", "katra-Stranger", "mine"])
        alive = [s for s in started if fixture.is_alive(s["pid"])]
        self.assertEqual([s["environment"]["KATRA_PERSONA"] for s in alive], ["Elsewhere"])
        self.succeed("stop", "--all", environment=other_home)

    def test_a_message_waits_for_a_persona_whose_client_has_not_connected(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.start("Sam")
        said = self.succeed("say", "--persona", "me", "--to", "Sam", "please review")
        self.assertIn("it waits for them: Sam", said)
        self.assertEqual(json.loads(self.succeed("who", "--json"))["sessions"], [])
        self.assertIn("please review", self.succeed("hear", "--persona", "Sam"))

    def test_a_tmux_server_that_is_ending_is_asked_again(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        real = (self.programs / "tmux").resolve()
        (self.programs / "tmux").unlink()
        asked = self.folder / "asked"
        (self.programs / "tmux").write_text(
            "#!/bin/sh\n"
            f'case "$*" in *new-session*) echo x >> {asked}\n'
            f'  [ "$(/usr/bin/wc -l < {asked})" -lt 3 ] && '
            '{ echo "server exited unexpectedly" >&2; exit 1; };;\n'
            f'esac\nexec {real} "$@"\n', encoding="utf-8")
        (self.programs / "tmux").chmod(0o755)
        self.start("Sam")
        self.started()
        self.assertEqual(self.tmux_sessions(), ["katra-Sam"])
        asked.write_text("", encoding="utf-8")
        (self.programs / "tmux").write_text(
            "#!/bin/sh\necho 'server exited unexpectedly' >&2\nexit 1\n", encoding="utf-8")
        run = self.run_katra("start", "--persona", "Dario", "-b")
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("server exited unexpectedly", run.stderr)

    def test_no_key_reaches_the_tmux_server_its_sessions_or_an_argument_list(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        secrets = {**fixture.KEYS, "MY_OWN_COMPANY": "very-own-4411", "DATABASE_URL": "pg://u:pw9@h"}
        self.environment.update(secrets)
        self.start("Sam", "--no-router")
        self.start("Dario", "--no-router")
        for session in self.started(2):  # the client itself has them
            self.assertEqual(session["environment"]["DATABASE_URL"], "pg://u:pw9@h")
        server = self.tmux("display-message", "-p", "-t", "katra-Sam", "#{pid}").stdout.strip()
        seen = self.tmux("show-environment", "-g").stdout
        for name in ("katra-Sam", "katra-Dario"):
            seen += self.tmux("show-environment", "-t", name).stdout
        seen += pathlib.Path(f"/proc/{server}/environ").read_bytes().decode()
        for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen += line.read_bytes().decode(errors="replace")
            except OSError:  # ended in the meantime
                continue
        seen += "".join(f"{path}: {text}" for path, text in self.files().items())
        self.assertIn("PATH=", seen)
        for name, value in secrets.items():
            self.assertNotIn(value, seen, name)
            self.assertNotIn(name + "=", seen)

    def test_the_command_and_what_it_starts_leave_no_core_and_show_no_environment(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.start("Sam", "--provider", "openai", environment={"OPENAI_API_KEY": "sk-x-1234567890"})
        (client,) = self.started()
        gateway = json.loads((self.home / "run/gateway.json").read_text())["pid"]
        limits = {pid: pathlib.Path(f"/proc/{pid}/limits").read_text()
                  for pid in (client["pid"], gateway)}
        for pid, text in limits.items():
            line = next(line for line in text.splitlines() if line.startswith("Max core file size"))
            self.assertEqual(line.split()[4], "0", pid)
        status = pathlib.Path(f"/proc/{gateway}/status").read_text()
        self.assertIn("NoNewPrivs:\t1", status)
        # Owned by root, whoever runs it: nobody else of the same user opens it.
        self.assertEqual(pathlib.Path(f"/proc/{gateway}/environ").stat().st_uid, 0)
        status = pathlib.Path(f"/proc/{client['pid']}/status").read_text()
        self.assertIn("NoNewPrivs:\t0", status)

    def test_a_folder_of_the_home_that_is_a_link_is_refused_and_the_home_itself_may_be_one(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        outside = self.folder / "outside"
        outside.mkdir(mode=0o700)
        for name, arguments in (("run", ("--no-router",)), ("run/sessions", ("--no-router",)),
                                ("log", ("--provider", "openai"))):
            link = self.home / name
            with self.subTest(name):
                self.home.mkdir(mode=0o700, exist_ok=True)
                link.parent.mkdir(mode=0o700, exist_ok=True)
                if link.is_dir():
                    shutil.rmtree(link)
                link.symlink_to(outside)
                run = self.run_katra("start", "--persona", "Sam", "-b", *arguments,
                                     environment={"OPENAI_API_KEY": "sk-x-1234567890"})
                self.assertIn(run.returncode, (5, 8), run.stdout + run.stderr)
                self.assertIn(f"rm '{link}'", run.stderr)
                self.assertEqual(list(outside.iterdir()), [])
                link.unlink()
        shutil.rmtree(self.home)
        self.home.symlink_to(outside)
        self.start("Sam", "--no-router")
        self.started()
        self.assertTrue((outside / "run/sessions/sam.json").exists())

    def test_a_session_is_found_in_its_own_tmux_server_from_within_another(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.environment.pop("KATRA_TMUX_SOCKET")
        inside = {}
        for server in ("default", "other"):
            self.addCleanup(self.tmux, "kill-server", socket=server)
            self.tmux("new-session", "-d", "-s", "mine", "/bin/sh", socket=server)
            inside[server] = self.tmux("display-message", "-p", "-t", "mine",
                                       "#{socket_path},#{pid},0", socket=server).stdout.strip()
        for name, server, elsewhere in (("Sam", "default", "other"), ("Ann", "other", "default")):
            with self.subTest(name):
                self.succeed("start", "--persona", name, "-b",
                             environment={"TMUX": inside[server]})
                self.tmux("send-keys", "-t", "mine", f"{self.k} attach {name}", "Enter",
                          socket=elsewhere)
                until(lambda: name in self.tmux("list-clients", "-F", "#{session_name}",
                                                socket=server).stdout, f"{name} is attached to")
                self.assertEqual(self.run_katra(
                    "stop", name, environment={"TMUX": inside[elsewhere]}).returncode, 0)
                self.assertEqual(self.tmux("list-sessions", "-F", "#{session_name}",
                                           socket=server).stdout.split(), ["mine"])

    def test_a_second_start_of_a_live_persona_is_refused_with_what_to_type_instead(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.start("Sam")
        self.started()
        run = self.run_katra("start", "--persona", "sam")
        self.assertEqual(run.returncode, 4)
        self.assertIn("katra attach Sam", run.stderr)
        self.assertIn("katra stop Sam", run.stderr)
        self.assertEqual(len(self.started()), 1)

    def test_of_many_starts_of_one_persona_at_once_one_wins(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        starts = [
            subprocess.Popen([self.k, "start", "--persona", "Sam", "-b"], env=self.environment,
                             cwd=self.project, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
            for _ in range(4)]
        codes = sorted(start.wait(timeout=fixture.PATIENCE) for start in starts)
        self.assertEqual(codes, [0, 4, 4, 4])
        self.assertEqual(self.tmux_sessions(), ["katra-Sam"])

    def test_without_a_persona_the_session_gets_a_free_name_of_its_client(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.succeed("start", "-b")
        self.succeed("start", "-b")
        self.assertEqual(sorted(self.listed()), ["Claude", "Claude-2"])

    def test_a_client_that_does_not_want_to_end_is_ended(self):
        self.environment["KATRA_BEHAVIOUR"] = "deaf"
        self.start("Sam")
        (started,) = self.started()
        said = self.succeed("stop", "Sam", "--grace", "1")
        self.assertIn("was killed", said)
        self.assertFalse(fixture.is_alive(started["pid"]))
        self.assertEqual(self.tmux_sessions(), [])

    def test_a_client_that_has_ended_by_itself_is_not_listed_and_its_persona_is_free(self):
        self.start("Sam")
        until(lambda: not self.listed(), "an empty list")
        self.start("Sam")

    def test_a_session_that_stops_is_no_longer_here_for_the_others(self):
        self.environment["KATRA_BEHAVIOUR"] = "connect"
        self.start("Sam")
        until(lambda: self.listed()["Sam"]["unheard"] is not None, "presence")
        self.succeed("stop", "Sam")
        self.assertEqual(self.listed(), {})

    def test_a_session_in_a_terminal_is_listed_and_can_be_stopped_but_not_attached(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        with subprocess.Popen([self.k, "start", "--persona", "Sam"], env=self.environment,
                              cwd=self.project, stdin=subprocess.DEVNULL) as here:
            self.started()
            self.assertEqual(self.listed()["Sam"]["pid"], here.pid)
            self.assertIsNone(self.listed()["Sam"]["tmux_session"])
            run = self.run_katra("attach", "Sam")
            self.assertEqual(run.returncode, 6)
            self.assertIn("-b", run.stderr)
            self.succeed("stop", "Sam")
            self.assertEqual(here.wait(timeout=fixture.PATIENCE), 0)

    def test_restore_brings_back_what_ran_when_the_machine_went_down(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.start("Sam", "--role", "tester", "--", "-p", "only once")
        self.start("Dario")
        (sam,) = [s for s in self.started(2) if s["environment"]["KATRA_PERSONA"] == "Sam"]
        self.assertEqual(self.succeed("restore"),
                         "Nothing to restore: no session was interrupted by a restart of the "
                         "machine.\n")
        before = json.loads(self.record_path("Sam").read_text())
        self.succeed("stop", "--all")
        # As a crash of the machine leaves it: no end, and another boot.
        before["process"]["domain"] = "00000000-0000-0000-0000-000000000000/1"
        self.record_path("Sam").write_text(json.dumps(before))
        self.forget_started()
        conversation = sam["arguments"][sam["arguments"].index("--session-id") + 1]
        self.keep_conversation(conversation)
        self.assertIn("Sam: claude in", self.succeed("restore", "--dry-run"))
        self.assertIn("katra restore Sam", self.run_katra("attach", "Sam").stderr)
        self.succeed("restore")
        (again,) = self.started()
        self.assertEqual(again["folder"], sam["folder"])
        self.assertEqual(again["environment"]["KATRA_ROLE"], "tester")
        self.assertEqual(again["arguments"][-2:], ["--resume", conversation])
        self.assertEqual(list(self.listed()), ["Sam"])

    def test_resume_goes_on_with_the_persona_s_last_conversation(self):
        self.succeed("start", "--persona", "Sam")
        (first,) = self.started()
        conversation = first["arguments"][first["arguments"].index("--session-id") + 1]
        self.forget_started()
        self.succeed("start", "--persona", "Sam", "--resume")
        (empty,) = self.started()
        self.assertEqual(empty["arguments"][-2:], ["--session-id", conversation],
                         "nothing was said in it yet")
        self.keep_conversation(conversation)
        self.forget_started()
        self.succeed("start", "--persona", "Sam", "--resume")
        (second,) = self.started()
        self.assertEqual(second["arguments"][-2:], ["--resume", conversation])

    def test_a_conversation_that_the_client_begins_anew_is_the_one_to_resume(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.start("Sam")
        (started,) = self.started()
        told = json.dumps({"session_id": "0198-cleared", "source": "clear"})
        self.hook("session-start", told, started)
        self.assertEqual(self.record("Sam")["conversation"], "0198-cleared")

    def test_only_a_session_that_its_user_left_is_not_brought_back(self):
        self.environment["KATRA_BEHAVIOUR"] = "hold"
        self.start("Sam")
        (started,) = self.started()
        self.hook("session-end", '{"reason": "other"}', started)
        self.assertNotIn("ended_at", self.record("Sam"), "the machine may be going down")
        self.hook("session-end", '{"reason": "prompt_input_exit"}', started)
        self.assertIn("ended_at", self.record("Sam"))
        self.tmux("kill-session", "-t", "katra-Sam")

    def record(self, persona: str) -> dict:
        return json.loads(self.record_path(persona).read_text())

    def hook(self, event: str, told: str, started: dict) -> None:
        """As the client of a started session calls it."""
        run = self.run_katra("hook", event, environment=started["environment"], input=told)
        self.assertEqual(run.returncode, 0, run.stderr)

    def keep_conversation(self, conversation: str) -> None:
        """As Claude Code keeps one in which something was said."""
        folder = self.user_home / ".claude/projects/project"
        folder.mkdir(parents=True)
        (folder / f"{conversation}.jsonl").write_text("{}\n")

    def test_tmux_sessions_of_the_same_name_that_are_not_ours_are_left_alone(self):
        self.tmux("new-session", "-d", "-s", "katra-Sam", "/bin/cat")
        run = self.run_katra("start", "--persona", "Sam", "-b")
        self.assertEqual(run.returncode, 4)
        self.assertIn("tmux -L katra-test rename-session", run.stderr)
        self.succeed("stop", "--all")
        self.assertEqual(self.tmux_sessions(), ["katra-Sam"])

    def test_a_client_that_cannot_be_started_leaves_nothing_behind(self):
        (self.programs / "claude").write_text("#!/not/there\n")
        run = self.run_katra("start", "--persona", "Sam", "-b")
        self.assertEqual(run.returncode, 8)
        self.assertIn("cannot be started", run.stderr)
        self.assertEqual(self.tmux_sessions(), [])
        self.assertEqual(self.listed(), {})


if __name__ == "__main__":
    fixture.main()
