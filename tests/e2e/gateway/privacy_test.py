"""What no request may reach: another caller's answers, files, keys, servers that nobody named."""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message_stream, sse  # noqa: E402

KEY = "sk-test-secret"  # of every provider here (gateway_fixture.py)
CANARY = "the-content-of-a-file"
BODY = {"model": "claude-sonnet", "max_tokens": 5, "stream": True, "temperature": 0,
        "messages": [{"role": "user", "content": "Hi"}]}
ENDPOINTS = ("/", "/api/hello", "/healthz", "/readyz", "/metrics", "/v1/models", "/v1/messages",
             "/v1/messages/count_tokens", "/v1/chat/completions", "/v1/responses")
# What management interfaces of other gateways are called.
FOREIGN = ("/api/config", "/api/logs", "/api/logs/files", "/providers", "/v1/providers", "/config",
           "/logs", "/keys", "/ui", "/ui/index.html", "/static/x", "/admin/config", "/admin/status",
           "/admin/tokens", "/debug/vars", "/.env")


def provider(upstream: Upstream, interface="anthropic") -> dict:
    return {"api_base_url": upstream.url + ("/v1" if interface == "openai" else ""),
            "interface": interface, "api_key_env": "TEST_KEY", "models": ["m"]}


class NumberedAnswers(unittest.TestCase):
    """Each request has an answer of its own, however alike two are: nothing is stored."""

    def setUp(self):
        self.upstream = Upstream(self.script)
        self.gateway = Gateway({"fake": provider(self.upstream)}, {
            "Sam": {"provider": "fake", "model": "m"}, "Eve": {"provider": "fake", "model": "m"}})
        self.addCleanup(self.upstream.__exit__)
        self.addCleanup(self.gateway.__exit__)
        self.broken = 0

    def script(self, request, to):
        pieces = message_stream(f"answer{len(self.upstream.requests)}")
        if self.broken:
            self.broken -= 1
            error = sse("error", {"type": "error",
                                  "error": {"type": "overloaded_error", "message": "busy"}})
            to.stream([*pieces[:4], error])
        else:
            to.stream(pieces)

    def text(self, persona="Sam", **changes) -> str:
        reply = self.gateway.ask(body={**BODY, **changes}, persona=persona)
        return "".join(data["delta"]["text"] for name, data in reply.events()
                       if name == "content_block_delta")

    def test_the_same_question_of_another_caller_or_with_other_tools_is_asked_anew(self):  # B76
        tool = {"name": "Read", "input_schema": {"type": "object"}}
        asked = [{}, {"persona": "Eve"}, {}, {"tools": [tool]},
                 {"tools": [tool], "tool_choice": {"type": "any"}},
                 {"tools": [tool], "tool_choice": {"type": "tool", "name": "Read"}}]
        self.assertEqual([self.text(**changes) for changes in asked],
                         [f"answer{number}" for number in range(1, len(asked) + 1)])

    def test_an_answer_that_broke_off_is_never_given_again(self):  # B77
        self.broken = 1
        self.assertEqual(self.text(), "answer1")
        self.assertEqual(self.text(), "answer2")
        with self.gateway.connect() as client:  # one that its client left
            client.sendall(self.gateway.request_bytes(
                "POST", "/v1/messages", json.dumps(BODY).encode(),
                {"authorization": f"Bearer {self.gateway.token('Sam')}"}))
            self.upstream.wait_for_requests(3)
        self.assertEqual(self.text(), "answer4")


class SessionsOfOthers(unittest.TestCase):
    def test_a_session_s_id_in_the_mouth_of_another_persona_changes_nothing(self):
        # A session that has been elsewhere loses its thinking blocks, which others cannot check.
        thinking = {"type": "thinking", "thinking": "hm", "signature": "of the provider"}
        body = {**BODY, "model": "fake,m", "messages": [
            *BODY["messages"], {"role": "assistant", "content": [thinking]}, *BODY["messages"]]}
        with Upstream(lambda request, to: to.stream(message_stream())) as upstream, Gateway(
                {"fake": provider(upstream), "other": provider(upstream)},
                {name: {"provider": "fake", "model": "m"} for name in ("Sam", "Mal")}) as gateway:
            headers = {"x-claude-code-session-id": "the-session-of-Sam"}
            gateway.ask(body={**BODY, "model": "other,m"}, persona="Mal", headers=headers)
            gateway.ask(body=body, persona="Sam", headers=headers)
            self.assertIn(b"of the provider", upstream.requests[-1].body)
            gateway.ask(body={**BODY, "model": "other,m"}, persona="Sam", headers=headers)
            gateway.ask(body=body, persona="Sam", headers=headers)
            self.assertNotIn(b"of the provider", upstream.requests[-1].body)


class Secrets(unittest.TestCase):
    def setUp(self):
        self.upstream = Upstream(lambda request, to: to.stream(chat_stream("a picture")))
        self.gateway = Gateway({"fake": provider(self.upstream, "openai")},
                               {"Sam": {"provider": "fake", "model": "m"}})
        self.addCleanup(self.upstream.__exit__)
        self.addCleanup(self.gateway.__exit__)
        self.file = Path(self.gateway.home, "canary.log")
        self.file.write_text(CANARY, encoding="utf-8")

    def everything(self, paths):
        """Every reply to every method on `paths`, with a token."""
        for path in paths:
            for method in ("GET", "POST", "PUT", "DELETE"):
                yield f"{method} {path}", self.gateway.ask(method, path, body=BODY)

    def test_no_endpoint_reads_or_changes_a_file_that_a_client_names(self):  # B80
        names = [str(self.file), f"..{self.file}", f"file://{self.file}"]
        paths = [f"{path}?{key}={name}" for path in (*ENDPOINTS, *FOREIGN)
                 for key, name in zip(("file", "path", "log"), names)]
        paths += [f"{before}{self.file}" for before in ("", "/ui/..", "/%2e%2e", "/v1/models")]
        for what, reply in self.everything(paths):
            self.assertNotIn(CANARY.encode(), reply.body, what)
        for method in ("GET", "POST", "DELETE"):
            for path in ("/admin/logs", "/admin/status", f"/admin{self.file}"):
                reply = self.gateway.admin(method, f"{path}?file={self.file}", {"file": names[0]})
                self.assertNotIn(CANARY.encode(), reply.body, path)
        self.assertEqual(self.file.read_text(encoding="utf-8"), CANARY)

    def test_metrics_need_a_token_or_the_socket_unless_the_configuration_opens_them(self):
        get = self.gateway.ask
        for headers in ({}, {"authorization": "Bearer wrong"}, {"x-api-key": KEY}):
            for method in ("GET", "HEAD"):
                for path in ("/metrics", "/metrics/", "/v1/v1/../metrics", "/metrics?a=b"):
                    reply = get(method, path, persona=None, headers=headers)
                    self.assertIn(reply.status, (401, 404), path)
                    self.assertNotIn(b"katra_", reply.body)
        refused = get("GET", "/metrics", persona=None)
        self.assertEqual(refused.status, 401)
        self.assertIn("open_metrics", refused.json()["error"]["message"])
        self.assertIn("katra_requests_total", self.gateway.metrics())
        self.gateway.personas["router"] = {"open_metrics": True}
        self.gateway.write_configuration()
        self.assertEqual(self.gateway.admin("POST", "/admin/reload").status, 200)
        self.assertIn(b"katra_requests_total", get("GET", "/metrics", persona=None).body)

    def test_open_endpoints_say_nothing_of_a_persona_or_a_provider(self):
        self.gateway.ask(body=BODY)
        for path in ("/", "/api/hello", "/healthz", "/readyz"):
            reply = self.gateway.ask("GET", path, persona=None)
            self.assertEqual(reply.status, 200)
            for word in ("Sam", "fake", self.gateway.home):
                self.assertNotIn(word, f"{reply.headers} {reply.body}", path)

    def test_a_picture_that_is_named_by_a_file_is_not_fetched(self):  # B80
        image = {"type": "image", "source": {"type": "url", "url": f"file://{self.file}"}}
        self.gateway.ask(body={**BODY, "messages": [{"role": "user", "content": [image]}]})
        for request in self.upstream.requests:
            self.assertNotIn(CANARY.encode(), request.body)

    def test_no_endpoint_tells_a_key(self):  # B81
        minted = self.gateway.admin("POST", "/admin/tokens",
                                    {"persona": "Sam", "keys": {"TEST_KEY": "sk-handed-over"}})
        surfaces = [("the new token", minted), *self.everything((*ENDPOINTS, *FOREIGN))]
        for path in ("/admin/status", "/admin/tokens", "/admin/config", "/admin/keys"):
            surfaces.append((path, self.gateway.admin("GET", path)))
        for what, reply in surfaces:
            for secret in (KEY, "sk-handed-over", self.gateway.token("Sam")):
                self.assertNotIn(secret, f"{reply.headers} {reply.body}", what)

    def test_a_key_in_a_provider_s_complaint_is_not_handed_on(self):  # B81, E2
        complaint = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}",
                                          "type": "invalid_request_error"}}).encode()
        self.upstream.script = lambda request, to: to.reply(401, complaint)
        reply = self.gateway.ask(body=BODY)
        self.assertEqual(reply.status, 401)
        self.assertIn("Incorrect API key", reply.json()["error"]["message"])
        self.assertNotIn(KEY, f"{reply.headers} {reply.body} {self.gateway.log()}")

    def test_the_files_of_the_home_that_hold_secrets_are_the_user_s_alone(self):  # B87
        self.gateway.ask(body=BODY)
        held = [path for path in Path(self.gateway.home, "run").iterdir()
                if path.name in ("tokens.json", "gateway.json", "gateway.sock")]
        self.assertEqual(len(held), 3)
        for path in held:
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)


class OnlyWhomTheUserNamed(unittest.TestCase):
    def test_no_server_is_asked_but_the_one_that_answers(self):  # B89
        upstream = Upstream(lambda request, to: to.stream(message_stream()))
        other = Upstream(lambda request, to: to.stream(message_stream()))
        # Whatever is not on this machine would be asked for here.
        outside = Upstream(lambda request, to: to.reply(502, b"{}"))
        proxies = {name: outside.url for name in ("http_proxy", "https_proxy", "all_proxy")}
        gateway = Gateway(
            {"fake": provider(upstream), "other": provider(other),
             "far": {"api_base_url": "http://far.invalid", "interface": "anthropic",
                     "api_key_env": "TEST_KEY", "models": ["m"]}},
            {"Sam": {"provider": "fake", "model": "m", "fallbacks": ["other/m"],
                     "description": "Writes the tests"}}, environment=proxies)
        with upstream, other, outside, gateway:
            for path in ("/v1/messages", "/v1/messages/count_tokens"):
                self.assertEqual(gateway.ask(path=path, body=BODY).status, 200)
            gateway.ask("GET", "/v1/models")
            gateway.admin("POST", "/admin/reload")
            self.assertEqual(gateway.ask(body={**BODY, "model": "claude-haiku-4-5"}).status, 200)
            self.assertEqual(len(upstream.requests), 2)
            self.assertEqual(other.connections, 0)
            self.assertEqual(outside.connections, 0)
            gateway.ask(body={**BODY, "model": "far,m"})  # it would have been seen
            self.assertIn("far.invalid", outside.requests[0].target)


if __name__ == "__main__":
    unittest.main()
