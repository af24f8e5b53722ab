"""Every shell script parses, and stops at its first error."""
import re
import subprocess
from collections.abc import Iterator

import files

BASH = re.compile(r"^#!.*\b(bash|sh)\b")


def check(tree: files.Tree) -> Iterator[files.Offence]:
    for path in [*tree.scripts(), *tree.ending(".sh")]:
        text = tree.text(path)
        if not BASH.match(text):
            continue
        parsed = subprocess.run(
            ["bash", "-n", path], cwd=tree.root, capture_output=True, text=True, check=False
        )
        if parsed.returncode != 0:
            yield files.Offence(path, 1, parsed.stderr.strip().replace("\n", "; "))
        if not re.search(r"^set -e?u?o? ?pipefail|^set -e", text, re.MULTILINE):
            yield files.Offence(path, 1, "a script says set -euo pipefail")


if __name__ == "__main__":
    files.main(check, __doc__)
