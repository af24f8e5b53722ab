"""Every .json file parses, and no object in it has a key twice."""
import json
from collections.abc import Iterator

import files


def without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'the key "{twice}" stands twice')
    return members


def check(tree: files.Tree) -> Iterator[files.Offence]:
    for path in tree.ending(".json"):
        try:
            json.loads((tree.root / path).read_bytes(), object_pairs_hook=without_duplicates)
        except ValueError as error:
            yield files.Offence(path, getattr(error, "lineno", 1), f"not JSON: {error}")


if __name__ == "__main__":
    files.main(check, __doc__)
