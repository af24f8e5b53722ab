"""docs/config-reference.md is what scripts/config_reference.py makes of the schemas."""
import pathlib
import sys
from collections.abc import Iterator

import files

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import config_reference  # noqa: E402


def check(tree: files.Tree) -> Iterator[files.Offence]:
    paths = [path for path, _, _ in config_reference.FILES]
    if not all(path in tree.paths for path in paths):
        return
    expected = config_reference.page({path: tree.text(path) for path in paths}).splitlines()
    found = tree.text(config_reference.PAGE).splitlines() if config_reference.PAGE in tree.paths else []
    if found == expected:
        return
    line = next((number for number, (one, other) in enumerate(zip(found, expected), start=1)
                 if one != other), min(len(found), len(expected)) + 1)
    yield files.Offence(config_reference.PAGE, line,
                        "is not what the schemas say: run scripts/config_reference.py")


if __name__ == "__main__":
    files.main(check, __doc__)
