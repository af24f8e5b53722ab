"""Markdown is wrapped at 120 columns. Tables, code and lines that cannot be broken, such as a long link, may be
longer."""
from collections.abc import Iterator

import docs
import files

LIMIT = 120


def check(tree: files.Tree) -> Iterator[files.Offence]:
    for path in tree.ending(".md"):
        for number, line in docs.prose(tree, path):
            text = line.strip()
            if len(line) <= LIMIT or text.startswith(("|", "#")) or docs.LINK.sub("", text).count(" ") < 2:
                continue
            yield files.Offence(path, number, f"{len(line)} columns: wrap it at {LIMIT}")


if __name__ == "__main__":
    files.main(check, __doc__)
