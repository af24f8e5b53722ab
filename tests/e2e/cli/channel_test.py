"""A server with --channels tells its client that somebody speaks to the persona, without the words,
and a server without it does not."""
import json
import subprocess

import fixture


class Channel(fixture.Fixture):
    def start(self, *options: str) -> subprocess.Popen:
        server = subprocess.Popen(
            [fixture.program_folder() / "katra_mcp_server", "--persona", "Sam", *options],
            env=self.environment, cwd=self.project, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, encoding="utf-8")
        self.addCleanup(self.end, server)
        return server

    @staticmethod
    def end(server: subprocess.Popen) -> None:
        server.stdin.close()
        server.wait(timeout=fixture.PATIENCE)
        server.stdout.close()

    def send(self, server: subprocess.Popen, **message) -> None:
        server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        server.stdin.flush()

    def ask(self, server: subprocess.Popen, method: str, **params) -> dict:
        self.send(server, id=1, method=method, params=params)
        return json.loads(server.stdout.readline())

    def shake_hands(self, server: subprocess.Popen) -> dict:
        result = self.ask(server, "initialize", protocolVersion="2025-11-25", capabilities={},
                          clientInfo={"name": "test", "version": "0"})["result"]
        self.send(server, method="notifications/initialized")
        return result["capabilities"]

    def say(self, *words: str) -> None:
        self.succeed("say", "--persona", "Dario", *words)

    def test_words_to_the_persona_are_told_without_the_words(self):
        server = self.start("--channels")
        self.assertEqual(self.shake_hands(server)["experimental"], {"claude/channel": {}})
        # The session is open when a tool has answered.
        self.ask(server, "tools/call", name="katra_whoami", arguments={})
        self.say("to everybody")
        self.say("--to", "Sam", "the word is quicksilver")
        notice = json.loads(server.stdout.readline())
        self.assertEqual(notice["method"], "notifications/claude/channel")
        params = notice["params"]
        self.assertEqual(params["meta"], {"room": "main", "from": "Dario", "message": "2"})
        self.assertTrue(params["content"].startswith(
            "1 message in Katra for Sam, the newest from Dario in room main."))
        self.assertNotIn("quicksilver", json.dumps(notice))
        heard = self.ask(server, "tools/call", name="katra_hear", arguments={})
        self.assertIn("quicksilver", heard["result"]["content"][0]["text"])

    def test_what_waited_before_the_handshake_is_told_after_it(self):
        self.succeed("say", "--persona", "Sam", "I was here")
        self.say("--to", "Sam", "for later")
        server = self.start("--channels")
        self.shake_hands(server)
        self.assertEqual(json.loads(server.stdout.readline())["params"]["meta"]["message"], "2")

    def test_a_channel_is_of_the_handshake_era_only(self):
        server = self.start("--channels")
        answer = self.ask(server, "server/discover", _meta={
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}})
        self.assertIn("error", answer)

    def test_without_the_option_nothing_is_told(self):
        server = self.start()
        self.assertNotIn("experimental", self.shake_hands(server))
        self.ask(server, "tools/call", name="katra_whoami", arguments={})
        self.say("--to", "Sam", "quiet")
        answer = self.ask(server, "tools/call", name="katra_hear", arguments={})
        self.assertIn("quiet", answer["result"]["content"][0]["text"])


if __name__ == "__main__":
    fixture.main()
