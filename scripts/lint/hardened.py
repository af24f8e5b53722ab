"""Built programs are hardened: position independent, read-only relocations bound at start, no
executable stack, stack protectors, fortified calls and, on x86, a shadow stack.

usage: scripts/lint/hardened.py PROGRAM...
Exit code 0: all are. 1: offences. 77: readelf is missing.
"""
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

SKIPPED = 77


def readelf(program: str, *options: str) -> str:
    run = subprocess.run(
        ["readelf", "-W", *options, program], capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        raise SystemExit(f"{program}: {run.stderr.strip()}")
    return run.stdout


def offences(program: str) -> Iterator[str]:
    header, segments, dynamic = (readelf(program, option) for option in ("-h", "-l", "-d"))
    if not re.search(r"Type:\s+DYN", header):
        yield "is not position independent: link with -pie"
    if "GNU_RELRO" not in segments:
        yield "has writable relocations: link with -z relro"
    if not re.search(r"BIND_NOW|FLAGS_1\).*\bNOW\b", dynamic):
        yield "binds functions lazily: link with -z now"
    stack = re.search(r"GNU_STACK(?:\s+0x\w+){5}\s([R ][W ][E ])\s", segments)
    if stack is None or "E" in stack[1]:
        yield "has an executable stack: link with -z noexecstack"
    symbols = readelf(program, "--dyn-syms")
    if "__stack_chk_fail" not in symbols:
        yield "has no stack protector: compile with -fstack-protector-strong"
    if not re.search(r"__\w+_chk\b(?<!__stack_chk)", symbols):
        yield "calls nothing fortified: compile with -D_FORTIFY_SOURCE=2 and optimise"
    if re.search(r"Machine:.*X86-64", header) and "SHSTK" not in readelf(program, "-n"):
        yield "has no shadow stack mark: compile with -fcf-protection, link with -z shstk"


def main(programs: list[str]) -> int:
    if not programs:
        print(__doc__, file=sys.stderr)
        return 2
    if shutil.which("readelf") is None:
        print("skipped: no readelf; run scripts/setup --dev")
        return SKIPPED
    found = [f"{program} {offence}" for program in programs for offence in offences(program)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
