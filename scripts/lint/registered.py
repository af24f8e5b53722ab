"""Every test and every source file is named in a CMakeLists.txt: a file that nothing builds tests
nothing."""
import posixpath
import re
from collections.abc import Iterator

import files

TEST_SCRIPT = re.compile(r"_test\.(py|sh|mjs)$")
HERE, TOP = "${CMAKE_CURRENT_SOURCE_DIR}/", "${CMAKE_SOURCE_DIR}/"


def is_wanted(path: str) -> bool:
    if path.endswith(".cc"):
        return path.startswith(tuple(f"{layer}/" for layer in (*files.PRODUCT, "tests")))
    return path.startswith("tests/") and bool(TEST_SCRIPT.search(path))


def named_files(tree: files.Tree) -> set[str]:
    """The words of every CMakeLists.txt, as paths below the root."""
    named = set()
    for path in tree.ending("CMakeLists.txt"):
        folder = posixpath.dirname(path)
        for word in re.sub(r"#.*|[()]", " ", tree.text(path)).split():
            name = word.strip('"')
            base = "" if name.startswith(TOP) else folder
            name = name.removeprefix(TOP).removeprefix(HERE)
            named.add(posixpath.normpath(posixpath.join(base, name)))
    return named


def check(tree: files.Tree) -> Iterator[files.Offence]:
    named = named_files(tree)
    for path in tree.paths:
        if is_wanted(path) and path not in named:
            yield files.Offence(path, 1, "no CMakeLists.txt names this file")


if __name__ == "__main__":
    files.main(check, __doc__)
