"""The first two models of a route are down, in every way: each request is served by the third, and
those that are down are soon left alone."""
import sys
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from broken_route import FAILURES, WAYS, BrokenRoute  # noqa: E402
from gateway_fixture import in_background, wait_until  # noqa: E402

REQUESTS = 300
CLIENTS = 6
# A circuit opens after five failures in a row. Requests that are under way by then may fail, too,
# and each is tried again once.
MOST_ASKED = 2 * (5 + CLIENTS)


class RouteFailover(unittest.TestCase):
    def count(self, world: BrokenRoute) -> Counter:
        """Who answered, over all clients."""
        def work(number: int) -> Counter:
            seen: Counter = Counter()
            with world.client(f"s{number}") as client:
                for _ in range(REQUESTS // CLIENTS):
                    reply, _ = client.ask()
                    complete = reply.complete and b"message_stop" in reply.body
                    seen[reply.header("x-katra-provider") if complete else reply.status] += 1
            return seen

        jobs = [in_background(lambda number=number: work(number)) for number in range(CLIENTS)]
        return sum((job.result(120) for job in jobs), Counter())

    def check(self, down: str, way: str):
        with self.subTest(f"{way}: {down}"), \
                BrokenRoute(down, way, "--circuit-open", "600000") as world:
            self.assertEqual(self.count(world), {"third": REQUESTS})
            asked = world.asked()
            self.assertEqual((asked["fourth"], asked["own"]), (0, 0))
            for name in ("first", "second"):
                self.assertLessEqual(asked[name], MOST_ASKED, name)
                if FAILURES[down] is not None and (name == "first" or "learning" in way):
                    self.assertGreater(asked[name], 0, name)

    def test_every_request_of_a_route_is_served_however_its_first_two_are_down(self):
        for down in FAILURES:
            self.check(down, "a preference")

    def test_every_request_is_served_by_whatever_way_the_models_are_asked(self):
        for way in WAYS:
            self.check("it is overloaded", way)

    def test_when_they_are_back_they_are_asked_again(self):
        with BrokenRoute("it is overloaded", "a preference without learning",
                         "--circuit-open", "1") as world, world.client("s") as client:
            for _ in range(20):
                self.assertEqual(client.ask()[0].header("x-katra-provider"), "third")
            for name in ("first", "second"):
                world.upstreams[name].script = world.upstreams["third"].script
            wait_until(lambda: client.ask()[0].header("x-katra-provider") == "first")


if __name__ == "__main__":
    unittest.main()
