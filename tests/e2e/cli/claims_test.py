"""Claims on files: agents' servers, a person's terminal and the hook before an edit, in a repository
and one of its worktrees."""
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


class Claims(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="katra-claims-")
        self.addCleanup(shutil.rmtree, self.home, True)
        os.chmod(self.home, 0o700)
        self.work = tempfile.mkdtemp(prefix="katra-claims-work-")
        self.addCleanup(shutil.rmtree, self.work, True)
        self.main = self.repository()
        self.side = self.worktree()

    def put(self, path: str, text: str):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def repository(self) -> str:
        """What `git clone` leaves, as far as Katra reads it."""
        folder = f"{self.work}/main"
        self.put(f"{folder}/.git/HEAD", "ref: refs/heads/main\n")
        self.put(f"{folder}/.git/config",
                 '[remote "origin"]\n\turl = https://jo:secret@example.org/team/tool.git\n')
        self.put(f"{folder}/src/a.cc", "\n")
        return folder

    def worktree(self) -> str:
        """What `git worktree add` leaves."""
        folder = f"{self.work}/side"
        self.put(f"{self.main}/.git/worktrees/side/HEAD", "ref: refs/heads/side\n")
        self.put(f"{self.main}/.git/worktrees/side/commondir", "../..\n")
        self.put(f"{folder}/.git", f"gitdir: {self.main}/.git/worktrees/side\n")
        self.put(f"{folder}/src/a.cc", "\n")
        return folder

    def katra(self, *arguments: str, code: int = 0, folder: str = "", given: str = "",
              **variables: str) -> str:
        run = subprocess.run(
            [f"{BIN}/katra", *arguments], capture_output=True, text=True, timeout=30, check=False,
            cwd=folder or self.main, input=given,
            env={"PATH": os.environ["PATH"], "HOME": self.home, "KATRA_HOME": self.home,
                 "USER": "jo", "TZ": "UTC", **variables})
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return run.stdout + run.stderr

    def server(self, persona: str, folder: str) -> McpServer:
        server = McpServer(BIN, self.home, persona, folder, CLAUDE_CODE_SESSION_ID=f"c-{persona}")
        self.addCleanup(lambda: server.process.poll() is None and server.end())
        return server

    def before_edit(self, persona: str, file: str) -> str:
        given = json.dumps({"session_id": f"c-{persona}", "cwd": self.main,
                            "hook_event_name": "PreToolUse", "tool_name": "Edit",
                            "tool_input": {"file_path": file}})
        said = self.katra("hook", "pre-tool", given=given)
        return json.loads(said)["hookSpecificOutput"].get("additionalContext", "") if said else ""

    def test_a_claim_is_known_in_every_worktree_and_ends_with_its_session(self):
        sam = self.server("Sam", self.main)
        dario = self.server("Dario", f"{self.side}/src")
        self.assertIn('"src/**"', sam.tool("katra_claim", paths=["src"], reason="moving the store")[1])
        refused = dario.tool("katra_claim", paths=["a.cc"])[1]
        for part in ("nothing was claimed", "Sam", "example.org/team/tool", self.main,
                     "moving the store", "katra_say to Sam"):
            self.assertIn(part, refused)
        self.assertNotIn("secret", refused)
        self.assertIn("claims \"src/**\"", dario.call(
            "tools/call", {"name": "katra_who_is_here", "arguments": {}})["content"][0]["text"])
        self.assertIn("Sam", self.before_edit("Dario", f"{self.side}/src/a.cc"))
        self.assertEqual(self.before_edit("Sam", f"{self.main}/src/a.cc"), "")
        self.assertEqual(self.before_edit("Dario", f"{self.side}/docs/a.md"), "")
        sam.kill()
        self.assertEqual(self.before_edit("Dario", f"{self.side}/src/a.cc"), "")
        self.assertEqual(self.katra("claims"), "nothing is claimed\n")
        self.assertIn("claimed until", dario.tool("katra_claim", paths=["a.cc"])[1])

    def test_a_persons_claim_outlasts_the_command_and_an_agent_does_not_end_it(self):
        dario = self.server("Dario", self.main)
        said = self.katra("claim", "docs", "*.md", "--minutes", "20", "--reason", "the release")
        self.assertIn("claimed until", said)
        self.assertIn("jo", dario.tool("katra_claim", paths=["README.md"])[1])
        listed = json.loads(self.katra("claims", "--json"))
        self.assertEqual([(claim["persona"], claim["path"], claim["ends_with_session"])
                          for claim in listed["claims"]],
                         [("jo", "docs", False), ("jo", "*.md", False)])
        self.assertIn("*.md", self.katra("claims"))
        self.assertIn("ask jo", self.katra("claim", "--release", "--of", "jo", code=5,
                                           KATRA_PERSONA="Dario"))
        dario.tool("katra_claim", paths=["lib/"])
        self.assertIn("Dario", self.katra("claim", "lib/x.cc", code=1))
        self.assertIn("lib/**", self.katra("claim", "--release", "--of", "Dario"))
        self.assertIn("released", self.katra("claim", "--release", "docs"))
        self.assertIn("released", self.katra("claim", "--release"))
        self.assertEqual(self.katra("claims"), "nothing is claimed\n")

    def test_the_shell_of_an_agents_session_claims_for_that_session(self):
        sam = self.server("Sam", self.main)
        self.assertEqual(sam.tool("katra_claim")[1], "nothing is claimed")  # answered: its session is open
        self.katra("claim", "src/a.cc", KATRA_PERSONA="Sam")
        listed = json.loads(self.katra("claims", "--json"))
        self.assertEqual([claim["ends_with_session"] for claim in listed["claims"]], [True])
        sam.end()
        self.assertEqual(self.katra("claims"), "nothing is claimed\n")

    def test_nothing_to_claim_is_an_error(self):
        self.assertIn("no paths", self.katra("claim", code=64))
        self.assertIn("--release", self.katra("claim", "x", "--of", "Sam", code=64))
        self.assertIn("minutes", self.katra("claim", "x", "--minutes", "1441", code=2))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
