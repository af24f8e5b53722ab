"""An upstream that speaks HTTP/2 over TLS, as far as a test needs it: a script answers each stream,
and what the gateway does to connections and streams is written down. Request headers are not
decoded. Python's standard library and the openssl command only."""
import socket
import ssl
import struct
import subprocess
import threading

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK, PADDED, PRIORITY = 1, 4, 1, 8, 32
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME = 16384


def make_certificate(folder: str) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that vouches for itself: its path, and its key's."""
    certificate, key = f"{folder}/upstream.crt", f"{folder}/upstream.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=katra test",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


class Gone(Exception):
    """The stream was reset, or its connection closed."""


class H2Upstream:
    """Answers each stream by `script(body, stream)`, on a thread of its own."""

    def __init__(self, script, certificate: str, key: str):
        self.script = script
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.context.set_alpn_protocols(["h2", "http/1.1"])
        self.protocols: list[str | None] = []  # of each connection, as agreed upon
        self.resets = 0  # of single streams
        self.closed = 0  # connections
        self.changed = threading.Condition()
        self.open: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket):
        self.open.add(plain)
        try:
            with self.context.wrap_socket(plain, server_side=True) as connection:
                self.open.add(connection)
                protocol = connection.selected_alpn_protocol()
                self.note(lambda: self.protocols.append(protocol))
                if protocol == "h2":
                    Connection(self, connection).serve()
        except (OSError, EOFError):
            self.note(self.note_closed)

    def note(self, change):
        with self.changed:
            change()
            self.changed.notify_all()

    def note_reset(self):
        self.resets += 1

    def note_closed(self):
        self.closed += 1

    def wait_for(self, condition, seconds: float = 10):
        with self.changed:
            if not self.changed.wait_for(condition, seconds):
                raise AssertionError(f"{self.protocols} {self.resets} resets, {self.closed} closed")


class Connection:
    def __init__(self, upstream: H2Upstream, connection: ssl.SSLSocket):
        self.upstream, self.connection = upstream, connection
        self.file = connection.makefile("rb")
        self.sending = threading.Lock()
        self.changed = threading.Condition()  # windows, and what is gone
        self.window = self.initial_window = 65535
        self.streams: dict[int, Stream] = {}

    def frame(self, kind: int, flags: int, stream: int, payload: bytes = b""):
        with self.sending:
            self.connection.sendall(
                struct.pack(">I", len(payload))[1:] + bytes([kind, flags])
                + struct.pack(">I", stream) + payload)

    def read(self, count: int) -> bytes:
        data = self.file.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def serve(self):
        try:
            assert self.read(len(PREFACE)) == PREFACE
            self.frame(SETTINGS, 0, 0)
            self.frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1 << 26))
            while True:
                head = self.read(9)
                payload = self.read(int.from_bytes(head[:3], "big"))
                self.take(head[3], head[4], int.from_bytes(head[5:9], "big"), payload)
        finally:
            with self.changed:
                for stream in self.streams.values():
                    stream.gone = True
                self.changed.notify_all()

    def take(self, kind: int, flags: int, number: int, payload: bytes):
        if kind == SETTINGS and not flags & ACK:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[at:at + 6])
                if name == 4:
                    self.initial_window = value
            self.frame(SETTINGS, ACK, 0)
        elif kind == PING and not flags & ACK:
            self.frame(PING, ACK, 0, payload)
        elif kind == HEADERS:
            self.streams[number] = Stream(self, number)
        elif kind == DATA:
            self.streams[number].body += payload
            if payload:
                self.frame(WINDOW_UPDATE, 0, number, struct.pack(">I", len(payload)))
        elif kind == RST_STREAM:
            with self.changed:
                self.streams[number].gone = True
                self.changed.notify_all()
            self.upstream.note(self.upstream.note_reset)
        elif kind == WINDOW_UPDATE:
            more = int.from_bytes(payload, "big")
            with self.changed:
                if number == 0:
                    self.window += more
                elif number in self.streams:
                    self.streams[number].window += more
                self.changed.notify_all()
        if kind in (HEADERS, DATA) and flags & END_STREAM:
            threading.Thread(target=self.streams[number].answer, daemon=True).start()


class Stream:
    """One request, as the script sees it."""

    def __init__(self, connection: Connection, number: int):
        self.connection, self.number = connection, number
        self.window = connection.initial_window
        self.body = b""
        self.gone = False

    def answer(self):
        try:
            self.connection.upstream.script(self.body, self)
        except (OSError, Gone):
            pass

    def begin(self, content_type: str = "text/event-stream"):
        # :status 200 of the static table; a literal header by the static table's name.
        value = content_type.encode()
        block = b"\x88\x0f\x10" + bytes([len(value)]) + value
        self.connection.frame(HEADERS, END_HEADERS, self.number, block)

    def send(self, data: bytes):
        """Waits for the receiver's windows. Gone when the stream is."""
        connection = self.connection
        while data:
            with connection.changed:
                connection.changed.wait_for(
                    lambda: self.gone or min(self.window, connection.window) > 0, 20)
                size = min(len(data), self.window, connection.window, FRAME)
                if self.gone or size <= 0:
                    raise Gone
                self.window -= size
                connection.window -= size
            connection.frame(DATA, 0, self.number, data[:size])
            data = data[size:]

    def end(self):
        self.connection.frame(DATA, END_STREAM, self.number)

    def stream(self, pieces):
        self.begin()
        for piece in pieces:
            self.send(piece)
        self.end()

    def cut(self):
        """Closes the connection, with all of its streams."""
        self.connection.connection.shutdown(socket.SHUT_RDWR)
