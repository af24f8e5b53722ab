"""The real Codex, Gemini CLI and opencode, offline: started by `katra start`, each finds Katra's server
in what it was handed, without a change to its own configuration."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import fixture

MODULES = pathlib.Path(os.environ.get("KATRA_CLIENTS", fixture.ROOT / "build/clients")) / "node_modules"
# Client -> its program among the npm packages.
PROGRAMS = {
    "codex": "codex-0.169.0/vendor/x86_64-unknown-linux-musl/bin/codex",
    "gemini": "@google/gemini-cli/bundle/gemini.js",
    "opencode": "opencode-1.18.33/bin/opencode",
}
# No network but the loopback of a namespace of its own.
ALONE = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


class RealClientsTest(fixture.Fixture):
    def setUp(self):
        super().setUp()
        for client, program in PROGRAMS.items():
            (self.programs / client).unlink()
            (self.programs / client).symlink_to(MODULES / program)
        (self.programs / "node").symlink_to(shutil.which("node"))
        self.environment.update(
            PATH=f"{self.programs}:/usr/bin:/bin", TERM="dumb", OPENAI_API_KEY="sk-made-up",
            GEMINI_API_KEY="made-up", ANTHROPIC_API_KEY="sk-ant-made-up")

    def list_servers(self, client: str) -> str:
        run = subprocess.run(
            [*ALONE, str(self.k), "start", "--persona", "Sam", "--client", client,
             "--", "mcp", "list"],
            env=self.environment, cwd=self.project, stdin=subprocess.DEVNULL, text=True,
            capture_output=True, timeout=120, check=False)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout + run.stderr

    def test_codex_lists_the_server(self):
        listed = self.list_servers("codex")
        self.assertRegex(listed, r"katra +\S*katra_mcp_server .*KATRA_PERSONA=.*enabled")
        self.assertNotIn("mcp_servers", self.configuration(".codex/config.toml"))

    def test_gemini_cli_connects_to_the_server_in_a_trusted_folder(self):
        trusted = self.user_home / ".gemini/trustedFolders.json"
        trusted.parent.mkdir()
        trusted.write_text(json.dumps({str(self.project): "TRUST_FOLDER"}))
        listed = self.list_servers("gemini")
        self.assertRegex(listed, r"katra: \S*katra_mcp_server .*Connected")
        self.assertNotIn("katra", self.configuration(".gemini/settings.json"))

    def test_opencode_connects_to_the_server(self):
        listed = self.list_servers("opencode")
        self.assertIn("connected", listed)
        self.assertIn("katra_mcp_server", listed)
        self.assertNotIn("katra", self.configuration(".config/opencode/opencode.json"))

    def configuration(self, name: str) -> str:
        path = self.user_home / name
        return path.read_text() if path.exists() else ""


def closed_folder() -> pathlib.Path:
    """Gemini CLI takes no settings from below a folder that others may write to, as /tmp is: the
    build folder may lie there, the user's home or the system's cache hardly does."""
    def closed(folder: pathlib.Path) -> bool:
        return (os.access(folder, os.W_OK) and
                all(not path.stat().st_mode & 0o022 for path in [folder, *folder.parents]))

    places = [fixture.program_folder().parent, pathlib.Path.home(), pathlib.Path("/var/cache")]
    return next((place for place in places if closed(place)), places[0])


def missing() -> list[str]:
    needed = [str(MODULES / program) for program in PROGRAMS.values()
              if not (MODULES / program).exists()]
    return needed + [tool for tool in ("unshare", "ip", "node") if not shutil.which(tool)]


if __name__ == "__main__":
    if missing():
        print(f"skipped: no {', '.join(missing())}; run scripts/setup --dev --clients")
        sys.exit(1 if os.environ.get("CI") else fixture.SKIPPED)
    tempfile.tempdir = str(closed_folder())
    fixture.main()
