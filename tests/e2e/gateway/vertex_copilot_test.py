"""Google Vertex and GitHub Copilot behind the gateway: addresses, tokens and their renewal, and that
no login goes anywhere else. The upstreams hold to what docs/cloud_providers.md names."""
import json
import os
import re
import stat
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream, message, message_stream  # noqa: E402

MESSAGES = [{"role": "user", "content": "Hi"}]
BODY = {"model": "claude-sonnet", "max_tokens": 50, "messages": MESSAGES}
CLAUDE = "claude-sonnet-4-5@20250929"
PLACE = "/v1/projects/my-project/locations/europe-west1"
LOGIN = "gho_examplelogin0123456789"


class Program:
    """A program that prints what its file `out` holds, and counts how often it ran."""

    def __init__(self, folder: str, name: str, printed: str):
        self.folder = folder
        self.print(printed)
        path = f"{folder}/{name}"
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"#!/bin/sh\necho \"$@\" >> {folder}/runs\ncat {folder}/out\n")
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def print(self, printed: str):
        with open(f"{self.folder}/new", "w", encoding="utf-8") as out:
            out.write(printed)
        os.rename(f"{self.folder}/new", f"{self.folder}/out")

    def runs(self) -> list[str]:
        with open(f"{self.folder}/runs", encoding="utf-8") as runs:
            return runs.read().splitlines()


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="katra-cloud-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = f"{folder.name}:{os.environ['PATH']}"


def google_error(to, status: int, word: str, text: str):
    to.reply(status, json.dumps([{"error": {"code": status, "message": text,
                                            "status": word}}]).encode())


def vertex(request, to, token="ya29.good-token"):
    """rawPredict and the endpoint of Chat Completions, as strict as they are described."""
    if request.header("authorization") != f"Bearer {token}":
        return google_error(to, 401, "UNAUTHENTICATED",
                            "Request had invalid authentication credentials.")
    body = json.loads(request.body)
    if request.target == f"{PLACE}/endpoints/openapi/chat/completions":
        if not body["model"].startswith("google/"):
            return google_error(to, 400, "INVALID_ARGUMENT", "Malformed publisher model")
        if body.get("stream"):
            return to.stream(chat_stream("Hello there"))
        return to.reply(200, json.dumps({
            "id": "1", "object": "chat.completion", "model": body["model"], "choices": [
                {"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant", "content": "Hello there"}}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}).encode())
    counting = request.target == f"{PLACE}/publishers/anthropic/models/count-tokens:rawPredict"
    wrong = None
    if body.get("anthropic_version") != "vertex-2023-10-16":
        wrong = "anthropic_version: Field required"
    elif ("model" in body) != counting:
        wrong = "model: Extra inputs are not permitted"
    elif request.header("anthropic-version") or request.header("x-api-key"):
        wrong = "headers of another API"
    if wrong:
        return google_error(to, 400, "INVALID_ARGUMENT", wrong)
    if counting:
        return to.reply(200, b'{"input_tokens": 42}')
    models = f"{PLACE}/publishers/anthropic/models/{CLAUDE}"
    if request.target == f"{models}:streamRawPredict" and body.get("stream") is True:
        return to.stream(message_stream("Hello there"))
    if request.target == f"{models}:rawPredict" and not body.get("stream"):
        return to.reply(200, message("Hello there"))
    return google_error(to, 404, "NOT_FOUND", f"no such model: {request.target}")


class Vertex(WithFolder):
    def world(self, upstream, program="ya29.good-token"):
        self.program = Program(self.folder, "gcloud", program)
        place = {"api_base_url": upstream.url, "project": "my-project", "region": "europe-west1"}
        return Gateway({"vertex": place, "vertex-gemini": place},
                       {"Sam": {"provider": "vertex", "model": CLAUDE},
                        "Gem": {"provider": "vertex-gemini", "model": "google/gemini-2.5-pro"}},
                       environment={"PATH": self.path})

    def test_clients_of_all_formats_at_both(self):
        with Upstream(vertex) as upstream, self.world(upstream) as gateway:
            for persona in ("Sam", "Gem"):
                for stream in (False, True):
                    for path, body in (("/v1/messages", BODY),
                                       ("/v1/chat/completions", BODY),
                                       ("/v1/responses", {"model": "claude-sonnet", "input": "Hi"})):
                        with self.subTest(persona=persona, stream=stream, path=path):
                            reply = gateway.ask(path=path, persona=persona,
                                                body={**body, "stream": stream})
                            self.assertEqual(reply.status, 200, reply.body)
                            self.assertIn(b"Hello", reply.body)
                            self.assertTrue(reply.complete)
            self.assertEqual(self.program.runs(), ["auth print-access-token"])

    def test_betas_go_as_far_as_they_are_known(self):
        with Upstream(vertex) as upstream, self.world(upstream) as gateway:
            reply = gateway.ask(body=BODY, headers={
                "anthropic-beta": "context-1m-2025-08-07,claude-code-20250219"})
            self.assertEqual(reply.status, 200, reply.body)
            self.assertEqual(upstream.requests[0].header("anthropic-beta"),
                             "context-1m-2025-08-07")
            self.assertIn("claude-code-20250219", reply.header("x-katra-dropped"))

    def test_tokens_are_counted_there(self):
        with Upstream(vertex) as upstream, self.world(upstream) as gateway:
            reply = gateway.ask(path="/v1/messages/count_tokens", body=BODY)
            self.assertEqual((reply.status, reply.json()), (200, {"input_tokens": 42}))
            self.assertEqual(json.loads(upstream.requests[0].body)["model"], CLAUDE)

    def test_a_refused_token_is_got_anew_once(self):
        for persona in ("Sam", "Gem"):
            def script(request, to):
                if request.header("authorization") == "Bearer ya29.old-token":
                    self.program.print("ya29.good-token")
                vertex(request, to)

            with self.subTest(persona=persona), Upstream(script) as upstream, self.world(
                    upstream, "ya29.old-token") as gateway:
                reply = gateway.ask(persona=persona, body={**BODY, "stream": True})
                self.assertEqual(reply.status, 200, reply.body)
                self.assertEqual(len(upstream.requests), 2)

    def test_googles_errors_are_told_in_the_clients_format(self):
        with Upstream(lambda request, to: google_error(
                to, 429, "RESOURCE_EXHAUSTED", "Quota exceeded for online_prediction")) as upstream, \
                self.world(upstream) as gateway:
            reply = gateway.ask(body=BODY)
            self.assertEqual(reply.status, 429, reply.body)
            self.assertEqual(reply.json()["error"]["type"], "rate_limit_error")
            self.assertIn("Quota exceeded", reply.json()["error"]["message"])

    def test_without_a_project_it_is_said_what_to_do(self):
        with Gateway({}, {"Sam": {"provider": "vertex", "model": CLAUDE}}) as gateway:
            reply = gateway.ask(body=BODY)
            self.assertEqual(reply.status, 400)
            self.assertIn("project", reply.json()["error"]["message"])


class Github:
    """GitHub's exchange and Copilot's API, one upstream each."""

    def __init__(self, expires_in=1800, api=None, status=200, script=None):
        self.expires_in, self.named, self.status = expires_in, api, status
        self.script = script or self.answer
        self.given = 0
        self.exchange = Upstream(self.give)
        self.api = Upstream(lambda request, to: self.script(request, to))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.exchange.__exit__()
        self.api.__exit__()

    def give(self, request, to):
        if (request.method, request.target) != ("GET", "/copilot_internal/v2/token"):
            return to.reply(404, b'{"message":"Not Found"}')
        if request.header("authorization") != f"token {LOGIN}" or self.status != 200:
            return to.reply(self.status if self.status != 200 else 401,
                            b'{"message":"Bad credentials"}')
        if not request.header("editor-version") or not request.header("user-agent"):
            return to.reply(403, b'{"message":"unknown editor"}')
        self.given += 1
        to.reply(200, json.dumps({
            "token": f"tid=1;n={self.given}:mac", "expires_at": int(time.time()) + self.expires_in,
            "refresh_in": 1500,
            "endpoints": {"api": self.named or "https://api.individual.githubcopilot.com"}
        }).encode())

    def refused(self, request) -> str | None:
        if request.target != "/chat/completions":
            return f"no such address: {request.target}"
        for name in ("editor-version", "editor-plugin-version", "copilot-integration-id",
                     "x-initiator"):
            if not request.header(name):
                return f"missing header: {name}"
        return None

    def answer(self, request, to):
        if not re.fullmatch(r"Bearer tid=1;n=\d+:mac", request.header("authorization") or ""):
            return to.reply(401, b"unauthorized: token expired\n", content_type="text/plain")
        if why := self.refused(request):
            return to.reply(400, why.encode(), content_type="text/plain")
        if json.loads(request.body).get("stream"):
            return to.stream(chat_stream("Hello there"))
        return to.reply(200, json.dumps({
            "id": "1", "model": "gpt-5-mini", "choices": [
                {"finish_reason": "tool_calls",
                 "message": {"role": "assistant", "content": "Let me look."}},
                {"finish_reason": "tool_calls", "message": {
                    "role": "assistant", "tool_calls": [{
                        "id": "call_1", "type": "function",
                        "function": {"name": "ls", "arguments": "{\"path\":\".\"}"}}]}}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}).encode())


class Copilot(WithFolder):
    def world(self, github, **more):
        provider = {"github_api_url": github.exchange.url, "api_base_url": github.api.url, **more}
        return Gateway({"copilot": {name: value for name, value in provider.items() if value}},
                       {"Sam": {"provider": "copilot", "model": "gpt-5-mini"}},
                       environment={"COPILOT_GITHUB_TOKEN": LOGIN, "PATH": self.path})

    def test_one_exchange_serves_many_requests_of_all_formats(self):
        with Github() as github, self.world(github) as gateway:
            for path, body in (("/v1/messages", BODY), ("/v1/chat/completions", BODY),
                               ("/v1/responses", {"model": "claude-sonnet", "input": "Hi"})):
                reply = gateway.ask(path=path, body={**body, "stream": True})
                self.assertEqual(reply.status, 200, reply.body)
                self.assertIn(b"Hello", reply.body)
            self.assertEqual(github.given, 1)

    def test_text_and_call_in_two_choices_are_one_answer(self):  # G12
        with Github() as github, self.world(github) as gateway:
            reply = gateway.ask(body=BODY)
            self.assertEqual(reply.status, 200, reply.body)
            self.assertEqual([block["type"] for block in reply.json()["content"]],
                             ["text", "tool_use"])
            self.assertEqual(reply.json()["stop_reason"], "tool_use")

    def test_who_began_and_what_is_looked_at_is_said(self):
        tool = [*MESSAGES,
                {"role": "assistant", "content": [
                    {"type": "tool_use", "id": "toolu_1", "name": "ls", "input": {}}]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_1", "content": "a"}]}]
        image = [{"role": "user", "content": [{"type": "image", "source": {
            "type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}]}]
        with Github() as github, self.world(github) as gateway:
            for messages, initiator, vision in ((MESSAGES, "user", None), (tool, "agent", None),
                                                (image, "user", "true")):
                self.assertEqual(gateway.ask(body={**BODY, "messages": messages}).status, 200)
                sent = github.api.requests[-1]
                self.assertEqual(sent.header("x-initiator"), initiator)
                self.assertEqual(sent.header("copilot-vision-request"), vision)

    def test_a_refused_token_is_exchanged_anew_once(self):
        with Github() as github:
            def script(request, to):
                if request.header("authorization") == "Bearer tid=1;n=1:mac":
                    return to.reply(401, b"unauthorized: token expired\n",
                                    content_type="text/plain")
                github.answer(request, to)

            github.script = script
            with self.world(github) as gateway:
                self.assertEqual(gateway.ask(body=BODY).status, 200)
                self.assertEqual((github.given, len(github.api.requests)), (2, 2))
            github.script = lambda request, to: to.reply(401, b"no", content_type="text/plain")
            with self.world(github) as gateway:
                self.assertEqual(gateway.ask(body=BODY).status, 401)
                self.assertEqual(github.given, 4)

    def test_a_token_that_has_expired_is_no_longer_used(self):
        with Github(expires_in=30) as github, self.world(github) as gateway:
            for _ in range(2):
                self.assertEqual(gateway.ask(body=BODY).status, 200)
            self.assertEqual(github.given, 2)

    def test_a_login_that_github_refuses_is_told(self):
        for status in (401, 403, 404):
            with self.subTest(status=status), Github(status=status) as github, \
                    self.world(github) as gateway:
                reply = gateway.ask(body=BODY)
                self.assertEqual(reply.status, 400, reply.body)
                self.assertIn("GitHub", reply.json()["error"]["message"])
                self.assertEqual(github.api.requests, [])

    def test_a_login_of_a_command_is_asked_for_again(self):
        program = Program(self.folder, "gh", "gho_old_login_000000")
        with Github() as github:
            def give(request, to):
                program.print(LOGIN)
                github.give(request, to)

            github.exchange.script = give
            with self.world(github, api_key_command=["gh", "auth", "token"]) as gateway:
                self.assertEqual(gateway.ask(body=BODY).status, 200)
        self.assertEqual(program.runs(), ["auth token"] * 2)

    def test_the_token_goes_to_no_host_that_is_not_copilots(self):
        with Github() as github:
            for named in (github.api.url, "https://githubcopilot.com.evil.test",
                          "http://api.githubcopilot.com"):
                github.named = named
                with self.subTest(named=named), self.world(github, api_base_url=None) as gateway:
                    reply = gateway.ask(body=BODY)
                    self.assertEqual(reply.status, 400, reply.body)
                    self.assertIn("githubcopilot.com", reply.json()["error"]["message"])
                    self.assertEqual(github.api.requests, [])

    def test_a_failing_exchange_is_githubs_fault(self):
        with Github(status=502) as github, self.world(github) as gateway:
            reply = gateway.ask(body=BODY)
            self.assertEqual(reply.status, 502, reply.body)
            self.assertGreater(len(github.exchange.requests), 1)  # it may pass

    def test_the_login_goes_to_github_alone_and_reaches_no_file(self):
        with Github() as github, self.world(github) as gateway:
            gateway.ask(body=BODY)
            for request in github.api.requests:
                everything = str(request.headers) + request.target + request.body.decode()
                self.assertNotIn(LOGIN, everything)
            for request in github.exchange.requests:
                self.assertNotIn("tid=1", str(request.headers))
            said = [gateway.log()]
            for folder, _, names in os.walk(gateway.home):
                said += [(Path(folder) / name).read_bytes().decode("latin-1") for name in names
                         if (Path(folder) / name).is_file()]
            for text in said:
                self.assertNotIn(LOGIN, text)
                self.assertNotIn("tid=1", text)


if __name__ == "__main__":
    unittest.main()
