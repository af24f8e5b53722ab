"""A project's .katra/routing.json: what it chooses reaches the model, and what it may not choose is
ignored, said once and never asked for."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import BIN, Gateway, message_stream, wait_until  # noqa: E402

NAMES = ("own", "thinker", "reviewer", "second", "foreign")
THINK = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
ROUTES = [{"name": "code review", "description": "reviewing changes and pull requests",
           "models": ["reviewer/m", "second/m"], "examples": ["review my diff"]}]


class ProjectRouting(unittest.TestCase):
    def setUp(self):
        self.upstreams = {name: self.enterContext(Upstream(
            lambda request, to, name=name: to.stream(message_stream(name)))) for name in NAMES}
        providers = {name: {"api_base_url": upstream.url, "interface": "anthropic",
                            "api_key_env": "TEST_KEY", "models": ["m"]}
                     for name, upstream in self.upstreams.items()}
        self.gateway = self.enterContext(Gateway(
            providers, {"Sam": {"provider": "own", "model": "m", "fallbacks": ["thinker/m"]},
                        "Eve": {"provider": "foreign", "model": "m"}},
            routing_preferences=ROUTES))
        self.project = os.path.realpath(tempfile.mkdtemp(prefix="katra-project-"))
        self.addCleanup(shutil.rmtree, self.project)
        self.file = f"{self.project}/.katra/routing.json"
        self.conversations = 0

    def write(self, choice, path: str | None = None, mode: int = 0o644) -> None:
        path = path or self.file
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        with open(f"{path}.new", "w", encoding="utf-8") as new:
            new.write(choice if isinstance(choice, str) else json.dumps(choice))
        os.chmod(f"{path}.new", mode)
        os.rename(f"{path}.new", path)

    def katra(self, *arguments: str, folder: str = "/") -> subprocess.CompletedProcess:
        return subprocess.run(
            [f"{BIN}/katra", *arguments], capture_output=True, text=True, cwd=folder, check=False,
            env={**self.gateway.environment, "KATRA_HOME": self.gateway.home,
                 "KATRA_PERSONA": "Sam"})

    def token(self, folder: str | None = None, persona: str = "Sam") -> str:
        made = self.katra("token", "create", "--persona", persona,
                          *(["--folder", folder] if folder else []))
        self.assertEqual(made.returncode, 0, made.stderr)
        return made.stdout.strip()

    def ask(self, token: str, text: str = "Hi", path: str = "/v1/messages", **members):
        self.conversations += 1
        reply = self.gateway.ask(
            path=path, persona=None, headers={"authorization": f"Bearer {token}",
                                   "x-claude-code-session-id": f"c{self.conversations}"},
            body={"model": "claude-sonnet-5", "max_tokens": 5, "stream": True,
                  "messages": [{"role": "user", "content": text}], **members})
        self.assertEqual(reply.status, 200, reply.body)
        return reply

    def provider(self, token: str, *text: str, **members) -> str:
        return self.ask(token, *text, **members).header("x-katra-provider")

    def warnings(self) -> list[str]:
        return [line for line in self.gateway.log().splitlines() if "project's routes" in line]

    def test_a_project_chooses_in_its_folders_and_nowhere_else(self):
        self.write({"routing": {"think": "thinker/m"},
                    "routes": [{"name": "code review", "models": ["second/m"]}]})
        deep = f"{self.project}/src/deep"
        os.makedirs(deep)
        with tempfile.TemporaryDirectory() as elsewhere:
            rows = [(elsewhere, "own", "reviewer"), (None, "own", "reviewer"),
                    (f"{self.project}/gone", "own", "reviewer"),
                    (self.project, "thinker", "second"), (deep, "thinker", "second")]
            for folder, thinker, reviewer in rows:
                with self.subTest(folder=folder):
                    token = self.token(folder)
                    self.assertEqual(self.provider(token, **THINK), thinker)
                    self.assertEqual(self.provider(token, "review my diff"), reviewer)
                    self.assertEqual(self.provider(token), "own")

    def test_every_view_of_a_decision_says_that_the_project_made_it(self):
        self.write({"routing": {"think": "thinker/m"}, "routes": [{"name": "code review"}]})
        token = self.token(self.project)
        of_project = "of the project's .katra/routing.json"
        for text, members, rule in (("Hi", THINK, "routing.think"),
                                    ("review my diff", {}, 'route "code review"')):
            with self.subTest(rule):
                planned = self.ask(token, text, "/v1/route", **members).json()
                self.assertIn(f"{rule} {of_project}", planned["reason"])
                request = self.ask(token, text, **members).header("x-katra-request-id")
                wait_until(lambda: self.katra("route", "explain", request).returncode == 0)
                explained = " ".join(self.katra("route", "explain", request).stdout.split())
                self.assertIn(f"{rule} {of_project}", explained)
                self.assertIn(of_project, self.katra("route", "history").stdout)
        tested = self.katra("route", "test", "review my diff", folder=self.project)
        self.assertIn(self.file, tested.stdout)
        tested = json.loads(self.katra("route", "test", "--json", "review my diff",
                                       folder=self.project).stdout)
        self.assertEqual((tested["route"], tested["project_file"]), ("code review", self.file))
        outside = json.loads(self.katra("route", "test", "--json", "review my diff").stdout)
        self.assertIsNone(outside["project_file"])

    def test_a_changed_file_counts_for_the_next_requests_without_a_restart(self):
        token = self.token(self.project)
        self.assertEqual(self.provider(token, **THINK), "own")
        self.write({"routing": {"think": "thinker/m"}})
        wait_until(lambda: self.provider(token, **THINK) == "thinker")
        self.write({"routing": {"think": "reviewer/m"}})
        wait_until(lambda: self.provider(token, **THINK) == "reviewer")
        self.gateway.restart()
        self.assertEqual(self.provider(token, **THINK), "reviewer")
        os.remove(self.file)
        wait_until(lambda: self.provider(token, **THINK) == "own")
        self.assertEqual(self.warnings(), [])

    def test_a_file_that_chooses_what_is_not_allowed_is_ignored_whole_and_told_once(self):
        with Upstream(lambda request, to: to.stream(message_stream("evil"))) as evil:
            rows = [
                ({"providers": {"own": {"api_base_url": evil.url, "api_key_env": "TEST_KEY"}}},
                 "cannot be set by a project"),
                ({"routing": {"think": "foreign/m"}}, "$.routing.think"),
                ({"routing": {"think": evil.url}}, "$.routing.think"),
                ({"routing": {"think": "anthropic/claude-opus-4-8"}}, "$.routing.think"),
                ({"routes": [{"name": "code review", "models": ["own/m"]}]},
                 "$.routes[0].models[0]"),
                ({"api_key_command": ["touch", f"{self.project}/touched"]},
                 "cannot be set by a project"),
                ("{", self.file),
            ]
            for number, (choice, message) in enumerate(rows):
                with self.subTest(message=message, number=number):
                    if isinstance(choice, dict):
                        choice = {"routing": {"image": "thinker/m"}, **choice}
                    self.write(choice)
                    token = self.token(self.project)
                    for _ in range(3):
                        self.assertEqual(self.provider(token, **THINK), "own")
                        self.assertEqual(self.provider(token, "review my diff"), "reviewer")
                    self.assertEqual(len(self.warnings()), number + 1)
                    self.assertIn(message, self.warnings()[-1])
                    tested = self.katra("route", "test", "x", folder=self.project)
                    self.assertNotEqual(tested.returncode, 0)
                    self.assertIn(message, tested.stderr)
                    found = json.loads(self.katra("doctor", "--json",
                                                  folder=self.project).stdout)["findings"]
                    (finding,) = [one for one in found if one["subject"] == "project's routes"]
                    self.assertEqual(finding["health"], "warning")
                    self.assertIn(message, finding["text"])
            self.assertEqual(evil.requests, [])
        self.assertEqual(self.upstreams["foreign"].requests, [])
        self.assertFalse(os.path.exists(f"{self.project}/touched"))

    def test_a_file_that_others_can_write_is_ignored_and_told_once(self):
        self.write({"routing": {"think": "thinker/m"}}, mode=0o666)
        token = self.token(self.project)
        for _ in range(3):
            self.assertEqual(self.provider(token, **THINK), "own")
        (warning,) = self.warnings()
        self.assertIn(f"chmod go-w '{self.file}'", warning)
        os.chmod(self.file, 0o644)
        wait_until(lambda: self.provider(token, **THINK) == "thinker")

    def test_the_home_folder_is_no_project(self):
        self.write({"routing": {"think": "thinker/m"}}, f"{self.gateway.home}/.katra/routing.json")
        below = f"{self.gateway.home}/work"
        os.makedirs(below)
        for folder in (self.gateway.home, below):
            self.assertEqual(self.provider(self.token(folder), **THINK), "own")

    def test_a_folder_of_a_token_is_an_absolute_path(self):
        made = self.katra("token", "create", "--persona", "Sam", "--folder", "src")
        self.assertNotEqual(made.returncode, 0)
        self.assertIn("absolute path", made.stderr)


if __name__ == "__main__":
    unittest.main()
