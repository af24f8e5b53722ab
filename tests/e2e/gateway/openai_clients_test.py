"""What clients of OpenAI's formats send, through the gateway to an upstream of either format."""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message, message_stream  # noqa: E402


def answer(request, to):
    asked = json.loads(request.body)
    chat = "chat/completions" in request.target
    if asked.get("stream"):
        to.stream(chat_stream("A summary.") if chat else message_stream("A summary."))
    elif chat:
        to.reply(200, json.dumps({
            "id": "c", "object": "chat.completion", "model": "m", "choices": [
                {"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant", "content": "A summary."}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}).encode())
    else:
        to.reply(200, message("A summary."))


USER = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "run ls"}]}
EXEC = {"type": "additional_tools", "role": "developer", "id": "at_1", "tools": [
    {"type": "namespace", "name": "functions", "tools": [
        {"type": "custom", "name": "exec", "description": "run", "format": {"type": "text"}}]}]}


class OpenAiClients(unittest.TestCase):
    options: dict = {}

    def setUp(self):
        self.upstream = Upstream(answer)
        self.addCleanup(self.upstream.__exit__)
        self.upstream.__enter__()
        providers = {
            "far": {"api_base_url": self.upstream.url + "/v1", "interface": "openai",
                    "api_key_env": "TEST_KEY", "models": ["m1"],
                    "quirks": {"prompt_cache_key": True}},
            "near": {"api_base_url": self.upstream.url, "interface": "anthropic",
                     "api_key_env": "TEST_KEY", "models": ["m1"]}}
        self.gateway = Gateway(providers, {"Sam": {"provider": "far", "model": "m1"}},
                               **self.options)
        self.addCleanup(self.gateway.__exit__)

    def ask(self, body: dict, path="/v1/responses", **more):
        return self.gateway.ask(body=body, path=path, **more)

    def sent(self) -> dict:
        return json.loads(self.upstream.requests[-1].body)

    def test_tools_of_the_input_reach_either_format(self):  # F1
        for items in ([EXEC, USER], [USER, EXEC]):
            with self.subTest(items=[item["type"] for item in items]):
                self.assertEqual(self.ask({"model": "far,m1", "stream": True,
                                           "input": items}).status, 200)
                self.assertEqual([tool["function"]["name"] for tool in self.sent()["tools"]],
                                 ["functions__exec"])
                self.assertEqual(self.ask({"model": "near,m1", "input": items}).status, 200)
                self.assertEqual([tool["name"] for tool in self.sent()["tools"]],
                                 ["functions__exec"])

    def test_both_lists_of_what_was_left_out_are_told(self):  # F16
        reply = self.ask({"model": "far,m1", "truncation": "auto", "input": "hi",
                          "tools": [{"type": "local_shell"}],
                          "parallel_tool_calls": False})
        self.assertEqual(reply.status, 200)
        told = reply.header("x-katra-dropped").split(", ")
        self.assertLessEqual({"tools.local_shell", "truncation"}, set(told))
        self.assertEqual(len(told), len(set(told)))
        # The Chat side drops something as well: a choice to make one call at a time, of a search.
        reply = self.ask({"model": "far,m1", "truncation": "auto", "input": "hi",
                          "tools": [{"type": "local_shell"}, {"type": "web_search"}]})
        told = set(reply.header("x-katra-dropped").split(", "))
        self.assertLessEqual({"tools.local_shell", "truncation"}, told)
        self.assertGreater(len(told), 2)
        self.assertEqual(set(self.gateway.decisions(2)[1]["dropped"]), told)

    def test_unknown_types_are_counted_and_logged_once(self):  # F5
        for _ in range(3):
            self.ask({"model": "far,m1", "input": [USER, {"type": "dream"}]})
        metrics = self.gateway.metrics()
        self.assertIn('katra_unknown_types_total{type="input.dream"} 3\n', metrics)
        self.assertEqual(self.gateway.log().count("input.dream"), 1)

    def test_a_websocket_is_refused_so_that_clients_go_on(self):  # F17
        reply = self.gateway.ask("GET", "/v1/responses", headers={
            "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="})
        self.assertEqual(reply.status, 426)
        self.assertEqual(reply.header("upgrade"), "HTTP/1.1")
        self.assertIn("message", reply.json()["error"])
        self.assertEqual(self.gateway.ask("GET", "/v1/responses").status, 405)

    def test_a_model_by_its_name(self):  # F18
        listed = self.gateway.ask("GET", "/v1/models").json()["data"]
        for entry in listed:
            one = self.gateway.ask("GET", "/v1/models/" + entry["id"])
            self.assertEqual((one.status, one.json()), (200, entry))
        for name in ("far,m1", "far%2Cm1", "far/m1"):
            self.assertEqual(self.gateway.ask("GET", "/v1/models/" + name).json()["owned_by"], "far")
        for name in ("nobody", "far,other", "%zz", "%"):
            missing = self.gateway.ask("GET", "/v1/models/" + name)
            self.assertEqual(missing.status, 404)
            self.assertIn("message", missing.json()["error"])

    def test_the_list_that_codex_reads(self):  # F18
        listed = self.gateway.ask("GET", "/v1/models?client_version=0.171.0").json()
        self.assertEqual([model["slug"] for model in listed["models"]][:1], ["far,m1"])
        for model in listed["models"]:
            # Without one of these Codex 0.171 refuses the list.
            self.assertLessEqual(
                {"slug", "display_name", "supported_reasoning_levels", "shell_type", "visibility",
                 "supported_in_api", "priority", "support_verbosity", "truncation_policy",
                 "experimental_supported_tools", "base_instructions"}, set(model))
        self.assertNotIn("models", self.gateway.ask("GET", "/v1/models?limit=5").json())

    def test_a_compaction_with_the_session_s_model(self):  # F11
        for model in ("far,m1", "near,m1"):
            conversation = {"model": model, "instructions": "Be good.", "input": [USER]}
            whole = self.ask(conversation, "/v1/responses/compact")
            self.assertEqual(whole.status, 200)
            self.assertEqual(whole.json()["object"], "response.compaction")
            self.assertEqual(self.sent()["model"], "m1")
            streamed = self.ask({**conversation, "stream": True,
                                 "input": [USER, {"type": "compaction_trigger"}]})
            self.assertEqual(streamed.events()[-1][0], "response.completed")
            for output in (whole.json()["output"],
                           streamed.events()[-1][1]["response"]["output"]):
                self.assertEqual([item["type"] for item in output], ["compaction"])
                self.ask({"model": model, "input": [USER, *output, USER]})
                self.assertIn("A summary.", json.dumps(self.sent()["messages"]))
        self.assertEqual(self.ask({"model": "far,m1", "input": 7}, "/v1/responses/compact")
                         .json()["error"]["type"], "invalid_request_error")

    def test_the_key_of_the_prompt_goes_to_a_provider_that_has_one(self):  # F14
        for path, body in (("/v1/responses", {"input": "hi"}),
                           ("/v1/chat/completions",
                            {"messages": [{"role": "user", "content": "hi"}]})):
            self.ask({"model": "far,m1", "prompt_cache_key": "s-1", **body}, path)
            self.assertEqual(self.sent()["prompt_cache_key"], "s-1")
            self.ask({"model": "near,m1", "prompt_cache_key": "s-1", **body}, path)
            self.assertNotIn("prompt_cache_key", self.sent())

    def test_cache_points_reach_an_anthropic_format_alone(self):  # F13
        self.ask({"model": "near,m1", "input": [USER, EXEC]})
        self.assertEqual(json.dumps(self.sent()).count("cache_control"), 2)
        reply = self.ask({"model": "far,m1", "input": [USER, EXEC]})
        self.assertNotIn("cache_control", json.dumps(self.sent()))
        self.assertIsNone(reply.header("x-katra-dropped"))


class WithoutCachePoints(OpenAiClients):
    options = {"router": {"cache_points": False}}

    def test_cache_points_reach_an_anthropic_format_alone(self):  # F13: switched off
        self.ask({"model": "near,m1", "input": [USER, EXEC]})
        self.assertNotIn("cache_control", json.dumps(self.sent()))


if __name__ == "__main__":
    unittest.main()
