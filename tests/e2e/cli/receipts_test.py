"""A backlog that is left behind, receipts and corrections, with real processes."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from mcp_server import McpServer  # noqa: E402

BIN = os.path.abspath(sys.argv[-1])


class Receipts(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="katra-receipts-")
        self.addCleanup(shutil.rmtree, self.home, True)
        os.chmod(self.home, 0o700)

    def server(self, persona: str) -> McpServer:
        server = McpServer(BIN, self.home, persona)
        self.addCleanup(server.end)
        server.tool("katra_whoami")
        return server

    def katra(self, *words, code=0) -> str:
        done = subprocess.run([f"{BIN}/katra", *words], capture_output=True, text=True, check=False,
                              env={"PATH": os.environ["PATH"], "HOME": self.home, "USER": "somebody",
                                   "KATRA_HOME": self.home})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_a_backlog_is_not_lost_with_the_process_that_skipped_it(self):
        sam = self.server("Sam")
        self.katra("say", "first", "--persona", "Lead")
        self.katra("say", "@Sam look at this", "--persona", "Lead")
        self.assertIn("left 2 messages behind", sam.tool("katra_hear", skip_to="latest")[1])
        sam.kill()
        again = self.server("Sam")
        catch_up = again.tool("katra_hear", skip_to="latest")[1]
        self.assertIn("left 2 messages behind", catch_up)
        self.assertIn("| @Sam look at this", catch_up)
        self.assertTrue(again.tool("katra_hear")[1].startswith("nothing new"))
        again.kill()
        self.assertTrue(self.server("Sam").tool("katra_hear")[1].startswith("nothing new"))

    def test_the_command_skips_and_refuses_what_is_no_backlog(self):
        self.server("Sam")
        self.katra("say", "first", "--persona", "Lead")
        self.assertIn("the newest message is #1",
                      self.katra("hear", "--skip-to", "7", "--persona", "Sam", code=2))
        self.assertIn("left 1 message behind", self.katra("hear", "--skip-to", "latest",
                                                          "--persona", "Sam"))
        self.katra("hear", "--persona", "Sam", code=1)

    def test_a_correction_is_heard_alone_and_its_sender_learns_of_it(self):
        sam = self.server("Sam")
        self.katra("say", "port 80", "--persona", "Lead")
        self.katra("say", "port 81", "--corrects", "1", "--persona", "Lead")
        waiting = self.katra("history", "--receipts", "2", "--persona", "Lead")
        self.assertIn("Sam: not given yet", waiting)
        heard = sam.tool("katra_hear")[1]
        self.assertIn("corrects #1", heard)
        self.assertNotIn("port 80", heard)
        sam.tool("katra_hear")
        receipts = json.loads(self.katra("history", "--receipts", "#2", "--json", "--persona",
                                         "Lead"))
        self.assertEqual([(one["persona"], one["state"]) for one in receipts["receipts"]],
                         [("Sam", "heard")])
        self.assertIn("heard_at", receipts["receipts"][0])
        self.assertIn("corrected by #2", self.katra("history", "--persona", "Lead"))
        self.katra("say", "no", "--corrects", "1", "--persona", "Sam", code=2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
