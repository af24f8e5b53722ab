"""Runs one step of scripts/test: output into a log, an end to what takes too long, an outcome."""
import concurrent.futures
import io
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import outcome
import plan

LOGS = plan.BUILD / "test-logs"
SHOWN_LINES = 120  # of the log of a failed step


def log_path(name: str) -> pathlib.Path:
    return LOGS / f"{name.replace(' ', '-')}.log"


def run_command(command: list[str], log, minutes: float, env: dict[str, str]) -> int:
    """Its exit code; 124 when it took too long and was ended with everything it started."""
    log.write(f"\n$ {' '.join(command)}\n")
    log.flush()
    try:
        child = subprocess.Popen(
            command, cwd=plan.ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env={**os.environ, **env}, start_new_session=True,
        )
    except OSError as error:
        log.write(f"{error}\n")
        return 127
    try:
        return child.wait(timeout=minutes * 60)
    except subprocess.TimeoutExpired:
        log.write(f"\nended after {minutes:g} minutes\n")
        return 124
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def run_fuzzer(name: str, command: list[str], minutes: float) -> tuple[outcome.Outcome, bytes]:
    with tempfile.TemporaryFile("w+b") as part, io.TextIOWrapper(part, encoding="utf-8") as log:
        code = run_command(command, log, minutes + 5, plan.SANITIZER_OPTIONS)
        log.flush()
        part.seek(0)
        return outcome.of_exit_code(name, code, skipped_code=-1), part.read()


def run_fuzzers(log, minutes: float) -> outcome.Outcome:
    """As many at a time as there are processors: each uses one. The log ends with what failed."""
    total = outcome.Outcome()
    said_of_failures = []
    with concurrent.futures.ThreadPoolExecutor(int(plan.CORES)) as pool:
        runs = [pool.submit(run_fuzzer, name, command, minutes)
                for name, command in plan.fuzz_commands(minutes).items()]
        for run in runs:
            found, said = run.result()
            text = said.decode("utf-8", "replace")
            if found.failures:
                said_of_failures.append(f"== {', '.join(found.failures)}\n{text}")
            else:
                log.write(text)
            total.passed += found.passed
            total.failures += found.failures
    log.writelines(said_of_failures)
    if not total.passed and not total.failures:
        total.failures.append("fuzz (no fuzzer was built)")
    return total


def run_step(step: plan.Step, fuzz_minutes: float) -> outcome.Outcome:
    LOGS.mkdir(parents=True, exist_ok=True)
    if step.ctest:
        step.ctest.unlink(missing_ok=True)  # so that an old report is not taken for this run's
    with open(log_path(step.name), "w", encoding="utf-8") as log:
        if step.fuzz:
            return run_fuzzers(log, fuzz_minutes)
        for command in step.commands:
            code = run_command(command, log, step.minutes, step.env)
            if code != 0:
                break
    if step.ctest:
        return outcome.of_junit(step.name, step.ctest, code)
    return outcome.of_exit_code(step.name, code)


def show_log(name: str) -> None:
    lines = log_path(name).read_text(encoding="utf-8", errors="replace").splitlines()
    if len(lines) > SHOWN_LINES:
        print(f"... the last {SHOWN_LINES} lines of {log_path(name)}")
    print("".join(f"  | {line}\n" for line in lines[-SHOWN_LINES:]), end="")
    sys.stdout.flush()
