"""Answers of models, as upstreams stream them. Python's standard library only."""
import json
import re


def sse(name: str, data: dict) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def message_stream(text="Hello", model="claude-x", input_tokens=11, output_tokens=7) -> list[bytes]:
    """A Messages stream, one event a piece."""
    usage = {"input_tokens": input_tokens, "output_tokens": 1, "cache_read_input_tokens": 3}
    start = {"type": "message", "id": "msg_1", "role": "assistant", "model": model, "content": [],
             "stop_reason": None, "stop_sequence": None, "usage": usage}
    events = [sse("message_start", {"type": "message_start", "message": start}),
              sse("content_block_start", {"type": "content_block_start", "index": 0,
                                          "content_block": {"type": "text", "text": ""}}),
              sse("ping", {"type": "ping"})]
    for word in re.findall(r"\S+\s*", text):
        events.append(sse("content_block_delta", {
            "type": "content_block_delta", "index": 0,
            "delta": {"type": "text_delta", "text": word}}))
    events += [sse("content_block_stop", {"type": "content_block_stop", "index": 0}),
               sse("message_delta", {"type": "message_delta",
                                     "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                                     "usage": {"output_tokens": output_tokens}}),
               sse("message_stop", {"type": "message_stop"})]
    return events


def message(text="Hello", model="claude-x") -> bytes:
    return json.dumps({"id": "msg_1", "type": "message", "role": "assistant", "model": model,
                       "content": [{"type": "text", "text": text}], "stop_reason": "end_turn",
                       "stop_sequence": None,
                       "usage": {"input_tokens": 11, "output_tokens": 7}}).encode()


def chat_stream(text="Hello", model="gpt-x") -> list[bytes]:
    def chunk(delta, finish=None):
        return b"data: " + json.dumps({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}).encode() + b"\n\n"

    pieces = [chunk({"role": "assistant", "content": ""})]
    pieces += [chunk({"content": word}) for word in re.findall(r"\S+\s*", text)]
    pieces.append(chunk({}, "stop"))
    pieces.append(b"data: " + json.dumps({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model,
        "choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7,
                                 "total_tokens": 18}}).encode() + b"\n\n")
    pieces.append(b"data: [DONE]\n\n")
    return pieces
