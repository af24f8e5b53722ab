"""Every link between the documents leads somewhere: to a file, and to a heading in it; so do pictures, and the names
of source files in backquotes (from the root; NAME and NNNN stand for any)."""
import posixpath
import re
from collections.abc import Iterator

import files

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SOURCE = re.compile(r"`((?:cli|core|docs|mcp_server|render|router|schemas|scripts|store|tests)/[\w./-]+\.\w+)`")
SOURCE_SUFFIXES = (".cc", ".h", ".py", ".mjs", ".sql", ".md")
FENCE = re.compile(r"^\s*(```|~~~)")


def prose(tree: files.Tree, path: str) -> Iterator[tuple[int, str]]:
    """The lines outside of code blocks."""
    fenced = False
    for number, line in tree.lines(path):
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield number, line


def anchors(tree: files.Tree, path: str) -> set[str]:
    """The anchors that GitHub gives the headings."""
    found: set[str] = set()
    for _, line in prose(tree, path):
        heading = re.match(r"#+\s+(.*?)\s*#*$", line)
        if heading:
            plain = re.sub(r"[^\w\- ]", "", heading[1].lower())
            found.add(plain.replace(" ", "-"))
    return found


def check(tree: files.Tree) -> Iterator[files.Offence]:
    for path in tree.ending(".md"):
        for number, line in prose(tree, path):
            for name in SOURCE.findall(line):
                if name.endswith(SOURCE_SUFFIXES) and name not in tree.paths and not re.search("NAME|NNNN", name):
                    yield files.Offence(path, number, f"{name} does not exist")
            for link in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if re.match(r"[a-z]+:", link):
                    continue
                target, _, anchor = link.partition("#")
                to = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
                to = path if not target else to
                if not (tree.root / to).exists():
                    yield files.Offence(path, number, f"{link} leads to no file")
                elif anchor and to.endswith(".md") and anchor not in anchors(tree, to):
                    yield files.Offence(path, number, f"{link} leads to no heading of {to}")


if __name__ == "__main__":
    files.main(check, __doc__)
