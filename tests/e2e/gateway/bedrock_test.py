"""Amazon Bedrock behind the gateway: signed requests, binary event streams, credentials and their
renewal, and every fault of the framing, for clients of all three formats."""
import json
import os
import stat
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
import bedrock  # noqa: E402
from bedrock import ACCESS, SECRET, SESSION  # noqa: E402
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, message, message_stream  # noqa: E402

MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
ARN = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123def456"
BODY = {"model": "claude-sonnet", "max_tokens": 50,
        "messages": [{"role": "user", "content": "Hi, ünïcode"}]}
KEYS = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": SESSION}


def answer(request, to, text="Hello there, ünïcode"):
    if request.target.endswith("/invoke"):
        to.reply(200, message(text))
    else:
        bedrock.send_stream(to, bedrock.frames_of(message_stream(text)))


class World:
    """Persona Sam at Bedrock, falling back to another provider when there is a second script."""

    def __init__(self, script=answer, second=None, environment=KEYS, persona=None, provider=None,
                 secrets=None, bearer=None, options=(), program=None):
        self.first = Upstream(bedrock.strict(script, secrets, bearer))
        self.second = Upstream(second or (lambda request, to: to.stream(message_stream("two"))))
        environment = dict(environment)
        if program is not None:
            self.program = program
            environment["PATH"] = f"{program.folder}:{os.environ['PATH']}"
        self.gateway = Gateway(
            {"bedrock": {"api_base_url": self.first.url, "region": "eu-west-1", **(provider or {})},
             "second": {"api_base_url": self.second.url, "interface": "anthropic",
                        "api_key_env": "TEST_KEY"}},
            {"Sam": {"provider": "bedrock", "model": MODEL,
                     **({"fallbacks": ["second/m2"]} if second else {}), **(persona or {})}},
            *options, environment=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gateway.__exit__()
        self.first.__exit__()
        self.second.__exit__()

    def ask(self, headers=None, path="/v1/messages", **changes):
        return self.gateway.ask(path=path, body={**BODY, **changes}, headers=headers)


class Program:
    """An `aws` that prints what its folder's file `out` holds, and counts how often it ran."""

    def __init__(self, folder: str, printed: str, code=0):
        self.folder = folder
        self.print(printed)
        path = f"{folder}/aws"
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"#!/bin/sh\necho \"$@\" >> {folder}/runs\ncat {folder}/out\nexit {code}\n")
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def print(self, printed: str):
        with open(f"{self.folder}/new", "w", encoding="utf-8") as out:
            out.write(printed)
        os.rename(f"{self.folder}/new", f"{self.folder}/out")

    def runs(self) -> list[str]:
        try:
            with open(f"{self.folder}/runs", encoding="utf-8") as runs:
                return runs.read().splitlines()
        except FileNotFoundError:
            return []


def printed(access=ACCESS, secret=SECRET, session=SESSION, expires_in=3600) -> str:
    at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + expires_in))
    return json.dumps({"Version": 1, "AccessKeyId": access, "SecretAccessKey": secret,
                       "SessionToken": session, "Expiration": at})


def text_of(reply) -> str:
    return "".join(data["delta"]["text"] for name, data in reply.events()
                   if name == "content_block_delta")


class Requests(unittest.TestCase):
    def test_whole_and_streamed_answers_are_those_of_the_messages_api(self):
        with World() as world:
            whole = world.ask()
            self.assertEqual((whole.status, whole.body), (200, message("Hello there, ünïcode")))
            reply = world.ask(stream=True)
            self.assertEqual(reply.status, 200, reply.body)
            self.assertEqual(text_of(reply), "Hello there, ünïcode")
            self.assertEqual(reply.events()[-1][0], "message_stop")
            self.assertTrue(reply.complete)
            streamed = world.first.requests[1]
            self.assertEqual(streamed.target, "/model/eu.anthropic.claude-sonnet-4-5-20250929-"
                                              "v1%3A0/invoke-with-response-stream")
            self.assertEqual(streamed.header("accept"), "application/vnd.amazon.eventstream")
            self.assertEqual(json.loads(streamed.body)["messages"], BODY["messages"])

    def test_an_arn_is_a_model(self):
        with World(persona={"model": ARN}) as world:
            self.assertEqual(world.ask().status, 200)
            self.assertEqual(
                world.first.requests[0].target,
                "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3A"
                "application-inference-profile%2Fabc123def456/invoke")

    def test_clients_of_all_formats(self):
        for stream in (False, True):
            with self.subTest(stream=stream), World() as world:
                chat = world.gateway.ask(path="/v1/chat/completions", body={
                    "model": "claude-sonnet", "stream": stream, "messages": BODY["messages"]})
                self.assertEqual(chat.status, 200, chat.body)
                responses = world.gateway.ask(path="/v1/responses", body={
                    "model": "claude-sonnet", "stream": stream, "input": "Hi"})
                self.assertEqual(responses.status, 200, responses.body)
                for reply in (chat, responses):
                    self.assertIn("ünïcode", reply.body.decode() if stream else json.dumps(
                        reply.json(), ensure_ascii=False))
                    self.assertTrue(reply.complete)
                action = "invoke-with-response-stream" if stream else "invoke"
                self.assertEqual({request.target for request in world.first.requests},
                                 {f"/model/{MODEL.replace(':', '%3A')}/{action}"})

    def test_betas_go_into_the_body_and_what_is_unknown_there_is_named(self):
        with World() as world:
            reply = world.ask(
                headers={"anthropic-beta": "context-1m-2025-08-07,claude-code-20250219",
                         "anthropic-version": "2023-06-01", "user-agent": "x"},
                service_tier="auto", metadata={"user_id": "u"},
                context_management={"edits": []})
            self.assertEqual(reply.status, 200, reply.body)
            body = json.loads(world.first.requests[0].body)
            self.assertEqual(body["anthropic_beta"], ["context-1m-2025-08-07"])
            self.assertEqual(body["metadata"], {"user_id": "u"})
            dropped = reply.header("x-katra-dropped")
            for name in ("claude-code-20250219", "service_tier", "context_management"):
                self.assertIn(name, dropped)

    def test_betas_can_be_configured(self):
        with World(provider={"betas": []}) as world:
            world.ask(headers={"anthropic-beta": "new-2027-01-01"})
            self.assertEqual(json.loads(world.first.requests[0].body)["anthropic_beta"],
                             ["new-2027-01-01"])

    def test_large_bodies_are_signed_too(self):
        with World() as world:
            reply = world.ask(messages=[{"role": "user", "content": "x" * 3_000_000}])
            self.assertEqual(reply.status, 200, reply.body[:300])

    def test_usage_is_read(self):
        for stream in (False, True):
            with self.subTest(stream=stream), World() as world:
                world.ask(stream=stream)
                line = next(line for line in world.gateway.metrics().splitlines()
                            if line.startswith("katra_input_tokens_total{"))
                self.assertTrue(line.endswith(" 11"), line)

    def test_a_bedrock_under_another_name(self):
        with Upstream(bedrock.strict(answer, region="us-west-2")) as upstream, Gateway(
                {"claude-us": {"platform": "bedrock", "region": "us-west-2",
                               "api_base_url": upstream.url}},
                {"Sam": {"provider": "claude-us", "model": MODEL}}, environment=KEYS) as gateway:
            self.assertEqual(gateway.ask(body=BODY).status, 200)


class Credentials(unittest.TestCase):
    def setUp(self):
        import tempfile
        folder = tempfile.TemporaryDirectory(prefix="katra-aws-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_an_api_key_of_bedrock_is_a_bearer_token(self):
        with World(environment={"AWS_BEARER_TOKEN_BEDROCK": "ABSKexamplekey=="},
                   bearer="ABSKexamplekey==") as world:
            self.assertEqual(world.ask().status, 200)
            self.assertIsNone(world.first.requests[0].header("x-amz-date"))
        with World(environment={"MY_BEDROCK_KEY": "ABSKmine=="}, bearer="ABSKmine==",
                   provider={"api_key_env": "MY_BEDROCK_KEY"}) as world:
            self.assertEqual(world.ask().status, 200)

    def test_the_command_is_run_once_until_it_expires(self):
        program = Program(self.folder, printed())
        with World(environment={}, program=program) as world:
            for _ in range(3):
                self.assertEqual(world.ask().status, 200)
        self.assertEqual(program.runs(), ["configure export-credentials --format process"])

    def test_a_profile_goes_before_the_environment(self):
        program = Program(self.folder, printed())
        with World(environment={**KEYS, "AWS_ACCESS_KEY_ID": "AKIDWRONG"}, program=program,
                   provider={"aws_profile": "work"}) as world:
            self.assertEqual(world.ask().status, 200)
        self.assertEqual(program.runs(),
                         ["configure export-credentials --format process --profile work"])

    def test_expired_credentials_are_got_anew_once(self):
        program = Program(self.folder, printed(access="ASIAOLD", secret="oldoldold"))

        def expire(request, to):
            answer(request, to)

        def strict_then_expired(request, to):
            if "Credential=ASIAOLD/" in request.header("authorization"):
                program.print(printed())
                return bedrock.refuse(to, 403, "ExpiredTokenException",
                                      "The security token included in the request is expired")
            return bedrock.strict(expire)(request, to)

        with World(environment={}, program=program) as world:
            world.first.script = strict_then_expired
            reply = world.ask(stream=True)
            self.assertEqual(text_of(reply), "Hello there, ünïcode")
            self.assertEqual(len(world.first.requests), 2)
            self.assertEqual(len(program.runs()), 2)

    def test_the_same_credentials_again_are_a_refusal(self):
        program = Program(self.folder, printed(access="ASIAOTHER"))
        with World(environment={}, program=program) as world:
            reply = world.ask()
            self.assertEqual(reply.status, 401, reply.body)
            self.assertIn("security token", reply.json()["error"]["message"])
            self.assertEqual(len(world.first.requests), 1)
            self.assertEqual(len(program.runs()), 2)

    def test_without_any_it_is_said_what_to_do(self):
        program = Program(self.folder, "", code=253)
        with World(environment={}, program=program) as world:
            reply = world.ask()
            self.assertEqual(reply.status, 400, reply.body)
            self.assertIn("api_key_command", reply.json()["error"]["message"])
            self.assertEqual(world.first.requests, [])
        for wrong in ("{}", "two words", '{"AccessKeyId":"a"}'):
            program = Program(self.folder, wrong)
            with World(environment={}, program=program) as world:
                self.assertEqual(world.ask().status, 400)
                self.assertEqual(world.first.requests, [])

    def test_without_a_region_it_is_said_what_to_do(self):
        with Gateway({}, {"Sam": {"provider": "bedrock", "model": MODEL}},
                     environment=KEYS) as gateway:
            reply = gateway.ask(body=BODY)
            self.assertEqual(reply.status, 400)
            self.assertIn("AWS_REGION", reply.json()["error"]["message"])

    def test_no_part_of_them_reaches_a_file_or_an_answer(self):
        def repeat(request, to):
            bedrock.refuse(to, 403, "AccessDeniedException",
                           f"not for {request.header('x-amz-security-token')} {SECRET}")

        with World(repeat) as world:
            reply = world.ask()
            said = [reply.body.decode(), world.gateway.log()]
            for folder, _, names in os.walk(world.gateway.home):
                for name in names:
                    path = Path(folder) / name
                    if path.is_file():
                        said.append(path.read_bytes().decode("latin-1"))
            for secret in (SECRET, SESSION):
                for text in said:
                    self.assertNotIn(secret, text)
            self.assertEqual(reply.status, 403)


class Faults(unittest.TestCase):
    def frames(self):
        return bedrock.frames_of(message_stream("Hello there"))

    def check_broken(self, pieces, error_type, end=True):
        """After content: an error event and no clean end, whatever the client's format."""
        def script(request, to):
            bedrock.send_stream(to, pieces, end)
            if not end:
                to.cut()

        with World(script) as world:
            events = world.ask(stream=True).events()
            self.assertEqual(events[-1][0], "error", events)
            self.assertEqual(events[-1][1]["error"]["type"], error_type)
            self.assertNotIn("message_stop", [name for name, _ in events])
            chat = world.gateway.ask(path="/v1/chat/completions", body={
                "model": "claude-sonnet", "stream": True, "messages": BODY["messages"]}).body
            self.assertIn(b'"error"', chat)
            self.assertNotIn(b'"finish_reason":"stop"', chat)
            responses = world.gateway.ask(path="/v1/responses", body={
                "model": "claude-sonnet", "stream": True, "input": "Hi"}).body
            self.assertIn(b"response.failed", responses)
            self.assertNotIn(b"response.completed", responses)

    def test_a_throttling_exception_in_the_middle(self):
        self.check_broken([*self.frames()[:3], bedrock.exception("throttlingException")],
                          "rate_limit_error")

    def test_exceptions_of_every_kind_in_the_middle(self):
        for name, kind in (("modelStreamErrorException", "api_error"),
                           ("serviceUnavailableException", "overloaded_error")):
            with self.subTest(name=name):
                self.check_broken([*self.frames()[:3], bedrock.exception(name)], kind)

    def test_a_cut_frame(self):
        frames = self.frames()
        whole = b"".join(frames)
        end_of_content = len(b"".join(frames[:3]))
        for cut in (end_of_content + 1, end_of_content + 13, len(whole) - 1):
            for end in (True, False):
                with self.subTest(cut=cut, end=end):
                    self.check_broken([whole[:cut]], "api_error", end)

    def test_a_stream_that_ends_between_frames(self):
        self.check_broken(self.frames()[:-1], "api_error")

    def test_a_wrong_checksum(self):
        frames = self.frames()
        for at in (9, 40, -2):
            damaged = bytearray(frames[3])
            damaged[at] ^= 1
            with self.subTest(at=at):
                self.check_broken([*frames[:3], bytes(damaged), *frames[4:]], "api_error")

    def test_before_content_another_answers(self):
        frames = self.frames()
        damaged = bytearray(frames[0])
        damaged[-1] ^= 1
        faults = {
            "exception": [frames[0], bedrock.exception("throttlingException")],
            "damage": [bytes(damaged), *frames[1:]],
            "nothing": [],
            "half": [frames[0][:20]],
            "page": [b"<html>no</html>" * 10],
        }
        for name, pieces in faults.items():
            with self.subTest(fault=name), World(
                    lambda request, to: bedrock.send_stream(to, pieces),
                    second=lambda request, to: to.stream(message_stream("two"))) as world:
                reply = world.ask(stream=True)
                self.assertEqual(text_of(reply), "two")
                self.assertEqual(reply.header("x-katra-provider"), "second")

    def test_refusals_mean_what_aws_calls_them(self):
        cases = [(429, "ThrottlingException", 429, "rate_limit_error"),
                 (400, "ServiceQuotaExceededException", 429, "rate_limit_error"),
                 (424, "ModelErrorException", 502, "api_error"),
                 (429, "ModelNotReadyException", 529, "overloaded_error"),
                 (400, "ValidationException", 400, "invalid_request_error"),
                 (404, "ResourceNotFoundException", 404, "not_found_error"),
                 (403, "AccessDeniedException", 403, "permission_error")]
        for status, name, told, kind in cases:
            with self.subTest(name=name), World(
                    lambda request, to: bedrock.refuse(to, status, name, "because")) as world:
                reply = world.ask()
                self.assertEqual(reply.status, told, reply.body)
                self.assertEqual(reply.json()["type"], "error")
                self.assertEqual(reply.json()["error"]["type"], kind)
                self.assertIn("because", reply.json()["error"]["message"])

    def test_a_failing_upstream_many_times(self):
        """300 requests, eight at a time, each fault in turn: no hang, no clean end."""
        frames = self.frames()
        damaged = bytearray(frames[4])
        damaged[-1] ^= 1
        lock = threading.Lock()
        count = [0]

        def script(request, to):
            with lock:
                count[0] += 1
                fault = count[0] % 5
            if fault == 0:
                bedrock.send_stream(to, [*frames[:3], bedrock.exception("throttlingException")])
            elif fault == 1:
                bedrock.send_stream(to, [*frames[:4], bytes(damaged)])
            elif fault == 2:
                bedrock.send_stream(to, [*frames[:3], frames[3][:9]], end=False)
                to.cut()
            elif fault == 3:
                bedrock.send_stream(to, frames[:-1], end=False)
                to.reset()
            else:
                bedrock.refuse(to, 503, "ServiceUnavailableException", "later")

        with World(script) as world:
            failures = []

            def work():
                for _ in range(38):
                    reply = world.ask(stream=True)
                    if b"message_stop" in reply.body or not reply.complete:
                        failures.append(reply.body)
                    if b'"error"' not in reply.body:
                        failures.append(reply.body)

            workers = [threading.Thread(target=work) for _ in range(8)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join(200)
            self.assertEqual([worker for worker in workers if worker.is_alive()], [])
            self.assertEqual(failures, [])
            self.assertGreater(count[0], 100)


if __name__ == "__main__":
    unittest.main()
