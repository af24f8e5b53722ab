"""A gateway process with a home of its own, and ways to talk to it: raw bytes, and one request.
Python's standard library only."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from streams import chat_stream, message, message_stream, sse  # noqa: F401
from upstream import Upstream

BIN = os.environ["KATRA_BIN"]


class Reply:
    def __init__(self, status: int, headers: list[tuple[str, str]], body: bytes, complete: bool):
        self.status, self.headers, self.body, self.complete = status, headers, body, complete

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name.lower()), None)

    def json(self):
        return json.loads(self.body)

    def events(self) -> list[tuple[str, dict]]:
        found = []
        for block in re.split(rb"\r?\n\r?\n", self.body):
            name, data = "", []
            for line in block.split(b"\n"):
                if line.startswith(b"event:"):
                    name = line[6:].strip().decode()
                if line.startswith(b"data:"):
                    data.append(line[5:].strip())
            if data:
                found.append((name, json.loads(b"\n".join(data))))
        return found


class Gateway:
    """A running katra_gateway. `providers`: name -> personas.json's provider object; None: there is no
    such file."""

    def __init__(self, providers: dict | None, personas: dict | None, *options: str,
                 environment=None, **more):
        self.home = tempfile.mkdtemp(prefix="katra-gateway-")
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.home,
                            "TEST_KEY": "sk-test-secret", **(environment or {})}
        for name in ("LSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.personas = {"version": 1, "providers": providers, "personas": personas, **more}
        os.makedirs(f"{self.home}/router", mode=0o700)
        if providers is not None:
            self.write_configuration()
        self.log_path = f"{self.home}/gateway.test.log"
        self.options = options
        self.tokens: dict[str, str] = {}
        self.start()

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [f"{BIN}/katra_gateway", "--home", self.home, "--port", "0", "--retry-delay", "20",
                 *self.options], stdout=subprocess.PIPE, stderr=log, env=self.environment)
        line = self.process.stdout.readline().decode()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if not found:
            log = self.log()
            self.__exit__()
            raise AssertionError(f"the gateway did not start: {line} {log}")
        self.port = int(found.group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def restart(self):
        """The same home again, in another process, on another port."""
        self.stop()
        self.start()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()

    def write_configuration(self, text: str | None = None):
        path = f"{self.home}/router/personas.json"
        with open(path, "w", encoding="utf-8") as out:
            out.write(text if text is not None else json.dumps(self.personas))
        os.chmod(path, 0o600)

    def log(self) -> str:
        with open(self.log_path, encoding="utf-8") as log:
            return log.read()

    def token(self, persona: str) -> str:
        if persona not in self.tokens:
            made = subprocess.run(
                [f"{BIN}/katra", "token", "create", "--persona", persona, "--home", self.home],
                capture_output=True, text=True, env=self.environment, check=True)
            self.tokens[persona] = made.stdout.strip()
        return self.tokens[persona]

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def request_bytes(self, method: str, path: str, body: bytes, headers: dict) -> bytes:
        lines = [f"{method} {path} HTTP/1.1"]
        merged = {"host": f"127.0.0.1:{self.port}", "content-length": str(len(body)), **headers}
        lines += [f"{name}: {value}" for name, value in merged.items() if value is not None]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def ask(self, method="POST", path="/v1/messages", body: bytes | dict = b"", persona="Sam",
            headers=None) -> Reply:
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        merged = {"content-type": "application/json", "connection": "close"}
        if persona:
            merged["authorization"] = f"Bearer {self.token(persona)}"
        merged.update(headers or {})
        with self.connect() as connection:
            connection.sendall(self.request_bytes(method, path, body, merged))
            return read_reply(connection, method == "HEAD")

    def admin(self, method: str, path: str, body: dict | None = None) -> Reply:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(30)
            connection.connect(f"{self.home}/run/gateway.sock")
            connection.sendall(self.request_bytes(
                method, path, b"" if method == "GET" and body is None else
                json.dumps(body or {}).encode(), {"connection": "close"}))
            return read_reply(connection)

    def metrics(self) -> str:
        reply = self.admin("GET", "/metrics")
        assert reply.status == 200, reply.body
        return reply.body.decode()

    def decisions(self, count: int) -> list[dict]:
        """The first `count` decisions of those that the gateway still knows."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as watcher:
            watcher.settimeout(10)
            watcher.connect(f"{self.home}/run/gateway.sock")
            watcher.sendall(b"GET /admin/decisions HTTP/1.1\r\nhost: localhost\r\n\r\n")
            seen = b""
            while True:
                found = re.findall(rb"event: decision\r?\ndata: (.*?)\r?\n\r?\n", seen)
                if len(found) >= count:
                    return [json.loads(one) for one in found[:count]]
                more = watcher.recv(65536)
                if not more:
                    raise AssertionError(f"the feed ended: {seen!r}")
                seen += more


def read_reply(connection: socket.socket, head_only=False) -> Reply:
    """One reply. `complete` is False when the connection ended before its end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return Reply(0, [], data, False)
        data += more
    head, rest = data.split(b"\r\n\r\n", 1)
    if head.startswith(b"HTTP/1.1 100"):
        while b"\r\n\r\n" not in rest:
            rest += connection.recv(65536)
        head, rest = rest.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ")[1])
    headers = [(line.split(":", 1)[0].lower(), line.split(":", 1)[1].strip())
               for line in lines[1:]]
    reply = Reply(status, headers, b"", True)
    if head_only or status in (204, 304):
        return reply
    if reply.header("transfer-encoding") == "chunked":
        reply.body, reply.complete = read_chunks(connection, rest)
        return reply
    length = int(reply.header("content-length") or 0)
    while len(rest) < length:
        more = connection.recv(65536)
        if not more:
            break
        rest += more
    reply.body, reply.complete = rest[:length], len(rest) >= length
    return reply


def read_chunks(connection: socket.socket, data: bytes) -> tuple[bytes, bool]:
    body = b""
    while True:
        while b"\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return body, False
            data += more
        size_text, data = data.split(b"\r\n", 1)
        size = int(size_text, 16)
        while len(data) < size + 2:
            more = connection.recv(65536)
            if not more:
                return body + data[:size], False
            data += more
        body, data = body + data[:size], data[size + 2:]
        if size == 0:
            return body, True


def wait_until(condition, seconds: float = 10, what: str = "it did not happen"):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(what)
        time.sleep(0.01)


def in_background(function):
    """Runs it in a thread; .result() waits for what it gave."""

    class Job(threading.Thread):
        def __init__(self):
            super().__init__(daemon=True)
            self.value, self.error = None, None

        def run(self):
            try:
                self.value = function()
            except BaseException as error:  # handed over to whoever waits
                self.error = error

        def result(self, seconds: float = 30):
            self.join(seconds)
            if self.is_alive():
                raise AssertionError("the request hangs")
            if self.error:
                raise self.error
            return self.value

    job = Job()
    job.start()
    return job


class GatewayWorld:
    """A gateway and the upstreams behind it, ended together. Subclasses make both."""

    gateway: Gateway
    upstreams: dict[str, Upstream]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gateway.__exit__()
        for upstream in self.upstreams.values():
            upstream.__exit__()
