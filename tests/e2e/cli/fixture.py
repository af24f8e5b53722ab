"""A fixture for each test of the command: homes, clients that only record, and a tmux server
that nobody else uses. Ends what it started, and nothing else."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SKIPPED = 77
CLIENTS = ("claude", "codex", "gemini", "opencode")
KEYS = {
    "ANTHROPIC_API_KEY": "sk-ant-made-up-1f3a", "OPENAI_API_KEY": "sk-oai-made-up-77c1",
    "DEEPSEEK_API_KEY": "sk-dsk-made-up-90bb", "OPENROUTER_API_KEY": "sk-or-made-up-5e02",
}
PATIENCE = 20.0


def program_folder() -> pathlib.Path:
    """The folder with katra, the last argument of the command line."""
    return pathlib.Path(sys.argv[-1]).resolve()


def until(condition, what: str):
    """Waits for a condition to be true, and returns it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError(f"never came: {what}")


def is_alive(pid: int) -> bool:
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


class Fixture(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="katra-cli-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.user_home = self.folder / "user"
        self.home = self.user_home / ".katra"
        self.project = self.folder / "project"
        self.records = self.folder / "records"
        self.programs = self.folder / "bin"
        for made in (self.user_home, self.project, self.records, self.programs):
            made.mkdir()
        for client in CLIENTS:
            self.install_client(client)
        self.tmux_program = shutil.which("tmux")
        (self.programs / "tmux").symlink_to(self.tmux_program)
        self.environment = {
            "HOME": str(self.user_home), "PATH": str(self.programs), "TERM": "xterm-256color",
            "LANG": "C.UTF-8", "KATRA_RECORD": str(self.records),
            "KATRA_TMUX_SOCKET": "katra-test", "TMUX_TMPDIR": str(self.folder), "TZ": "UTC",
        }
        self.addCleanup(self.end_tmux)
        self.addCleanup(self.end_gateway)
        self.k = program_folder() / "katra"

    def install_client(self, name: str) -> None:
        text = (ROOT / "tests/support/python/recording_client.py").read_text()
        (self.programs / name).write_text(f"#!{sys.executable} -S\n{text}")  # without site: quicker
        (self.programs / name).chmod(0o755)

    def tmux(self, *arguments: str, socket: str = "katra-test") -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.tmux_program, "-L", socket, "-f", "/dev/null", *arguments],
            env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def tmux_sessions(self) -> list[str]:
        return sorted(self.tmux("list-sessions", "-F", "#{session_name}").stdout.split())

    def end_tmux(self) -> None:
        self.tmux("kill-server")

    def end_gateway(self) -> None:
        """The one that a session of this test was started with, if any."""
        if (self.home / "run/gateway.json").exists():
            self.run_katra("down")

    def run_katra(self, *arguments: str, program: pathlib.Path | str | None = None,
                  **more) -> subprocess.CompletedProcess:
        environment = {**self.environment, **more.pop("environment", {})}
        environment = {name: value for name, value in environment.items() if value is not None}
        if "input" not in more:
            more.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(
            [str(program or self.k), *arguments], env=environment, capture_output=True, text=True,
            timeout=60, check=False, **{"cwd": self.project, **more})

    def succeed(self, *arguments: str, **more) -> str:
        run = self.run_katra(*arguments, **more)
        self.assertEqual(run.returncode, 0, f"{arguments}: {run.stdout}{run.stderr}")
        return run.stdout

    def started(self, count: int = 1) -> list[dict]:
        """What the stand-ins wrote down, oldest first, as soon as there are that many."""
        paths = until(lambda: len(found := list(self.records.glob("*.json"))) >= count and found,
                      f"{count} started clients")
        return [json.loads(path.read_text())
                for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns)]

    def forget_started(self) -> None:
        for path in self.records.glob("*.json"):
            path.unlink()

    def listed(self, **more) -> dict[str, dict]:
        sessions = json.loads(self.succeed("list", "--json", **more))["sessions"]
        return {session["persona"]: session for session in sessions}

    def write(self, name: str, text: str | bytes) -> pathlib.Path:
        """A file below KATRA_HOME."""
        path = self.home / name
        for folder in reversed([path.parent, *path.parent.parents]):
            if folder.is_relative_to(self.home) and not folder.exists():
                folder.mkdir(mode=0o700)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(0o600)
        return path

    def files(self) -> dict[str, bytes]:
        """Every file of the test but the records and the programs, with what it holds."""
        found = {}
        for path in self.folder.rglob("*"):
            inside = path.relative_to(self.folder)
            if inside.parts[0] in ("records", "bin") or not path.is_file():
                continue
            found[str(inside)] = path.read_bytes()
        return found


def main() -> None:
    if not shutil.which("tmux"):
        print("skipped: no tmux; run scripts/setup --test")
        sys.exit(1 if os.environ.get("CI") else SKIPPED)
    unittest.main(argv=sys.argv[:1])
