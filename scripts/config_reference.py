#!/usr/bin/env python3
"""Writes docs/config-reference.md: every member of Katra's configuration files, from their schemas.

usage: scripts/config_reference.py
A lint fails when the page is not what this script writes.
"""
import json
import pathlib
import re
from collections.abc import Iterator

PAGE = "docs/config-reference.md"
# The schemas in the order of the page: path, heading, what tells its sections from another's.
FILES = [
    ("schemas/personas-v1.json", "personas.json", ""),
    ("schemas/project-routing-v1.json", ".katra/routing.json", " (project)"),
]
UNITS = {"characters": "character", "entries": "entry"}
INTRO = """# Configuration reference

Every member of the files that configure sessions and the gateway. `scripts/config_reference.py` generates this page
from the schemas in `schemas/`; change those. [Configuration](configuration.md) explains `personas.json` with examples,
[Routing](routing.md) the members that route requests.
"""


def is_section(schema: dict) -> bool:
    return "properties" in schema


def counted(schema: dict, least: str, most: str, unit: str) -> str:
    low, high = schema.get(least), schema.get(most)
    if high is None:
        return f"at least {low:,} {unit if low != 1 else UNITS[unit]}" if low else ""
    if low:
        return f"{low:,} to {high:,} {unit}" if low != high else f"{low:,} {unit}"
    return f"at most {high:,} {unit}"


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class Page:
    """One file's sections, each object in a table of its own, in the order in which they are met."""

    def __init__(self, schema: dict, suffix: str):
        self.schema = schema
        self.suffix = suffix
        self.headings: dict[int, str] = {}  # by the identity of the object's schema
        self.waiting: list[tuple[str, dict]] = []

    def resolve(self, schema: dict) -> dict:
        while "$ref" in schema:
            schema = self.schema["definitions"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def value(self, schema: dict, path: str) -> str:
        """The values that a member takes, in words."""
        schema = self.resolve(schema)
        if "anyOf" in schema:
            return ", or ".join(dict.fromkeys(self.value(one, path) for one in schema["anyOf"]))
        if "const" in schema:
            return f"`{json.dumps(schema['const'])}`"
        if "enum" in schema:
            return ", ".join(f"`{one if isinstance(one, str) else json.dumps(one)}`"
                             for one in schema["enum"])
        kind = schema.get("type")
        if isinstance(kind, list):
            return ", or ".join(self.value({**schema, "type": one}, path) for one in kind)
        return {"object": self.table, "array": self.list, "string": self.text,
                "integer": self.number, "number": self.number,
                "boolean": lambda *_: "`true`, `false`"}[kind](schema, path)

    def text(self, schema: dict, _: str) -> str:
        length = counted(schema, "minLength", "maxLength", "characters")
        return f"text, {length}" if length else "text"

    def number(self, schema: dict, _: str) -> str:
        kind = "whole number" if schema["type"] == "integer" else "number"
        if "minimum" not in schema:
            return kind
        return f"{kind}, {schema['minimum']:,} to {schema['maximum']:,}"

    def list(self, schema: dict, path: str) -> str:
        count = counted(schema, "minItems", "maxItems", "entries")
        return f"list{f' of {count}' if count else ''}; each: {self.value(schema['items'], path + '[]')}"

    def table(self, schema: dict, path: str) -> str:
        if is_section(schema):
            return f"[object](#{anchor(self.heading(schema, path))})"
        more = schema.get("additionalProperties")
        if isinstance(more, dict):
            return f"object; each member: {self.value(more, path + '.NAME')}"
        return "object"

    def heading(self, schema: dict, path: str) -> str:
        if id(schema) not in self.headings:
            self.headings[id(schema)] = path + self.suffix
            self.waiting.append((path, schema))
        return self.headings[id(schema)]

    def rows(self, schema: dict, path: str) -> Iterator[str]:
        required = schema.get("required", [])
        for name, member in schema["properties"].items():
            below = f"{path}.{name}" if path else name
            values = self.value(member, below)
            meaning = member.get("description") or self.resolve(member).get("description", "")
            if name in required:
                meaning = f"{meaning} Required.".strip()
            cells = [cell.replace("|", "\\|").replace("<", "\\<") for cell in (f"`{name}`", values, meaning)]
            yield f"| {' | '.join(cells)} |"

    def lines(self, heading: str) -> Iterator[str]:
        yield f"## {heading}"
        yield ""
        yield self.schema["description"]
        self.waiting.append(("", self.schema))
        while self.waiting:
            path, schema = self.waiting.pop(0)
            if path:
                yield ""
                yield f"### {path}{self.suffix}"
                if schema.get("description"):
                    yield ""
                    yield schema["description"]
            yield ""
            yield "| member | value | meaning |"
            yield "|---|---|---|"
            yield from self.rows(schema, path)


def wrapped(line: str, width: int = 120) -> str:
    """Text of a schema as Markdown is wrapped here; tables and headings stay as they are."""
    if line.startswith(("|", "#")):
        return line
    lines = [""]
    for word in line.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\n".join(lines)


def page(schemas: dict[str, str]) -> str:
    """The page. `schemas`: the text of each file that FILES names, by its path."""
    text = INTRO
    for path, heading, suffix in FILES:
        lines = Page(json.loads(schemas[path]), suffix).lines(heading)
        text += "\n" + "\n".join(wrapped(line) for line in lines) + "\n"
    return text


def main() -> None:
    root = pathlib.Path(__file__).resolve().parents[1]
    schemas = {path: (root / path).read_text(encoding="utf-8") for path, _, _ in FILES}
    (root / PAGE).write_text(page(schemas), encoding="utf-8")


if __name__ == "__main__":
    main()
