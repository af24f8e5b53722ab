"""A gateway with a route of four models, the first two of which are down in one of several ways."""
import json
import time

from gateway_fixture import Gateway, GatewayWorld, message_stream, read_reply
from upstream import Upstream

TURN = "there is a bug in the login, fix it"
ROUTE = {"name": "debugging", "description": "finding and fixing bugs, errors and failing tests",
         "models": ["first/m", "second/m", "third/m", "fourth/m"]}
BUSY = b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}'


def served(_, to):
    to.stream(message_stream("served"))


# How a provider is down: what it does with a request. None: nobody listens.
FAILURES = {
    "nobody listens": None,
    "connections are reset": lambda _, to: to.reset(),
    "it is overloaded": lambda _, to: to.reply(529, BUSY),
    "it sends a page": lambda _, to: to.reply(200, b"<html>", content_type="text/html"),
    "streams break off": lambda _, to: (to.stream(message_stream()[:1], end=False), to.cut()),
}
# How the models come to be asked: the persona, and what else stands in the configuration.
WAYS = {
    "a preference": ({}, {"routing_preferences": [ROUTE]}),
    "a preference without learning":
        ({}, {"routing_preferences": [ROUTE], "router": {"learning": False}}),
    "a scenario": ({"provider": "second", "routing": {"think": "first/m"},
                    "fallbacks": ["third/m", "fourth/m"]}, {}),
    "fallbacks": ({"provider": "first", "fallbacks": ["second/m", "third/m", "fourth/m"]}, {}),
}


class BrokenRoute(GatewayWorld):
    """`down` is a key of FAILURES, or None if all are up; `way` one of WAYS."""

    def __init__(self, down: str | None, way: str, *options: str):
        persona, more = WAYS[way]
        self.upstreams = {name: Upstream(served)
                          for name in ("first", "second", "third", "fourth", "own")}
        self.body = {"model": "claude-sonnet-5", "max_tokens": 2000, "stream": True,
                     "messages": [{"role": "user", "content": TURN}]}
        if way == "a scenario":
            self.body["thinking"] = {"type": "enabled", "budget_tokens": 1024}
        providers = {name: {"api_base_url": upstream.url, "interface": "anthropic",
                            "api_key_env": "TEST_KEY", "models": ["m"]}
                     for name, upstream in self.upstreams.items()}
        self.gateway = Gateway(providers, {"Sam": {"provider": "own", "model": "m", **persona}},
                               *options, **more)
        for name in ("first", "second") if down else ():
            if FAILURES[down] is None:
                self.upstreams[name].__exit__()
            else:
                self.upstreams[name].script = FAILURES[down]
        self.token = self.gateway.token("Sam")

    def client(self, session: str) -> "Client":
        return Client(self, session)

    def asked(self) -> dict[str, int]:
        return {name: len(upstream.requests) for name, upstream in self.upstreams.items()}


class Client:
    """A connection of its own, with a session of its own."""

    def __init__(self, world: BrokenRoute, session: str):
        self.connection = world.gateway.connect()
        self.request = world.gateway.request_bytes(
            "POST", "/v1/messages", json.dumps(world.body).encode(),
            {"content-type": "application/json", "x-claude-code-session-id": session,
             "authorization": f"Bearer {world.token}"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self):
        """The reply, and the seconds until its end."""
        begun = time.perf_counter()
        self.connection.sendall(self.request)
        reply = read_reply(self.connection)
        return reply, time.perf_counter() - begun
