"""`katra start` tells the gateway the session's folder, so that the project's routes count there."""
import json
import sys
import urllib.request

import fixture

sys.path.insert(0, str(fixture.ROOT / "tests/support/python"))
from recording_upstreams import RecordingUpstream  # noqa: E402


class ProjectRoutingTest(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.environment.update(fixture.KEYS, GROQ_API_KEY="made-up")
        self.openai = self.enterContext(RecordingUpstream("openai"))
        self.groq = self.enterContext(RecordingUpstream("groq"))
        self.write("router/personas.json", json.dumps({
            "version": 1,
            "personas": {"Sam": {"provider": "openai", "fallbacks": ["groq/other"]}},
            "providers": {"openai": {"api_base_url": self.openai.url},
                          "groq": {"api_base_url": self.groq.url}}}))

    def provider(self, *arguments: str) -> str:
        """Who answers a thinking session that is started so."""
        self.forget_started()
        self.succeed("start", "--persona", "Sam", "--model", "gpt-4-turbo", *arguments)
        (started,) = self.started()
        session = started["environment"]
        body = {"model": "gpt-4-turbo", "max_tokens": 2000, "stream": True,
                "thinking": {"type": "enabled", "budget_tokens": 1024},
                "messages": [{"role": "user", "content": "hello"}]}
        with urllib.request.urlopen(urllib.request.Request(
                f"{session['ANTHROPIC_BASE_URL']}/v1/messages", json.dumps(body).encode(),
                {"authorization": f"Bearer {session['ANTHROPIC_AUTH_TOKEN']}",
                 "content-type": "application/json"})) as answer:
            answer.read()
            return answer.headers["x-katra-provider"]

    def test_a_session_follows_the_project_in_whose_folder_it_was_started(self):
        folder = self.user_home / "code" / "app"
        (folder / ".katra").mkdir(parents=True, mode=0o755)
        (folder / "src").mkdir()
        choice = folder / ".katra" / "routing.json"
        choice.write_text(json.dumps({"routing": {"think": "groq/other"}}))
        choice.chmod(0o644)
        self.assertEqual(self.provider(str(folder)), "groq")
        self.assertEqual(self.provider(str(folder / "src")), "groq")
        self.assertEqual(self.provider(str(self.user_home / "code")), "openai")


if __name__ == "__main__":
    fixture.main()
