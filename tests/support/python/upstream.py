"""A scripted upstream: a test says, byte for byte, what each connection is answered and when.
Speaks no API by itself. Python's standard library only."""
import socket
import threading
import time


class Request:
    """One request as it came in."""

    def __init__(self, head: bytes, body: bytes):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = lines[0].split(" ", 2)
        self.headers: list[tuple[str, str]] = []
        for line in lines[1:]:
            if line:
                name, value = line.split(":", 1)
                self.headers.append((name.strip().lower(), value.strip()))
        self.body = body

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name.lower()), None)


class Gone(Exception):
    """The gateway closed the connection."""


class Upstream:
    """Answers each request by `script(request, conversation)`. A context manager."""

    def __init__(self, script, nodelay: bool = True, port: int = 0):
        self.script = script
        self.nodelay = nodelay
        self.requests: list[Request] = []
        self.gone = threading.Event()  # a connection was closed while it was being answered
        self.arrived = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.open: set[socket.socket] = set()
        self.connections = 0
        self.closing = False
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.closing:
            return
        self.closing = True
        self.listener.shutdown(socket.SHUT_RDWR)  # else an accept that waits would take one more
        self.listener.close()
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, int(self.nodelay))
            self.open.add(connection)
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket):
        conversation = Conversation(connection)
        try:
            while (request := conversation.read()) is not None:
                with self.arrived:
                    self.requests.append(request)
                    self.arrived.notify_all()
                self.script(request, conversation)
                if conversation.ended:
                    break
        except (OSError, Gone):
            self.gone.set()
        finally:
            self.open.discard(connection)
            connection.close()

    def wait_for_requests(self, count: int, seconds: float = 10):
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.requests) >= count, seconds):
                raise AssertionError(f"{len(self.requests)} requests came, {count} were expected")


class Conversation:
    """One connection, as the script sees it."""

    def __init__(self, connection: socket.socket):
        self.connection = connection
        self.pending = b""
        self.ended = False

    def read(self) -> Request | None:
        while b"\r\n\r\n" not in self.pending:
            more = self.connection.recv(65536)
            if not more:
                return None
            self.pending += more
        head, rest = self.pending.split(b"\r\n\r\n", 1)
        request = Request(head, b"")
        length = int(request.header("content-length") or 0)
        while len(rest) < length:
            more = self.connection.recv(65536)
            if not more:
                return None
            rest += more
        request.body, self.pending = rest[:length], rest[length:]
        return request

    def send(self, data: bytes):
        self.connection.sendall(data)

    def reply(self, status: int, body: bytes, content_type="application/json", headers=()):
        lines = [f"HTTP/1.1 {status} X", f"content-type: {content_type}",
                 f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def stream(self, pieces, delay: float = 0, headers=(), end=True):
        """Each piece is one HTTP chunk and one write."""
        lines = ["HTTP/1.1 200 OK", "content-type: text/event-stream",
                 "transfer-encoding: chunked"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n")
        for piece in pieces:
            if delay:
                time.sleep(delay)
            self.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        if end:
            self.send(b"0\r\n\r\n")

    def cut(self):
        """Closes the connection now, in the middle of whatever was being said."""
        self.ended = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def reset(self):
        """Closes with a TCP reset."""
        self.ended = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.connection.close()

    def wait_gone(self, seconds: float = 10):
        """Until the other side closes."""
        self.connection.settimeout(seconds)
        if self.connection.recv(1) == b"":
            raise Gone
