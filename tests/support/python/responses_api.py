"""OpenAI's Responses API as an upstream that is as strict as the types of the official `openai` package
(7.57, resources/responses/responses.d.ts): it refuses members that are unknown or missing. Python's
standard library only."""
import json
import re

TEXT = (str,)
NULL = (type(None),)
TOP = {
    "model": TEXT, "instructions": TEXT, "input": (list, str), "tools": (list,),
    "tool_choice": (str, dict), "parallel_tool_calls": (bool,), "max_output_tokens": (int,),
    "temperature": (int, float), "top_p": (int, float), "reasoning": (dict,), "text": (dict,),
    "store": (bool,), "stream": (bool,), "include": (list,), "prompt_cache_key": TEXT,
    "safety_identifier": TEXT, "service_tier": TEXT, "metadata": (dict,), "truncation": TEXT,
    "stream_options": (dict,), "client_metadata": (dict,)}
NEEDED = {"model", "input"}
EFFORTS = {"none", "minimal", "low", "medium", "high", "xhigh", "max"}

# What each item, part or tool must have, and may have.
ITEMS = {
    "message": ({"role", "content"}, {"type", "id", "status", "phase"}),
    "function_call": ({"type", "call_id", "name", "arguments"}, {"id", "status", "namespace"}),
    "function_call_output": ({"type", "call_id", "output"}, {"id", "status"}),
    "custom_tool_call": ({"type", "call_id", "name", "input"}, {"id", "namespace", "status"}),
    "custom_tool_call_output": ({"type", "call_id", "output"}, {"id", "status"}),
    "reasoning": ({"type", "id", "summary"}, {"content", "encrypted_content", "status"}),
    "additional_tools": ({"type", "role", "tools"}, {"id"})}
PARTS = {
    "input_text": ({"type", "text"}, set()),
    "input_image": ({"type", "detail"}, {"image_url", "file_id"}),
    "input_file": ({"type"}, {"file_data", "file_url", "file_id", "filename", "detail"}),
    "output_text": ({"type", "text", "annotations"}, {"logprobs"}),
    "refusal": ({"type", "refusal"}, set()),
    "summary_text": ({"type", "text"}, set())}
TOOLS = {
    "function": ({"type", "name", "parameters", "strict"}, {"description"}),
    "custom": ({"type", "name"}, {"description", "format"}),
    "namespace": ({"type", "name", "tools"}, {"description"}),
    "web_search": ({"type"}, {"filters", "user_location", "search_context_size"})}


class Refused(Exception):
    """What is wrong with a request, as the API would say it."""


def shape(value: dict, table: dict, where: str, usual: str | None = None):
    if not isinstance(value, dict):
        raise Refused(f"{where}: expected an object")
    kind = value.get("type", usual)
    if kind not in table:
        raise Refused(f"Invalid value: '{kind}' ({where}.type)")
    needed, more = table[kind]
    for name in needed - set(value):
        raise Refused(f"Missing required parameter: '{where}.{name}'")
    for name in set(value) - needed - more:
        raise Refused(f"Unknown parameter: '{where}.{name}'")


def check_content(content, where: str):
    if isinstance(content, str):
        return
    for index, part in enumerate(content):
        shape(part, PARTS, f"{where}[{index}]")


def check_input(items):
    if isinstance(items, str):
        return
    calls, outputs, reasoning = [], set(), None
    for index, item in enumerate(items):
        where = f"input[{index}]"
        shape(item, ITEMS, where, "message")
        kind = item.get("type", "message")
        if reasoning and kind not in ("message", "function_call", "custom_tool_call", "reasoning"):
            raise Refused(f"Item '{reasoning}' of type 'reasoning' was provided without its "
                          "required following item.")
        if kind == "message":
            if item["role"] not in ("user", "assistant", "system", "developer"):
                raise Refused(f"Invalid value ({where}.role)")
            if reasoning and item["role"] != "assistant":
                raise Refused(f"Item '{reasoning}' of type 'reasoning' was provided without its "
                              "required following item.")
            check_content(item["content"], where + ".content")
        elif kind in ("function_call", "custom_tool_call"):
            if kind == "function_call" and not isinstance(json.loads(item["arguments"]), dict):
                raise Refused(f"{where}.arguments: expected an object")
            calls.append(item["call_id"])
        elif kind.endswith("_output"):
            if item["call_id"] not in calls:
                raise Refused(f"No tool call found for function call output ({where})")
            check_content(item["output"], where + ".output")
            outputs.add(item["call_id"])
        elif kind == "reasoning":
            for part in item["summary"]:
                shape(part, PARTS, where + ".summary")
        reasoning = item["id"] if kind == "reasoning" else None
    if reasoning:
        raise Refused(f"Item '{reasoning}' of type 'reasoning' was provided without its required "
                      "following item.")
    for call in calls:
        if call not in outputs:
            raise Refused(f"No tool output found for function call {call}.")


def check_tools(tools, where="tools"):
    for index, tool in enumerate(tools):
        shape(tool, TOOLS, f"{where}[{index}]")
        if tool["type"] == "namespace":
            check_tools(tool["tools"], f"{where}[{index}].tools")


def check(request: dict):
    """Raises Refused when the API's types do not allow this request."""
    for name in NEEDED - set(request):
        raise Refused(f"Missing required parameter: '{name}'")
    for name, value in request.items():
        if name not in TOP:
            raise Refused(f"Unknown parameter: '{name}'")
        if not isinstance(value, TOP[name] + NULL):
            raise Refused(f"Invalid type for '{name}'")
    if (request.get("max_output_tokens") or 16) < 16:
        raise Refused("Invalid 'max_output_tokens': integer below minimum value")
    if set(request.get("reasoning") or {}) - {"effort", "summary"}:
        raise Refused("Unknown parameter of 'reasoning'")
    effort = (request.get("reasoning") or {}).get("effort")
    if effort is not None and effort not in EFFORTS:
        raise Refused(f"Invalid value: '{effort}' (reasoning.effort)")
    if request["model"].startswith("gpt-5") and "temperature" in request:
        raise Refused("Unsupported parameter: 'temperature' is not supported with this model.")
    check_tools(request.get("tools") or [])
    choice = request.get("tool_choice")
    if isinstance(choice, dict) and set(choice) != {"type", "name"}:
        raise Refused("Invalid 'tool_choice'")
    check_input(request["input"])


USAGE = {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 0},
         "output_tokens": 50, "output_tokens_details": {"reasoning_tokens": 20},
         "total_tokens": 150}


def response(items, status="completed", **more) -> dict:
    return {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-5.6-sol-2026",
            "status": status, "error": None, "incomplete_details": None, "output": items,
            "usage": USAGE, **more}


def reasoning(name: str, summary: str = "") -> dict:
    words = [{"type": "summary_text", "text": summary}] if summary else []
    return {"type": "reasoning", "id": name, "summary": words, "encrypted_content": f"enc-{name}"}


def text(words: str, name="msg_1") -> dict:
    return {"type": "message", "id": name, "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": words, "annotations": []}]}


def call(call_id: str, arguments: str, name="look") -> dict:
    return {"type": "function_call", "id": "fc_" + call_id, "call_id": call_id, "name": name,
            "arguments": arguments, "status": "completed"}


def event(kind: str, number: int, **more) -> bytes:
    data = json.dumps({"type": kind, "sequence_number": number, **more})
    return f"event: {kind}\ndata: {data}\n\n".encode()


def stream(items, end="completed", **more) -> list[bytes]:
    """The events of a response, one a piece, each as the API sends it."""
    events = []

    def add(kind, **members):
        events.append(event(kind, len(events), **members))

    add("response.created", response=response([], "in_progress"))
    add("response.in_progress", response=response([], "in_progress"))
    for index, item in enumerate(items):
        where = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            part = item["content"][0]
            add("response.output_item.added", output_index=index, item={**item, "content": []})
            add("response.content_part.added", **where, content_index=0, part={**part, "text": ""})
            for word in re.findall(r"\S+\s*", part["text"]):
                add("response.output_text.delta", **where, content_index=0, logprobs=[], delta=word)
            add("response.output_text.done", **where, content_index=0, logprobs=[],
                text=part["text"])
            add("response.content_part.done", **where, content_index=0, part=part)
        elif item["type"] == "function_call":
            add("response.output_item.added", output_index=index, item={**item, "arguments": ""})
            for at in range(0, len(item["arguments"]), 5):
                add("response.function_call_arguments.delta", **where,
                    delta=item["arguments"][at:at + 5])
            add("response.function_call_arguments.done", **where, arguments=item["arguments"],
                name=item["name"])
        else:
            add("response.output_item.added", output_index=index,
                item={"type": item["type"], "id": item["id"], "summary": []})
            for part_index, part in enumerate(item.get("summary", [])):
                add("response.reasoning_summary_part.added", **where, summary_index=part_index,
                    part={**part, "text": ""})
                add("response.reasoning_summary_text.delta", **where, summary_index=part_index,
                    delta=part["text"])
                add("response.reasoning_summary_text.done", **where, summary_index=part_index,
                    text=part["text"])
                add("response.reasoning_summary_part.done", **where, summary_index=part_index,
                    part=part)
        add("response.output_item.done", output_index=index, item=item)
    add(f"response.{end}", response=response(items, end, **more))
    return events


class Strict:
    """A script for an Upstream: checks each request, and answers with what `answer(request)` gives,
    a list of items."""

    def __init__(self, answer):
        self.answer = answer
        self.refused: list[str] = []

    def __call__(self, request, to):
        body = json.loads(request.body)
        try:
            if not request.target.endswith("/responses"):
                raise Refused(f"nothing is at {request.target}")
            check(body)
        except Refused as wrong:
            self.refused.append(str(wrong))
            to.reply(400, json.dumps({"error": {"message": str(wrong), "code": None,
                                                "param": None,
                                                "type": "invalid_request_error"}}).encode())
            return
        items = self.answer(body)
        if body.get("stream"):
            to.stream(stream(items))
        else:
            to.reply(200, json.dumps(response(items)).encode())
