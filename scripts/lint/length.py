"""No source file passes 500 lines: a reader holds one file in the head."""
from collections.abc import Iterator

import files

LIMIT = 500


def check(tree: files.Tree) -> Iterator[files.Offence]:
    for path in tree.code():
        count = len(tree.text(path).splitlines())
        if count > LIMIT:
            yield files.Offence(path, LIMIT + 1, f"{count} lines, at most {LIMIT}: make it two files")


if __name__ == "__main__":
    files.main(check, __doc__)
