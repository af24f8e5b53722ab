"""Builds Katra and runs its suites.

With no option: the lints, and every suite that needs no long time. Steps go on after a failure; the
exit code is 0 when nothing failed. In CI (CI=true) what would be skipped for want of a tool fails, and
the build of each configuration is removed after its last step, since a CI machine's disk may be small.
Logs are in build/test-logs.
"""
import argparse
import os
import shutil
import sys
import time

import execute
import outcome
import plan


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/test", description=__doc__)
    parser.add_argument(
        "--all", action="store_true",
        help="also long suites, faults and real clients on the release build, clang-tidy, "
        "sanitizers, fuzzing",
    )
    parser.add_argument(
        "--only", action="append", metavar="NAME",
        help="one step or the suites of one label (see --list), with the builds it needs; repeatable",
    )
    parser.add_argument(
        "--fuzz", type=float, metavar="MINUTES",
        help="fuzz each target that long; alone, nothing else is run",
    )
    parser.add_argument("--list", action="store_true", help="name the steps and labels")
    return parser.parse_args()


def chosen(args: argparse.Namespace) -> list[plan.Step]:
    if args.all:
        return plan.steps()
    names = list(args.only or [])
    if args.fuzz is not None and "fuzz" not in names:
        names.append("fuzz")
    try:
        return plan.select(names or plan.DEFAULT)
    except KeyError as error:
        sys.exit(f"scripts/test: no step or label {error}; see scripts/test --list")


def setup_step(steps: list[plan.Step]) -> plan.Step:
    flags = sorted({flag for step in steps for flag in step.setup})
    return plan.Step("setup", [["scripts/setup", *flags]])


def run_all(steps: list[plan.Step], fuzz_minutes: float) -> dict[str, tuple[float, outcome.Outcome]]:
    results: dict[str, tuple[float, outcome.Outcome]] = {}
    for position, step in enumerate(steps):
        print(f"== {step.name} ...", flush=True)
        start = time.monotonic()
        broken = [name for name in step.needs if results[name][1].failures]
        if broken:
            found = outcome.Outcome(failures=[f"{step.name} (not run: {broken[0]} failed)"])
        else:
            found = execute.run_step(step, fuzz_minutes)
        if os.environ.get("CI"):
            found = found.without_skips()
        seconds = time.monotonic() - start
        results[step.name] = (seconds, found)
        if (found.failures or found.skips) and not broken:
            execute.show_log(step.name)
        print(f"== {step.name}: {found.verdict}, {seconds:.0f} s, {free_space()}", flush=True)
        if os.environ.get("CI"):
            for folder in plan.no_longer_needed(steps[: position + 1], steps[position + 1 :]):
                shutil.rmtree(folder, ignore_errors=True)
    return results


def free_space() -> str:
    return f"{shutil.disk_usage(plan.ROOT).free / 1e9:.1f} GB free"


def summary(results: dict[str, tuple[float, outcome.Outcome]]) -> int:
    total = outcome.Outcome()
    print(f"\n{'step':16} {'seconds':>8} {'passed':>7} {'failed':>7} {'skipped':>8}  result")
    for name, (seconds, found) in results.items():
        counts = f"{found.passed:7} {len(found.failures):7} {len(found.skips):8}"
        print(f"{name:16} {seconds:8.0f} {counts}  {found.verdict}")
        total.passed += found.passed
        total.failures += found.failures
        total.skips += found.skips
    for test in total.failures:
        print(f"failed: {test}")
    for test in total.skips:
        print(f"skipped: {test}")
    print(f"{sum(seconds for seconds, _ in results.values()) / 60:.1f} minutes")
    print(f"{total.passed} passed, {len(total.failures)} failed, {len(total.skips)} skipped")
    return 1 if total.failures else 0


def main() -> int:
    args = arguments()
    if args.list:
        print("steps: " + ", ".join(step.name for step in plan.steps()))
        print("labels: " + ", ".join(plan.SHORT + plan.LONG))
        print("with no option: " + ", ".join(plan.DEFAULT))
        return 0
    steps = chosen(args)
    return summary(run_all([setup_step(steps), *steps], 1 if args.fuzz is None else args.fuzz))


if __name__ == "__main__":
    sys.exit(main())
