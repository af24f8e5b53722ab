"""katra up, down, status, logs, token: one gateway a home, which outlives whoever started it."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from gateway_fixture import BIN, wait_until  # noqa: E402


class Lifecycle(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="katra-lifecycle-")
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.home,
                            "KATRA_HOME": f"{self.home}/.katra"}
        for name in ("LSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.pids: set[int] = set()

    def tearDown(self):
        for pid in self.pids:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                continue
            wait_until(lambda pid=pid: not alive(pid))
        shutil.rmtree(self.home, ignore_errors=True)

    def katra(self, *arguments: str):
        run = subprocess.run([f"{BIN}/katra", *arguments], capture_output=True, text=True,
                             env=self.environment, timeout=60, check=False)
        runtime = self.runtime()
        if runtime:
            self.pids.add(runtime["pid"])
        return run

    def runtime(self) -> dict | None:
        try:
            with open(f"{self.home}/.katra/run/gateway.json", encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def of_this_home(self) -> set[int]:
        """The gateways that run, waiting ones too."""
        found = set()
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"katra_gateway") and f"{self.home}/.katra".encode() in words:
                found.add(int(entry.name))
        return found

    def test_up_status_logs_down(self):
        self.assertEqual(self.katra("status").returncode, 1)
        up = self.katra("up", "--port", "0")
        self.assertEqual(up.returncode, 0, up.stderr)
        runtime = self.runtime()
        self.assertIn(str(runtime["port"]), up.stdout)
        status = json.loads(self.katra("status", "--json").stdout)
        self.assertEqual((status["running"], status["pid"]), (True, runtime["pid"]))
        self.assertIn("runs already", self.katra("up").stdout)
        self.assertIn("listening on", self.katra("logs").stdout)
        for name in ("gateway.json", "gateway.sock"):
            mode = os.stat(f"{self.home}/.katra/run/{name}").st_mode & 0o777
            self.assertEqual(mode, 0o600, name)
        down = self.katra("down")
        self.assertEqual(down.returncode, 0, down.stderr)
        wait_until(lambda: not alive(runtime["pid"]))
        self.assertIsNone(self.runtime())
        self.assertEqual(self.katra("down").stdout, "No gateway is running.\n")

    def test_of_several_that_start_at_once_one_is_the_gateway(self):
        with ThreadPoolExecutor(4) as pool:
            runs = list(pool.map(lambda _: self.katra("up", "--port", "0"), range(4)))
        self.assertEqual([run.returncode for run in runs], [0] * 4, [run.stderr for run in runs])
        self.assertEqual(len({run.stdout.split("process ")[1] for run in runs}), 1)
        self.assertEqual(self.of_this_home(), {self.runtime()["pid"]}, "a loser still waits")

    def test_a_gateway_that_was_killed_is_not_taken_for_a_running_one(self):
        self.katra("up", "--port", "0")
        first = self.runtime()["pid"]
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not alive(first))
        self.assertEqual(self.katra("status").returncode, 1)
        self.assertEqual(self.katra("up", "--port", "0").returncode, 0)
        self.assertNotEqual(self.runtime()["pid"], first)

    def test_one_of_another_version_is_replaced(self):
        self.katra("up", "--port", "0")
        runtime = self.runtime()
        path = f"{self.home}/.katra/run/gateway.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**runtime, "version": "0.0.1"}, file)
        self.assertEqual(self.katra("up", "--port", "0").returncode, 0)
        self.assertNotEqual(self.runtime()["pid"], runtime["pid"])
        wait_until(lambda: not alive(runtime["pid"]))

    def test_why_it_does_not_start_is_told(self):
        os.makedirs(f"{self.home}/.katra/router", mode=0o700)
        os.chmod(f"{self.home}/.katra", 0o700)
        path = f"{self.home}/.katra/router/personas.json"
        with open(path, "w", encoding="utf-8") as file:
            file.write("{ no json")
        os.chmod(path, 0o600)
        up = self.katra("up")
        self.assertNotEqual(up.returncode, 0)
        self.assertIn("personas.json:1", up.stderr)

    def test_a_token_is_printed_once_and_kept_as_a_hash(self):
        made = self.katra("token", "create", "--persona", "Sam")
        token = made.stdout.strip()
        self.assertRegex(token, r"^katra_[A-Za-z0-9_-]{43}$")
        with open(f"{self.home}/.katra/run/tokens.json", encoding="utf-8") as file:
            self.assertNotIn(token, file.read())
        self.assertIn("Ended 1 token", self.katra("token", "end", "--persona", "sam").stdout)
        self.assertNotEqual(self.katra("token", "create", "--persona", "no name").returncode, 0)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


if __name__ == "__main__":
    unittest.main()
