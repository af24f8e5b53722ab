"""Thousands of requests against providers that fail at random: each ends with a valid answer or a
valid error, within its time, and no stream lies about its end."""
import json
import os
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support" / "gateway"))
from upstream import Upstream  # noqa: E402
from world import (Gateway, chat_stream, message, message_stream, sse,  # noqa: E402
                   wait_until)

COUNT = int(os.environ.get("KATRA_FAULT_REQUESTS", "10000"))
SEED = int(os.environ.get("KATRA_FAULT_SEED", str(random.randrange(1 << 32))))
DEADLINE_SECONDS = 25
WHOLE = "the whole answer, to its last word"


def chat_reply(text: str) -> bytes:
    return json.dumps({"id": "c1", "object": "chat.completion", "created": 1, "model": "g",
                       "choices": [{"index": 0, "finish_reason": "stop", "message": {
                           "role": "assistant", "content": text}}],
                       "usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()


class Misbehaviour:
    """One provider's script. `chat`: it speaks Chat Completions."""

    def __init__(self, chat: bool, seed: int):
        self.chat, self.random, self.lock = chat, random.Random(seed), threading.Lock()

    def __call__(self, request, to):
        with self.lock:
            fault, cut = self.random.random(), self.random.random()
        streamed = json.loads(request.body).get("stream", False)
        pieces = chat_stream(WHOLE) if self.chat else message_stream(WHOLE)
        if fault < 0.05:
            to.reset()
        elif fault < 0.10:
            to.cut()
        elif fault < 0.15:
            to.reply(429, b'{"error":{"message":"slow down","type":"rate_limit_error"}}',
                     headers=[("retry-after", "0")])
        elif fault < 0.20:
            to.reply(500, b"oops")
        elif fault < 0.25:
            to.reply(200, b"<html>a page</html>", content_type="text/html")
        elif fault < 0.30:
            to.send(bytes(range(256)) * 4)
            to.cut()
        elif fault < 0.35:
            to.reply(200, b"{broken")
        elif fault < 0.40 and streamed:
            whole = b"".join(pieces)
            to.stream([whole[:int(len(whole) * cut) or 1]], end=False)
            to.cut()
        elif fault < 0.45 and streamed:
            whole = b"".join(pieces)
            to.stream([whole[:int(len(whole) * cut) or 1]])
        elif fault < 0.50 and streamed:
            error = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
            at = int(len(pieces) * cut)
            bad = b"data: " + json.dumps(error).encode() + b"\n\n" if self.chat else sse(
                "error", error)
            to.stream([*pieces[:at], bad])
        elif fault < 0.52:
            time.sleep(0.02)
            to.reply(503, b"")
        elif streamed:
            to.stream(pieces)
        else:
            to.reply(200, chat_reply(WHOLE) if self.chat else message(WHOLE))


def check(reply, streamed: bool) -> str:
    """What the reply is; raises when it is neither an answer nor an error."""
    assert reply.complete, "the connection was cut"
    if reply.status != 200:
        error = reply.json()
        assert error.get("type") == "error" or "error" in error, reply.body
        return f"error {reply.status}"
    if not streamed:
        assert reply.json()["content"][0]["text"] == WHOLE, reply.body
        return "answer"
    events = reply.events()
    names = [name for name, _ in events]
    if names[-1] == "error":
        assert "message_stop" not in names, names
        assert events[-1][1]["error"]["type"], reply.body
        return "told error"
    text = "".join(data["delta"].get("text", "") for name, data in events
                   if name == "content_block_delta")
    assert names[-1] == "message_stop" and names.count("message_stop") == 1, names
    assert names.count("message_start") == 1, names
    assert text == WHOLE, f"a whole answer was claimed, and {text!r} was sent"
    return "answer"


def main() -> int:
    print(f"{COUNT} requests, seed {SEED}")
    dice = random.Random(SEED)
    plan = [(dice.random() < 0.7, dice.choice(["Sam", "Eve", "Max"])) for _ in range(COUNT)]
    outcomes: dict[str, int] = {}
    lock = threading.Lock()
    with Upstream(Misbehaviour(False, SEED + 1)) as messages, Upstream(
            Misbehaviour(True, SEED + 2)) as chat:
        providers = {"near": {"api_base_url": messages.url, "interface": "anthropic",
                              "api_key_env": "TEST_KEY", "models": ["m"]},
                     "far": {"api_base_url": chat.url + "/v1", "interface": "openai",
                             "api_key_env": "TEST_KEY", "models": ["g"]}}
        personas = {"Sam": {"provider": "near", "model": "m", "fallbacks": ["far/g"]},
                    "Eve": {"provider": "far", "model": "g", "fallbacks": ["near/m"]},
                    "Max": {"provider": "far", "model": "g"}}
        with Gateway(providers, personas, "--circuit-open", "20", "--log-level", "error",
                     "--first-byte-timeout", "5000") as gateway:
            for persona in personas:
                gateway.token(persona)

            def one(index: int):
                streamed, persona = plan[index]
                begun = time.monotonic()
                reply = gateway.ask(persona=persona, body={
                    "model": "claude-x", "max_tokens": 9, "stream": streamed,
                    "messages": [{"role": "user", "content": f"request {index}"}]})
                took = time.monotonic() - begun
                try:
                    assert took < DEADLINE_SECONDS, f"it took {took:.1f} s"
                    outcome = check(reply, streamed)
                except (AssertionError, ValueError, KeyError, IndexError) as error:
                    raise AssertionError(f"request {index}: {error!r}") from error
                with lock:
                    outcomes[outcome] = outcomes.get(outcome, 0) + 1

            with ThreadPoolExecutor(16) as pool:
                for job in [pool.submit(one, index) for index in range(COUNT)]:
                    job.result()
            wait_until(lambda: "katra_open_requests 0" in gateway.metrics(),
                       what="requests are still open")
            gateway.process.terminate()
            assert gateway.process.wait(30) == 0, gateway.log()
    print(", ".join(f"{name}: {count}" for name, count in sorted(outcomes.items())))
    assert outcomes.get("answer", 0) > COUNT / 2, outcomes
    return 0


if __name__ == "__main__":
    sys.exit(main())
