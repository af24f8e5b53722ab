"""Every test and every source file is named in the CMakeLists.txt of its folder or above: a file
that nothing builds tests nothing."""
import pathlib
import re
from collections.abc import Iterator

import files

TEST = re.compile(r"_(test|fuzzer|bench)\.(cc|py|sh|mjs)$")


def is_wanted(path: str) -> bool:
    in_product = path.startswith(tuple(f"{layer}/" for layer in files.PRODUCT))
    return (in_product and path.endswith(".cc")) or (
        path.startswith("tests/") and (TEST.search(path) or path.endswith(".cc"))
    )


def is_registered(tree: files.Tree, path: str) -> bool:
    """A CMakeLists.txt on the way up names the file relative to itself."""
    for folder in pathlib.PurePosixPath(path).parents:
        lists = (folder / "CMakeLists.txt").as_posix()
        if lists in tree.paths:
            relative = pathlib.PurePosixPath(path).relative_to(folder).as_posix()
            words = re.sub(r"#.*", "", tree.text(lists))
            # Plain, or behind ${CMAKE_CURRENT_SOURCE_DIR}/ and the like.
            if re.search(rf"(?:(?<![\w/.-])|(?<=}}/)){re.escape(relative)}(?![\w.-])", words):
                return True
    return False


def check(tree: files.Tree) -> Iterator[files.Offence]:
    for path in tree.paths:
        if is_wanted(path) and not is_registered(tree, path):
            yield files.Offence(path, 1, "no CMakeLists.txt names this file")


if __name__ == "__main__":
    files.main(check, __doc__)
