"""What `katra list`, `katra doctor` and `katra start -b` say of a session that does not get on: its
gateway is gone, or its client asks something before it begins. And how a gateway comes back."""
import datetime
import http.client
import http.server
import json
import os
import pathlib
import pty
import signal
import socket
import subprocess
import threading

import fixture
from fixture import until

# As the clients show them (Claude Code 2.1.329 and 2.1.197, Codex 0.169, Gemini CLI 0.61).
FIRST_SCREENS = {
    "claude": [
        "Welcome to Claude Code v2.1.329\n\n Choose the text style that looks best with your terminal",
        " Accessing workspace:\n\n /a/b\n\n ❯ No, exit\n   Yes, I trust this folder\n",
        "  Detected a custom API key in your environment\n  Do you want to use this API key?\n",
        " Select login method:\n",
    ],
    "codex": [
        "  Welcome to Codex\n> 1. Sign in with ChatGPT\n",
        "  Do you trust the contents of this directory?\n",
        "  Meet GPT-9\n  Press enter to continue\n",
    ],
    "gemini": [
        " │ Do you trust the files in this folder?  │\n",
        " │ ? Get started\n │   How would you like to authenticate for this project?\n",
    ],
}


class Provider(http.server.ThreadingHTTPServer):
    """Answers chat requests, and keeps the keys that it was shown."""
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.keys: list[str | None] = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.server.keys.append(self.headers.get("authorization"))
        body = json.dumps({"id": "c1", "object": "chat.completion", "model": "m", "choices": [
            {"index": 0, "finish_reason": "stop",
             "message": {"role": "assistant", "content": "hello"}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Conditions(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.environment["KATRA_BEHAVIOUR"] = "hold"

    def record_path(self, persona: str) -> pathlib.Path:
        return self.home / "run/sessions" / f"{persona.lower()}.json"

    def record(self, persona: str) -> dict:
        return json.loads(self.record_path(persona).read_text())

    def doctor_says(self, subject: str) -> dict | None:
        findings = json.loads(self.run_katra("doctor", "--json").stdout)["findings"]
        return next((f for f in findings if f["subject"] == subject), None)


class FirstQuestionTest(Conditions):
    def test_a_client_that_asks_something_first_is_told_of_at_once_and_in_the_list(self):
        for client, screens in FIRST_SCREENS.items():
            for screen in screens:
                with self.subTest(client=client, screen=screen):
                    self.environment["KATRA_SCREEN"] = screen
                    self.environment.update(fixture.KEYS, GEMINI_API_KEY="made-up")
                    waits = "waits at its own first question: katra attach Neo"
                    said = self.start_at_a_terminal("Neo", client)
                    try:
                        self.assertIn(f"Neo {waits}", said)
                        self.assertEqual(self.listed()["Neo"]["state"], waits)
                        self.assertIn(waits, self.succeed("list"))
                        self.assertEqual(self.doctor_says("session Neo")["advice"],
                                         "katra attach Neo")
                    finally:
                        self.succeed("stop", "Neo")

    def start_at_a_terminal(self, persona: str, client: str) -> str:
        """What a person sees, for whom the first screen is waited for longer than for a script."""
        master, slave = pty.openpty()
        with open(master, "rb", buffering=0) as screen:
            run = subprocess.run(
                [str(self.k), "start", "--persona", persona, "--client", client, "-b"],
                env=self.environment, cwd=self.project, stdin=slave, stdout=slave,
                stderr=subprocess.PIPE, timeout=60, check=False)
            self.assertEqual(run.returncode, 0, run.stderr)
            os.close(slave)
            return screen.read(65_536).decode()

    def test_a_session_that_has_connected_is_not_read_off_its_screen(self):
        self.environment.update(KATRA_BEHAVIOUR="connect", KATRA_SCREEN="I trust this folder")
        self.succeed("start", "--persona", "Neo", "-b")
        until(lambda: self.listed()["Neo"]["unheard"] is not None, "presence")
        self.assertEqual(self.listed()["Neo"]["state"], "here")

    def age(self, persona: str, **age) -> None:
        started = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**age)
        record = {**self.record(persona), "started_at": started.strftime("%Y-%m-%dT%H:%M:%SZ")}
        self.record_path(persona).write_text(json.dumps(record))

    def test_an_unknown_question_is_known_by_the_silence_behind_it(self):
        self.environment["KATRA_SCREEN"] = "Which colour do you like?"
        said = self.succeed("start", "--persona", "Neo", "-b")
        self.assertNotIn("question", said)
        self.assertEqual(self.listed()["Neo"]["state"], "starting")
        self.age("Neo", seconds=30)
        until(lambda: "first question: katra attach Neo" in self.listed()["Neo"]["state"],
              "the screen has stood still for long enough")

    def test_a_start_of_more_than_a_minute_says_why(self):
        self.succeed("start", "--persona", "Neo", "-b")
        self.assertEqual(self.listed()["Neo"]["state"], "starting")
        self.age("Neo", minutes=3, seconds=5)
        self.assertEqual(self.listed()["Neo"]["state"],
                         "no sign of its server for 3 min: katra attach Neo")
        self.assertIn("server", self.doctor_says("session Neo")["text"])


class GatewayTest(Conditions):
    """Sam is routed to a provider of the user's own, whose key only the session has."""
    def setUp(self):
        super().setUp()
        self.provider = Provider()
        threading.Thread(target=self.provider.serve_forever, daemon=True).start()
        self.addCleanup(self.provider.server_close)
        self.addCleanup(self.provider.shutdown)
        url = f"http://127.0.0.1:{self.provider.server_port}/v1"
        self.write("router/personas.json", json.dumps({
            "router": {"port": self.free_port()},
            "providers": {"mine": {"api_base_url": url, "interface": "openai", "models": ["m"],
                                   "api_key_env": "MINE_KEY"}},
            "personas": {"Sam": {"provider": "mine", "model": "m"}}}))
        self.addCleanup(self.kill_gateway)
        self.succeed("start", "--persona", "Sam", "-b", environment={"MINE_KEY": "key-of-mine"})
        (self.sam,) = self.started()
        self.runtime = self.gateway()
        self.assertEqual(self.record("Sam")["base_url"],
                         f"http://127.0.0.1:{self.runtime['port']}")

    @staticmethod
    def free_port() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def gateway(self) -> dict:
        return json.loads((self.home / "run/gateway.json").read_text())

    def kill_gateway(self) -> None:
        try:
            running = self.gateway()
            os.kill(running["pid"], signal.SIGKILL)
        except OSError:
            return
        # Its last thread closes what it listened on.
        until(lambda: self.refuses(running["port"]), "the gateway's end")

    @staticmethod
    def refuses(port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    def starts_of_gateway(self) -> int:
        return (self.home / "log/gateway.log").read_text().count("listening on")

    def hook(self, event: str = "prompt") -> subprocess.CompletedProcess:
        """As Sam's client calls it."""
        run = self.run_katra("hook", event, environment=self.sam["environment"], input="{}")
        self.assertEqual(run.returncode, 0, run.stderr)
        return run

    def ask(self) -> int:
        """The status of a request of Sam's client."""
        told = self.sam["environment"]
        connection = http.client.HTTPConnection(told["ANTHROPIC_BASE_URL"].removeprefix("http://"),
                                                timeout=fixture.PATIENCE)
        self.addCleanup(connection.close)
        connection.request(
            "POST", "/v1/messages",
            json.dumps({"model": "m", "max_tokens": 9,
                        "messages": [{"role": "user", "content": "hi"}]}),
            {"authorization": f"Bearer {told['ANTHROPIC_AUTH_TOKEN']}",
             "content-type": "application/json", "anthropic-version": "2023-06-01"})
        return connection.getresponse().status

    def test_a_gateway_that_died_is_told_and_comes_back_where_the_sessions_know_it(self):
        self.kill_gateway()
        cut_off = "cut off: the gateway is down; katra up"
        self.assertEqual(self.listed()["Sam"]["state"], cut_off)
        self.assertIn(cut_off, self.succeed("list"))
        finding = self.doctor_says("session Sam")
        self.assertEqual((finding["health"], finding["advice"]), ("warning", "katra up"))
        self.assertIn(str(self.runtime["port"]), self.succeed("up"))
        self.assertEqual(self.gateway()["port"], self.runtime["port"])
        self.assertNotIn("cut off", self.listed()["Sam"]["state"])

    def test_it_comes_back_there_whatever_the_configuration_says_now(self):
        self.kill_gateway()
        path = self.home / "router/personas.json"
        config = json.loads(path.read_text())
        path.write_text(json.dumps({**config, "router": {"port": self.free_port()}}))
        self.succeed("up")
        self.assertEqual(self.gateway()["port"], self.runtime["port"])
        self.kill_gateway()
        self.succeed("start", "--persona", "Dario", "--use-router", "-b",
                     environment=fixture.KEYS)
        self.assertEqual(self.gateway()["port"], self.runtime["port"])

    def test_the_next_hook_starts_it_again_once_with_the_session_s_keys(self):
        self.assertEqual(self.ask(), 200)
        self.kill_gateway()
        hooks = [subprocess.Popen(
            [self.k, "hook", "prompt"], env=self.sam["environment"], cwd=self.project,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for _ in range(6)]
        for hook in hooks:
            self.assertEqual(hook.communicate(timeout=fixture.PATIENCE)[1], b"")
        self.assertEqual(self.gateway()["port"], self.runtime["port"])
        self.assertEqual(self.starts_of_gateway(), 2)
        self.assertEqual(self.ask(), 200)
        self.assertEqual(self.provider.keys, ["Bearer key-of-mine"] * 2)
        self.assertNotIn("cut off", self.listed()["Sam"]["state"])

    def test_keys_are_handed_over_again_to_a_gateway_that_somebody_else_started(self):
        self.kill_gateway()
        self.succeed("up")  # from a shell without the key
        self.assertNotEqual(self.ask(), 200)
        self.hook()
        self.assertEqual(self.ask(), 200)
        self.assertEqual(self.record("Sam")["gateway"], self.gateway()["pid"])
        for path, held in self.files().items():
            self.assertNotIn(b"key-of-mine", held, path)

    def test_no_hook_starts_a_gateway_that_its_user_ended(self):
        self.assertIn("Cut off until `katra up`: Sam.", self.succeed("down"))
        until(lambda: self.refuses(self.runtime["port"]), "the gateway's end")
        self.hook()
        self.assertEqual(self.starts_of_gateway(), 1)
        self.assertIn("cut off", self.listed()["Sam"]["state"])
        self.succeed("up")
        self.kill_gateway()
        self.hook("stop")
        self.assertEqual(self.gateway()["port"], self.runtime["port"])

    def test_a_gateway_that_cannot_start_is_not_tried_by_each_hook(self):
        self.kill_gateway()
        path = self.home / "router/personas.json"
        right = path.read_text()
        path.write_text("{")
        self.hook()
        self.assertTrue((self.home / "run/gateway.failed").exists())
        path.write_text(right)
        self.hook()
        self.assertEqual(self.starts_of_gateway(), 1)
        self.succeed("up")
        self.assertEqual(self.gateway()["port"], self.runtime["port"])

    def test_another_program_on_the_port_is_named_with_who_is_cut_off(self):
        self.kill_gateway()
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", self.runtime["port"]))
            taken.listen()
            self.hook()  # does nothing
            run = self.run_katra("up")
            self.assertEqual(run.returncode, 4)
            for part in (f"port {self.runtime['port']}", f"(process {os.getpid()})", "Sam",
                         "katra up --port 0"):
                self.assertIn(part, run.stderr)
            run = self.run_katra("start", "--persona", "Dario", "--use-router", "-b",
                                 environment=fixture.KEYS)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("Sam", run.stderr)
            port = self.gateway()["port"]
            self.assertNotEqual(port, self.runtime["port"])
            self.assertEqual(
                self.listed()["Sam"]["state"],
                f"cut off: the gateway is on port {port}, not {self.runtime['port']}; katra up")
            self.assertNotIn("cut off", self.listed()["Dario"]["state"])
        run = self.run_katra("up")
        self.assertEqual(run.returncode, 1)
        self.assertIn("katra stop Sam", run.stderr)
        # Once nobody knows it where it is, it goes back.
        self.succeed("stop", "Dario")
        self.succeed("up")
        self.assertEqual(self.gateway()["port"], self.runtime["port"])
        self.assertNotIn("cut off", self.listed()["Sam"]["state"])


if __name__ == "__main__":
    fixture.main()
