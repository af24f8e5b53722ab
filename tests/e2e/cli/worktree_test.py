"""A persona with a git work tree of its own: start, list, diff, stop."""
import os
import shutil
import subprocess

import fixture


class WorkTreeTest(fixture.Fixture):
    def setUp(self):
        super().setUp()
        git = shutil.which("git")
        self.assertTrue(git, "the test needs git")
        (self.programs / "git").symlink_to(git)
        self.environment.update({
            "KATRA_BEHAVIOUR": "hold", "GIT_CONFIG_NOSYSTEM": "1", "GIT_PAGER": "/bin/cat",
            **{f"GIT_{who}_{what}": "x@example.org"
               for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}})
        (self.project / "src").mkdir()
        (self.project / "src/a.py").write_text("one\n")
        self.git("init", "-q", "-b", "main")
        self.git("add", ".")
        self.git("commit", "-qm", "first")

    def git(self, *arguments: str, folder=None) -> str:
        return subprocess.run(
            ["git", "-C", str(folder or self.project), *arguments], env=self.environment, text=True,
            check=True, capture_output=True, timeout=60).stdout

    def test_a_persona_works_on_a_branch_of_its_own_and_its_changes_are_shown(self):
        said = self.succeed("start", "--persona", "Sam", "-b", "--worktree", "fix",
                            cwd=self.project / "src")
        tree = self.folder / "project.worktrees/fix"
        self.assertIn(f"Made a work tree of fix: {tree}", said)
        self.assertEqual(self.started()[0]["folder"], str(tree / "src"))
        self.succeed("start", "--persona", "Dario", "-b")
        (tree / "src/a.py").write_text("two\n")
        self.git("commit", "-qam", "second", folder=tree)
        (tree / "new.py").write_text("1\n2\n")
        listed = self.listed()
        self.assertEqual([listed["Sam"][key] for key in ("branch", "added_lines", "removed_lines")],
                         ["fix", 3, 1])
        self.assertEqual([listed["Dario"][key] for key in ("branch", "added_lines")], ["main", 0])
        self.assertIn("fix +3 -1", self.succeed("list"))

        diff = self.succeed("diff", "Sam")
        self.assertEqual([line for line in diff.splitlines() if line[0] in "+-"],
                         ["--- /dev/null", "+++ b/new.py", "+1", "+2",
                          "--- a/src/a.py", "+++ b/src/a.py", "-one", "+two"])
        self.assertIn("2 files changed", self.succeed("diff", "sam", "--stat"))
        self.assertEqual(self.succeed("diff", "Sam", "--", "--name-only", "src"), "src/a.py\n")
        self.assertEqual(self.succeed("diff", "Dario"), "")
        self.assertEqual(self.git("status", "--short", folder=tree), "?? new.py\n")

        # After its end, the work is still there, and the next session goes on with it.
        self.succeed("stop", "--all")
        self.assertEqual(self.succeed("diff", "Sam"), diff)
        said = self.succeed("start", "--persona", "Kim", "-b", "--worktree", "fix")
        self.assertIn(f"Work tree of fix: {tree}", said)
        run = self.run_katra("start", "--persona", "Sam", "-b", "--worktree", "fix")
        self.assertIn("Kim works in this work tree too", run.stderr)
        self.assertIn("no session of Nobody is known", self.run_katra("diff", "Nobody").stderr)

    def test_a_start_that_fails_makes_nothing(self):
        for arguments, reason in (
                (("--worktree", "main"), "the branch main is checked out"),
                (("--worktree", "a b"), "cannot be a branch's name"),
                (("--worktree", "fix", "--client", "nothing"), "nothing"),
                (("--worktree", "fix", "--provider", "openai", "--no-router"), "OPENAI_API_KEY")):
            run = self.run_katra("start", "--persona", "Sam", "-b", *arguments)
            self.assertNotEqual(run.returncode, 0, arguments)
            self.assertIn(reason, run.stderr)
        explained = self.succeed("start", "--persona", "Sam", "--worktree", "fix", "--explain")
        self.assertIn("project.worktrees/fix", explained)
        self.assertFalse(os.path.exists(self.folder / "project.worktrees"))
        self.assertEqual(self.git("branch", "--list", "fix"), "")
        (self.programs / "git").unlink()
        run = self.run_katra("start", "--persona", "Sam", "-b", "--worktree", "fix")
        self.assertIn("git is not installed", run.stderr)
        self.succeed("list")


if __name__ == "__main__":
    fixture.main()
