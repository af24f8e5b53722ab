"""What the lints share: which files are the project's, and how an offence is reported."""
import argparse
import dataclasses
import os
import pathlib
import sys
from collections.abc import Callable, Iterable, Iterator

NOT_OURS = {"build", ".git", ".cache", "node_modules", "__pycache__"}
CODE = {".cc", ".h", ".py", ".js", ".mjs", ".ts", ".sh", ".sql", ".cmake"}
PRODUCT = ("core", "store", "render", "router", "mcp_server", "cli")
SKIPPED = 77  # exit code: a tool is missing; the caller decides whether that is allowed


@dataclasses.dataclass(frozen=True)
class Offence:
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class Tree:
    """The files below a root, as paths relative to it with forward slashes, sorted."""

    def __init__(self, root: pathlib.Path):
        self.root = root
        self.paths = sorted(self._walk())

    def _walk(self) -> Iterator[str]:
        for folder, names, files in os.walk(self.root):
            names[:] = [n for n in names if n not in NOT_OURS]
            for name in files:
                yield pathlib.Path(folder, name).relative_to(self.root).as_posix()

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def lines(self, path: str) -> Iterator[tuple[int, str]]:
        yield from enumerate(self.text(path).splitlines(), start=1)

    def ending(self, *suffixes: str) -> list[str]:
        return [p for p in self.paths if p.endswith(suffixes)]

    def scripts(self) -> list[str]:
        """Files without a suffix that start with a shebang."""
        return [p for p in self.paths if "." not in pathlib.Path(p).name and self._has_shebang(p)]

    def _has_shebang(self, path: str) -> bool:
        with open(self.root / path, "rb") as file:
            return file.read(2) == b"#!"

    def code(self) -> list[str]:
        suffixed = [p for p in self.paths if pathlib.Path(p).suffix in CODE]
        builds = [p for p in self.paths if p.endswith("CMakeLists.txt")]
        return sorted({*suffixed, *builds, *self.scripts()})


def main(check: Callable[[Tree], Iterable[Offence]], description: str) -> None:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2]
    )
    offences = list(check(Tree(parser.parse_args().root)))
    for offence in offences:
        print(offence)
    sys.exit(1 if offences else 0)


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)
