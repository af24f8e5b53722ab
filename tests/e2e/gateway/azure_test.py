"""Azure OpenAI as its reference describes it (learn.microsoft.com, "Azure OpenAI in Microsoft Foundry
Models REST API reference" and "v1 API"): addresses of deployments with an api-version, the address of a
resource at /openai/v1, the api-key header or an Entra token, and 404 for a deployment that is not there.
The upstream refuses what Azure refuses."""
import json
import sys
import unittest
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from upstream import Upstream  # noqa: E402
from gateway_fixture import Gateway, chat_stream  # noqa: E402

BODY = {"model": "claude-sonnet", "max_tokens": 77, "stream": True,
        "messages": [{"role": "user", "content": "Hi"}]}
KEY = "0123456789abcdef0123456789abcdef"
TOKEN = "entra-token-of-the-command"
VERSION = "2024-10-21"
NO_DEPLOYMENT = {"error": {"code": "DeploymentNotFound", "message": (
    "The API deployment for this resource does not exist. If you created the deployment within the "
    "last 5 minutes, please wait a moment and try again.")}}


class Azure(unittest.TestCase):
    def setUp(self):
        self.upstream = Upstream(self.script)
        self.addCleanup(self.upstream.__exit__)

    def script(self, request, to):
        """As strict as the reference."""
        def refuse(status, code, message):
            to.reply(status, json.dumps({"error": {"code": code, "message": message}}).encode())

        address = urllib.parse.urlsplit(request.target)
        query = urllib.parse.parse_qs(address.query)
        body = json.loads(request.body)
        key, bearer = request.header("api-key"), request.header("authorization")
        if bearer not in (None, f"Bearer {TOKEN}") or key not in (None, KEY) or (
                key is None and bearer is None) or request.header("x-api-key"):
            return refuse(401, "401", "Access denied due to invalid subscription key.")
        if "max_tokens" in body:
            return refuse(400, "unsupported_parameter", "Use 'max_completion_tokens' instead.")
        parts = address.path.split("/")
        if address.path == "/openai/v1/chat/completions":
            deployment = body["model"]
        elif address.path.startswith("/openai/deployments/") and parts[4:] == ["chat", "completions"]:
            if query != {"api-version": [VERSION]}:
                return refuse(404, "404", "Resource not found")
            deployment = urllib.parse.unquote(parts[3])
        else:
            return refuse(404, "404", "Resource not found")
        if deployment not in ("gpt-5-prod", "team 4o"):
            return to.reply(404, json.dumps(NO_DEPLOYMENT).encode())
        return to.stream(chat_stream("Hello from Azure"))

    def gateway(self, address="", model="gpt-5-prod", name="azure", **more) -> Gateway:
        provider = {"api_base_url": self.upstream.url + address, "models": [model], **more}
        gateway = Gateway({name: provider}, {"Sam": {"provider": name, "model": model}},
                          environment={"AZURE_OPENAI_API_KEY": KEY})
        self.addCleanup(gateway.__exit__)
        return gateway

    def test_every_way_to_write_the_address(self):
        versioned = f"?api-version={VERSION}"
        deployment = f"/openai/deployments/gpt-5-prod/chat/completions{versioned}"
        for address, more, expected in (
                ("", {}, "/openai/v1/chat/completions"),
                ("/", {}, "/openai/v1/chat/completions"),
                ("/openai", {}, "/openai/v1/chat/completions"),
                ("/openai/v1/", {}, "/openai/v1/chat/completions"),
                ("/openai/v1/chat/completions", {}, "/openai/v1/chat/completions"),
                ("", {"api_version": VERSION}, deployment),
                ("/openai", {"api_version": VERSION}, deployment),
                ("/openai/deployments", {"api_version": VERSION}, deployment),
                ("/openai/deployments/{deployment}", {"api_version": VERSION}, deployment),
                ("/openai/deployments/gpt-5-prod", {"api_version": VERSION}, deployment),
                (deployment, {}, deployment)):
            with self.subTest(address, **more):
                gateway = self.gateway(address, **more)
                reply = gateway.ask(body=BODY)
                self.assertEqual(reply.status, 200, reply.body)
                self.assertIn("Azure", reply.body.decode())
                sent = self.upstream.requests[-1]
                self.assertEqual(sent.target, expected)
                self.assertEqual(sent.header("api-key"), KEY)
                self.assertIsNone(sent.header("authorization"))
                gateway.__exit__()

    def test_the_name_of_a_deployment_is_one_part_of_the_path(self):
        gateway = self.gateway(model="team-4o", api_version=VERSION)
        refused = gateway.ask(body=BODY)
        self.assertEqual(self.upstream.requests[-1].target,
                         f"/openai/deployments/team-4o/chat/completions?api-version={VERSION}")
        self.assertEqual(refused.status, 404)
        gateway.ask(body={**BODY, "model": "azure,a/b?c#d%2f"})
        self.assertEqual(self.upstream.requests[-1].target.split("/")[3], "a%2Fb%3Fc%23d%252f")

    def test_an_entra_token_of_a_command_goes_as_bearer(self):
        for command in (f"echo {TOKEN}",
                        f"echo '{{\"accessToken\":\"{TOKEN}\",\"expires_on\":4102444800}}'"):
            for name in ("azure", "azure-east"):
                more = {"name": name} if name == "azure" else {
                    "name": name, "auth": "bearer", "address": "/openai/v1",
                    "quirks": {"max_tokens_field": "max_completion_tokens"}}
                with self.subTest(command, name=name):
                    gateway = self.gateway(api_key_command=command, **more)
                    self.assertEqual(gateway.ask(body=BODY).status, 200)
                    sent = self.upstream.requests[-1]
                    self.assertEqual(sent.header("authorization"), f"Bearer {TOKEN}")
                    self.assertIsNone(sent.header("api-key"))
                    gateway.__exit__()

    def test_a_deployment_that_is_not_there_is_explained_to_every_client(self):
        for more in ({}, {"api_version": VERSION}):
            gateway = self.gateway(model="gpt-5", **more)
            for path in ("/v1/messages", "/v1/chat/completions", "/v1/responses"):
                with self.subTest(path, **more):
                    body = {"model": "claude-sonnet", "input": "Hi"} if "responses" in path else BODY
                    reply = gateway.ask(path=path, body=body)
                    self.assertEqual(reply.status, 404)
                    said = reply.json()["error"]["message"]
                    self.assertIn('"gpt-5" must be the name of a deployment', said)
                    self.assertIn("az cognitiveservices account deployment list", said)
            gateway.__exit__()


if __name__ == "__main__":
    unittest.main()
