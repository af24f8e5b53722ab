"""Each rule code that a comment, a test or a document cites is defined exactly once, in a table of the
documents: a code that nobody can look up says nothing, and one with two meanings misleads."""
import re
from collections.abc import Iterator

import files

INDEX = "docs/dev/rules.md"  # says which letters are rules, and where they are defined
LETTER = re.compile(r"^\| ([A-Z]) \|")
DEFINITION = re.compile(r"^\| ([A-Z][1-9]\d?) \|")
# C1, and both ends of R10-R27; not B10.5, U+1F600, MiniMax-M1 or docs/B2.
CODE = re.compile(r"(?<![\w+./-])([A-Z][1-9]\d?)(?:-([A-Z][1-9]\d?))?(?![\w+]|\.\w)")
# The parts of a line that people read: comments, the names of tests, and texts that begin with a code.
LEADING = r"""|"((?:[A-Z][1-9]\d? )+)"""
CPP = re.compile(r"//(.*)|(TEST_CASE\(.*)" + LEADING)
SCRIPT = re.compile(r"#(.*)|(def test.*)")
READ = {".cc": CPP, ".h": CPP, ".mjs": CPP, ".py": SCRIPT, ".sh": SCRIPT, ".cmake": SCRIPT,
        "CMakeLists.txt": SCRIPT, ".sql": re.compile(r"--(.*)"), ".md": re.compile(r"(.*)")}
OWN_TEST = "tests/unit/scripts/lint_test.py"  # its examples are none


def read_by_people(tree: files.Tree, path: str) -> Iterator[tuple[int, str]]:
    pattern = next((READ[ending] for ending in READ if path.endswith(ending)), SCRIPT)
    in_docstring = False
    for number, line in tree.lines(path):
        quotes = line.count('"""') if pattern is SCRIPT else 0
        opens = quotes > 0 and line.lstrip().startswith('"""')
        if in_docstring or opens:
            yield number, line
        else:
            yield number, " ".join(part for found in pattern.finditer(line) for part in found.groups() if part)
        in_docstring = quotes % 2 == 1 and opens if not in_docstring else quotes % 2 == 0


def check(tree: files.Tree) -> Iterator[files.Offence]:
    if INDEX not in tree.paths:
        return
    letters: set[str] = set()
    defined: dict[str, str] = {}
    for path in tree.ending(".md"):
        for number, line in tree.lines(path):
            if path == INDEX and (row := LETTER.match(line)):
                if row[1] in letters:
                    yield files.Offence(path, number, f"the letter {row[1]} has a second row")
                letters.add(row[1])
            elif row := DEFINITION.match(line):
                if first := defined.get(row[1]):
                    yield files.Offence(path, number, f"{row[1]} is also defined in {first}")
                defined.setdefault(row[1], f"{path}:{number}")
    for code, place in defined.items():
        if code[0] not in letters:
            path, number = place.split(":")
            yield files.Offence(path, int(number), f"{INDEX} has no row for the letter of {code}")
    for path in [*tree.ending(*READ), *tree.scripts()]:
        if path == OWN_TEST or "/golden/" in path:
            continue
        for number, words in read_by_people(tree, path):
            for code in (one for pair in CODE.findall(words) for one in pair if one):
                if code not in defined:
                    yield files.Offence(path, number, f"no document defines {code} ({INDEX} lists the tables)")


if __name__ == "__main__":
    files.main(check, __doc__)
