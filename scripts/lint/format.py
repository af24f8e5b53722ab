"""C++ is laid out by clang-format 14 (other versions break lines elsewhere)."""
import re
import shutil
import subprocess
from collections.abc import Iterator

import files

VERSION = "14"
WARNING = re.compile(r"^(?P<path>[^:]+):(?P<line>\d+):\d+: ")


def find_clang_format() -> str:
    for name in (f"clang-format-{VERSION}", "clang-format"):
        if shutil.which(name):
            said = subprocess.run([name, "--version"], capture_output=True, text=True, check=True)
            if re.search(rf"version {VERSION}\.", said.stdout):
                return name
    files.skip(f"clang-format {VERSION} is not installed: run scripts/setup --test")
    raise AssertionError("unreachable")


def check(tree: files.Tree) -> Iterator[files.Offence]:
    sources = tree.ending(".cc", ".h")
    if not sources:
        return
    said = subprocess.run(
        [find_clang_format(), "--dry-run", "--style=file", *sources],
        cwd=tree.root, capture_output=True, text=True, check=True,
    )
    offending = set()
    for line in said.stderr.splitlines():
        found = WARNING.match(line)
        if found and found["path"] not in offending:
            offending.add(found["path"])
            yield files.Offence(found["path"], int(found["line"]), "run clang-format -i on this file")


if __name__ == "__main__":
    files.main(check, __doc__)
