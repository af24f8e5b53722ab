"""Nothing unfinished, and no path of one person's machine."""
import os
import re
from collections.abc import Iterator

import files

# Written so that this file does not offend itself.
UNFINISHED = [
    (re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b"), "finish it, or write an issue"),
    (re.compile(r"\bnot (yet )?imple" r"mented\b", re.IGNORECASE), "finish it, or leave it out"),
]
PATH_OF_A_PERSON = re.compile(r"(?<![\w.~-])(?:/ro" r"ot/|/(?:home|Users)/(?!you\b)[\w.-]+)")
MADE_UP = ("tests/", "schemas/golden/")  # where made-up people have made-up folders
ADVICE = "no path of one machine (an example says /home/you)"


def offences(path: str, line: str) -> Iterator[tuple[str, str]]:
    for pattern, advice in UNFINISHED:
        if found := pattern.search(line):
            yield found.group(0), advice
    home = os.path.expanduser("~") + "/"
    if home in line:
        yield home, ADVICE
    elif not path.startswith(MADE_UP) and (found := PATH_OF_A_PERSON.search(line)):
        yield found.group(0), ADVICE


def check(tree: files.Tree) -> Iterator[files.Offence]:
    texts = tree.ending(".md", ".json", ".txt", ".yml", ".yaml", ".clang-tidy")
    for path in sorted({*tree.code(), *texts}):
        for number, line in tree.lines(path):
            for found, advice in offences(path, line):
                yield files.Offence(path, number, f'"{found}": {advice}')


if __name__ == "__main__":
    files.main(check, __doc__)
