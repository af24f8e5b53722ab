"""Every test and every source file is named in a CMakeLists.txt: a file that nothing builds tests
nothing. A file with tests ends in _test, and a suite of one file has that file's name, so that each is
found by the other."""
import pathlib
import posixpath
import re
from collections.abc import Iterator

import files

TEST_SCRIPT = re.compile(r"_test\.(py|sh|mjs)$")
HERE, TOP = "${CMAKE_CURRENT_SOURCE_DIR}/", "${CMAKE_SOURCE_DIR}/"
# What a file with tests has, by its suffix.
TESTS = {
    ".cc": re.compile(r"^(TEST_CASE|TEST_CASE_METHOD|TEMPLATE_TEST_CASE|SCENARIO)\(", re.MULTILINE),
    ".py": re.compile(r"^\s+def test_\w+\(", re.MULTILINE),
    ".mjs": re.compile(r"^(await )?RunScenario\(", re.MULTILINE),
}
SUITE = re.compile(r"^\s*katra(?:_script)?_test\(\s*([\w-]+)\s([^)]*)\)", re.MULTILINE)
TEST_FILE = re.compile(r"(\w+_test)\.(?:cc|py|mjs|sh)\b")


def is_wanted(path: str) -> bool:
    if path.endswith(".cc"):
        return path.startswith(tuple(f"{layer}/" for layer in (*files.PRODUCT, "tests")))
    return path.startswith("tests/") and bool(TEST_SCRIPT.search(path))


def without_comments(text: str) -> str:
    return re.sub(r"#.*", "", text)


def named_files(tree: files.Tree) -> set[str]:
    """The words of every CMakeLists.txt, as paths below the root."""
    named = set()
    for path in tree.ending("CMakeLists.txt"):
        folder = posixpath.dirname(path)
        for word in re.sub(r"[()]", " ", without_comments(tree.text(path))).split():
            name = word.strip('"')
            base = "" if name.startswith(TOP) else folder
            name = name.removeprefix(TOP).removeprefix(HERE)
            named.add(posixpath.normpath(posixpath.join(base, name)))
    return named


def misnamed_file(tree: files.Tree, path: str) -> bool:
    file = pathlib.PurePosixPath(path)
    tests = TESTS.get(file.suffix)
    return bool(tests) and not file.stem.endswith("_test") and bool(tests.search(tree.text(path)))


def misnamed_suites(tree: files.Tree, path: str) -> Iterator[files.Offence]:
    text = without_comments(tree.text(path))
    for suite in SUITE.finditer(text):
        found = set(TEST_FILE.findall(suite[2]))
        if len(found) != 1:
            continue  # of several files: named after what they test
        file = found.pop()
        if suite[1] != file and not suite[1].endswith(f"_{file}"):
            line = text.count("\n", 0, suite.start(1)) + 1
            yield files.Offence(path, line, f"call the suite of {file} {file}, or FOLDER_{file}")


def check(tree: files.Tree) -> Iterator[files.Offence]:
    named = named_files(tree)
    for path in tree.paths:
        if is_wanted(path) and path not in named:
            yield files.Offence(path, 1, "no CMakeLists.txt names this file")
        if not path.startswith("tests/"):
            continue
        if misnamed_file(tree, path):
            yield files.Offence(path, 1, "a file with tests is called NAME_test")
        if path.endswith("CMakeLists.txt"):
            yield from misnamed_suites(tree, path)


if __name__ == "__main__":
    files.main(check, __doc__)
