"""A router model matches requests to routes: what it is asked, what its answers mean, and that every
request is served whatever it does."""
import json
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, in_background, message_stream  # noqa: E402

ROUTES = [{"name": "debugging", "description": "finding and fixing bugs", "models": ["fixer/m", "own/m2"]},
          {"name": "the user's words", "description": "prose: documentation, release notes",
           "models": ["writer/m"]}]
# What the local matcher makes of it is "debugging".
BUG = "there is a bug in the login, fix it"
CALL = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "Read", "input": {}}]}
RESULT = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "x"}]}


def user(content):
    return {"role": "user", "content": content}


def completion(text) -> bytes:
    return json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message": {
        "role": "assistant", "content": text}}]}).encode()


def says(text):
    return lambda request, to: to.reply(200, completion(text))


class World:
    """Upstreams that say their names, and a router model that answers by `script`."""

    def __init__(self, script, model="Arch-Router", routes=None, timeout_ms: int | None = 20_000,
                 guide=None, environment=None, **more):
        self.upstreams = {name: Upstream(self.answer(name)) for name in ("own", "fixer", "writer", "small")}
        self.router = Upstream(script)
        providers = {name: {"api_base_url": upstream.url, "interface": "anthropic",
                            "api_key_env": "TEST_KEY", "models": ["m", "m2"]}
                     for name, upstream in self.upstreams.items()}
        providers["guide"] = {"api_base_url": f"{self.router.url}/v1", "interface": "openai",
                              **(guide or {})}
        matching = {"matcher": "model", "router_model": f"guide/{model}"}
        if timeout_ms is not None:
            matching["router_model_timeout_ms"] = timeout_ms
        sam = {"provider": "own", "model": "m", "routing": {"background": "small/m", "think": "small/m"}}
        self.gateway = Gateway(providers, {"Sam": sam}, routing_preferences=routes or ROUTES,
                               router=matching, environment=environment, **more)
        self.sessions = 0

    @staticmethod
    def answer(name):
        return lambda request, to: to.stream(message_stream(name))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gateway.__exit__()
        for upstream in (*self.upstreams.values(), self.router):
            upstream.__exit__()

    def ask(self, messages=None, session=None, path="/v1/messages", headers=None, **members):
        """In a session of its own, unless one is named."""
        self.sessions += 1
        body = {"model": "claude-sonnet-5", "max_tokens": 5, "stream": True, **members}
        body["messages" if path != "/v1/responses" else "input"] = messages or [user(BUG)]
        reply = self.gateway.ask(body=body, path=path, headers={
            "x-claude-code-session-id": session or f"s{self.sessions}", **(headers or {})})
        if reply.status != 200:
            raise AssertionError(f"{reply.status} {reply.body!r}")
        return reply

    def prompt(self, number=0) -> str:
        return json.loads(self.router.requests[number].body)["messages"][0]["content"]

    def reasons(self, count) -> list[str]:
        return [one["attempts"][0]["reason"] for one in self.gateway.decisions(count)]


class Prompts(unittest.TestCase):
    ROUTES = [{"name": "code review", "description": "judging changes and pull requests"},
              {"name": "the \"odd\" one",
               "description": "tabs\tand \\ slashes / and the user's words: ä 日"},
              {"name": "plain", "description": ""}]
    LAST = "Now {routes} and {conversation}: 🙂 \x01"
    MESSAGES = {
        "/v1/messages": [
            user([{"type": "text", "text": "<system-reminder>no</system-reminder>"},
                  {"type": "text", "text": "Fix the build"}]), CALL, RESULT,
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "no", "signature": "no"},
                {"type": "text", "text": "Done."}, {"type": "text", "text": "Anything else?"}]},
            user(LAST)],
        "/v1/chat/completions": [
            {"role": "system", "content": "no"}, user("Fix the build"),
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "t1", "type": "function", "function": {"name": "Read", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "t1", "content": "no"},
            {"role": "assistant", "content": "Done.\nAnything else?"},
            user([{"type": "text", "text": LAST}])],
        "/v1/responses": [
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "no"}]},
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "<environment_context>no</environment_context>"}]},
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "Fix the build"}]},
            {"type": "function_call", "call_id": "t1", "name": "Read", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "t1", "output": "no"},
            {"type": "message", "role": "assistant", "content": [
                {"type": "output_text", "text": "Done.\nAnything else?"}]},
            {"role": "user", "content": LAST}],
    }

    def test_the_prompt_is_the_golden_one_for_both_models_and_all_clients(self):
        routes = [{**route, "models": ["writer/m"]} for route in self.ROUTES]
        for model, golden in (("Arch-Router-1.5B", "arch-router"),
                              ("katanemo/Plano-Orchestrator-4B", "plano-orchestrator")):
            expected = (ROOT / f"tests/golden/router_model/{golden}.txt").read_text("utf-8")[:-1]
            for path, messages in self.MESSAGES.items():
                with self.subTest(f"{model} {path}"), \
                        World(says('{"route": "other"}'), model, routes) as world:
                    system = {"system": "no"} if path == "/v1/messages" else {}
                    world.ask(messages, path=path, **system)
                    self.assertEqual(world.prompt(), expected)

    def test_the_request_is_a_plain_chat_completion_without_the_clients_credentials(self):
        with World(says('{"route": "debugging"}')) as world:
            world.ask()
            asked = world.router.requests[0]
            body = json.loads(asked.body)
            self.assertEqual((asked.method, asked.target), ("POST", "/v1/chat/completions"))
            self.assertEqual((body["model"], body["temperature"], body["stream"]),
                             ("Arch-Router", 0, False))
            self.assertEqual([message["role"] for message in body["messages"]], ["user"])
            self.assertLessEqual(body["max_tokens"], 256)
            self.assertIsNone(asked.header("authorization"))
            self.assertIsNone(asked.header("x-api-key"))
            self.assertNotIn("s1", str(asked.headers))

    def test_a_text_of_the_users_takes_the_place_of_katras_own(self):
        with World(says('{"route": "debugging"}')) as world:
            folder = Path(world.gateway.home) / "router" / "prompts"
            folder.mkdir()
            (folder / "arch-router.txt").write_text("R {routes}\nC {conversation}\n", "utf-8")
            self.assertEqual(world.gateway.admin("POST", "/admin/reload").status, 200)
            world.ask()
            routes = json.dumps([{name: route[name] for name in ("name", "description")}
                                 for route in ROUTES], separators=(",", ":"))
            self.assertEqual(world.prompt(),
                             f'R {routes}\nC [{{"role":"user","content":"{BUG}"}}]\n')
            self.assertIn("arch-router.txt is used, but is not byte for byte the published prompt",
                          world.gateway.log())
            (folder / "arch-router.txt").write_text("{conversation}", "utf-8")
            self.assertEqual(world.gateway.admin("POST", "/admin/reload").status, 200)
            self.assertIn("must hold {routes} once; it is missing; Katra's own prompt is used",
                          world.gateway.log())
            world.ask([user("another")])
            self.assertIn("You choose the route", world.prompt(1))

    def test_its_own_key_goes_with_it(self):
        for guide in ({"api_key_env": "GUIDE_KEY"}, {"api_key_command": "echo sk-guide-secret"}):
            with self.subTest(guide), World(says('{"route": "the user\'s words"}'), guide=guide,
                                            environment={"GUIDE_KEY": "sk-guide-secret"}) as world:
                self.assertEqual(world.ask().header("x-katra-provider"), "writer")
                self.assertEqual(world.router.requests[0].header("authorization"),
                                 "Bearer sk-guide-secret")

    def test_without_its_key_it_is_not_asked(self):
        with World(says('{"route": "the user\'s words"}'),
                   guide={"api_key_env": "GUIDE_KEY"}) as world:
            self.assertEqual(world.ask().header("x-katra-provider"), "fixer")
            self.assertEqual(world.router.requests, [])
            self.assertIn("router model guide/Arch-Router has no key in GUIDE_KEY, so matched "
                          "locally", world.reasons(1)[0])


class Answers(unittest.TestCase):
    # Locally the request would go to "fixer".
    WRITER = [
        '{"route": "the user\'s words"}', '{"route": ["the user\'s words", "debugging"]}',
        '{"route": ["nowhere", "the user\'s words"]}', "{'route': 'the user's words'}",
        "{'route': ['the user\\'s words']}", '```json\n{"route": "the user\'s words"}\n```',
        '```\n{"route": ["the user\'s words"]}\n```', '{\\n"route": "the user\'s words"\\n}',
        "```json\\n{'route': ['the user's words']}\\n```", ' \n{"route":"the user\'s words"}\n ',
    ]
    NONE = ['{"route": "other"}', '{"route": ["other"]}', '{"route": []}', '{"route": ""}',
            '{"route": null}', "{'route': None}", "{}", "", "null", '```json\n{"route": []}\n```']
    FAULTS = ['{"route": "nowhere"}', '{"route": ["nowhere"]}', "debugging, I think", '{"route": 3}',
              '{"route": {"name": "debugging"}}', '{"route": "the user\'s wo', "\x00\x01", "[[[["]

    def served(self, world, expected, why=None):
        reply = world.ask()
        self.assertEqual(reply.header("x-katra-provider"), expected)
        self.assertEqual(len(world.router.requests), 1)
        if why:
            self.assertIn(why, world.reasons(1)[0])

    def test_a_named_route_answers_in_whatever_shape_it_is_named(self):
        for model in ("Arch-Router", "Plano-Orchestrator"):
            for text in self.WRITER:
                with self.subTest(f"{model} {text!r}"), World(says(text), model) as world:
                    self.served(world, "writer", f"by the router model guide/{model}")
                    decision = world.gateway.decisions(1)[0]
                    self.assertEqual((decision["rule"], decision["route"], decision["matcher"]),
                                     ("preference", "the user's words", "model"))
                    self.assertNotIn("score", decision)  # it gives none

    def test_no_route_means_the_own_model(self):
        for text in self.NONE:
            with self.subTest(text), World(says(text)) as world:
                self.served(world, "own", "by the router model guide/Arch-Router")

    def test_a_fault_in_the_answer_leaves_it_to_the_local_matcher(self):
        for text in self.FAULTS:
            with self.subTest(text), World(says(text)) as world:
                self.served(world, "fixer", ", so matched locally")
                decision = world.gateway.decisions(1)[0]
                self.assertEqual((decision["route"], decision["matcher"]), ("debugging", "local"))

    def test_content_in_parts_is_read(self):
        parts = [{"type": "text", "text": '{"route": '},
                 {"type": "text", "text": '"the user\'s words"}'}]
        with World(says(parts)) as world:
            self.served(world, "writer")


class Faults(unittest.TestCase):
    def replies(self):
        def reply(status, body, content_type="application/json"):
            return lambda request, to: to.reply(status, body, content_type)

        good = completion('{"route": "the user\'s words"}')
        half = (b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n"
                + good[:20])
        return [
            ("an error", reply(500, good), "answered with status 500", "status"),
            ("overloaded", reply(503, b"busy", "text/plain"), "answered with status 503", "status"),
            ("a refusal", reply(401, b"{}"), "answered with status 401", "status"),
            ("elsewhere", reply(302, b"", ), "answered with status 302", "status"),
            ("no JSON", reply(200, b"<html>", "text/html"), "gave no answer", "answer"),
            ("nothing", reply(200, b""), "gave no answer", "answer"),
            ("no choices", reply(200, b'{"choices": []}'), "gave no answer", "answer"),
            ("an error as a reply", reply(200, b'{"error": "x"}'), "gave no answer", "answer"),
            ("far too much", reply(200, b" " * 1_000_000 + good), "sent a response that is too long", "answer"),
            ("cut off", lambda request, to: (to.send(half), to.cut()), "broke the connection off",
             "unreachable"),
            ("a reset", lambda request, to: to.reset(), "broke the connection off", "unreachable"),
            ("no HTTP", lambda request, to: (to.send(b"hello\r\n\r\n"), to.cut()),
             "broke the connection off", "unreachable"),
            ("an unknown route", reply(200, completion('{"route": "nowhere"}')),
             "named a route that does not exist", "unknown_route"),
        ]

    def test_whatever_the_router_does_the_request_is_served_and_the_reason_is_said(self):
        for name, script, why, kind in self.replies():
            with self.subTest(name), World(script) as world:
                self.assertEqual(world.ask().header("x-katra-provider"), "fixer")
                self.assertIn(f"router model {why}", world.reasons(1)[0])
                self.assertIn(", so matched locally", world.reasons(1)[0])
                self.assertIn(f'katra_router_model_faults_total{{kind="{kind}"}} 1\n',
                              world.gateway.metrics())

    def test_a_router_that_is_down_or_silent_holds_nothing_up(self):
        with World(says("")) as world:
            world.router.__exit__()
            self.assertEqual(world.ask().header("x-katra-provider"), "fixer")
            self.assertIn("router model could not be reached, so matched locally",
                          world.reasons(1)[0])
        with World(lambda request, to: to.read(), timeout_ms=None) as world:
            self.assertEqual(world.ask().header("x-katra-provider"), "fixer")
            self.assertIn("router model did not answer within 300 ms, so matched locally",
                          world.reasons(1)[0])
        drip = (b"HTTP/1.1 200 X\r\ncontent-length: 5000\r\n\r\n", lambda to: to.send(b" "))
        with World(lambda request, to: (to.send(drip[0]), drip[1](to), to.read()),
                   timeout_ms=50) as world:
            self.assertEqual(world.ask().header("x-katra-provider"), "fixer")
            self.assertIn("did not answer within 50 ms", world.reasons(1)[0])

    def test_after_three_faults_in_a_row_it_is_left_alone(self):
        answers = iter([500, 500, 200, 500, 500, 500, 500])

        def script(request, to):
            to.reply(next(answers), completion('{"route": "the user\'s words"}'))

        with World(script) as world:
            providers = [world.ask([user(f"{BUG} {number}")]).header("x-katra-provider")
                         for number in range(8)]
            self.assertEqual(providers, ["fixer"] * 2 + ["writer"] + ["fixer"] * 5)
            self.assertEqual(len(world.router.requests), 6)
            self.assertIn("router model is not asked for 30 s after 3 failures in a row, so matched locally",
                          world.reasons(8)[7])

    def test_a_client_that_leaves_meanwhile_ends_the_question(self):
        with World(lambda request, to: to.read()) as world:
            body = json.dumps({"model": "claude-sonnet-5", "max_tokens": 5,
                               "messages": [user(BUG)]}).encode()
            with world.gateway.connect() as client:
                client.sendall(world.gateway.request_bytes("POST", "/v1/messages", body, {
                    "authorization": f"Bearer {world.gateway.token('Sam')}",
                    "content-type": "application/json"}))
                world.router.wait_for_requests(1)
            decision = world.gateway.decisions(1)[0]
            self.assertEqual((decision["status"], decision.get("attempts", [])), (499, []))
            self.assertNotIn("katra_router_model_faults_total{", world.gateway.metrics())


class Turns(unittest.TestCase):
    WRITER = '{"route": "the user\'s words"}'

    def test_it_is_asked_once_for_each_turn_of_the_user(self):
        with World(says(self.WRITER)) as world:
            talk = [user(BUG)]
            self.assertEqual(world.ask(talk, "s").header("x-katra-provider"), "writer")
            for _ in range(3):
                talk += [CALL, RESULT]
                reply = world.ask(talk, "s")
                self.assertEqual((reply.header("x-katra-provider"), reply.header("x-katra-rule")),
                                 ("writer", "held"))
            self.assertEqual(len(world.router.requests), 1)
            talk += [{"role": "assistant", "content": "done"}, user("and now?")]
            world.ask(talk, "s")
            world.ask(talk, "s")  # the client tries again
            self.assertEqual(len(world.router.requests), 2)
            self.assertIn('[{"role":"user","content":"%s"},{"role":"assistant","content":"done"},'
                          '{"role":"user","content":"and now?"}]' % BUG, world.prompt(1))

    def test_the_same_question_is_asked_once(self):
        with World(says(self.WRITER)) as world:
            for _ in range(3):
                self.assertEqual(world.ask().header("x-katra-provider"), "writer")
            self.assertEqual(len(world.router.requests), 1)
            self.assertIn("asked before", world.reasons(3)[2])
            self.assertIn("katra_router_model_answers_total 1\n", world.gateway.metrics())

    def test_no_text_goes_to_it_when_something_else_has_decided(self):
        tag = "<CCR-SUBAGENT-MODEL>small,m</CCR-SUBAGENT-MODEL>"
        rows = [("an explicit name", {"model": "small/m2"}, "small"),
                ("an alias", {"model": "fast"}, "small"),
                ("a subagent's tag", {"messages": [user(f"{tag} {BUG}")]}, "small"),
                ("the small model", {"model": "claude-haiku-4-5"}, "small"),
                ("a scenario", {"thinking": {"type": "enabled", "budget_tokens": 1024}}, "small")]
        for name, members, expected in rows:
            with self.subTest(name), World(says(self.WRITER),
                                           model_aliases={"fast": "small/m"}) as world:
                self.assertEqual(world.ask(**members).header("x-katra-provider"), expected)
                self.assertEqual(world.router.requests, [])

    def test_no_text_goes_to_it_for_a_request_that_fails_or_counts(self):
        with World(says(self.WRITER)) as world:
            for path, model in (("/v1/messages", "nobody/m"),
                                ("/v1/messages/count_tokens", "claude-sonnet-5")):
                world.gateway.ask(path=path, body={"model": model, "max_tokens": 5,
                                                   "messages": [user(BUG)]})
            self.assertEqual(world.router.requests, [])

    def test_many_at_once_are_served(self):
        with World(says(self.WRITER)) as world:
            jobs = [in_background(lambda number=number: world.ask(
                [user(f"{BUG} {number}")], f"t{number}")) for number in range(20)]
            self.assertEqual({job.result().header("x-katra-provider") for job in jobs}, {"writer"})


if __name__ == "__main__":
    unittest.main()
