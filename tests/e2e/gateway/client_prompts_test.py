"""What clients ask by themselves in the user's session: it follows no route and disturbs no turn."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from routed_world import CALL, RESULT, ROUTED, TOOL, World, user  # noqa: E402


class ClientPrompts(unittest.TestCase):
    FIX = user("there is a bug in the login, fix it")
    TITLE = [user("<session>\nplease review my pull request\n</session>\n\nWrite the title")]
    COMPACT = user("CRITICAL: Respond with TEXT ONLY. Do NOT call any tools.\n\nYour task is to "
                   "create a detailed summary of the conversation so far, with documentation")

    def world(self, routing=None):
        return World({"provider": "own", "model": "m", "routing": routing or {}},
                     routing_preferences=ROUTED)

    def test_a_title_disturbs_no_turn_and_follows_no_route(self):
        for routing, expected in (({"background": "small/m"}, "small"), ({}, "own")):
            with self.subTest(expected), self.world(routing) as world:
                self.assertEqual(world.reached([self.FIX], tools=[TOOL]), "thinker")
                self.assertEqual(world.reached(self.TITLE), expected)
                self.assertEqual(world.reached([self.FIX, CALL, RESULT], tools=[TOOL]), "thinker")

    def test_a_background_model_is_enough_for_titles(self):
        with World({"provider": "own", "model": "m",
                    "routing": {"background": "small/m"}}) as world:
            self.assertEqual(world.reached(self.TITLE), "small")
            self.assertEqual(world.reached([self.FIX], tools=[TOOL]), "own")

    def test_an_unknown_request_without_tools_disturbs_no_turn(self):
        with self.world() as world:
            self.assertEqual(world.reached([self.FIX], tools=[TOOL]), "thinker")
            self.assertEqual(world.reached([user("review my pull request")]), "eyes")
            self.assertEqual(world.reached([self.FIX, CALL, RESULT], tools=[TOOL]), "thinker")

    def test_a_conversation_is_summarised_and_goes_on_where_it_is(self):
        done = {"role": "assistant", "content": "done"}
        for tools in ({"tools": [TOOL]}, {}):
            with self.subTest(tools), self.world() as world:
                self.assertEqual(world.reached([self.FIX], tools=[TOOL]), "thinker")
                reply = world.ask([self.FIX, done, self.COMPACT], **tools)
                self.assertEqual((reply.header("x-katra-provider"), reply.header("x-katra-rule")),
                                 ("thinker", "held"))
                goes_on = user("This session is being continued from a previous conversation that "
                               "ran out of context. It was about release notes and READMEs.")
                self.assertEqual(world.reached([goes_on], tools=[TOOL]), "thinker")
                self.assertEqual(world.reached(
                    [goes_on, done, user("write the README for this tool")], tools=[TOOL]),
                    "helper")

    def test_a_notice_of_a_background_task_is_no_turn(self):
        notice = user("<task-notification><result>the README is written</result></task-notification>")
        done = {"role": "assistant", "content": "done"}
        with self.world() as world:
            self.assertEqual(world.reached([self.FIX], tools=[TOOL]), "thinker")
            self.assertEqual(world.reached([self.FIX, done, notice], tools=[TOOL]), "thinker")


if __name__ == "__main__":
    unittest.main()
