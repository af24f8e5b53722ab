"""What answers a session is told as it is: by the list, by who, by the status line, and as a warning where it
is not what the session was started with."""
import json
import sys
import urllib.request

import fixture
from fixture import until

sys.path.insert(0, str(fixture.ROOT / "tests/support/python"))
from recording_upstreams import RecordingUpstream  # noqa: E402


class AnsweredByTest(fixture.Fixture):
    def setUp(self):
        super().setUp()
        self.environment.update(fixture.KEYS, GROQ_API_KEY="made-up", KATRA_BEHAVIOUR="connect")
        self.openai = self.enterContext(RecordingUpstream("openai"))
        self.groq = self.enterContext(RecordingUpstream("groq"))
        self.write("router/personas.json", json.dumps({
            "version": 1,
            "personas": {"Sam": {"provider": "openai", "fallbacks": ["groq/other"]}},
            "providers": {"openai": {"api_base_url": self.openai.url},
                          "groq": {"api_base_url": self.groq.url}}}))

    def start(self) -> dict:
        self.succeed("start", "--persona", "Sam", "--model", "gpt-4-turbo", "-b")
        (started,) = self.started()
        until(lambda: self.listed()["Sam"]["unheard"] is not None, "presence")
        return started["environment"]

    def ask(self, session: dict) -> None:
        body = {"model": "gpt-4-turbo", "max_tokens": 5, "stream": True,
                "messages": [{"role": "user", "content": "hello"}]}
        with urllib.request.urlopen(urllib.request.Request(
                f"{session['ANTHROPIC_BASE_URL']}/v1/messages", json.dumps(body).encode(),
                {"authorization": f"Bearer {session['ANTHROPIC_AUTH_TOKEN']}",
                 "content-type": "application/json"})) as answer:
            answer.read()
        until(lambda: self.listed()["Sam"]["tag_source"] == "verified", "the verified tag")

    def status_line(self, session: dict) -> str:
        return self.succeed("statusline", environment=session)

    def who(self) -> dict:
        (sam,) = json.loads(self.succeed("who", "--json"))["sessions"]
        return sam

    def test_a_session_that_is_answered_by_what_it_was_started_with_has_no_warning(self):
        session = self.start()
        self.ask(session)
        self.assertIsNone(self.listed()["Sam"]["warning"])
        self.assertNotIn("warning", self.who())
        for text in (self.succeed("list"), self.succeed("who"), self.status_line(session)):
            self.assertIn("openai/gpt-4-turbo", text)
            self.assertNotIn("warning", text.lower())

    def test_another_model_than_it_was_started_with_is_a_warning(self):
        session = self.start()
        self.openai.status = 529
        self.ask(session)
        self.assertEqual([model for _, model, _ in self.groq.seen], ["other"])
        told = "started on openai/gpt-4-turbo, answered by groq/other"
        sam = self.listed()["Sam"]
        self.assertEqual((sam["provider"], sam["model"]), ("groq", "other"))
        self.assertEqual(sam["started_with"], {"provider": "openai", "model": "gpt-4-turbo"})
        self.assertEqual(sam["warning"], told)
        self.assertEqual(self.who()["warning"], told)
        for text in (self.succeed("list"), self.succeed("who"), self.status_line(session)):
            self.assertIn("groq/other", text)
            self.assertIn(told, text)
        self.assertIn("groq/other", self.succeed("usage", "--by", "model"))


if __name__ == "__main__":
    fixture.main()
