"""Stand-ins for the providers of the guides, each on a loopback port of its own: they answer every format,
and write down what they were asked. Python's standard library only."""
import http.server
import json
import threading


def events(*data: dict) -> bytes:
    return b"".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in data)


def messages_answer(model: str) -> bytes:
    message = {"type": "message", "id": "msg_1", "role": "assistant", "model": model, "content": [],
               "stop_reason": None, "stop_sequence": None,
               "usage": {"input_tokens": 1, "output_tokens": 1}}
    return events(
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
         "usage": {"output_tokens": 1}},
        {"type": "message_stop"})


def chat_answer(model: str) -> bytes:
    def chunk(delta: dict, finish: str | None = None) -> bytes:
        return b"data: " + json.dumps({
            "id": "c", "object": "chat.completion.chunk", "created": 1, "model": model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}).encode() + b"\n\n"

    return chunk({"role": "assistant", "content": "hi"}) + chunk({}, "stop") + b"data: [DONE]\n\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        model = body.get("model", "")
        self.server.note(self.path, model, {
            name: self.headers[name] for name in ("authorization", "x-api-key")
            if name in self.headers})
        answer = chat_answer(model) if self.path.endswith("/chat/completions") else \
            messages_answer(model)
        self.send_response(self.server.status)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class RecordingUpstream(http.server.ThreadingHTTPServer):
    """One provider. `seen`: (path, model, credentials) of each request. A context manager."""
    daemon_threads = True
    status = 200  # of every answer
    request_queue_size = 128

    def __init__(self, name: str):
        super().__init__(("127.0.0.1", 0), Handler)
        self.name = name
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.seen: list[tuple[str, str, dict]] = []
        self.noting = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()

    def note(self, path: str, model: str, credentials: dict):
        with self.noting:
            self.seen.append((path, model, credentials))

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)
