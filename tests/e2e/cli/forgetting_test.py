"""Memories that expire, and the list that a person goes through, with the real command."""
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BIN = os.path.abspath(sys.argv[-1])


class Forgetting(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="katra-forgetting-")
        self.addCleanup(shutil.rmtree, self.home, True)
        os.chmod(self.home, 0o700)
        self.env = {"PATH": os.environ["PATH"], "HOME": self.home, "USER": "somebody", "TZ": "UTC",
                    "KATRA_HOME": self.home}

    def katra(self, *words, code=0) -> str:
        done = subprocess.run([f"{BIN}/katra", *words], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, env=self.env)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def at_terminal(self, answers: str, *words) -> str:
        """What the command shows to a person who types these answers."""
        parent, child = pty.openpty()
        with subprocess.Popen([f"{BIN}/katra", *words], stdin=child, stdout=child, stderr=child,
                              env=self.env) as process:
            os.close(child)
            os.write(parent, answers.encode())
            shown = b""
            while True:
                try:
                    read = os.read(parent, 65536)
                except OSError:
                    break
                if not read:
                    break
                shown += read
            self.assertEqual(process.wait(30), 0, shown)
        os.close(parent)
        return shown.decode()

    def test_a_time_is_read_as_people_write_it_and_the_past_is_refused(self):
        told = self.katra("remember", "freeze", "--expires", "2099-12-24", "--persona", "Sam")
        self.assertIn("forgotten at 2099-12-24T00:00:00", told)
        self.assertIn("expires 2099-12-24", self.katra("recall", "freeze", "--persona", "Sam"))
        self.assertIn("has passed", self.katra("remember", "late", "--expires", "yesterday",
                                               "--persona", "Sam", code=2))
        self.assertIn("is not a time to come", self.katra("remember", "late", "--expires", "soon",
                                                          "--persona", "Sam", code=2))
        exported = self.katra("memory", "export")
        memory = [json.loads(line) for line in exported.splitlines()][-1]
        self.assertTrue(memory["expires_at"].startswith("2099-12-24T00:00:00"), memory)

    def test_a_person_goes_through_the_list(self):
        words = "Deploys run every Tuesday at nine in the morning"
        self.katra("remember", words, "--persona", "Dario")
        self.katra("remember", words.lower() + "!", "--persona", "Sam")
        self.katra("remember", "Freeze", "--expires", "2d", "--persona", "Sam")
        listed = self.katra("memory", "review", "--persona", "Sam")
        self.assertIn("expires soon:\nmemory #3", listed)
        self.assertIn("memory #2 is newer and says nearly the same:\nmemory #1", listed)
        found = json.loads(self.katra("memory", "review", "--json", "--author", "Dario",
                                      "--persona", "Sam"))
        self.assertEqual([(one["id"], one["reasons"], one["like"]) for one in found["memories"]],
                         [(1, ["nearly_same"], 2)])
        # The first is kept; the second, which is another persona's, is forgotten.
        shown = self.at_terminal("k\nf\n", "memory", "review", "--persona", "Sam")
        self.assertIn("1 of 2: expires soon", shown)
        self.assertIn("kept 1, forgot 1 of 2", shown)
        self.assertIn("nothing to review", self.katra("memory", "review", "--persona", "Sam", code=1))
        self.assertNotIn("memory #1 ", self.katra("recall", "deploys", "--persona", "Sam"))

    def test_an_agent_reviews_what_is_its_own(self):
        self.katra("remember", "Freeze", "--expires", "2d", "--persona", "Dario")
        self.env["KATRA_PERSONA"] = "Sam"
        self.katra("remember", "Thaw", "--expires", "3d")
        found = json.loads(self.katra("memory", "review", "--json", "--author", "Dario"))
        self.assertEqual([one["author"] for one in found["memories"]], ["Sam"])

    def test_a_room_that_forgets_is_part_of_the_configuration(self):
        Path(self.home, "router").mkdir(mode=0o700)
        path = Path(self.home, "router", "personas.json")
        for retention, code in (("90d", 0), ("forever", 0), ("90", 1)):
            path.write_text(json.dumps({"rooms": {"*": {"retention": retention}}}), encoding="utf-8")
            path.chmod(0o600)
            done = subprocess.run([f"{BIN}/katra", "config", "check"], capture_output=True,
                                  text=True, check=False, env=self.env)
            self.assertEqual(done.returncode != 0, code != 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
