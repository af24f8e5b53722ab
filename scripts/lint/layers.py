"""Includes point downward only, and a third-party library stays where it is at home."""
import re
from collections.abc import Iterator

import files
import rooms

# Each folder -> those that it may include beside itself. router and mcp_server are siblings.
KNOWS = {
    "core": (),
    "store": ("core",),
    "render": ("core", "store"),
    "router": ("core", "store", "render"),
    "mcp_server": ("core", "store", "render"),
    "cli": ("core", "store", "render", "router"),
}
# Rooms of a layer above that a layer may include as well.
DOORS = {"mcp_server": ("router/routing/feedback/",)}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Library headers -> the folders or files that may include them. tests/ may include everything.
AT_HOME = {
    "SQLiteCpp/": ("store/sqlite/",),
    "sqlite3.h": ("store/sqlite/",),
    "uv.h": ("core/uv/", "core/http/"),
    "utf8proc.h": ("core/", "store/search/"),
    "llhttp.h": ("core/http/",),
    "curl/": ("core/http/",),
    "zlib.h": ("core/http/", "router/cloud/event_stream.cc"),
    "yaml-cpp/": ("router/config/plano/yaml_source.cc",),
    "spdlog/": ("core/log.cc",),
    "CLI/": ("mcp_server/main.cc", "mcp_server/launch_options.cc", "router/claude_code_router/main.cc",
             "router/gateway/server/main.cc", "cli/"),
}
# A header hands json_fwd.hpp on. These hold values, and only their own .cc files include them.
FULL_JSON_HEADERS = ("core/json_schema_node.h", "router/config/plano/draft.h")


def layer_of(path: str) -> str:
    return path.split("/", 1)[0]


def named(folders: tuple[str, ...]) -> str:
    return ", ".join(f"{folder}/" for folder in folders) or "itself only"


def complaint(path: str, bracket: str, target: str) -> str | None:
    layer, wanted = layer_of(path), layer_of(target)
    if bracket == '"':
        if target.startswith("."):
            return f"include {target} from the repository root"
        if wanted == "tests":
            return f"{layer}/ must not know tests/"
        if target.startswith(DOORS.get(layer, ())):
            return None
        if wanted in KNOWS and wanted not in (layer, *KNOWS[layer]):
            return f"{layer}/ must not know {wanted}/: it may include {named(KNOWS[layer])}"
        if layer == wanted and layer in rooms.LAYERS:
            if message := rooms.complaint(path, target):
                return message
        if target.startswith("store/sqlite/") and layer != "store":
            return f"{layer}/ opens a store by store/open.h, and must not know {target}"
    for library, homes in AT_HOME.items():
        if (target == library or target.startswith(library)) and not path.startswith(homes):
            return f"{target} may be included in {', '.join(homes)} only"
    if target == "nlohmann/json.hpp" and path.endswith(".h") and path not in FULL_JSON_HEADERS:
        return "a header includes nlohmann/json_fwd.hpp, not nlohmann/json.hpp"
    return None


def check(tree: files.Tree) -> Iterator[files.Offence]:
    for path in tree.ending(".cc", ".h"):
        if layer_of(path) not in KNOWS:
            continue
        for number, line in tree.lines(path):
            include = INCLUDE.match(line)
            message = complaint(path, *include.groups()) if include else None
            if message:
                yield files.Offence(path, number, message)


if __name__ == "__main__":
    files.main(check, __doc__)
