"""Which upstream each request reaches: names, aliases, tags, scenarios, and what is held."""
import json
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from gateway_fixture import message_stream, wait_until  # noqa: E402
from routed_world import CALL, IMAGE, NAMES, RESULT, ROUTED, SEARCH, TOOL, World, user  # noqa: E402


class Scenarios(unittest.TestCase):
    def test_each_kind_of_request_reaches_its_model(self):
        rows = [
            ("nothing special", {}, "own"),
            ("the small model", {"model": "claude-haiku-4-5"}, "small"),
            ("thinking", {"thinking": {"type": "enabled", "budget_tokens": 1024}}, "thinker"),
            ("adaptive thinking", {"thinking": {"type": "adaptive"}}, "own"),
            ("thinking switched off", {"thinking": {"type": "disabled"}}, "own"),
            ("an image", {"messages": [user([IMAGE, {"type": "text", "text": "what?"}])]}, "eyes"),
            ("a search of its own", {"tools": [SEARCH]}, "searcher"),
            ("a search among tools", {"tools": [TOOL, SEARCH]}, "searcher"),
            ("a tool of the client named so", {"tools": [{**TOOL, "name": "web_search"}]}, "own"),
            ("a long text", {"messages": [user("word " * 60_000)]}, "long"),
            ("a subagent", {"headers": {"x-claude-code-agent-id": "a1"}}, "helper"),
            ("the small model with a long text",
             {"model": "claude-haiku-4-5", "messages": [user("word " * 60_000)]}, "long"),
        ]
        for number, (name, request, expected) in enumerate(rows):
            with self.subTest(name), World() as world:
                self.assertEqual(world.reached(**request), expected, number)

    def test_openai_clients_have_the_same_scenarios(self):
        text = {"type": "input_text", "text": "what?"}
        rows = [
            ("/v1/chat/completions", {"reasoning_effort": "high"}, "thinker"),
            ("/v1/chat/completions", {"reasoning_effort": "low"}, "own"),
            ("/v1/chat/completions", {"messages": [user([
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}])]},
             "eyes"),
            ("/v1/responses", {"reasoning": {"effort": "xhigh"}}, "thinker"),
            ("/v1/responses", {"tools": [{"type": "web_search"}]}, "searcher"),
            ("/v1/responses", {"messages": [{"type": "message", "role": "user", "content": [
                text, {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}]}]},
             "eyes"),
        ]
        for path, request, expected in rows:
            with self.subTest(f"{path} {expected}"), World() as world:
                self.assertEqual(world.reached(path=path, **request), expected)

    def test_a_failed_scenario_goes_on_to_the_own_model(self):
        with World() as world:
            world.upstreams["thinker"].__exit__()
            reply = world.ask(thinking={"type": "enabled", "budget_tokens": 1024})
            self.assertEqual(reply.header("x-katra-provider"), "own")
            self.assertEqual(reply.header("x-katra-rule"), "scenario")
            self.assertEqual(reply.header("x-katra-route"), "think")

    def test_a_tool_loop_keeps_the_model_that_its_turn_began_with(self):
        think = {"type": "enabled", "budget_tokens": 1024}
        with World() as world:
            asked = [user("Fix it")]
            self.assertEqual(world.reached(asked), "own")
            loop = [*asked, CALL, RESULT]
            self.assertEqual(world.reached(loop, thinking=think), "own")
            loop = [*loop, CALL, {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "long " * 60_000}]}]
            reply = world.ask(loop)
            self.assertEqual(reply.header("x-katra-provider"), "own")
            self.assertEqual(reply.header("x-katra-rule"), "held")
            # The next turn of the user is decided anew.
            self.assertEqual(world.reached([*loop, user("and now?")]), "long")
            # A side request of the client in between changes nothing.
            self.assertEqual(world.reached(model="claude-haiku-4-5"), "small")
            self.assertEqual(world.reached([*loop, user("and now?"), CALL, RESULT]), "long")

    def test_a_persona_without_routes_is_as_before(self):
        with World({"provider": "own", "model": "m"}) as world:
            for members in ({"thinking": {"type": "enabled", "budget_tokens": 1024}},
                            {"tools": [SEARCH]}, {"model": "claude-haiku-4-5"}):
                self.assertEqual(world.reached(**members), "own")
            reply = world.ask()
            self.assertEqual(reply.header("x-katra-rule"), "default")
            self.assertIsNone(reply.header("x-katra-route"))


class Preferences(unittest.TestCase):
    def world(self, **more):
        return World({"provider": "own", "model": "m"}, routing_preferences=ROUTED, **more)

    def test_a_request_goes_to_the_route_that_fits_its_last_words(self):
        rows = [("there is a bug in the login, fix it", "thinker"),
                ("write the README for this tool", "helper"),
                ("please review my pull request before I merge", "eyes"),
                ("what shall I cook for dinner tonight?", "own")]
        for text, expected in rows:
            with self.subTest(text), self.world() as world:
                self.assertEqual(world.reached([user(text)]), expected)

    def test_the_turn_before_matters_for_a_short_answer_only(self):
        with self.world() as world:
            fix = [user("there is a bug in the login, fix it"), CALL, RESULT,
                   {"role": "assistant", "content": "done"}]
            self.assertEqual(world.reached([*fix, user("write the README for this tool")]),
                             "helper")

    def test_a_tool_loop_keeps_its_route_and_is_matched_once(self):
        with self.world() as world:
            turn = [user("there is a bug in the login, fix it")]
            first = world.ask(turn)
            self.assertEqual((first.header("x-katra-rule"), first.header("x-katra-route")),
                             ("preference", "debugging"))
            loop = world.ask([*turn, CALL, {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t1",
                 "content": "please write the README and release notes"}]}])
            self.assertEqual(loop.header("x-katra-provider"), "thinker")
            self.assertEqual((loop.header("x-katra-rule"), loop.header("x-katra-route")),
                             ("held", "debugging"))

    def test_a_new_turn_is_matched_anew_when_a_hook_has_added_instructions(self):
        # Claude Code sends what hooks add as a message with the role "system" behind the user's.
        hook = {"role": "system", "content": "A hook says: Sam has written to you."}
        with self.world() as world:
            turn = [user("there is a bug in the login, fix it"), hook]
            self.assertEqual(world.reached(turn), "thinker")
            loop = [*turn, CALL, RESULT, hook]
            self.assertEqual(world.reached(loop), "thinker")
            done = [*loop, {"role": "assistant", "content": "done"}]
            self.assertEqual(world.reached([*done, user("write the README for this tool"), hook]),
                             "helper")

    def test_the_next_model_of_the_route_answers_when_the_first_fails(self):
        with self.world() as world:
            world.upstreams["thinker"].__exit__()
            reply = world.ask([user("there is a bug in the login, fix it")])
            self.assertEqual(reply.header("x-katra-provider"), "long")
            self.assertEqual(reply.header("x-katra-route"), "debugging")

    def test_the_same_words_go_the_same_way_whatever_stands_around_them(self):
        turn = user("please review my pull request before I merge")
        reminder = {"type": "text", "text": "<system-reminder>write documentation</system-reminder>"}
        around = [
            {}, {"system": "You fix bugs. " * 2000}, {"tools": [TOOL] * 50},
            {"messages": [user([reminder, {"type": "text", "text": turn["content"]}])]},
            {"system": [{"type": "text", "text": "x-anthropic-billing-header: cc_version=1; cch=9;"}]},
            {"messages": [user("fix the crash"), {"role": "assistant", "content": "x" * 100_000},
                          turn]}]
        for members in around:
            with self.world() as world:
                self.assertEqual(world.reached(**{"messages": [turn], **members}), "eyes")

    def test_openai_clients_are_routed_the_same(self):
        text = "please review my pull request before I merge"
        with self.world() as world:
            self.assertEqual(world.reached([user(text)], path="/v1/chat/completions"), "eyes")
            self.assertEqual(world.reached(
                [{"type": "message", "role": "user", "content": [
                    {"type": "input_text", "text": text}]}], path="/v1/responses"), "eyes")

    def test_a_decision_says_its_route_matcher_and_score(self):
        with self.world() as world:
            world.ask([user("there is a bug in the login, fix it")])
            one, = world.gateway.decisions(1)
            self.assertEqual((one["rule"], one["route"], one["matcher"]),
                             ("preference", "debugging", "local"))
            self.assertGreater(one["score"], 0.3)
            self.assertLessEqual(one["score"], 1)


class Names(unittest.TestCase):
    def test_an_explicit_name_switches_at_once(self):
        with World() as world:
            for model in ("other,m2", "other/m2", "claude-gw-other--m2"):
                with self.subTest(model):
                    self.assertEqual(world.reached(model=model), "other")
                    sent = json.loads(world.upstreams["other"].requests[-1].body)
                    self.assertEqual(sent["model"], "m2")

    def test_an_alias_is_a_name_of_a_model(self):
        aliases = {"arch.fast.v1": "small/m2", "arch.claude.code.small.fast": {"target": "other/m"}}
        with World(model_aliases=aliases) as world:
            self.assertEqual(world.reached(model="arch.fast.v1"), "small")
            self.assertEqual(json.loads(world.upstreams["small"].requests[0].body)["model"], "m2")
            self.assertEqual(world.reached(model="arch.claude.code.small.fast"), "other")
            reply = world.ask(model="arch.fast.v1")
            self.assertEqual(reply.header("x-katra-rule"), "alias")

    def test_a_subagents_tag_chooses_and_is_not_sent(self):
        tag = "<CCR-SUBAGENT-MODEL>other,m2</CCR-SUBAGENT-MODEL>"
        for name, members in (
                ("in the system prompt", {"system": [{"type": "text", "text": "You"},
                                                     {"type": "text", "text": f"{tag} review"}]}),
                ("in the first message", {"messages": [user(f"{tag}\nreview it")]})):
            with self.subTest(name), World() as world:
                self.assertEqual(
                    world.reached(headers={"x-claude-code-agent-id": "a1"}, **members), "other")
                body = world.upstreams["other"].requests[0].body
                self.assertNotIn(b"CCR-SUBAGENT", body)
                self.assertIn(b"review", body)
                self.assertEqual(json.loads(body)["model"], "m2")

    def test_a_tag_that_a_tool_has_read_is_text(self):
        tag = "<CCR-SUBAGENT-MODEL>other,m2</CCR-SUBAGENT-MODEL>"
        loop = [user("Fix it"), CALL, {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t1", "content": tag}]}]
        with World() as world:
            self.assertEqual(world.reached(loop), "own")
            self.assertIn(b"CCR-SUBAGENT", world.upstreams["own"].requests[0].body)

    def test_a_tag_reaches_no_provider_that_the_user_has_not_named(self):
        tag = "<CCR-SUBAGENT-MODEL>deepseek,deepseek-chat</CCR-SUBAGENT-MODEL>"
        with World() as world:
            reply = world.ask([user(f"{tag} go")])
            self.assertEqual(reply.status, 400, reply.body)
            self.assertIn("names the provider \"deepseek\"",
                          reply.json()["error"]["message"])


class Learning(unittest.TestCase):
    """Which of a route's models is tried first, and what the user teaches."""
    TURN = "there is a bug in the login, fix it"

    def world(self, prefer="quality", **more):
        routed = [{**ROUTED[0], "models": ["thinker/m", "long/m"], "prefer": prefer}, *ROUTED[1:]]
        return World({"provider": "own", "model": "m"}, routing_preferences=routed, **more)

    def first(self, world):
        reply = world.gateway.ask(path="/v1/route", body={"messages": [user(self.TURN)]})
        return reply.json()["provider"]

    def append(self, world, name, *lines):
        path = f"{world.gateway.home}/router/{name}"
        with open(path, "a", encoding="utf-8", opener=lambda file, flags: os.open(
                file, flags, 0o600)) as out:
            out.write("".join(json.dumps(line) + "\n" for line in lines))

    def learnt(self, world):
        try:
            with open(f"{world.gateway.home}/router/learnt.jsonl", encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    def rated(self, kind, candidate, count=1, **more):
        return [{"at": "2026-11-27T10:00:00Z", "kind": kind, "persona": "Sam",
                 "route": "debugging", "candidate": candidate, **more}] * count

    def test_ratings_change_the_order_at_once_and_a_reset_undoes_them(self):
        with self.world() as world:
            self.assertEqual(self.first(world), "thinker")
            self.append(world, "learnt.jsonl", *self.rated("bad", "thinker/m", 6),
                        *self.rated("good", "long/m", 6))
            self.assertEqual(self.first(world), "long")
            self.append(world, "learnt.jsonl", *self.rated("reset", ""))
            self.assertEqual(self.first(world), "thinker")

    def test_a_pin_decides_whatever_was_learnt(self):
        with self.world("none") as world:
            self.append(world, "learnt.jsonl", *self.rated("pinned", "long/m"))
            self.assertEqual(self.first(world), "long")
            self.append(world, "learnt.jsonl", *self.rated("unpinned", "long/m"))
            self.assertEqual(self.first(world), "thinker")

    def test_nothing_is_learnt_of_models_that_the_route_does_not_have(self):
        with self.world() as world:
            self.append(world, "learnt.jsonl", *self.rated("bad", "thinker/m", 20, better="other/m"),
                        *self.rated("good", "other/m", 20), *self.rated("pinned", "other/m"))
            reply = world.gateway.ask(path="/v1/route", body={"messages": [user(self.TURN)]})
            self.assertEqual([one["provider"] for one in reply.json()["candidates"]],
                             ["long", "thinker", "own"])

    def test_answers_and_failures_are_noted(self):
        with self.world() as world:
            world.upstreams["thinker"].__exit__()
            world.ask([user(self.TURN)])
            wait_until(lambda: len(self.learnt(world)) == 2, what="nothing was learnt")
            self.assertEqual([(one["kind"], one["candidate"]) for one in self.learnt(world)],
                             [("failed", "thinker/m"), ("answered", "long/m")])
            self.assertNotIn("login", json.dumps(self.learnt(world)))

    def test_a_model_that_keeps_failing_is_tried_later(self):
        with self.world() as world:
            self.append(world, "learnt.jsonl", *self.rated("failed", "thinker/m", 10),
                        *self.rated("answered", "long/m", 10))
            self.assertEqual(self.first(world), "long")

    def test_another_model_chosen_after_an_answer_is_a_rating(self):
        with self.world() as world:
            world.ask([user(self.TURN)])
            again = [user(self.TURN), {"role": "assistant", "content": "done"}, user("no")]
            world.ask(again, model="other/m")
            wait_until(lambda: len(self.learnt(world)) == 2, what="nothing was learnt")
            switched = self.learnt(world)[1]
            self.assertEqual((switched["kind"], switched["candidate"], switched["better"]),
                             ("switched", "thinker/m", "other/m"))

    def test_learning_may_be_switched_off(self):
        with self.world(router={"learning": False}) as world:
            self.append(world, "learnt.jsonl", *self.rated("bad", "thinker/m", 20))
            world.ask([user(self.TURN)])
            self.assertEqual(self.first(world), "thinker")
            self.assertEqual(len(self.learnt(world)), 20)

    def test_a_broken_line_spoils_no_other(self):
        with self.world() as world:
            self.append(world, "learnt.jsonl", {"kind": "of tomorrow"}, "text",
                        *self.rated("pinned", "long/m"))
            self.assertEqual(self.first(world), "long")

    def test_a_taught_example_counts_at_once(self):
        text = "zorblax the quux frobnicator"
        with self.world() as world:
            ask = lambda: world.gateway.ask(
                path="/v1/route", body={"messages": [user(text)]}).json()["route"]
            self.assertNotEqual(ask(), "documentation")
            self.append(world, "taught.jsonl", *[{"route": "documentation", "text": text}] * 3)
            self.assertEqual(ask(), "documentation")
            self.append(world, "taught.jsonl", *[{"route": "other", "text": text}] * 12)
            self.assertNotEqual(ask(), "documentation")


class Switches(unittest.TestCase):
    """What a change of models in a warm conversation may cost (router.max_switch_spend and
    router.max_switch_spend_pct)."""
    FIX = "there is a bug in the login, fix it"
    DOCS = "write the README for this tool"

    def world(self, cache_read=1, routes=None, helper=10, **router):
        def long_answer(request, to):
            # The upstream counts 100,000 tokens, so that its cache holds a long prompt.
            events = message_stream("done", input_tokens=100_000)
            to.stream(events)

        world = World({"provider": "own", "model": "m"}, routing_preferences=routes or ROUTED,
                      router=router)
        world.upstreams["thinker"].script = long_answer
        prices = {f"{name}/m": {"input": 10, "output": 10, "cache_read": cache_read} for name in NAMES}
        prices["helper/m"]["input"] = helper
        path = f"{world.gateway.home}/router/prices.json"
        with open(path, "w", encoding="utf-8", opener=lambda file, flags: os.open(
                file, flags, 0o600)) as out:
            json.dump(prices, out)
        world.gateway.admin("POST", "/admin/reload")
        return world

    def second_turn(self, world):
        start = [user(self.FIX + " " + "x " * 200_000)]
        self.assertEqual(world.ask(start).header("x-katra-provider"), "thinker")
        return world.ask([*start, {"role": "assistant", "content": "done"}, user(self.DOCS)])

    def test_a_switch_that_is_too_dear_is_not_made_and_says_so(self):
        with self.world(max_switch_spend=0.10) as world:
            reply = self.second_turn(world)
            self.assertEqual(reply.header("x-katra-provider"), "thinker")
            decision = world.gateway.decisions(2)[1]
            self.assertIn("stayed on thinker/m: switching would cost $",
                          decision["attempts"][0]["reason"])

    def test_a_switch_within_the_limit_is_made(self):
        with self.world(max_switch_spend=50) as world:
            self.assertEqual(self.second_turn(world).header("x-katra-provider"), "helper")

    def test_a_share_of_the_sessions_cost_limits_switches(self):
        # The switch costs about $0.21; two prompts of 100,000 cached tokens cost $1.60.
        for share, served in ((5, "thinker"), (50, "helper")):
            with self.world(cache_read=8, max_switch_spend_pct=share) as world:
                self.assertEqual(self.second_turn(world).header("x-katra-provider"), served)

    def test_a_route_that_prefers_cost_counts_what_the_caches_hold(self):
        routes = [{**one, "models": ["thinker/m", "helper/m"], "prefer": "cost"}
                  if one["name"] == "documentation" else one for one in ROUTED]
        with self.world(cache_read=0.5, routes=routes, helper=9) as world:
            # Cold, the cheaper one; warm at the other, that one.
            start = [user(self.DOCS + " " + "x " * 200_000)]
            self.assertEqual(world.ask(start).header("x-katra-provider"), "helper")
            self.assertEqual(self.second_turn(world).header("x-katra-provider"), "thinker")

    def test_without_a_limit_every_switch_is_made(self):
        with self.world() as world:
            self.assertEqual(self.second_turn(world).header("x-katra-provider"), "helper")


class Decide(unittest.TestCase):
    def test_a_decision_is_told_without_asking_anybody(self):
        routed = [{**route, "models": [*route["models"], "other/m"]} for route in ROUTED]
        rows = [
            ({"messages": [user("please review my pull request before I merge")]},
             "preference", "code review", "local", ["eyes/m2", "other/m", "own/m"]),
            ({"messages": [user("what shall I cook for dinner tonight?")]},
             "default", None, "local", ["own/m"]),
            ({"messages": [user("Hi")], "model": "other/m2"}, "explicit", None, None, ["other/m2"]),
            ({"messages": [user("Hi")], "thinking": {"type": "enabled", "budget_tokens": 1024}},
             "scenario", "think", None, ["thinker/m", "own/m"])]
        with World({"provider": "own", "model": "m", "routing": {"think": "thinker/m"}},
                   routing_preferences=routed) as world:
            for body, rule, route, matcher, candidates in rows:
                reply = world.gateway.ask(path="/v1/route", body={"max_tokens": 5, **body})
                self.assertEqual(reply.status, 200, reply.body)
                told = reply.json()
                self.assertEqual((told["rule"], told["route"], told["matcher"]),
                                 (rule, route, matcher))
                self.assertEqual([f"{one['provider']}/{one['model']}"
                                  for one in told["candidates"]], candidates)
                self.assertEqual(f"{told['provider']}/{told['model']}", candidates[0])
                self.assertEqual(told["score"] is None, matcher is None)
                self.assertTrue(told["reason"])
            self.assertEqual(sum(len(up.requests) for up in world.upstreams.values()), 0)

    def test_a_decision_needs_a_token_and_a_body(self):
        with World() as world:
            self.assertEqual(world.gateway.ask(path="/v1/route", persona=None,
                                               body={"messages": []}).status, 401)
            self.assertEqual(world.gateway.ask(path="/v1/route", body=b"[]").status, 400)
            self.assertEqual(world.gateway.ask(method="GET", path="/v1/route").status, 405)


class Records(unittest.TestCase):
    def test_a_decision_says_which_rule_it_followed(self):
        with World() as world:
            world.ask(thinking={"type": "enabled", "budget_tokens": 1024})
            world.ask(model="other,m")
            one, two = world.gateway.decisions(2)
            self.assertEqual((one["rule"], one["route"]), ("scenario", "think"))
            self.assertEqual(one["attempts"][0]["reason"], "routing.think")
            self.assertEqual(two["rule"], "explicit")
            self.assertNotIn("route", two)


if __name__ == "__main__":
    unittest.main()
