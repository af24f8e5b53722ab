"""G4: what each generation of Claude models takes of thinking and sampling, whatever client asks. The
upstream refuses what Anthropic's migration guides say that a model refuses."""
import itertools
import json
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, message  # noqa: E402

ALWAYS_THINK = ["claude-fable-5", "claude-mythos-5", "claude-mythos-preview", "claude-fable-5-1"]
ADAPTIVE_ONLY = ["claude-sonnet-5", "claude-opus-4-7", "claude-opus-4-8", "claude-opus-5",
                 "claude-opus-5-5", "claude-haiku-5", "anthropic/claude-4.7-opus",
                 "us.anthropic.claude-opus-4-8-v1:0", "claude-sonnet-5@20260801",
                 "claude-sonnet-5-20260801"]
BOTH = ["claude-opus-4-6", "anthropic.claude-sonnet-4-6-v1"]
BUDGET_ONLY = ["claude-sonnet-4-5-20250929", "claude-haiku-4-5", "claude-opus-4-1",
               "anthropic/claude-3.7-sonnet", "claude-sonnet-4-20250514"]
NO_THINKING = ["claude-3-5-sonnet-20241022"]
TODAY = [*ALWAYS_THINK, *ADAPTIVE_ONLY]
TOOL = {"name": "ls", "description": "", "input_schema": {"type": "object", "properties": {}}}


def in_loop(messages):
    last = messages[-1]["content"]
    return isinstance(last, list) and all(block["type"] == "tool_result" for block in last)


def why_refused(body: dict) -> str:
    """What Anthropic would answer 400 for; empty: nothing."""
    model, thinking = body["model"], body.get("thinking") or {}
    kind, effort = thinking.get("type"), body.get("output_config", {}).get("effort")
    if model in TODAY and kind == "enabled":
        return '"thinking.type.enabled" is not supported for this model'
    if model not in TODAY and model not in BOTH and kind == "adaptive":
        return "adaptive thinking is not supported on this model"
    if model in ALWAYS_THINK and kind == "disabled":
        return '"thinking.type.disabled" is not supported for this model'
    if "opus-5" in model and kind == "disabled" and effort in ("xhigh", "max"):
        return "thinking cannot be disabled at this effort"
    if model in NO_THINKING and kind == "enabled":
        return "this model does not think"
    if model in TODAY and {"temperature", "top_p", "top_k"} & set(body):
        return "sampling parameters are not supported"
    if model not in [*TODAY, "claude-opus-4-1", "anthropic/claude-3.7-sonnet", *NO_THINKING,
                     "claude-sonnet-4-20250514"] and {"temperature", "top_p"} <= set(body):
        return "`temperature` and `top_p` cannot both be specified"
    if model not in TODAY and kind in ("enabled", "adaptive") and body.get("temperature", 1) != 1:
        return "`temperature` may only be set to 1 when thinking is enabled"
    if (model in BUDGET_ONLY or model in NO_THINKING) and effort:
        return "This model does not support the effort parameter"
    if effort and effort not in ("low", "medium", "high", "xhigh", "max"):
        return "unknown effort"
    if model in BOTH and effort == "xhigh":
        return "xhigh is not supported"
    if kind == "enabled" and not 1024 <= thinking["budget_tokens"] < body["max_tokens"]:
        return "budget"
    forced = body.get("tool_choice", {}).get("type") in ("any", "tool")
    if forced and kind in ("enabled", "adaptive"):
        return "Thinking may not be enabled when tool_choice forces tool use."
    if kind == "enabled" and in_loop(body["messages"]):
        assistant = [one for one in body["messages"] if one["role"] == "assistant"][-1]
        if assistant["content"][0]["type"] != "thinking":
            return "Expected `thinking`, but found `tool_use`"
    return ""


LOOP = {
    "chat": [{"role": "user", "content": "hi"},
             {"role": "assistant", "content": None, "tool_calls": [
                 {"id": "c1", "type": "function", "function": {"name": "ls", "arguments": "{}"}}]},
             {"role": "tool", "tool_call_id": "c1", "content": "a.txt"}],
    "responses": [{"type": "message", "role": "user", "content": "hi"},
                  {"type": "function_call", "call_id": "c1", "name": "ls", "arguments": "{}"},
                  {"type": "function_call_output", "call_id": "c1", "output": "a.txt"}]}


def request(client: str, effort: str | None, loop: bool, **more) -> tuple[str, dict]:
    if client == "chat":
        body = {"messages": LOOP["chat"] if loop else LOOP["chat"][:1],
                "tools": [{"type": "function", "function": {
                    "name": "ls", "parameters": TOOL["input_schema"]}}]}
        return "/v1/chat/completions", {**body, **({"reasoning_effort": effort} if effort else {}),
                                        **more}
    body = {"input": LOOP["responses"] if loop else "hi",
            "tools": [{"type": "function", "name": "ls", "parameters": TOOL["input_schema"]}]}
    return "/v1/responses", {**body, **({"reasoning": {"effort": effort}} if effort else {}), **more}


class ClaudeModels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        def strict(asked, to):
            body = json.loads(asked.body)
            if wrong := why_refused(body):
                to.reply(400, json.dumps({"type": "error", "error": {
                    "type": "invalid_request_error", "message": wrong}}).encode())
            else:
                to.reply(200, message())

        cls.upstream = Upstream(strict)
        cls.gateway = Gateway({"claude": {"api_base_url": cls.upstream.url,
                                          "interface": "anthropic", "api_key_env": "TEST_KEY"}},
                              {"Sam": {"provider": "claude", "model": "claude-sonnet-5"}})

    @classmethod
    def tearDownClass(cls):
        cls.gateway.__exit__()
        cls.upstream.__exit__()

    def ask(self, path, body):
        """The reply, what was sent, and what was dropped."""
        reply = self.gateway.ask(path=path, body=body)
        self.assertEqual(reply.status, 200, reply.body)
        dropped = (reply.header("x-katra-dropped") or "").split(", ")
        return json.loads(self.upstream.requests[-1].body), [name for name in dropped if name]

    def test_G4_effort_of_openai_clients(self):
        efforts = {None: None, "minimal": "low", "low": "low", "medium": "medium", "high": "high",
                   "xhigh": "xhigh", "max": "max"}
        for model, client, (effort, said), loop in itertools.product(
                [*TODAY, *BOTH], ("chat", "responses"), efforts.items(), (False, True)):
            with self.subTest(model=model, client=client, effort=effort, loop=loop):
                path, body = request(client, effort, loop, model=f"claude,{model}")
                sent, dropped = self.ask(path, body)
                self.assertEqual(dropped, [])
                if model in BOTH and effort == "xhigh":
                    said = "high"
                self.assertEqual(sent.get("output_config", {}).get("effort"), said)
                self.assertEqual(sent.get("thinking"),
                                 {"type": "adaptive"} if effort else None)
                self.assertEqual(sent["messages"][-1]["role"], "user")

    def test_G4_older_models_keep_a_budget(self):
        for model, client, loop in itertools.product(BUDGET_ONLY, ("chat", "responses"),
                                                     (False, True)):
            with self.subTest(model=model, client=client, loop=loop):
                path, body = request(client, "medium", loop, model=f"claude,{model}")
                sent, dropped = self.ask(path, body)
                if loop:  # its turn did not begin with thinking, as the client has it
                    self.assertNotIn("thinking", sent)
                    self.assertEqual(dropped, ["thinking"])
                else:
                    self.assertEqual(sent["thinking"],
                                     {"type": "enabled", "budget_tokens": 8192})
                    self.assertEqual(dropped, [])
                self.assertNotIn("output_config", sent)

    def test_G4_no_thinking_where_it_is_not_wanted(self):
        for model, client in itertools.product([*TODAY, *BOTH, *BUDGET_ONLY], ("chat", "responses")):
            with self.subTest(model=model, client=client):
                path, body = request(client, "none", False, model=f"claude,{model}")
                sent, dropped = self.ask(path, body)
                self.assertNotIn(sent.get("thinking", {}).get("type"), ("enabled", "adaptive"))
                self.assertEqual(dropped, ["thinking"] if model in ALWAYS_THINK else [])
                thinks = re.search(r"(sonnet|opus|haiku)-5", model)
                self.assertEqual(sent.get("thinking"),
                                 {"type": "disabled"} if thinks else None)

    def test_G4_sampling_is_left_out_and_told(self):
        sampling = {"temperature": 0.2, "top_p": 0.5}
        for model, client, effort, loop in itertools.product(
                [*TODAY, *BOTH, *BUDGET_ONLY, *NO_THINKING], ("chat", "responses"),
                (None, "high"), (False, True)):
            with self.subTest(model=model, client=client, effort=effort, loop=loop):
                path, body = request(client, effort, loop, model=f"claude,{model}", **sampling)
                sent, dropped = self.ask(path, body)
                for name in sampling:
                    self.assertEqual(name in dropped, name not in sent, name)
                if model in TODAY:
                    self.assertNotIn("temperature", sent)
                if model in NO_THINKING and not effort:
                    self.assertEqual(sent["temperature"], 0.2)

    def test_G4_a_forced_tool_keeps_the_effort(self):
        for model, client in itertools.product([*TODAY, *BOTH], ("chat", "responses")):
            with self.subTest(model=model, client=client):
                choice = ({"type": "function", "function": {"name": "ls"}} if client == "chat"
                          else {"type": "function", "name": "ls"})
                path, body = request(client, "high", False, model=f"claude,{model}",
                                     tool_choice=choice)
                sent, _ = self.ask(path, body)
                self.assertEqual(sent["output_config"]["effort"], "high")
                self.assertEqual(sent["tool_choice"]["type"], "tool")

    def test_G4_messages_clients(self):
        """member changes -> what is sent of it, and what is dropped; by model."""
        enabled = {"type": "enabled", "budget_tokens": 2000}
        rows = [
            (TODAY, {"thinking": enabled}, {"thinking": {"type": "adaptive"}, "output_config": {
                "effort": "medium"}}, ["thinking.budget_tokens"]),
            (TODAY, {"thinking": {**enabled, "display": "summarized"},
                     "output_config": {"effort": "max", "format": {"type": "x"}}},
             {"thinking": {"type": "adaptive", "display": "summarized"},
              "output_config": {"effort": "max", "format": {"type": "x"}}},
             ["thinking.budget_tokens"]),
            (TODAY, {"temperature": 1, "top_p": 0.9, "top_k": 5}, {},
             ["temperature", "top_p", "top_k"]),
            (ALWAYS_THINK, {"thinking": {"type": "disabled"}}, {}, ["thinking"]),
            (ADAPTIVE_ONLY, {"thinking": {"type": "disabled"}},
             {"thinking": {"type": "disabled"}}, []),
            (["claude-opus-5"], {"thinking": {"type": "disabled"},
                                 "output_config": {"effort": "xhigh"}},
             {"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}},
             ["output_config.effort"]),
            ([*BOTH, *BUDGET_ONLY], {"thinking": enabled}, {"thinking": enabled}, []),
            (BUDGET_ONLY, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}},
             {"thinking": {"type": "enabled", "budget_tokens": 1024}}, ["output_config.effort"]),
            (NO_THINKING, {"thinking": {"type": "adaptive"}}, {}, ["thinking"]),
            (BUDGET_ONLY, {"temperature": 0.5}, {"temperature": 0.5}, []),
        ]
        names = ("thinking", "output_config", "temperature", "top_p", "top_k")
        for models, members, expected, lost in rows:
            for model in models:
                with self.subTest(model=model, members=members):
                    sent, dropped = self.ask("/v1/messages", {
                        "model": f"claude,{model}", "max_tokens": 4000,
                        "messages": [{"role": "user", "content": "hi"}], **members})
                    self.assertEqual({name: sent[name] for name in names if name in sent},
                                     expected)
                    self.assertEqual(dropped, lost)

    def test_G4_the_decision_names_the_loss(self):
        with Gateway(self.gateway.personas["providers"], self.gateway.personas["personas"]) as one:
            one.ask(body={"model": "claude-sonnet-5", "max_tokens": 5, "temperature": 0.5,
                          "messages": [{"role": "user", "content": "hi"}]})
            self.assertEqual(one.decisions(1)[0]["dropped"], ["temperature"])

    def test_G4_a_tool_loop_of_a_messages_client(self):
        called = {"role": "assistant", "content": [
            {"type": "tool_use", "id": "t1", "name": "ls", "input": {}}]}
        thought = {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"}, *called["content"]]}
        result = {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t1", "content": "a"}]}
        for turn, model in itertools.product((called, thought), [*TODAY, *BOTH, *BUDGET_ONLY]):
            with self.subTest(model=model, thought=turn is thought):
                sent, _ = self.ask("/v1/messages", {
                    "model": f"claude,{model}", "max_tokens": 4000, "tools": [TOOL],
                    "thinking": {"type": "adaptive"}, "output_config": {"effort": "high"},
                    "messages": [{"role": "user", "content": "hi"}, turn, result]})
                if model in BUDGET_ONLY:
                    self.assertEqual("thinking" in sent, turn is thought)
                else:
                    self.assertEqual(sent["thinking"], {"type": "adaptive"})
                    self.assertEqual(sent["output_config"], {"effort": "high"})

    def test_G4_what_a_model_takes_goes_through_byte_for_byte(self):
        for model, members in ((TODAY[0], '"thinking": {"type": "adaptive"}'),
                               (BUDGET_ONLY[0], '"temperature":0.50, "top_k" : 3'),
                               ("deepseek-v4-pro", '"temperature": 0.5, "top_p": 0.1, "thinking":'
                                                   ' {"type": "enabled", "budget_tokens": 1024}')):
            with self.subTest(model=model):
                body = ('{ "model": "claude,%s", "max_tokens":  2000, %s, "messages": '
                        '[{"role":"user","content":"hi"}] }' % (model, members))
                self.gateway.ask(body=body.encode())
                self.assertEqual(self.upstream.requests[-1].body.decode(),
                                 body.replace("claude," + model, model))


if __name__ == "__main__":
    unittest.main()
