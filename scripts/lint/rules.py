"""Each rule code that a comment, a test or a document cites is defined in a table of the documents: a code
that nobody can look up says nothing."""
import re
from collections.abc import Iterator

import files

INDEX = "docs/dev/rules.md"  # says which letters are rules, and where they are defined
LETTER = re.compile(r"^\| ([A-Z]) \|")
DEFINITION = re.compile(r"^\| ([A-Z][1-9]\d?) \|")
COMMENT = {".cc": r"//(.*)|(TEST_CASE\(.*)", ".h": r"//(.*)", ".py": r"#(.*)|(def test.*|\"\"\".*)",
           ".mjs": r"//(.*)"}
OWN_TEST = "tests/unit/scripts/lint_test.py"  # its examples are none


def cited(path: str, line: str) -> str:
    """The part of the line that people read."""
    for ending, pattern in COMMENT.items():
        if path.endswith(ending):
            return " ".join(part for found in re.findall(pattern, line)
                            for part in ([found] if isinstance(found, str) else found))
    return line


def check(tree: files.Tree) -> Iterator[files.Offence]:
    if INDEX not in tree.paths:
        return
    letters, defined = set(), set()
    for path in tree.ending(".md"):
        for _, line in tree.lines(path):
            if row := DEFINITION.match(line):
                defined.add(row[1])
            elif path == INDEX and (row := LETTER.match(line)):
                letters.add(row[1])
    code = re.compile(rf"(?<![\w+./-])([{''.join(sorted(letters))}][1-9]\d?)(?![\w.+])")
    for path in tree.ending(*COMMENT, ".md"):
        if path == OWN_TEST or "/golden/" in path:
            continue
        for number, line in tree.lines(path):
            for one in code.findall(cited(path, line)):
                if one not in defined:
                    yield files.Offence(path, number, f"no document defines {one} ({INDEX} lists the tables)")


if __name__ == "__main__":
    files.main(check, __doc__)
