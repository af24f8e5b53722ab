"""The list of known defects and the tests that guard against them name each other: a line without
its test guards nothing, and a test without its line is not understood."""
import re
from collections.abc import Iterator

import files

LIST = "docs/dev/regressions.md"
ROW = re.compile(r"\| (B\d+) \|.*\| ([^|]*) \|$")
CODE = re.compile(r"\bB\d{1,2}\b")
TESTS = (".cc", ".py", ".mjs")
OWN_TEST = "tests/unit/scripts/lint_test.py"  # its examples are none


def check(tree: files.Tree) -> Iterator[files.Offence]:
    if LIST not in tree.paths:
        return
    listed: dict[str, set[str]] = {}
    for number, line in tree.lines(LIST):
        if not (row := ROW.match(line)):
            continue
        code, suites = row[1], re.findall(r"`([^`]+)`", row[2])
        if code in listed:
            yield files.Offence(LIST, number, f"{code} stands here a second time")
        listed[code] = {f"tests/{suite}" for suite in suites}
        if not suites:
            yield files.Offence(LIST, number, f"{code} names no suite")
        for path in sorted(listed[code]):
            if path not in tree.paths:
                yield files.Offence(LIST, number, f"there is no {path}")
            elif not re.search(rf"\b{code}\b", tree.text(path)):
                yield files.Offence(LIST, number, f"{path} has no test of {code}")
    for path in tree.ending(*TESTS):
        if not path.startswith("tests/") or path == OWN_TEST:
            continue
        for number, line in tree.lines(path):
            for code in CODE.findall(line):
                if path not in listed.get(code, set()):
                    yield files.Offence(path, number, f"{LIST} does not name this file at {code}")


if __name__ == "__main__":
    files.main(check, __doc__)
