"""A gateway that stays what it was: through bad files, odd numbers, long streams and restarts; and
that says no in words which a client does not mistake."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from sockets import listening_addresses  # noqa: E402
from upstream import Upstream  # noqa: E402
from gateway_fixture import BIN, Gateway, chat_stream, message, message_stream, wait_until  # noqa: E402

BODY = {"model": "claude-sonnet", "max_tokens": 5, "stream": True,
        "messages": [{"role": "user", "content": "Hi"}]}


def provider(upstream: Upstream, interface="anthropic", **more) -> dict:
    return {"api_base_url": upstream.url + ("/v1" if interface == "openai" else ""),
            "interface": interface, "api_key_env": "TEST_KEY", "models": ["m"], **more}


def world(script, *options, interface="anthropic", sam=None, **more):
    upstream = Upstream(script)
    gateway = Gateway({"fake": provider(upstream, interface)},
                      {"Sam": {"provider": "fake", "model": "m", **(sam or {})}}, *options, **more)
    return upstream, gateway


def streamed(request, to):
    to.stream(message_stream())


class BadNews(unittest.TestCase):
    def cost(self, gateway: Gateway) -> list[int]:
        run = subprocess.run([f"{BIN}/katra", "usage", "--json"], capture_output=True, text=True,
                             check=True, env={**gateway.environment, "KATRA_HOME": gateway.home})
        return [row["cost_usd_micros"] for row in json.loads(run.stdout)["usage"]]

    def test_prices_that_cannot_be_read_leave_the_old_ones(self):  # B68
        upstream, gateway = world(lambda request, to: to.stream(chat_stream(model="m")),
                                  interface="openai")
        path = Path(gateway.home, "router/prices.json")
        with upstream, gateway:
            path.write_text('{"fake/m": {"input": 2, "output": 10}}', encoding="utf-8")
            gateway.admin("POST", "/admin/reload")
            for damage in ("{ no json", '{"fake/m": {"input": "much"}}', "[]"):
                path.write_text(damage, encoding="utf-8")
                gateway.admin("POST", "/admin/reload")
                gateway.ask(body=BODY)
            self.assertEqual(gateway.log().count("keeping the old ones"), 3)
            wait_until(lambda: self.cost(gateway) == [3 * (11 * 2 + 7 * 10)], what="other prices")

    def test_a_limit_that_katra_does_not_have_is_refused_and_not_passed_over(self):  # B69
        upstream, gateway = world(streamed)
        with upstream, gateway:
            gateway.personas["providers"]["fake"]["rate_limit"] = {"tokens_per_minute": 1}
            gateway.write_configuration()
            reply = gateway.admin("POST", "/admin/reload")
            self.assertEqual(reply.status, 400)
            self.assertIn("rate_limit", reply.json()["error"]["message"])
            self.assertEqual(gateway.ask(body=BODY).status, 200)  # on the old one

    def test_usage_of_zero_or_of_nonsense_costs_no_answer(self):  # B69
        odd = [{}, None, {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
               {"prompt_tokens": -1, "completion_tokens": -1},
               {"prompt_tokens": 1, "completion_tokens": 1,
                "prompt_tokens_details": {"cached_tokens": 10 ** 18}},
               {"prompt_tokens": 10 ** 30, "completion_tokens": "many"}]
        usage: list = [None]

        def script(request, to):
            pieces = chat_stream()
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
                     "choices": [], "usage": usage[0]}
            to.stream([*pieces[:-2], b"data: " + json.dumps(chunk).encode() + b"\n\n", pieces[-1]])

        upstream, gateway = world(script, interface="openai")
        with upstream, gateway:
            for usage[0] in odd:
                with self.subTest(usage=usage[0]):
                    events = gateway.ask(body=BODY).events()
                    self.assertEqual(events[-1][0], "message_stop")
                    told = next(data for name, data in events if name == "message_delta")["usage"]
                    self.assertGreaterEqual(min(told.values()), 0)
            self.assertEqual(gateway.ask("GET", "/healthz").status, 200)

    def test_no_route_is_said_to_have_no_effect(self):  # B91
        routes = {name: "fake/m" for name in ("background", "think", "longContext", "webSearch",
                                                  "image", "subagent")}
        upstream, gateway = world(streamed, sam={"routing": routes})
        with upstream, gateway:
            self.assertEqual(gateway.admin("POST", "/admin/reload").status, 200)
            self.assertNotIn("warning", gateway.log())


class Time(unittest.TestCase):
    def test_a_stream_may_last_longer_than_every_limit_of_silence(self):  # B70
        limits = [word for name in ("first-byte", "idle", "connect", "head", "body")
                  for word in (f"--{name}-timeout", "1000")]
        for interface, pieces in (("anthropic", message_stream("a b c d e f g h")),
                                  ("openai", chat_stream("a b c d e f g h"))):
            upstream, gateway = world(
                lambda request, to, pieces=pieces: to.stream(pieces, delay=0.15), *limits,
                interface=interface)
            with self.subTest(interface), upstream, gateway:
                reply = gateway.ask(body=BODY)
                self.assertEqual(reply.events()[-1][0], "message_stop")
                self.assertEqual(len(upstream.requests), 1)

    def test_a_stream_that_has_fallen_silent_is_ended_by_the_limit(self):  # B70, S36
        def script(request, to):
            to.stream(message_stream()[:5], end=False)
            to.wait_gone(20)

        upstream, gateway = world(script, "--idle-timeout", "200")
        with upstream, gateway:
            events = gateway.ask(body=BODY).events()
            self.assertEqual(events[-1][0], "error")
            self.assertTrue(upstream.gone.wait(5))


class Choices(unittest.TestCase):
    def test_the_same_is_chosen_after_a_restart_and_in_any_order_of_the_file(self):  # B92
        first, second, third = (Upstream(streamed) for _ in range(3))
        providers = {"first": provider(first), "second": provider(second), "third": provider(third)}
        personas = {name: {"provider": own, "model": "m", "fallbacks": [f"{other}/m"],
                           "routing": {"background": f"{other}/small"}}
                    for name, own, other in (("Sam", "first", "second"), ("Eve", "second", "third"),
                                             ("Dario", "third", "first"))}
        models = ["claude-sonnet", "claude-haiku-4-5", "second,x", "m", "third/m",
                  "claude-gw-first--m"]
        seen = []
        with first, second, third:
            for turn in (1, -1):
                with Gateway(dict(list(providers.items())[::turn]),
                             dict(list(personas.items())[::turn])) as gateway:
                    seen.append(self.chosen(gateway, personas, models))
                    gateway.restart()
                    seen.append(self.chosen(gateway, personas, models))
        for again in seen[1:]:
            self.assertEqual(seen[0], again)
        self.assertEqual(len({choice[2] for choice in seen[0]}), 3)

    def chosen(self, gateway: Gateway, personas, models) -> list[tuple]:
        found = []
        for persona in personas:
            for model in models:
                reply = gateway.ask(body={**BODY, "model": model}, persona=persona)
                found.append((persona, model, reply.header("x-katra-provider"),
                              reply.header("x-katra-model")))
        return found

    def test_a_file_of_the_folder_hides_no_variable_of_the_shell(self):  # B90
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="katra-dotenv-"))
        Path(folder, ".env").write_text("TEST_KEY=sk-of-a-file\n", encoding="utf-8")
        before = os.getcwd()
        try:
            os.chdir(folder)
            upstream, gateway = world(streamed)
        finally:
            os.chdir(before)
        with upstream, gateway:
            gateway.ask(body=BODY)
            sent = str(upstream.requests[0].headers)
            self.assertIn("sk-test-secret", sent)
            self.assertNotIn("sk-of-a-file", sent)

    def test_a_tag_that_a_tool_or_a_model_has_written_is_text(self):  # B93
        mark = "<CCR-SUBAGENT-MODEL>other,m9</CCR-SUBAGENT-MODEL>"
        upstream, gateway = world(streamed)
        with upstream, gateway:
            called = {"role": "assistant", "content": [
                {"type": "tool_use", "id": "t1", "name": "Read", "input": {"path": mark}}]}
            read = {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": mark}]}
            hi = {"role": "user", "content": "Hi"}
            for place in ({"messages": [hi, called, read]},
                          {"messages": [hi, {"role": "assistant", "content": mark}, hi]},
                          {"messages": [hi, called, read, hi, called, read,
                                        {"role": "user", "content": mark}]},
                          {"tools": [{"name": "Read", "description": mark,
                                      "input_schema": {"type": "object"}}]}):
                body = json.dumps({**BODY, **place}).encode()
                reply = gateway.ask(body=body, headers={"x-claude-code-agent-id": "a1"})
                self.assertEqual(reply.header("x-katra-model"), "m")
                self.assertEqual(upstream.requests[-1].body, body.replace(b"claude-sonnet", b"m"))


class Gemini(unittest.TestCase):
    """The built-in provider, moved to a server of the test's."""

    def setUp(self):
        self.upstream = Upstream(lambda request, to: to.stream(self.pieces))
        self.pieces = chat_stream()
        self.gateway = Gateway(
            {"gemini": {"api_base_url": self.upstream.url + "/v1beta/openai"}},
            {"Sam": {"provider": "gemini", "model": "gemini-3-pro"}},
            environment={"GEMINI_API_KEY": "AIza-of-the-test"})
        self.addCleanup(self.upstream.__exit__)
        self.addCleanup(self.gateway.__exit__)

    def test_system_sampling_and_length_arrive_and_the_key_is_in_no_address(self):  # B21
        self.gateway.ask(body={**BODY, "system": "Be brief.", "temperature": 0.5,
                               "max_tokens": 77})
        sent = self.upstream.requests[0]
        self.assertEqual(sent.target, "/v1beta/openai/chat/completions")
        self.assertEqual(sent.header("authorization"), "Bearer AIza-of-the-test")
        body = json.loads(sent.body)
        self.assertEqual(body["messages"][0], {"role": "system", "content": "Be brief."})
        self.assertEqual((body["temperature"], body["max_tokens"]), (0.5, 77))

    def test_a_thought_signature_outlives_a_restart(self):  # B12, R56
        call = {"index": 0, "id": "call_1", "type": "function",
                "function": {"name": "Read", "arguments": "{}"},
                "extra_content": {"google": {"thought_signature": "SIG+/="}}}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
                 "choices": [{"index": 0, "delta": {"tool_calls": [call]},
                              "finish_reason": "tool_calls"}]}
        self.pieces = [b"data: " + json.dumps(chunk).encode() + b"\n\n", b"data: [DONE]\n\n"]
        events = self.gateway.ask(body=BODY).events()
        block = next(data["content_block"] for name, data in events if name ==
                     "content_block_start" and data["content_block"]["type"] == "tool_use")
        self.pieces = chat_stream()
        # Without the thinking block, which carries it as well: some clients do not keep it.
        turn = {**BODY, "messages": [
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": [{**block, "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": block["id"],
                                          "content": "ok"}]}]}
        self.gateway.restart()

        def sent_back() -> bool:  # the store is read in the background
            self.gateway.ask(body=turn)
            body = json.loads(self.upstream.requests[-1].body)
            call = body["messages"][1]["tool_calls"][0]
            return call["extra_content"]["google"]["thought_signature"] == "SIG+/="

        wait_until(sent_back, what="the signature is lost")


class Refusals(unittest.TestCase):
    def test_what_the_gateway_itself_refuses_is_no_login_and_no_limit(self):  # E8, E5, E17, E18
        upstream = Upstream(lambda request, to: to.reply(200, message()))
        gateway = Gateway(
            {"fake": provider(upstream), "chat": provider(upstream, "openai"),
             "keyless": provider(upstream, api_key_env="NO_SUCH_KEY")},
            {"Sam": {"provider": "fake", "model": "m"}}, "--max-body", "20000")
        by_file = {"type": "image", "source": {"type": "file", "file_id": "f"}}
        refused = {
            "no key": (400, {**BODY, "model": "keyless/m"}),
            "no such model": (404, {**BODY, "model": "nowhere,m"}),
            "beyond the provider": (400, {**BODY, "model": "chat/m", "messages": [
                {"role": "user", "content": [by_file]}]}),
            "no JSON": (400, b"{"), "too large": (413, b" " * 20001)}
        with upstream, gateway:
            for what, (status, body) in refused.items():
                with self.subTest(what):
                    reply = gateway.ask(body=body)
                    self.assertEqual(reply.status, status)  # 401, 403: a login; 429: asked again
                    self.assertEqual(reply.json()["type"], "error")
                    self.assertIsNone(reply.header("retry-after"))
            self.assertEqual(upstream.requests, [])


class Listening(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(tempfile.TemporaryDirectory(prefix="katra-empty-"))

    def run_gateway(self, *options: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [f"{BIN}/katra_gateway", "--home", self.home, "--port", "0", *options],
            capture_output=True, text=True, timeout=20, check=False,
            env={**os.environ, "HOME": self.home})

    def test_without_a_configuration_only_this_machine_reaches_it_and_only_with_a_token(self):  # B82
        with Gateway(None, None) as gateway:
            self.assertEqual(listening_addresses(gateway.process.pid), {"127.0.0.1"})
            for headers in ({}, {"authorization": "Bearer "}, {"x-api-key": ""}):
                for path in ("/v1/messages", "/v1/chat/completions", "/v1/models"):
                    reply = gateway.ask("GET" if "models" in path else "POST", path, body=BODY,
                                        persona=None, headers=headers)
                    self.assertEqual(reply.status, 401)

    def test_an_address_that_others_reach_is_refused_without_a_word_for_it(self):  # B82
        for address in ("0.0.0.0", "::"):
            run = self.run_gateway("--address", address)
            self.assertNotEqual(run.returncode, 0)
            self.assertIn("--insecure-listen", run.stderr)
            self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    unittest.main()
