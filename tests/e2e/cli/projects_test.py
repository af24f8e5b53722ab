"""Memories belong to the repository in which they were made, and recall finds those of its own folder
first, without any configuration."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BIN = os.path.abspath(sys.argv[-1])


class Projects(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="katra-projects-")
        self.addCleanup(shutil.rmtree, self.home, True)
        os.chmod(self.home, 0o700)
        self.work = tempfile.mkdtemp(prefix="katra-projects-work-")
        self.addCleanup(shutil.rmtree, self.work, True)
        for name in ("tool", "site"):
            self.put(f"{name}/.git/HEAD", "ref: refs/heads/main\n")
            self.put(f"{name}/.git/config",
                     f'[remote "origin"]\n\turl = git@example.org:team/{name}.git\n')
        self.put("tool/.git/worktrees/side/HEAD", "ref: refs/heads/side\n")
        self.put("tool/.git/worktrees/side/commondir", "../..\n")
        self.put("side/.git", f"gitdir: {self.work}/tool/.git/worktrees/side\n")
        self.put("plain/note.txt", "\n")

    def put(self, path: str, text: str):
        os.makedirs(os.path.dirname(f"{self.work}/{path}"), exist_ok=True)
        with open(f"{self.work}/{path}", "w", encoding="utf-8") as file:
            file.write(text)

    def katra(self, folder: str, *arguments: str, code: int = 0, home: str = "") -> str:
        run = subprocess.run(
            [f"{BIN}/katra", *arguments], capture_output=True, text=True, timeout=30, check=False,
            cwd=f"{self.work}/{folder}",
            env={"PATH": os.environ["PATH"], "HOME": self.home, "KATRA_HOME": home or self.home,
                 "USER": "jo", "TZ": "UTC"})
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return run.stdout + run.stderr

    def projects(self, folder: str, *arguments: str) -> list[str]:
        found = json.loads(self.katra(folder, "recall", "--json", *arguments))
        return [hit.get("project", "") for hit in found["hits"]]

    def test_recall_looks_in_its_own_folders_project_first(self):
        self.katra("site", "remember", "deploy with the blue script")
        self.katra("tool", "remember", "deploy with the red script")
        self.katra("plain", "remember", "deploy with the old script")
        tool, site = "example.org/team/tool", "example.org/team/site"
        self.assertEqual(self.projects("side", "deploy script")[0], tool)
        self.assertEqual(self.projects("site", "deploy script")[0], site)
        self.assertEqual(sorted(self.projects("plain", "deploy script")), ["", site, tool])
        self.assertEqual(self.projects("plain", "--project", "site", "deploy"), [site])
        shown = self.katra("tool", "recall", "deploy script")
        self.assertIn(f"of project {site}", shown)
        self.assertNotIn(f"of project {tool}", shown)
        self.assertIn("did you mean", self.katra("tool", "recall", "--project", "sit", "x", code=3))

    def test_an_export_carries_projects_to_another_home(self):
        self.katra("tool", "remember", "the anvil is red")
        other = tempfile.mkdtemp(prefix="katra-projects-other-")
        self.addCleanup(shutil.rmtree, other, True)
        os.chmod(other, 0o700)
        self.katra("plain", "memory", "export", "out.jsonl")
        self.katra("plain", "memory", "import", "out.jsonl", home=other)
        found = self.katra("plain", "recall", "--json", "--project", "tool", "anvil", home=other)
        self.assertEqual(json.loads(found)["total"], 1)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
