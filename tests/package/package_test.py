"""The Debian package of a build folder installs programs that run, and names what it needs."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop() if len(sys.argv) > 1 else ROOT / "build" / "release").resolve()
SKIPPED = 77
TOOLS = ["cpack", "dpkg-deb", "dpkg-shlibdeps", "dpkg-query", "readelf"]


def output_of(*command: object) -> str:
    run = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise AssertionError(f"{command} exited with {run.returncode}: {run.stdout}{run.stderr}")
    return run.stdout


def providers_of(wanted: str) -> list[tuple[str, str]]:
    """Name and version of the installed packages that are `wanted`, or provide it: the Debian name
    libspdlog1.10-fmt9 is one that libspdlog1.10 provides."""
    found = []
    for line in output_of("dpkg-query", "-W", "-f",
                          "${Package}|${Version}|${Provides}\n").splitlines():
        name, version, provided = line.split("|")
        if wanted in [name, *re.split(r"[ ,]+", provided)]:
            found.append((name, version))
    return found


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        output_of("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", cls.folder)
        (cls.package,) = cls.folder.glob("*.deb")
        cls.installed = cls.folder / "installed"
        output_of("dpkg-deb", "-x", cls.package, cls.installed)
        cls.server = cls.installed / "usr" / "bin" / "katra_mcp_server"

    def field(self, name: str) -> str:
        return output_of("dpkg-deb", "-f", self.package, name).strip()

    @staticmethod
    def installed_names() -> set[str]:
        """Of packages, and of what packages provide (libspdlog1.10 is also libspdlog1.10-fmt9)."""
        lines = output_of("dpkg-query", "-W", "-f", "${Package},${Provides}\n")
        return set(re.findall(r"(?:^|, ?)([a-z0-9][a-z0-9+.-]*)", lines, re.MULTILINE))

    def test_it_is_named_by_the_project_s_version(self):
        version = re.search(r"project\(katra VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
        self.assertEqual(self.field("Package"), "katra")
        self.assertEqual(self.field("Version"), version[1])

    def test_it_depends_on_the_libraries_that_the_server_links_and_no_development_files(self):
        needed = [part.split()[0] for part in self.field("Depends").split(",")]
        for library in ("libc6", "libstdc++6", "libsqlite3-0", "libuv1"):
            self.assertTrue(any(n.split(":")[0].startswith(library) for n in needed), needed)
        for package in needed:
            self.assertFalse(package.endswith("-dev"), package)
            self.assertIn(package, self.installed_names())

    def test_it_has_the_schemas_and_the_documents(self):
        schemas = self.installed / "usr/share/katra/schemas"
        expected = {
            path.relative_to(ROOT / "schemas")
            for path in (ROOT / "schemas").rglob("*.json")
            if "golden" not in path.parts
        }
        found = {path.relative_to(schemas) for path in schemas.rglob("*") if path.is_file()}
        self.assertEqual(found, expected)
        self.assertTrue(expected)
        example = "personas.json.example"
        self.assertEqual((self.installed / "usr/share/katra" / example).read_text(),
                         (ROOT / "schemas" / example).read_text())
        for document in ("README.md", "CHANGELOG.md", "SECURITY.md", "docs/room.md",
                         "docs/images/watch.svg"):
            self.assertTrue((self.installed / "usr/share/doc/katra" / document).is_file(), document)

    def test_nothing_in_it_is_open_to_others_or_points_into_a_build_folder(self):
        for path in self.installed.rglob("*"):
            self.assertFalse(path.stat().st_mode & 0o022, path)
        self.assertNotRegex(output_of("readelf", "-d", self.server), "R(UN)?PATH")
        self.assertNotIn(str(ROOT).encode(), self.server.read_bytes())

    def test_its_programs_are_hardened(self):
        lint = [sys.executable, ROOT / "scripts" / "lint" / "hardened.py"]
        for program in sorted((self.installed / "usr" / "bin").iterdir()):
            with self.subTest(program.name):
                output_of(*lint, program)

    def test_the_lint_for_hardened_programs_finds_one_that_is_not(self):
        source, program = self.folder / "plain.c", self.folder / "plain"
        source.write_text("int main(void) { return 0; }\n", encoding="utf-8")
        output_of("cc", "-no-pie", "-fno-stack-protector", "-Wl,-z,norelro,-z,lazy,-z,execstack",
                  source, "-o", program)
        lint = subprocess.run(
            [sys.executable, ROOT / "scripts" / "lint" / "hardened.py", program],
            capture_output=True, text=True, check=False)
        self.assertEqual(lint.returncode, 1, lint.stderr)
        for offence in ("position independent", "relocations", "lazily", "executable stack",
                        "stack protector", "fortified"):
            self.assertIn(offence, lint.stdout)

    def test_it_lists_what_it_is_made_of(self):
        text = (self.installed / "usr/share/doc/katra/katra.spdx.json").read_text(encoding="utf-8")
        bill = json.loads(text)
        self.assertEqual(bill["spdxVersion"], "SPDX-2.3")
        versions = {package["name"]: package["versionInfo"] for package in bill["packages"]}
        self.assertEqual(versions["katra"], self.field("Version"))
        for dependency in self.field("Depends").split(","):
            wanted = dependency.split()[0].split(":")[0]
            with self.subTest(wanted):
                self.assertTrue(any(versions.get(name) == version
                                    for name, version in providers_of(wanted)))
        for name in ("SQLiteCpp", "llhttp", "nlohmann-json", "tl-expected", "CLI11", "spdlog"):
            self.assertRegex(versions[name], r"^\d", name)
        ids = {element["SPDXID"] for element in [bill, *bill["packages"], *bill["files"]]}
        for relation in bill["relationships"]:
            self.assertLessEqual({relation["spdxElementId"], relation["relatedSpdxElement"]}, ids)
        self.assertEqual({file["fileName"] for file in bill["files"]},
                         {f"./bin/{path.name}" for path in (self.installed / "usr/bin").iterdir()})
        self.assertNotIn(str(ROOT), text)

    def test_the_server_in_it_answers_a_client(self):
        requests = [
            {"id": 1, "method": "initialize", "params": {
                "protocolVersion": "2025-06-18", "capabilities": {},
                "clientInfo": {"name": "package_test", "version": "1"}}},
            {"method": "notifications/initialized"},
            {"id": 2, "method": "tools/call", "params": {
                "name": "katra_say", "arguments": {"message": "hello from the package"}}},
        ]
        home = self.folder / "home"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KATRA_")}
        with subprocess.Popen(
            [self.server, "--persona", "Dario", "--home", home], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as server:
            answers = []
            for request in requests:
                server.stdin.write(json.dumps({"jsonrpc": "2.0", **request}) + "\n")
                server.stdin.flush()
                while "id" in request:  # what the server says by itself comes between
                    answer = json.loads(server.stdout.readline())
                    if answer.get("id") == request["id"]:
                        answers.append(answer)
                        break
            server.stdin.close()
            self.assertEqual(server.wait(timeout=10), 0)
        self.assertEqual(answers[0]["result"]["protocolVersion"], "2025-06-18")
        self.assertFalse(answers[1]["result"].get("isError", False), answers[1])

    def test_the_gateway_in_it_answers_with_a_stream(self):  # B71
        os.environ["KATRA_BIN"] = str(self.installed / "usr" / "bin")
        sys.path.insert(0, str(ROOT / "tests" / "support" / "python"))
        from upstream import Upstream
        from gateway_fixture import Gateway, chat_stream, message_stream
        for interface, pieces in (("anthropic", message_stream()), ("openai", chat_stream())):
            upstream = Upstream(lambda request, to, pieces=pieces: to.stream(pieces))
            url = upstream.url + ("/v1" if interface == "openai" else "")
            gateway = Gateway({"own": {"api_base_url": url, "interface": interface,
                                       "api_key_env": "TEST_KEY", "models": ["m"]}},
                              {"Sam": {"provider": "own", "model": "m"}})
            with self.subTest(interface), upstream, gateway:
                reply = gateway.ask(body={"model": "claude-sonnet", "max_tokens": 5, "stream": True,
                                          "messages": [{"role": "user", "content": "Hi"}]})
                self.assertEqual(reply.status, 200, reply.body)
                self.assertEqual(reply.events()[-1][0], "message_stop")


if __name__ == "__main__":
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        print(f"skipped: no {', '.join(missing)}; run scripts/setup --dev")
        sys.exit(SKIPPED)
    unittest.main()
