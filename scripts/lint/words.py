"""Nothing unfinished, and no path of one person's machine."""
import re
from collections.abc import Iterator

import files

# Written so that this file does not offend itself.
FORBIDDEN = [
    (re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b"), "finish it, or write an issue"),
    (re.compile(r"\bnot (yet )?imple" r"mented\b", re.IGNORECASE), "finish it, or leave it out"),
    (re.compile(r"(?<![\w.~-])/(home|Users)/(?!you\b)[\w.-]+|(?<![\w.~-])/ro" r"ot/"), "no path of one machine"),
]


def check(tree: files.Tree) -> Iterator[files.Offence]:
    texts = tree.ending(".md", ".json", ".txt", ".yml", ".yaml", ".clang-tidy")
    for path in sorted({*tree.code(), *texts}):
        for number, line in tree.lines(path):
            for pattern, advice in FORBIDDEN:
                found = pattern.search(line)
                if found:
                    yield files.Offence(path, number, f'"{found.group(0)}": {advice}')


if __name__ == "__main__":
    files.main(check, __doc__)
