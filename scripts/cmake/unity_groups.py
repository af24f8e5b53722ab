"""Says which sources of a target may be compiled as one: unity_groups.py SIZE < targets > groups.

Each line of the input is a target and its sources, separated by tabs; each line of the output is a
target, the name of a group and its sources. A group has at most SIZE sources and keeps their order.

Sources share a group only if no name that one of them keeps to itself (in an unnamed namespace, as a
static function or as a macro) stands anywhere in another or is declared by a header that it includes.
So no name is defined twice, and none means in a group what it does not mean in the file alone.
"""
import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDED = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
# Comments, texts and what is included hold no names.
SILENT = re.compile(
    r'^#include[^\n]*|//[^\n]*|/\*.*?\*/|R"(?P<end>[^(\s]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL | re.MULTILINE)
END = re.compile(r"^\} +// namespace$", re.MULTILINE)
UNNAMED = re.compile(r"^namespace \{$(.*?)^@end", re.DOTALL | re.MULTILINE)
# What a member or a qualified name is called is no matter.
WORD = re.compile(r"(?<![\w.])(?<!->)(?<!::)[A-Za-z_]\w*")
# A declaration starts in the first column; its name stands before the first of these.
DECLARED = re.compile(
    r"^(?!template|namespace|using|TEST_CASE|static_assert|[#}\s])[^(={;\n]*?(\w+)\s*(?:\[[^\n]*)?(?:[(={;]|$)",
    re.MULTILINE)
TYPE = re.compile(
    r"^(?:template [^\n]*\n)?(?:struct|class|enum class|enum|union) (\w+)", re.MULTILINE)
STATIC = re.compile(r"^static [^(={;\n]*?(\w+)\s*[(={;\[]", re.MULTILINE)
ALIAS = re.compile(r"^using (?:(\w+) = [\w:]*?|[\w:]*::)(\w+)([^;\n]*);", re.MULTILINE)
MACRO = re.compile(r"^#\s*define (\w+)", re.MULTILINE)


@functools.cache
def read(path: str) -> str:
    return SILENT.sub('""', END.sub("@end", pathlib.Path(path).read_text()))


def declared(text: str) -> set[str]:
    return set(DECLARED.findall(text)) | set(TYPE.findall(text))


@functools.cache
def declared_by(header: str) -> frozenset[str]:
    return frozenset(declared(read(header)))


@functools.cache
def headers_of(path: str) -> frozenset[str]:
    """The project's headers that a file includes, all the way down."""
    found: set[str] = set()
    for name in INCLUDED.findall(pathlib.Path(path).read_text()):
        header = str(ROOT / name)
        if pathlib.Path(header).is_file():
            found |= {header} | headers_of(header)
    return frozenset(found)


class Source:
    def __init__(self, path: str):
        self.path = path
        text = read(path)
        self.words = set(WORD.findall(text))
        self.known = self.words.union(*(declared_by(header) for header in headers_of(path)))
        self.aliases = set(ALIAS.findall(text))
        self.own = set(STATIC.findall(text)) | set(MACRO.findall(text))
        for body in UNNAMED.findall(text):
            self.own |= declared(body)

    def disturbs(self, other: "Source") -> bool:
        named = {name or last for name, last, _ in self.aliases - other.aliases}
        return not (self.own.isdisjoint(other.known) and named.isdisjoint(other.words))

    def fits(self, others: list["Source"]) -> bool:
        return not any(self.disturbs(other) or other.disturbs(self) for other in others)


def grouped(sources: list[Source], size: int) -> list[list[Source]]:
    groups: list[list[Source]] = []
    for source in sources:
        for group in groups:
            if len(group) < size and source.fits(group):
                group.append(source)
                break
        else:
            groups.append([source])
    return groups


def main(size: int) -> None:
    known: dict[str, Source] = {}
    for line in sys.stdin.read().splitlines():
        target, *paths = line.split("\t")
        known |= {path: Source(path) for path in paths if path not in known}
        for number, group in enumerate(grouped([known[path] for path in paths], size)):
            if len(group) > 1:
                print("\t".join([target, f"{target}_{number}", *(s.path for s in group)]))


main(int(sys.argv[1]))
