"""What failover costs: KATRA_BIN=FOLDER python3 tests/bench/gateway/failover.py [--json FILE]

Two gateways with the same route of four models answer the same requests in turn: at one all models
are up, at the other the first two are down. After the circuits have opened, 2,000 requests each are
measured. No test: it fails only if a request is not served."""
import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support" / "python"))
from broken_route import FAILURES, WAYS, BrokenRoute  # noqa: E402

REQUESTS = 2000
WARM_UP = 50  # many times what opens both circuits
PROMISED_MS = 5


def measure(down: str, way: str) -> dict:
    """Milliseconds of the requests of both, and how many the broken one served."""
    served, healthy, broken = 0, [], []
    with BrokenRoute(None, way) as good, BrokenRoute(down, way) as bad, \
            good.client("s") as to_good, bad.client("s") as to_bad:
        for number in range(WARM_UP + REQUESTS):
            for client, took in ((to_good, healthy), (to_bad, broken)):
                reply, seconds = client.ask()
                complete = reply.status == 200 and b"message_stop" in reply.body
                served += complete and client is to_bad
                if number >= WARM_UP:
                    took.append(seconds * 1000)
    added = statistics.median(broken) - statistics.median(healthy)
    return {"down": down, "way": way, "requests": WARM_UP + REQUESTS, "served": served,
            "p50_ms": statistics.median(broken), "added_p50_ms": added,
            "added_p99_ms": statistics.quantiles(broken, n=100)[98] -
            statistics.quantiles(healthy, n=100)[98]}


def main() -> int:
    print("| the first two models | asked by | served | p50, ms | added p50, ms | added p99, ms |")
    print("|---|---|---|---|---|---|")
    rows = []
    ways = [(down, "a preference") for down in FAILURES]
    ways += [("it is overloaded", way) for way in WAYS if way != "a preference"]
    for down, way in ways:
        row = measure(down, way)
        rows.append(row)
        print(f"| {down} | {way} | {row['served']} of {row['requests']} | {row['p50_ms']:.2f} "
              f"| {row['added_p50_ms']:.2f} | {row['added_p99_ms']:.2f} |", flush=True)
    ok = all(row["served"] == row["requests"] and row["added_p50_ms"] <= PROMISED_MS
             for row in rows)
    print("ok" if ok else "short")
    if "--json" in sys.argv:
        Path(sys.argv[sys.argv.index("--json") + 1]).write_text(json.dumps(rows), "utf-8")
    return int(any(row["served"] != row["requests"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
