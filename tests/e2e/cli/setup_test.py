"""Registration in the clients' own files, the doctor, completions and man pages."""
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import fixture

FILES = {
    "claude": ".claude.json", "codex": ".codex/config.toml", "gemini": ".gemini/settings.json",
    "opencode": ".config/opencode/opencode.json", "cursor": ".cursor/mcp.json",
    "vscode": ".config/Code/User/mcp.json",
}
PROJECT_FILES = {
    "claude": ".mcp.json", "codex": ".codex/config.toml", "gemini": ".gemini/settings.json",
    "opencode": "opencode.json", "cursor": ".cursor/mcp.json", "vscode": ".vscode/mcp.json",
}
# What a user may have there: comments, other servers, something that looks like a secret.
JSON_BEFORE = """\
{
  // my own settings
  "theme": "dark",
  "apiKey": "sk-of-the-user",
  "OWN": {
    "other": {"command": "x"} // the other one
  }
}
"""
TOML_BEFORE = 'model = "gpt-5" # mine\n\n[mcp_servers.other]\ncommand = "x"\n'
MEMBER = {"claude": "mcpServers", "gemini": "mcpServers", "opencode": "mcp",
          "cursor": "mcpServers", "vscode": "servers"}


class InstallTest(fixture.Fixture):
    def put(self, client: str, mode: int = 0o640) -> tuple[pathlib.Path, str]:
        path = self.user_home / FILES[client]
        path.parent.mkdir(parents=True, exist_ok=True)
        text = TOML_BEFORE if client == "codex" else JSON_BEFORE.replace("OWN", MEMBER[client])
        path.write_text(text)
        path.chmod(mode)
        return path, text

    def test_every_client_s_file_gets_the_server_and_keeps_what_was_there(self):
        for client in FILES:
            with self.subTest(client):
                path, before = self.put(client)
                said = self.succeed("install", "--client", client)
                after = path.read_text()
                self.assertIn("katra_mcp_server", after)
                for line in before.splitlines():
                    self.assertIn(line, after.replace(", //", " //"))
                self.assertEqual(path.stat().st_mode & 0o777, 0o640)
                (backup,) = path.parent.glob(path.name + ".katra-*")
                self.assertEqual(backup.read_text(), before)
                self.assertIn(str(backup), said)
                self.assertIn("+", said)
                self.assertNotIn("sk-of-the-user", said)

                self.assertIn("registered already", self.succeed("install", "--client", client))
                self.assertEqual(path.read_text(), after)
                self.succeed("uninstall", "--client", client)
                self.assertEqual(path.read_text(), before)

    def test_clients_get_lasting_hooks_beside_the_user_s_own_and_lose_them_again(self):
        own = {"hooks": [{"type": "command", "command": "mine"}]}
        files = {"claude": (".claude/settings.json", "SessionStart"),
                 "codex": (".codex/hooks.json", "Stop"), "gemini": (".gemini/settings.json", "AfterTool")}
        for client, (name, event) in files.items():
            with self.subTest(client):
                path = self.user_home / name
                path.parent.mkdir(parents=True, exist_ok=True)
                before = json.dumps({"hooks": {event: [own]}}, indent=2) + "\n"
                path.write_text(before)
                self.succeed("install", "--client", client)
                hooks = json.loads(path.read_text())["hooks"]
                self.assertEqual(hooks[event][0], own)
                self.assertRegex(hooks[event][1]["hooks"][0]["command"], r"katra hook ")
                self.assertIn("already", self.succeed("install", "--client", client))
                self.succeed("uninstall", "--client", client)
                # An entry of servers that was made for Katra's stays, empty.
                after = {**json.loads(path.read_text()), "mcpServers": {}}
                self.assertEqual(after, {**json.loads(before), "mcpServers": {}})

    def test_codex_trusts_the_hooks_that_it_was_given(self):
        (self.user_home / ".codex").mkdir()
        config = self.user_home / ".codex/config.toml"
        config.write_text(TOML_BEFORE)
        self.succeed("install", "--client", "codex")
        hooks = self.user_home / ".codex/hooks.json"
        self.assertIn(f'[hooks.state."{hooks}:stop:0:0"]\ntrusted_hash = "sha256:', config.read_text())
        self.succeed("uninstall", "--client", "codex")
        self.assertEqual(config.read_text(), TOML_BEFORE)

    def test_opencode_gets_a_plugin_that_is_katra_s_own_file(self):
        plugin = self.user_home / ".config/opencode/plugin/katra.js"
        self.succeed("install", "--client", "opencode")
        self.assertIn("Katra's plugin for opencode", plugin.read_text())
        self.succeed("uninstall", "--client", "opencode")
        self.assertFalse(plugin.exists())
        plugin.write_text("// mine\n")
        run = self.run_katra("install", "--client", "opencode")
        self.assertNotEqual(run.returncode, 0)
        self.assertEqual(plugin.read_text(), "// mine\n")

    def test_a_dry_run_shows_the_change_and_makes_none(self):
        path, before = self.put("claude")
        said = self.succeed("install", "--client", "claude", "--dry-run")
        self.assertIn("katra_mcp_server", said)
        self.assertEqual(path.read_text(), before)
        self.assertEqual([p.name for p in self.user_home.iterdir()], [".claude.json"])

    def test_a_project_s_files_are_made_where_the_clients_look_for_them(self):
        for client, name in PROJECT_FILES.items():
            self.succeed("install", "--client", client, "--scope", "project")
            self.assertIn("katra_mcp_server", (self.project / name).read_text())
        self.assertEqual(list(self.user_home.iterdir()), [])

    def test_a_project_that_leads_outside_through_a_link_is_refused(self):
        outside = self.folder / "outside"
        for client, name in PROJECT_FILES.items():
            parts = pathlib.PurePath(name).parts
            for depth in range(1, len(parts) + 1):
                for target in ("../outside", str(outside), "../outside/not-there"):
                    shutil.rmtree(self.project)
                    shutil.rmtree(outside, ignore_errors=True)
                    outside.mkdir()
                    link = self.project.joinpath(*parts[:depth])
                    link.parent.mkdir(parents=True)
                    link.symlink_to(os.path.relpath(outside, link.parent) if target[0] == "." else target)
                    for command in (("install",), ("uninstall",), ("install", "--dry-run")):
                        with self.subTest(client=client, link=str(link), command=command):
                            run = self.run_katra(*command, "--client", client, "--scope", "project")
                            self.assertEqual(run.returncode, 5, run.stdout + run.stderr)
                            self.assertIn(str(link), run.stderr)
                            self.assertEqual(list(outside.iterdir()), [])

    def test_a_user_s_own_folder_may_be_a_link_and_so_may_the_project(self):
        dotfiles = self.folder / "dotfiles"
        dotfiles.mkdir()
        (self.user_home / ".cursor").symlink_to(dotfiles)
        self.succeed("install", "--client", "cursor")
        self.assertIn("katra_mcp_server", (dotfiles / "mcp.json").read_text())
        (self.folder / "by-another-way").symlink_to(self.project)
        self.succeed("install", "--client", "cursor", "--scope", "project",
                     cwd=self.folder / "by-another-way")
        self.assertIn("katra_mcp_server", (self.project / PROJECT_FILES["cursor"]).read_text())

    def test_without_a_client_named_those_that_are_here_are_registered(self):
        for gone in ("codex", "gemini", "opencode"):
            (self.programs / gone).unlink()
        self.succeed("install")
        self.assertEqual(sorted(p.name for p in self.user_home.iterdir()), [".claude", ".claude.json"])
        (self.programs / "claude").unlink()
        run = self.run_katra("install")
        self.assertEqual(run.returncode, 6)
        self.assertIn("--client", run.stderr)

    def test_a_home_of_its_own_is_told_to_the_server(self):
        home = str(self.folder / "own")
        self.succeed("install", "--client", "cursor", environment={"KATRA_HOME": home})
        entry = json.loads((self.user_home / FILES["cursor"]).read_text())["mcpServers"]["katra"]
        self.assertEqual(entry["env"], {"KATRA_HOME": home})

    def test_what_cannot_be_edited_safely_is_left_alone(self):
        target = self.folder / "dotfiles.json"
        target.write_text("{}")
        cases = {
            "a link": lambda path: path.symlink_to(target),
            "a folder": lambda path: path.mkdir(),
            "broken": lambda path: path.write_text('{"mcpServers": {'),
            "another shape": lambda path: path.write_text('{"mcpServers": []}'),
            "two values": lambda path: path.write_text("{}{}"),
        }
        if os.geteuid() == 0:
            def foreign(path):
                path.write_text("{}")
                os.chown(path, 12345, 12345)
            cases["another user's"] = foreign
        path = self.user_home / FILES["claude"]
        for what, make in cases.items():
            with self.subTest(what):
                make(path)
                before = path.read_bytes() if path.is_file() else None
                run = self.run_katra("install", "--client", "claude")
                self.assertIn(run.returncode, (2, 5), run.stderr)
                self.assertIn(str(path), run.stderr)
                self.assertEqual(path.read_bytes() if path.is_file() else None, before)
                self.assertEqual(target.read_text(), "{}")
                self.assertEqual(list(path.parent.glob("*.katra-*")), [])
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    def test_a_damaged_file_is_refused_with_its_line_and_stays_as_it_is(self):
        registered = {}
        for client in FILES:
            path, _ = self.put(client)
            self.succeed("install", "--client", client)
            registered[client] = path.read_bytes()
            for backup in path.parent.glob("*.katra-*"):
                backup.unlink()
        for client, text in registered.items():
            path = self.user_home / FILES[client]
            cases = {"a stray last line": text + b"a line that is not of this format\n",
                     "the same without its end": text + b"stray",
                     "a stray first line": b"<<<<<<< HEAD\n" + text,
                     "cut off": text.rstrip()[:-2]}
            for (what, damaged), command in itertools.product(
                    cases.items(), ("install", "uninstall")):
                with self.subTest(client=client, what=what, command=command):
                    path.write_bytes(damaged)
                    run = self.run_katra(command, "--client", client)
                    self.assertEqual(run.returncode, 2, run.stdout + run.stderr)
                    self.assertRegex(run.stderr, rf"{re.escape(str(path))}: line \d+: ")
                    self.assertIn(f"{command} --client {client}` again", run.stderr)
                    self.assertEqual(path.read_bytes(), damaged)
                    self.assertEqual(list(path.parent.glob("*.katra-*")), [])


class DoctorTest(fixture.Fixture):
    def findings(self, code: int, **more) -> dict[str, dict]:
        run = self.run_katra("doctor", "--json", **more)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return {f["subject"]: f for f in json.loads(run.stdout)["findings"]}

    def test_all_is_well_in_a_world_that_has_everything(self):
        self.succeed("list")
        findings = self.findings(0)
        for subject in ("installation", "server", "tmux", "Claude Code", "home", "database", "bell"):
            self.assertEqual(findings[subject]["health"], "ok", findings[subject])
        self.assertTrue(all(f["health"] in ("ok", "note") for f in findings.values()), findings)

    def test_each_thing_that_can_be_wrong_is_told_with_what_to_do(self):
        self.succeed("list")
        other = self.folder / "other"
        other.mkdir()
        (other / "katra").write_text("#!/bin/sh\n")
        (other / "katra").chmod(0o755)
        personas = ('{"version": 1, "personas": {"Sam": {"provider": "openai", '
                    '"model": "gpt-4-turbo"}}}')
        self.write("router/personas.json", personas)
        (self.user_home / ".claude.json").write_text(
            '{"mcpServers": {"katra": {"command": "/old/katra_mcp_server"}}}')
        (self.programs / "tmux").unlink()
        findings = self.findings(1, environment={
            "KATRA_CLIENT_VERSION": "1.0.3 (old)", "PATH": f"{self.programs}:{other}"})
        for subject, advice in {
            "tmux": "apt-get install tmux", "Claude Code": "npm install -g", "installation": "keep one",
            "key of openai": "export OPENAI_API_KEY", "Claude Code's file": "katra install",
        }.items():
            self.assertEqual(findings[subject]["health"], "warning", subject)
            self.assertIn(advice, findings[subject]["advice"])

    def test_a_home_open_to_others_and_a_broken_database_are_bad_with_the_error_s_code(self):
        self.succeed("list")
        self.home.chmod(0o755)
        self.assertIn("chmod", self.findings(5)["home"]["text"])
        self.home.chmod(0o700)
        database = self.home / "katra.db"
        for extra in self.home.glob("katra.db-*"):
            extra.unlink()
        content = database.read_bytes()
        database.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
        self.assertEqual(self.findings(10)["database"]["health"], "bad")

    def test_a_configuration_that_cannot_be_read_is_bad(self):
        self.write("router/personas.json", '{"version": 1,,}')
        self.assertIn("config check", self.findings(2)["configuration"]["advice"])


class PagesTest(fixture.Fixture):
    def commands(self, text: str) -> list[str]:
        """The names that a help text lists."""
        return re.findall(r"^  ([a-z][a-z-]*)  ", text, re.MULTILINE)

    def options(self, text: str) -> set[str]:
        return set(re.findall(r"(?<![\w-])(--?[a-zA-Z][a-z-]*)(?=[ ,\n\"=]|$)", text))

    def pages(self) -> pathlib.Path:
        folder = self.folder / "man"
        folder.mkdir()
        self.succeed("man", "--write", str(folder))
        return folder

    def test_help_man_pages_and_completions_know_the_same_commands_and_options(self):
        root = self.succeed("help")
        commands = self.commands(root)
        self.assertIn("start", commands)
        pages = self.pages()
        self.assertEqual(
            sorted(p.name for p in pages.iterdir()),
            sorted(["katra.1", *(f"katra-{command}.1" for command in commands)]))
        shells = {shell: self.succeed("completions", shell) for shell in ("bash", "zsh", "fish")}
        for command in commands:
            with self.subTest(command):
                help_text = self.succeed("help", command)
                self.assertEqual(help_text, self.succeed(command, "--help"))
                listed = re.findall(r"^  (-\w, )?(--[a-z-]+)", help_text, re.MULTILINE)
                names = [name for _, name in listed]
                self.assertIn("--help", names)
                page = (pages / f"katra-{command}.1").read_text().replace("\\-", "-")
                for name in names:
                    self.assertIn(name, page)
                    self.assertIn(name, shells["bash"])
                    self.assertIn(name, shells["zsh"])
                    self.assertIn(f"-l {name[2:]}", shells["fish"])
                for shell in shells.values():
                    self.assertIn(command, shell)

    def index_row(self, command: str) -> str:
        page = self.succeed("man", command).replace("\\-", "-")
        summary = re.search(r"^katra-[a-z-]+ - (.*)$", page, re.MULTILINE)[1].replace("|", "\\|")
        return f"| [`katra {command}`](commands/{command}.md) | {summary} |\n"

    def test_every_command_has_a_page_in_the_documentation_that_says_what_help_says(self):
        folder = fixture.ROOT / "docs/commands"
        wide = {"COLUMNS": "100"}
        expected = {}
        for command in self.commands(self.succeed("help")):
            parts = [self.succeed("help", command, environment=wide)]
            if parts[0].startswith(f"Usage: katra {command} [OPTIONS] COMMAND"):
                parts += [self.succeed("help", command, below, environment=wide)
                          for below in self.commands(parts[0])]
            blocks = "\n".join(f"```text\n{part}```\n" for part in parts)
            expected[f"{command}.md"] = f"# katra {command}\n\n{blocks}"
        path = fixture.ROOT / "docs/commands.md"
        head = "| command | what it does |\n|---|---|\n"
        rows = "".join(self.index_row(name.removesuffix(".md")) for name in expected)
        index = re.sub(re.escape(head) + r"(?:\|.*\n)*", lambda _: head + rows, path.read_text())
        if os.environ.get("KATRA_TEST_ACCEPT"):
            path.write_text(index)
            folder.mkdir(exist_ok=True)
            for page in folder.glob("*.md"):
                page.unlink()
            for name, text in expected.items():
                (folder / name).write_text(text)
        found = {page.name: page.read_text() for page in folder.glob("*.md")}
        other = [name for name in {**found, **expected} if found.get(name) != expected.get(name)]
        self.assertEqual(other, [], "KATRA_TEST_ACCEPT=1 writes these pages anew")
        self.assertEqual(path.read_text(), index)

    def test_options_of_a_command_are_refused_where_they_do_not_belong(self):
        for command in self.commands(self.succeed("help")):
            run = self.run_katra(command, "--no-such-option")
            self.assertEqual(run.returncode, 64, command)

    @unittest.skipUnless(shutil.which("man"), "no man")
    def test_the_pages_are_set_without_a_warning(self):
        for page in self.pages().iterdir():
            run = subprocess.run(
                ["man", "--warnings", "-l", str(page)], capture_output=True, text=True,
                env={"PATH": os.environ["PATH"], "MANWIDTH": "80", "LANG": "C.UTF-8"}, check=False)
            self.assertEqual((run.returncode, run.stderr), (0, ""), page.name)
            self.assertIn("SYNOPSIS", run.stdout)

    def test_bash_completes_commands_options_and_values(self):
        script = self.folder / "completion.bash"
        script.write_text(self.succeed("completions", "bash"))

        def complete(*words: str) -> list[str]:
            quoted = " ".join(f"'{word}'" for word in words)
            code = (f". {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
                    "_katra_complete; printf '%s\\n' \"${COMPREPLY[@]}\"")
            run = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True)
            return run.stdout.split()

        self.assertIn("start", complete("katra", "st"))
        self.assertEqual(complete("katra", "start", "--backg"), ["--background"])
        self.assertEqual(complete("katra", "completions", "ba"), [])
        self.assertEqual(complete("katra", "install", "--scope", "pro"), ["project"])
        self.assertIn("export", complete("katra", "memory", "ex"))

    def test_the_other_shells_accept_their_completions(self):
        for shell in ("zsh", "fish"):
            program = shutil.which(shell)
            if program:
                script = self.folder / f"completion.{shell}"
                script.write_text(self.succeed("completions", shell))
                subprocess.run([program, "-n", str(script)], check=True)


if __name__ == "__main__":
    fixture.main()
