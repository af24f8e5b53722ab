"""Markdown is wrapped at 120 columns. Tables, blocks of code, and lines that cannot be broken, such as a long link or
a long message in backquotes, may be longer."""
import re
from collections.abc import Iterator

import docs
import files

LIMIT = 120
CODE = re.compile(r"`[^`]*`")


def check(tree: files.Tree) -> Iterator[files.Offence]:
    for path in tree.ending(".md"):
        for number, line in docs.prose(tree, path):
            text = line.strip()
            if len(line) <= LIMIT or text.startswith(("|", "#")):
                continue
            if docs.LINK.sub("", CODE.sub("", text)).strip().count(" ") > 1:
                yield files.Offence(path, number, f"{len(line)} columns: wrap it at {LIMIT}")


if __name__ == "__main__":
    files.main(check, __doc__)
