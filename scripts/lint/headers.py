"""Every header is included once, and every source file starts with why it exists (a .cc with a
header of its own may leave that to the header)."""
from collections.abc import Iterator

import files


def check(tree: files.Tree) -> Iterator[files.Offence]:
    for path in tree.ending(".h", ".cc"):
        text = tree.text(path)
        if path.endswith(".h") and "#pragma once" not in text.splitlines():
            yield files.Offence(path, 1, "a header has a line #pragma once")
        told_by_header = path.endswith(".cc") and f"{path.removesuffix('.cc')}.h" in tree.paths
        if not text.startswith("//") and not told_by_header:
            yield files.Offence(path, 1, "a file starts with a comment: why it exists")


if __name__ == "__main__":
    files.main(check, __doc__)
