"""What people see of decisions: history, explain, stats and the live view, of a gateway that really
answers over two upstreams."""
import fcntl
import json
import os
import pty
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
import unittest
import xml.etree.ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import BIN, Gateway, GatewayWorld, message_stream, wait_until  # noqa: E402

SECRET = "the-words-of-a-prompt"
ROUTED = [
    {"name": "code review", "description": "reviewing changes and pull requests",
     "models": ["down/m", "reviewer/m2"]},
    {"name": "documentation", "description": "writing READMEs, documentation and release notes",
     "models": ["own/m"]}]
REVIEW = f"please review my pull request before I merge, {SECRET}"


def answer(model):
    return lambda request, to: to.stream(message_stream(model))


def refuse(request, to):
    """As a provider that quotes what it refuses."""
    to.reply(529, json.dumps({"type": "error", "error": {
        "type": "overloaded_error", "message": f"no: {REVIEW}"}}).encode())


class World(GatewayWorld):
    def __init__(self):
        self.upstreams = {"own": Upstream(answer("m")), "reviewer": Upstream(answer("reviewer")),
                          "down": Upstream(refuse)}
        providers = {name: {"api_base_url": upstream.url, "interface": "anthropic",
                            "api_key_env": "TEST_KEY", "models": ["m", "m2"]}
                     for name, upstream in self.upstreams.items()}
        self.gateway = Gateway(
            providers, {"Sam": {"provider": "own", "model": "m"},
                        "Eve": {"provider": "own", "model": "m"}},
            routing_preferences=ROUTED)
        self.environment = {**self.gateway.environment, "KATRA_HOME": self.gateway.home,
                            "TZ": "UTC", "TERM": "xterm"}

    def ask(self, text="Hi", persona="Sam", model="claude-sonnet-5"):
        """The id of the answered request."""
        reply = self.gateway.ask(
            body={"model": model, "max_tokens": 5, "stream": True,
                  "messages": [{"role": "user", "content": text}]}, persona=persona,
            headers={"x-claude-code-session-id": f"{persona}-{len(text)}"})
        assert reply.status == 200, reply.body
        return reply.header("x-katra-request-id")

    def katra(self, *arguments):
        return subprocess.run([f"{BIN}/katra", *arguments], env=self.environment, timeout=60,
                              capture_output=True, text=True, check=False)

    def recorded(self, count):
        """The decisions in the store, newest first, once there are so many."""
        found = []

        def enough():
            run = self.katra("route", "history", "--json")
            found[:] = json.loads(run.stdout or '{"decisions": []}')["decisions"]
            return len(found) >= count

        wait_until(enough, 20, "the decisions were not recorded")
        return found


class Watcher:
    """`katra watch --routing`, with its output in a pipe or on a terminal."""

    def __init__(self, world, *arguments, columns=0, **environment):
        self.text = ""
        self.reader, writer = pty.openpty() if columns else os.pipe()
        if columns:
            fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            [f"{BIN}/katra", "watch", "--routing", *arguments], stdin=subprocess.DEVNULL,
            stdout=writer, stderr=subprocess.PIPE, text=True,
            env={**world.environment, **environment})
        os.close(writer)

    def until(self, words):
        deadline = time.monotonic() + 20
        while words not in self.text:
            ready, _, _ = select.select([self.reader], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"{words!r} never came: {self.text!r}")
            self.text += os.read(self.reader, 65536).decode()
        return self.text

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(20)
        errors = self.process.stderr.read()
        self.process.stderr.close()
        os.close(self.reader)
        return code, errors


class Views(unittest.TestCase):
    def test_the_history_lists_each_request_with_its_route_and_reason(self):
        with World() as world:
            world.ask("what shall I cook for dinner tonight?", persona="Eve")
            reviewed = world.ask(REVIEW)
            first, second = world.recorded(2)
            self.assertEqual(first["request_id"], reviewed)
            self.assertEqual((first["persona"], first["rule"], first["route"], first["matcher"]),
                             ("Sam", "preference", "code review", "local"))
            self.assertEqual((first["provider"], first["model"], first["reported_model"]),
                             ("reviewer", "m2", "claude-x"))
            self.assertEqual([(one["provider"], one["status"], one["error"])
                              for one in first["attempts"]],
                             [("down", 529, "overloaded_error"), ("reviewer", 200, None)])
            self.assertGreater(first["score"], 0.3)
            self.assertGreater(first["estimated_tokens"], 5)
            self.assertIs(first["continued"], False)
            self.assertEqual((second["persona"], second["route"]), ("Eve", None))

            lines = world.katra("route", "history").stdout.splitlines()
            self.assertEqual(len(lines), 3)
            self.assertRegex(lines[1], r"Sam +claude-sonnet-5 +reviewer/m2 +code review \([01]\.\d\d\)")
            self.assertIn("own/m", lines[2])
            only = world.katra("route", "history", "--persona", "eve").stdout
            self.assertEqual(len(only.splitlines()), 2)
            self.assertNotIn("Sam", only)
            only = world.katra("route", "history", "--route", "code review", "--limit", "1").stdout
            self.assertNotIn("Eve", only)
            nothing = world.katra("route", "history", "--persona", "Nobody")
            self.assertEqual((nothing.returncode, nothing.stderr), (1, ""))
            wrong = world.katra("route", "history", "--since", "gibberish")
            self.assertIn("gibberish", wrong.stderr)

    def test_a_request_is_explained_by_its_id(self):
        with World() as world:
            reviewed = world.ask(REVIEW)
            world.ask("Hi", model="own/m2")
            world.recorded(2)
            told = world.katra("route", "explain", reviewed).stdout
            for words in ("claude-sonnet-5", "reviewer/m2, which reports itself as claude-x",
                          'the request fits the route "code review"', "matcher local",
                          "1. down/m", "failed with status 529", "2. reviewer/m2", "answered after"):
                self.assertIn(words, told)
            last = world.katra("route", "explain", "last").stdout
            self.assertIn("own/m2", last)
            self.assertIn("the request named provider and model", last)
            unknown = world.katra("route", "explain", "req_unknown")
            self.assertNotEqual(unknown.returncode, 0)
            self.assertIn("katra route history", unknown.stderr)

    def test_nothing_of_a_prompt_is_recorded(self):
        with World() as world:
            world.ask(REVIEW)
            world.recorded(1)
            world.gateway.stop()
            database, = Path(world.gateway.home).glob("*.db")
            with sqlite3.connect(database) as store:
                row = store.execute("SELECT * FROM answers").fetchone()
            self.assertNotIn(SECRET, repr(row))
            for path in Path(world.gateway.home).glob(f"{database.name}*"):
                self.assertNotIn(SECRET.encode(), path.read_bytes())

    def test_models_are_compared_by_route(self):
        with World() as world:
            world.ask(REVIEW)
            world.ask("write the README for this tool")
            world.ask("write the README for this tool", persona="Eve")
            world.recorded(3)
            told = json.loads(world.katra("stats", "--json").stdout)
            rows = {(one["route"], one["model"]): one for one in told["stats"]}
            self.assertEqual(set(rows), {("code review", "reviewer/m2"), ("documentation", "own/m")})
            written = rows["documentation", "own/m"]
            self.assertEqual((written["answers"], written["failures"]), (2, 0))
            self.assertGreaterEqual(written["duration_p95_ms"], written["duration_p50_ms"])
            lines = world.katra("stats").stdout.splitlines()
            self.assertEqual([lines[1], lines[3]], ["code review", "documentation"])
            by_model = json.loads(world.katra("stats", "--by", "model", "--json").stdout)["stats"]
            self.assertEqual([one["answers"] for one in by_model], [2, 1])
            drawn = world.katra("stats", "--plot").stdout
            self.assertIn("documentation · own/m", drawn)
            self.assertIn("█", drawn)
            self.assertNotIn("\x1b", drawn)

    def test_ratings_and_a_picture_are_part_of_the_statistics(self):
        with World() as world:
            world.ask(REVIEW)
            world.recorded(1)
            self.assertEqual(world.katra("route", "feedback", "good", "--persona", "Sam").returncode, 0)
            row, = json.loads(world.katra("stats", "--json").stdout)["stats"]
            self.assertEqual((row["rated_good"], row["rated_bad"]), (1, 0))
            self.assertIn("1/0", world.katra("stats").stdout)
            path = f"{world.gateway.home}/stats.svg"
            for _ in range(2):  # an older picture is replaced
                self.assertEqual(world.katra("stats", "--plot", path).stdout, f"Drawn: {path}\n")
            picture = xml.etree.ElementTree.parse(path).getroot()
            self.assertEqual(picture.tag, "{http://www.w3.org/2000/svg}svg")
            self.assertIn("code review · reviewer/m2", [one.text for one in picture.iter()])
            wrong = world.katra("stats", "--plot", "persona")
            self.assertEqual(wrong.returncode, 64)
            self.assertIn(".svg", wrong.stderr)

    def test_the_live_view_shows_each_request_once_over_a_restart(self):
        with World() as world:
            before = world.ask("Hi")
            world.recorded(1)
            watcher = Watcher(world, "--json")
            watcher.until(before)
            reviewed = world.ask(REVIEW)
            watcher.until(reviewed)
            world.gateway.restart()
            after = world.ask("Hi again")
            watcher.until(after)
            code, errors = watcher.end()
            self.assertEqual(code, 0, errors)
            ids = [json.loads(line)["request_id"] for line in watcher.text.splitlines()]
            self.assertEqual(ids, [before, reviewed, after])

    def test_the_live_view_reads_the_store_while_no_gateway_runs(self):
        with World() as world:
            world.ask(REVIEW)
            world.recorded(1)
            world.gateway.stop()
            watcher = Watcher(world)
            watcher.until("after down/m failed")
            world.gateway.start()
            world.ask("Hi", persona="Eve")
            watcher.until("Eve claude-sonnet-5 -> own/m · default")
            code, errors = watcher.end()
            self.assertEqual(code, 0)
            self.assertIn("no gateway is running", errors)
            self.assertEqual(len(watcher.text.splitlines()), 2)
            self.assertNotIn("\x1b", watcher.text)

    def test_a_terminal_gets_colours_and_lines_of_its_width(self):
        with World() as world:
            world.ask(REVIEW)
            world.recorded(1)
            for columns in (80, 200):
                watcher = Watcher(world, columns=columns)
                watcher.until("\r\n")
                self.assertEqual(watcher.end()[0], 0)
                self.assertIn("\x1b[33mreviewer/m2\x1b[0m", watcher.text)
            plain = Watcher(world, columns=80, NO_COLOR="1")
            plain.until("\r\n")
            self.assertEqual(plain.end()[0], 0)
            self.assertNotIn("\x1b", plain.text)
            self.assertLessEqual(len(plain.text.splitlines()[0]), 80)

    def test_only_one_personas_requests_are_shown(self):
        with World() as world:
            watcher = Watcher(world, "--persona", "eve")
            world.ask("Hi")
            world.ask("Hi", persona="Eve")
            watcher.until("Eve")
            self.assertEqual(watcher.end()[0], 0)
            self.assertNotIn("Sam", watcher.text)


if __name__ == "__main__":
    unittest.main()
