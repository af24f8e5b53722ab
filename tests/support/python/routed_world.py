"""A gateway that routes over eight upstreams of the Messages format, and the pieces of requests that
decide where they go."""
from gateway_fixture import Gateway, GatewayWorld, message_stream
from upstream import Upstream

NAMES = ("own", "small", "thinker", "long", "searcher", "eyes", "helper", "other")
ROUTES = {"background": "small/m", "think": "thinker/m", "longContext": "long/m",
          "webSearch": "searcher/m", "image": "eyes/m", "subagent": "helper/m"}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
SEARCH = {"type": "web_search_20250305", "name": "web_search"}
TOOL = {"name": "Read", "description": "reads", "input_schema": {"type": "object"}}
CALL = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "Read", "input": {}}]}
RESULT = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "x"}]}


def user(content):
    return {"role": "user", "content": content}


def answer(name):
    return lambda request, to: to.stream(message_stream(name))


class World(GatewayWorld):
    """Eight upstreams of the Messages format, each of which says its name."""

    def __init__(self, persona=None, **more):
        self.upstreams = {name: Upstream(answer(name)) for name in NAMES}
        providers = {name: {"api_base_url": upstream.url, "interface": "anthropic",
                            "api_key_env": "TEST_KEY", "models": ["m", "m2"]}
                     for name, upstream in self.upstreams.items()}
        sam = {"provider": "own", "model": "m", "routing": ROUTES} if persona is None else persona
        self.gateway = Gateway(providers, {"Sam": sam}, **more)

    def ask(self, messages=None, headers=None, path="/v1/messages", **members):
        body = {"model": "claude-sonnet-5", "max_tokens": 5, "stream": True, **members}
        body["messages" if path != "/v1/responses" else "input"] = messages or [user("Hi")]
        session = {"x-claude-code-session-id": "s1", **(headers or {})}
        return self.gateway.ask(body=body, headers=session, path=path)

    def reached(self, *args, **members):
        """The provider that was asked, and nobody else was."""
        before = {name: len(up.requests) for name, up in self.upstreams.items()}
        reply = self.ask(*args, **members)
        if reply.status != 200:
            raise AssertionError(f"{reply.status} {reply.body!r}")
        asked = [name for name, up in self.upstreams.items() if len(up.requests) > before[name]]
        assert asked == [reply.header("x-katra-provider")], asked
        return asked[0]


ROUTED = [
    {"name": "debugging", "description": "finding and fixing bugs, errors and failing tests",
     "models": ["thinker/m", "long/m"]},
    {"name": "documentation", "description": "writing READMEs, documentation and release notes",
     "models": ["helper/m"]},
    {"name": "code review", "description": "reviewing changes and pull requests",
     "models": ["eyes/m2"]}]
