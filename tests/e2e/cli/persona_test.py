"""Personas come and go: `katra persona`, with real servers of the personas beside it."""
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


class Personas(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="katra-personas-")
        self.addCleanup(shutil.rmtree, self.home, True)
        os.chmod(self.home, 0o700)

    def katra(self, *arguments: str, code: int = 0, **variables: str) -> str:
        run = subprocess.run(
            [f"{BIN}/katra", *arguments], capture_output=True, text=True, timeout=30, check=False,
            env={"PATH": os.environ["PATH"], "HOME": self.home, "KATRA_HOME": self.home,
                 "USER": "jo", "TZ": "UTC", **variables})
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return run.stdout + run.stderr

    def server(self, persona: str) -> McpServer:
        server = McpServer(BIN, self.home, persona)
        self.addCleanup(lambda: server.process.poll() is None and server.end())
        return server

    def was_here(self, persona: str):
        server = self.server(persona)
        self.assertTrue(server.tool("katra_whoami")[0])
        server.end()

    def names(self, *options: str) -> list[str]:
        listed = json.loads(self.katra("persona", "list", "--json", *options))
        return [persona["name"] for persona in listed["personas"]]

    def test_a_person_retires_a_persona_and_brings_it_back(self):
        dario = self.server("Dario")
        sam = self.server("Sam")
        sam.tool("katra_remember", content="the bell is blue")
        self.assertIn("katra stop Sam", self.katra("persona", "retire", "Sam", code=6))
        sam.end()
        self.assertIn("Sam is retired", self.katra("persona", "retire", "Sam"))
        self.assertEqual(self.names(), ["Dario"])
        self.assertEqual(self.names("--all"), ["Dario", "Sam"])
        self.assertIn("1 retired persona is not shown", self.katra("persona", "list"))
        shown = json.loads(self.katra("persona", "show", "sam", "--json"))
        self.assertEqual((shown["memories"], "retired_at" in shown), (1, True))
        self.assertEqual(dario.tool("katra_say", message="hi", to="Sam")[0], False)
        self.assertNotIn("Sam", dario.tool("katra_say", message="hi")[1])
        self.assertNotIn("Sam", dario.resource("katra://personas"))
        self.assertIn("by Sam", dario.tool("katra_recall", query="bell")[1])
        self.assertIn("persona return Sam",
                      self.katra("say", "--persona", "Sam", "hi", code=6))
        self.assertIn("Sam is back", self.katra("persona", "return", "Sam"))
        self.assertEqual(self.names(), ["Dario", "Sam"])

    def test_a_persona_retires_itself_and_its_agent_brings_it_back_by_starting(self):
        dario = self.server("Dario")
        sam = self.server("Sam")
        works, text = sam.tool("katra_register", name="Sam", retire=True)
        self.assertTrue(works, text)
        self.assertIn("guest-", sam.tool("katra_whoami")[1])
        self.assertNotIn("Sam", dario.tool("katra_who_is_here")[1])
        dario.tool("katra_say", message="said meanwhile")
        again = self.server("Sam")
        self.assertEqual(self.names()[:2], ["Dario", "Sam"])
        heard = again.tool("katra_hear")[1]
        self.assertIn("history", heard)
        self.assertIn("said meanwhile", heard)

    def test_a_guest_leaves_the_lists_by_itself(self):
        guest = self.server("")
        self.assertIn("guest-", guest.tool("katra_whoami")[1])
        self.assertEqual(len(self.names()), 1)
        guest.end()
        self.assertEqual(json.loads(self.katra("persona", "list", "--json", code=1))["personas"], [])

    def test_renaming_and_merging(self):
        for persona in ("Sam", "Nia"):
            self.was_here(persona)
        self.katra("remember", "--persona", "Sam", "--private", "the anvil is red")
        self.katra("say", "--persona", "jo", "--to", "Sam", "about the anvil")
        self.assertIn("Sam is now Samuel", self.katra("persona", "rename", "Sam", "Samuel"))
        self.assertIn("the anvil is red", self.katra("recall", "--persona", "Sam", "anvil"))
        self.assertIn("--yes", self.katra("persona", "merge", "Samuel", "Nia", code=6))
        self.assertIn("1 memory", self.katra("persona", "merge", "Samuel", "Nia", "--yes"))
        self.assertEqual(self.names(), ["jo", "Nia"])
        self.assertIn("the anvil is red", self.katra("recall", "--persona", "Nia", "anvil"))
        self.assertIn("about the anvil", self.katra("hear", "--persona", "Sam"))
        self.assertIn("earlier names  Sam, Samuel", self.katra("persona", "show", "Nia"))
        audit = self.katra("logs", "--audit")
        for what in ("persona.rename", "persona.merge"):
            self.assertIn(what, audit)

    def test_an_agents_shell_changes_no_persona(self):
        self.was_here("Sam")
        refused = self.katra("persona", "retire", "Sam", code=5, KATRA_PERSONA="Dario")
        self.assertIn("ask the user", refused)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
