"""Thousands of requests against providers of each format that fail at random: each ends with a valid
answer or a valid error, within its time, and no stream lies about its end."""
import json
import os
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support" / "python"))
import bedrock  # noqa: E402
import responses_api  # noqa: E402
from upstream import Upstream  # noqa: E402
from gateway_fixture import (Gateway, chat_stream, message, message_stream, sse,  # noqa: E402
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


class Messages:
    """How a provider's format writes an answer and an error within a stream."""

    pieces = staticmethod(lambda: message_stream(WHOLE))
    whole = staticmethod(lambda: message(WHOLE))
    send = staticmethod(lambda to, pieces, end=True: to.stream(pieces, end=end))
    busy = staticmethod(lambda: sse("error", {
        "type": "error", "error": {"type": "overloaded_error", "message": "busy"}}))
    streamed = staticmethod(lambda request: json.loads(request.body).get("stream", False))


class Chat(Messages):
    pieces = staticmethod(lambda: chat_stream(WHOLE))
    whole = staticmethod(lambda: chat_reply(WHOLE))
    busy = staticmethod(lambda: b'data: {"error":{"message":"busy","code":503}}\n\n')


class Responses(Messages):
    pieces = staticmethod(lambda: responses_api.stream([responses_api.text(WHOLE)]))
    whole = staticmethod(
        lambda: json.dumps(responses_api.response([responses_api.text(WHOLE)])).encode())
    busy = staticmethod(lambda: responses_api.event("error", 9, code="server_error",
                                                    message="busy", param=None))


class Bedrock(Messages):
    pieces = staticmethod(lambda: bedrock.frames_of(message_stream(WHOLE)))
    send = staticmethod(bedrock.send_stream)
    busy = staticmethod(lambda: bedrock.exception("throttlingException"))
    streamed = staticmethod(lambda request: request.target.endswith("-stream"))


class Misbehaviour:
    """One provider's script."""

    def __init__(self, form: type[Messages], seed: int):
        self.form, self.random, self.lock = form, random.Random(seed), threading.Lock()

    def __call__(self, request, to):
        with self.lock:
            fault, cut = self.random.random(), self.random.random()
        streamed, pieces = self.form.streamed(request), self.form.pieces()
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
        elif fault < 0.45 and streamed:  # cut at any byte; half of them end as if that were all
            whole = b"".join(pieces)
            self.form.send(to, [whole[:int(len(whole) * cut) or 1]], end=fault < 0.40)
            if fault >= 0.40:
                to.cut()
        elif fault < 0.48 and streamed:
            self.form.send(to, [*pieces[:int(len(pieces) * cut)], self.form.busy()])
        elif fault < 0.50 and streamed:  # a byte of it is another
            whole = bytearray(b"".join(pieces))
            whole[int(len(whole) * cut)] ^= 0x55
            self.damaged(to, bytes(whole))
        elif fault < 0.52:
            time.sleep(0.02)
            to.reply(503, b"")
        elif streamed:
            self.form.send(to, pieces)
        else:
            to.reply(200, self.form.whole())

    def damaged(self, to, whole: bytes):
        """Only a framing with checksums can tell; in the others a word may be another."""
        if self.form is Bedrock:
            self.form.send(to, [whole])
        else:
            to.reply(503, b"")


def text_of_messages(reply) -> str:
    return reply.json()["content"][0]["text"]


def text_of_responses(reply) -> str:
    body = reply.json()
    assert body["status"] == "completed", body
    return "".join(part["text"] for item in body["output"] if item["type"] == "message"
                   for part in item["content"])


def check_messages_stream(reply) -> str:
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


def check_responses_stream(reply) -> str:
    events = [data for _, data in reply.events()]
    kinds = [event["type"] for event in events]
    if kinds[-1] in ("error", "response.failed"):
        assert "response.completed" not in kinds, kinds
        return "told error"
    assert kinds[-1] == "response.completed" and kinds.count("response.completed") == 1, kinds
    assert kinds.count("response.created") == 1, kinds
    text = "".join(event["delta"] for event in events
                   if event["type"] == "response.output_text.delta")
    assert text == WHOLE, f"a whole answer was claimed, and {text!r} was sent"
    return "answer"


def check(reply, streamed: bool, responses: bool) -> str:
    """What the reply is; raises when it is neither an answer nor an error."""
    assert reply.complete, "the connection was cut"
    if reply.status != 200:
        error = reply.json()
        assert error.get("type") == "error" or "error" in error, reply.body
        return f"error {reply.status}"
    if not streamed:
        text = text_of_responses(reply) if responses else text_of_messages(reply)
        assert text == WHOLE, reply.body
        return "answer"
    return check_responses_stream(reply) if responses else check_messages_stream(reply)


def main() -> int:
    print(f"{COUNT} requests, seed {SEED}")
    dice = random.Random(SEED)
    personas = {"Sam": {"provider": "near", "model": "m", "fallbacks": ["far/g"]},
                "Eve": {"provider": "far", "model": "g", "fallbacks": ["near/m"]},
                "Max": {"provider": "far", "model": "g"},
                "Ada": {"provider": "open", "model": "r", "fallbacks": ["bedrock/b"]},
                "Bea": {"provider": "bedrock", "model": "b", "fallbacks": ["open/r"]},
                "Kim": {"provider": "bedrock", "model": "b"}}
    plan = [(dice.random() < 0.7, dice.random() < 0.3, dice.choice(list(personas)))
            for _ in range(COUNT)]
    outcomes: dict[str, int] = {}
    lock = threading.Lock()
    with ExitStack() as stack:
        urls = {form: stack.enter_context(Upstream(Misbehaviour(form, SEED + number))).url
                for number, form in enumerate((Messages, Chat, Responses, Bedrock), 1)}
        providers = {"near": {"api_base_url": urls[Messages], "interface": "anthropic",
                              "api_key_env": "TEST_KEY", "models": ["m"]},
                     "far": {"api_base_url": urls[Chat] + "/v1", "interface": "openai",
                             "api_key_env": "TEST_KEY", "models": ["g"]},
                     "open": {"api_base_url": urls[Responses] + "/v1", "interface": "responses",
                              "api_key_env": "TEST_KEY", "models": ["r"]},
                     "bedrock": {"api_base_url": urls[Bedrock], "region": "eu-west-1",
                                 "models": ["b"]}}
        keys = {"AWS_ACCESS_KEY_ID": bedrock.ACCESS, "AWS_SECRET_ACCESS_KEY": bedrock.SECRET}
        with Gateway(providers, personas, "--circuit-open", "20", "--log-level", "error",
                     "--first-byte-timeout", "5000", environment=keys) as gateway:
            for persona in personas:
                gateway.token(persona)

            def one(index: int):
                streamed, responses, persona = plan[index]
                begun = time.monotonic()
                words = f"request {index}"
                if responses:
                    reply = gateway.ask(path="/v1/responses", persona=persona, body={
                        "model": "gpt-x", "stream": streamed, "input": words})
                else:
                    reply = gateway.ask(persona=persona, body={
                        "model": "claude-x", "max_tokens": 9, "stream": streamed,
                        "messages": [{"role": "user", "content": words}]})
                took = time.monotonic() - begun
                try:
                    assert took < DEADLINE_SECONDS, f"it took {took:.1f} s"
                    outcome = check(reply, streamed, responses)
                except (AssertionError, ValueError, KeyError, IndexError) as error:
                    raise AssertionError(
                        f"request {index} of {persona}, streamed {streamed}, responses "
                        f"{responses}: {error!r}: {reply.status} {reply.body!r}") from error
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
