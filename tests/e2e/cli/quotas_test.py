"""Quotas of a persona in the room and the memory, by the tools of the server and by the command."""
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


class Quotas(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="katra-quotas-")
        self.addCleanup(shutil.rmtree, self.home, True)
        os.chmod(self.home, 0o700)

    def limit(self, limits: dict, personas: dict | None = None):
        Path(self.home, "router").mkdir(mode=0o700, exist_ok=True)
        path = Path(self.home, "router", "personas.json")
        path.write_text(json.dumps({"limits": limits, "personas": personas or {}}), encoding="utf-8")
        os.chmod(path, 0o600)

    def server(self, persona: str) -> McpServer:
        server = McpServer(BIN, self.home, persona)
        self.addCleanup(server.end)
        return server

    def katra(self, *words, code=0) -> str:
        done = subprocess.run([f"{BIN}/katra", *words], capture_output=True, text=True, check=False,
                              env={"PATH": os.environ["PATH"], "HOME": self.home, "USER": "somebody",
                                   "KATRA_HOME": self.home})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_messages_are_limited_over_the_processes_of_a_persona_and_the_command(self):
        self.limit({"messages_per_hour": 3})
        first, second = self.server("Neo"), self.server("Neo")
        self.assertTrue(first.tool("katra_say", message="one")[0])
        self.assertTrue(second.tool("katra_say", message="two")[0])
        self.katra("say", "three", "--persona", "Neo")
        for server in (first, second):
            worked, text = server.tool("katra_say", message="one too many")
            self.assertFalse(worked)
            self.assertRegex(text, r"Neo has said 3 messages.*from 20\d\d-.*Z\..*"
                                   r"limits\.messages_per_hour.*personas\.json")
        self.assertIn("limits.messages_per_hour",
                      self.katra("say", "one too many", "--persona", "Neo", code=9))
        self.assertTrue(self.server("Mia").tool("katra_say", message="somebody else")[0])
        heard = self.katra("history", "--persona", "Mia")
        self.assertNotIn("too many", heard)

    def test_a_raised_limit_holds_for_a_session_that_runs(self):
        self.limit({"messages_per_hour": 1})
        neo = self.server("Neo")
        self.assertTrue(neo.tool("katra_say", message="one")[0])
        self.assertFalse(neo.tool("katra_say", message="two")[0])
        self.limit({"messages_per_hour": 1}, {"neo": {"limits": {"messages_per_hour": 2}}})
        self.assertTrue(neo.tool("katra_say", message="two")[0])
        self.assertFalse(neo.tool("katra_say", message="three")[0])

    def test_rooms_bytes_and_memories_are_limited(self):
        self.limit({"rooms_per_day": 1, "message_bytes_per_hour": 10, "memories_per_day": 1})
        neo = self.server("Neo")
        self.assertTrue(neo.tool("katra_say", message="a", room="new")[0])
        for tool, arguments, limit in (
                ("katra_say", {"message": "b", "room": "newer"}, "rooms_per_day"),
                ("katra_say", {"message": "x" * 10}, "message_bytes_per_hour"),
                ("katra_remember", {"content": "two"}, "memories_per_day")):
            if tool == "katra_remember":
                self.assertTrue(neo.tool(tool, content="one")[0])
            worked, text = neo.tool(tool, **arguments)
            self.assertFalse(worked, text)
            self.assertIn(f"limits.{limit}", text)
        self.assertTrue(neo.tool("katra_say", message="x" * 9)[0])
        self.assertIn("limits.memories_per_day",
                      self.katra("remember", "two", "--persona", "Neo", code=9))

    def test_the_use_is_shown_against_the_limits(self):
        self.limit({"messages_per_hour": 5})
        neo = self.server("Neo")
        neo.tool("katra_say", message="one")
        neo.tool("katra_remember", content="a memory")
        self.assertRegex(self.katra("status", code=1), r"Neo +1 of 5 +3 of \d+")
        (use,) = json.loads(self.katra("status", "--json", code=1))["personas"]
        self.assertEqual((use["persona"], use["messages"], use["message_bytes"], use["memories"],
                          use["limits"]["messages_per_hour"]), ("Neo", 1, 3, 1, 5))

    def test_without_a_file_a_person_meets_no_limit(self):
        neo = self.server("Neo")
        for number in range(300):
            self.assertTrue(neo.tool("katra_say", message=f"message {number}")[0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
