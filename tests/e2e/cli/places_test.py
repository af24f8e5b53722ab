"""Where sessions are: in another container, in another home with the same name, in a tmux server that
is gone. What cannot be seen is not told as ended, and nobody else's session is touched."""
import json
import os
import pathlib
import signal
import subprocess
import unittest

import fixture
from fixture import until

# Process-id namespaces of their own, as containers have.
CONTAINERS = {
    "with its own /proc": ["unshare", "-rp", "--fork", "--mount-proc"],
    "with the host's /proc": ["unshare", "-rp", "--fork"],
}


def can_contain() -> bool:
    try:
        return subprocess.run([*CONTAINERS["with its own /proc"], "true"], check=False,
                              capture_output=True).returncode == 0
    except OSError:
        return False


class PlacesTest(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.environment["KATRA_BEHAVIOUR"] = "hold"

    def start(self, persona: str, *arguments: str, **more) -> dict:
        """Its record."""
        self.succeed("start", "--persona", persona, "-b", *arguments, **more)
        return self.record(persona, more.get("environment", {}).get("KATRA_HOME"))

    def record(self, persona: str, home: str | None = None) -> dict:
        folder = pathlib.Path(home or self.home) / "run/sessions"
        return json.loads((folder / f"{persona.lower()}.json").read_text())

    def contained(self, container: list[str], *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*container, str(self.k), *arguments],
            env={**self.environment, "PATH": f"{self.programs}:/usr/bin:/bin"}, cwd=self.project,
            capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)

    @unittest.skipUnless(can_contain(), "no process-id namespaces")
    def test_a_session_that_cannot_be_seen_is_not_ended_restored_started_again_or_lost(self):
        record = self.start("Sam")
        space = record["process"]["domain"].split("/")[1]
        refused = {
            ("stop", "Sam"): 6, ("stop", "--all"): 6, ("attach", "Sam"): 6,
            ("start", "--persona", "Sam", "-b"): 4,
        }
        for name, container in CONTAINERS.items():
            for arguments, code in refused.items():
                with self.subTest(container=name, arguments=arguments):
                    run = self.contained(container, *arguments)
                    self.assertEqual(run.returncode, code, run.stdout + run.stderr)
                    self.assertIn("Sam", run.stderr)
                    self.assertIn(f"host {record['host']}", run.stderr)
                    self.assertIn(space, run.stderr)
                    self.assertNotIn("stopped", run.stdout)
            with self.subTest(container=name):
                run = self.contained(container, "restore")
                self.assertIn("Nothing to restore", run.stdout)
                self.assertIn(f"Sam runs on host {record['host']}", run.stderr)
                (listed,) = json.loads(self.contained(container, "list", "--json").stdout)["sessions"]
                self.assertEqual((listed["persona"], listed["seen"], listed["host"]),
                                 ("Sam", False, record["host"]))
                self.assertIn("host ", self.contained(container, "list").stdout)
        self.assertEqual(self.record("Sam"), record, "the record is as it was")
        self.assertTrue(fixture.is_alive(record["process"]["pid"]))
        self.assertTrue(self.listed()["Sam"]["seen"])
        self.assertEqual(self.succeed("stop", "Sam"), "Sam stopped.\n")

    @unittest.skipUnless(can_contain(), "no process-id namespaces")
    def test_stop_all_ends_what_it_sees_and_names_what_it_does_not(self):
        seen, hidden = self.start("Sam"), self.start("Dario")
        self.move("Dario", hidden["process"]["domain"].split("/")[0] + "/1")
        run = self.run_katra("stop", "--all")
        self.assertEqual(run.returncode, 6)
        self.assertEqual(run.stdout, "Sam stopped.\n")
        self.assertIn("Dario runs on host", run.stderr)
        self.assertFalse(fixture.is_alive(seen["process"]["pid"]))
        self.assertTrue(fixture.is_alive(hidden["process"]["pid"]))
        self.assertNotIn("ended_at", self.record("Dario"))

    def move(self, persona: str, domain: str, **fields) -> None:
        """As if it had been started elsewhere."""
        record = {**self.record(persona), **fields}
        record["process"] = {**record["process"], "domain": domain}
        (self.home / "run/sessions" / f"{persona.lower()}.json").write_text(json.dumps(record))

    def test_another_machine_s_boot_is_no_restart_of_this_one(self):
        self.start("Sam")
        self.move("Sam", "00000000-0000-0000-0000-000000000000/1", host="another-machine")
        self.assertIn("Nothing to restore", self.succeed("restore"))
        self.assertEqual(self.run_katra("stop", "Sam").returncode, 6)
        self.assertIn("another-machine", self.run_katra("stop", "Sam").stderr)

    def test_a_place_that_is_gone_can_be_said_to_be_unless_the_session_still_speaks(self):
        self.environment["KATRA_BEHAVIOUR"] = "connect"
        record = self.start("Sam")
        until(lambda: self.listed()["Sam"]["unheard"] is not None, "presence")
        self.assertEqual(self.run_katra("stop", "--gone", "Sam").returncode, 6, "it is here")
        self.move("Sam", record["process"]["domain"].split("/")[0] + "/1")
        run = self.run_katra("stop", "--gone", "Sam")
        self.assertEqual(run.returncode, 6)
        self.assertIn("still in the room", run.stderr)
        os.kill(record["process"]["pid"], signal.SIGTERM)
        until(lambda: self.listed()["Sam"]["unheard"] is None, "it has left the room")
        self.assertIn("recorded as gone", self.succeed("stop", "--gone", "Sam"))
        self.assertEqual(self.listed(), {})

    def test_two_homes_have_sessions_of_one_name_and_neither_touches_the_other_s(self):
        others = {"KATRA_HOME": str(self.folder / "other-home")}
        mine = self.start("Sam")
        theirs = self.start("Sam", environment=others)
        self.assertEqual(mine["tmux_session"], "katra-Sam")
        self.assertRegex(theirs["tmux_session"], r"^katra-Sam-[0-9a-f]{6}$")
        self.assertEqual(self.listed()["Sam"]["pid"], mine["process"]["pid"])
        self.assertEqual(self.listed(environment=others)["Sam"]["pid"], theirs["process"]["pid"])
        self.succeed("stop", "Sam")
        self.assertTrue(fixture.is_alive(theirs["process"]["pid"]))
        self.assertEqual(self.tmux_sessions(), [theirs["tmux_session"]])
        again = self.start("Sam")
        self.assertEqual(again["tmux_session"], "katra-Sam")
        self.succeed("stop", "Sam", environment=others)
        self.assertEqual(self.tmux_sessions(), ["katra-Sam"])
        self.assertTrue(fixture.is_alive(again["process"]["pid"]))

    def test_a_home_that_a_link_leads_to_is_the_same_home(self):
        link = self.folder / "link"
        link.symlink_to(self.home)
        self.start("Sam")
        self.assertEqual(self.succeed("stop", "Sam", environment={"KATRA_HOME": str(link)}),
                         "Sam stopped.\n")
        self.assertEqual(self.tmux_sessions(), [])

    def test_what_went_down_with_tmux_is_brought_back_and_what_ended_by_itself_is_not(self):
        for how in ("kill-server", "a crash"):
            with self.subTest(how=how):
                self.forget_started()
                left = self.start("Left")
                lost = self.start("Lost")
                self.assertEqual(len(self.started(2)), 2)
                os.kill(left["process"]["pid"], signal.SIGTERM)
                until(lambda: "ended_at" in self.record("Left"), "its end is written down")
                if how == "kill-server":
                    self.tmux("kill-server")
                else:
                    os.kill(lost["tmux_server"]["pid"], signal.SIGKILL)
                until(lambda: not fixture.is_alive(lost["process"]["pid"]), "it went with tmux")
                until(lambda: not fixture.is_alive(lost["tmux_server"]["pid"]), "tmux is gone")
                self.assertIn("katra restore Lost", self.run_katra("attach", "Lost").stderr)
                self.assertRegex(self.succeed("restore", "--dry-run"), r"^Lost: claude in .*\n$")
                self.forget_started()
                self.succeed("restore")
                (started,) = self.started()
                self.assertEqual(started["environment"]["KATRA_PERSONA"], "Lost")
                self.assertEqual(list(self.listed()), ["Lost"])
                self.succeed("stop", "--all")

    def test_the_last_session_of_a_tmux_server_that_ends_by_itself_is_not_brought_back(self):
        record = self.start("Sam")
        self.started()
        os.kill(record["process"]["pid"], signal.SIGTERM)
        until(lambda: not fixture.is_alive(record["tmux_server"]["pid"]), "tmux has ended with it")
        self.assertIn("Nothing to restore", self.succeed("restore"))
        self.assertEqual(self.listed(), {})

    def test_a_session_that_the_user_closed_in_tmux_is_not_brought_back(self):
        self.tmux("new-session", "-d", "-s", "mine", "/bin/cat")
        record = self.start("Sam")
        self.started()
        self.tmux("kill-session", "-t", "=katra-Sam")
        until(lambda: not fixture.is_alive(record["process"]["pid"]), "it is closed")
        self.assertIn("Nothing to restore", self.succeed("restore"))


if __name__ == "__main__":
    fixture.main()
