"""Writes text files into a C++ source file, as string literals (see KatraEmbed.cmake)."""
import argparse
import pathlib

# A literal may not pass 65,536 characters (C++ [implimits]), so that long files come in pieces.
PIECE = 12_000


def literal(text: str) -> str:
    pieces = [text[i : i + PIECE] for i in range(0, len(text), PIECE)] or [""]
    return "\n".join(f'R"katra({piece})katra"' for piece in pieces)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--header", required=True, type=pathlib.Path)
    parser.add_argument("--include", required=True)
    parser.add_argument("--source", required=True, type=pathlib.Path)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    args = parser.parse_args()

    args.header.parent.mkdir(parents=True, exist_ok=True)
    args.header.write_text(
        "#pragma once\n\n#include <string_view>\n#include <vector>\n\n"
        f"namespace {args.namespace} {{\n\n"
        "struct EmbeddedFile {\n  std::string_view name;\n  std::string_view text;\n};\n\n"
        "// Sorted by name. Static storage.\n"
        "const std::vector<EmbeddedFile>& EmbeddedFiles();\n\n"
        f"}}  // namespace {args.namespace}\n"
    )
    rows = []
    for path in sorted(args.files, key=lambda p: p.name):
        rows.append(f'      {{"{path.name}",\n{literal(path.read_text())}}},\n')
    args.source.write_text(
        f'#include "{args.include}"\n\n'
        f"namespace {args.namespace} {{\n\n"
        "const std::vector<EmbeddedFile>& EmbeddedFiles() {\n"
        "  static const std::vector<EmbeddedFile> files = {\n" + "".join(rows) + "  };\n"
        "  return files;\n}\n\n"
        f"}}  // namespace {args.namespace}\n"
    )


if __name__ == "__main__":
    main()
