"""scripts/test tells the truth: what failed, what never ran and what was skipped is counted so."""
import contextlib
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts" / "runner"))
import execute  # noqa: E402
import main  # noqa: E402
import outcome  # noqa: E402
import plan  # noqa: E402

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(sample NONE)
enable_testing()
add_test(NAME passes COMMAND true)
add_test(NAME fails COMMAND false)
add_test(NAME is_skipped COMMAND sh -c "exit 77")
set_tests_properties(is_skipped PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME was_not_built COMMAND no_such_program)
add_test(NAME hangs COMMAND sleep 30)
set_tests_properties(hangs PROPERTIES TIMEOUT 1)
add_test(NAME breaks COMMAND false)
set_tests_properties(breaks PROPERTIES FIXTURES_SETUP base)
add_test(NAME stands_on_it COMMAND true)
set_tests_properties(stands_on_it PROPERTIES FIXTURES_REQUIRED base)
"""


class RunnerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for module, name, value in [(execute, "LOGS", self.folder / "logs"),
                                    (plan, "ROOT", self.folder)]:
            patch = mock.patch.object(module, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def run_steps(self, steps: list[plan.Step], **environment: str) -> tuple[int, str]:
        said = io.StringIO()
        inherited = {k: v for k, v in os.environ.items() if k != "CI"}
        with mock.patch.dict(os.environ, {**inherited, **environment}, clear=True):
            with contextlib.redirect_stdout(said):
                code = main.summary(main.run_all(steps, 0))
        return code, said.getvalue()

    def ctest_report(self, project: str, *options: str) -> outcome.Outcome:
        (self.folder / "CMakeLists.txt").write_text(project)
        build, report = self.folder / "build", self.folder / "report.xml"
        subprocess.run(["cmake", "-S", self.folder, "-B", build], check=True, capture_output=True)
        run = subprocess.run(
            ["ctest", "--test-dir", build, "--output-junit", report, *options],
            check=False, capture_output=True,
        )
        return outcome.of_junit("suite", report, run.returncode)

    def test_each_fate_of_a_ctest_test_is_counted(self):
        found = self.ctest_report(PROJECT)
        self.assertEqual(found.passed, 1)
        self.assertEqual(found.skips, ["is_skipped"])
        self.assertEqual(
            sorted(found.failures), ["breaks", "fails", "hangs", "stands_on_it", "was_not_built"])

    def test_a_selection_without_tests_fails(self):
        found = self.ctest_report(PROJECT, "--label-regex", "none", "--no-tests=error")
        self.assertEqual(found.failures, ["suite (no test was found)"])

    def test_a_missing_report_fails(self):
        found = outcome.of_junit("suite", self.folder / "none.xml", 0)
        self.assertEqual(len(found.failures), 1)

    def test_steps_go_on_after_a_failure_and_the_last_line_counts_them(self):
        code, said = self.run_steps([
            plan.Step("good", [["true"]]),
            plan.Step("bad", [["sh", "-c", "echo the reason; exit 3"], ["touch", "after"]]),
            plan.Step("blocked", [["touch", "blocked"]], needs=("bad",)),
            plan.Step("optional", [["sh", "-c", "exit 77"]]),
            plan.Step("last", [["touch", "last"]]),
        ])
        self.assertEqual(code, 1)
        self.assertEqual(said.splitlines()[-1], "2 passed, 2 failed, 1 skipped")
        self.assertIn("  | the reason\n", said)
        self.assertIn("failed: bad (exit code 3)\n", said)
        self.assertIn("failed: blocked (not run: bad failed)\n", said)
        self.assertIn("skipped: optional\n", said)
        made = {path.name for path in self.folder.iterdir()}
        self.assertEqual(made & {"after", "blocked", "last"}, {"last"})

    def test_nothing_failed_is_exit_code_0(self):
        code, said = self.run_steps([plan.Step("good", [["true"]])])
        self.assertEqual((code, said.splitlines()[-1]), (0, "1 passed, 0 failed, 0 skipped"))

    def test_in_ci_a_skip_is_a_failure(self):
        code, said = self.run_steps([plan.Step("optional", [["sh", "-c", "exit 77"]])], CI="true")
        self.assertEqual((code, said.splitlines()[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_in_ci_a_build_goes_when_its_last_step_is_over(self):
        steps = [
            plan.Step("build a", [["mkdir", str(self.folder / "a")]], makes=self.folder / "a"),
            plan.Step("a", [["test", "-d", str(self.folder / "a")]], ("build a",)),
            plan.Step("again", [["test", "-d", str(self.folder / "a")]], ("build a",)),
            plan.Step("after", [["test", "!", "-d", str(self.folder / "a")]]),
        ]
        self.assertEqual(self.run_steps(steps, CI="true")[0], 0)
        code, said = self.run_steps(steps)  # a developer's machine keeps it
        self.assertEqual(code, 1)
        self.assertIn("failed: after", said)

    def test_a_missing_program_is_a_failure(self):
        code, _ = self.run_steps([plan.Step("gone", [["no_such_program"]])])
        self.assertEqual(code, 1)

    def test_what_takes_too_long_is_ended_with_its_children(self):
        mark = self.folder / "mark"
        step = plan.Step("hang", [["sh", "-c", f"(sleep 60; touch {mark}) & echo $! > pid; wait"]],
                         minutes=0.01)
        code, _ = self.run_steps([step])
        self.assertEqual(code, 1)
        child = int((self.folder / "pid").read_text())
        deadline = time.monotonic() + 10  # the signal is under way
        while self.is_alive(child) and time.monotonic() < deadline:
            os.sched_yield()
        self.assertFalse(self.is_alive(child))

    @staticmethod
    def is_alive(pid: int) -> bool:
        run = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return bool(run.stdout.strip()) and not run.stdout.startswith(("Z", "X"))

    def test_a_chosen_step_brings_the_build_that_it_needs(self):
        self.assertEqual([s.name for s in plan.select(["asan"])], ["build asan", "asan"])
        self.assertEqual([s.name for s in plan.select(["unit", "e2e"])], ["build dev", "unit", "e2e"])
        self.assertEqual([s.name for s in plan.select(["clients"])], ["build release", "clients"])
        with self.assertRaises(KeyError):
            plan.select(["no such thing"])

    def test_every_label_that_a_suite_may_have_is_run_by_all(self):
        declared = (ROOT / "tests" / "CMakeLists.txt").read_text()
        labels = declared.split("foreach(label ", 1)[1].split(")", 1)[0].split()
        self.assertEqual(sorted(labels), sorted(plan.SHORT + plan.LONG))
        self.assertLessEqual(set(plan.SANITIZED), set(labels))
        names = [step.name for step in plan.steps()]
        for step in plan.steps():
            self.assertLessEqual(set(step.needs), set(names[: names.index(step.name)]))
        self.assertLessEqual(set(plan.DEFAULT), set(names))

    def test_a_fuzz_step_without_fuzzers_fails(self):
        with mock.patch.object(plan, "BUILD", self.folder / "build"):
            code, _ = self.run_steps([plan.Step("fuzz", [], fuzz=True)])
        self.assertEqual(code, 1)


if __name__ == "__main__":
    unittest.main()
