"""The outside world as the gateway sees it through its proxy: every host that is asked for is played
here, with TLS where the address says so, and every byte that each of them received is kept. Nothing
leaves this machine. Python's standard library and the openssl command only."""
import socket
import ssl
import subprocess
import threading
import urllib.parse
from collections import defaultdict

from upstream import Conversation, Gone, Request


def make_certificate(folder: str, hosts) -> tuple[str, str]:
    """One certificate for all of `hosts`, that vouches for itself: its path, and its key's."""
    certificate, key = f"{folder}/internet.crt", f"{folder}/internet.key"
    names = ",".join(f"DNS:{host}" for host in hosts)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=katra test",
                    "-addext", f"subjectAltName={names}", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


class Recorder:
    """A socket whose received bytes are written down."""

    def __init__(self, connection, note):
        self.connection, self.note = connection, note

    def recv(self, size: int) -> bytes:
        data = self.connection.recv(size)
        self.note(data)
        return data

    def __getattr__(self, name):
        return getattr(self.connection, name)


class Internet:
    """A proxy that answers for everybody by `script(host, request, conversation)`, where `host` is
    "name:port". A context manager."""

    def __init__(self, script, certificate: str, key: str):
        self.script = script
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.received: dict[str, bytes] = defaultdict(bytes)  # by host; "" is the proxy's own
        self.requests: list[tuple[str, Request]] = []
        self.lock = threading.Lock()
        self.open: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.environment = {name: self.url for name in ("http_proxy", "https_proxy", "all_proxy")}
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

    def forget(self):
        with self.lock:
            self.received.clear()
            self.requests.clear()

    def asked(self) -> list[str]:
        """The hosts of the requests, in their order."""
        with self.lock:
            return [host for host, _ in self.requests]

    def last(self, host: str) -> Request:
        with self.lock:
            return next(request for name, request in reversed(self.requests) if name == host)

    def _note(self, host: str, data: bytes):
        with self.lock:
            self.received[host] += data

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket):
        self.open.add(plain)
        host = ""
        try:
            conversation = Conversation(Recorder(plain, lambda data: self._note(host, data)))
            request = conversation.read()
            if request is not None and request.method == "CONNECT":
                plain.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                host = request.target
                with self.context.wrap_socket(plain, server_side=True) as secure:
                    self.open.add(secure)
                    recorder = Recorder(secure, lambda data: self._note(host, data))
                    self._answer(host, Conversation(recorder), None)
            elif request is not None:  # plain HTTP, as a proxy is asked
                address = urllib.parse.urlsplit(request.target)
                host = f"{address.hostname}:{address.port or 80}"
                self._note(host, self.received[""])
                self._answer(host, conversation, request)
        except (OSError, Gone):
            pass
        finally:
            plain.close()

    def _answer(self, host: str, conversation: Conversation, request: Request | None):
        request = request or conversation.read()
        while request is not None and not conversation.ended:
            with self.lock:
                self.requests.append((host, request))
            self.script(host, request, conversation)
            request = conversation.read()
