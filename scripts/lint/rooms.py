"""The rooms within router/ and mcp_server/, and which of them each may include."""

T = "router/translate/"
G = "router/gateway/"
# Formats: each knows what translate/ itself has, and no other but those named here.
FORMATS = tuple(f"{T}{room}/" for room in ("messages", "to_chat", "from_chat", "to_responses",
                                           "from_responses", "openai_clients", "same_format"))
BELOW_POLICY = ("router/providers/", "router/config/", T, f"{T}messages/")

# How the paths of a room begin -> those that it may include beside itself. A file belongs to the
# longest beginning that fits; a single file can be a room of its own.
ROOMS: dict[str, tuple[str, ...]] = {
    "router/providers/": (),
    "router/config/": ("router/providers/", "router/routing/cost/"),
    "router/config/plano/": ("router/providers/", "router/config/"),
    "router/config/project/": ("router/config/",),
    "router/claude_code_router/": ("router/providers/", "router/config/"),
    "router/cloud/": ("router/providers/",),
    T: ("router/providers/",),
    f"{T}messages/": ("router/providers/", T),
    f"{T}to_chat/": ("router/providers/", T),
    f"{T}from_chat/": ("router/providers/", T),
    f"{T}to_responses/": ("router/providers/", T),
    f"{T}from_responses/": ("router/providers/", T),
    f"{T}openai_clients/": ("router/providers/", T, f"{T}messages/"),
    f"{T}same_format/": ("router/providers/", T, f"{T}messages/", f"{T}from_chat/",
                         f"{T}from_responses/", f"{T}openai_clients/"),
    "router/policy/": BELOW_POLICY,
    "router/routing/task_sense/": (),
    "router/routing/matching/": ("router/routing/task_sense/",),
    "router/routing/matching/fit/": ("router/routing/task_sense/", "router/routing/matching/"),
    "router/routing/": (*BELOW_POLICY, "router/routing/learning/", "router/routing/matching/"),
    "router/routing/replay/": (*BELOW_POLICY, "router/policy/", "router/routing/",
                               "router/routing/matching/", "router/routing/learning/",
                               "router/routing/cost/"),
    "router/routing/router_model/": (),
    "router/routing/cost/": (),
    "router/routing/learning/": ("router/config/", "router/routing/cost/"),
    "router/routing/feedback/": ("router/config/", "router/routing/learning/"),
    "router/credentials/": (*BELOW_POLICY, "router/cloud/", "router/policy/"),
    G: (*BELOW_POLICY, "router/policy/"),
    f"{G}access/": (*BELOW_POLICY, "router/config/project/", "router/policy/", G),
    f"{G}observe/": (*BELOW_POLICY, "router/policy/", "router/routing/learning/", G),
    f"{G}subscription/": (*BELOW_POLICY, "router/policy/", G, f"{G}access/"),
    f"{G}spending/": (*BELOW_POLICY, "router/policy/", "router/routing/cost/", G, f"{G}access/",
                      f"{G}observe/"),
    f"{G}capture/": ("router/config/", T, *FORMATS, G, f"{G}observe/"),
    f"{G}proxy/": (*BELOW_POLICY, *FORMATS, "router/policy/", "router/routing/",
                   "router/routing/matching/", "router/routing/learning/",
                   "router/routing/cost/", "router/routing/router_model/", "router/cloud/",
                   "router/credentials/", G, f"{G}access/", f"{G}observe/", f"{G}capture/",
                   f"{G}subscription/", f"{G}spending/"),
    f"{G}server/": (*BELOW_POLICY, "router/config/plano/", "router/policy/", "router/cloud/",
                    "router/credentials/", G, f"{G}access/", f"{G}observe/", f"{G}capture/",
                    f"{G}subscription/", f"{G}spending/", f"{G}proxy/"),
    "mcp_server/rpc/": (),
    "mcp_server/call_environment.": (),
    "mcp_server/tools/": ("mcp_server/call_environment.",),
    "mcp_server/resources/": ("mcp_server/call_environment.",),
    "mcp_server/prompts/": ("mcp_server/call_environment.", "mcp_server/resources/"),
    "mcp_server/session_host.": (),
    "mcp_server/protocol/": ("mcp_server/rpc/", "mcp_server/tools/", "mcp_server/resources/",
                             "mcp_server/prompts/", "mcp_server/session_host.",
                             "mcp_server/call_environment."),
    "mcp_server/server": ("mcp_server/rpc/", "mcp_server/protocol/", "mcp_server/session_host."),
    "mcp_server/transport/": ("mcp_server/rpc/", "mcp_server/server", "mcp_server/session_host."),
    "mcp_server/launch_options.": (),
    "mcp_server/main.cc": ("mcp_server/rpc/", "mcp_server/tools/", "mcp_server/resources/",
                           "mcp_server/prompts/", "mcp_server/protocol/", "mcp_server/transport/",
                           "mcp_server/server", "mcp_server/session_host.",
                           "mcp_server/launch_options."),
}
LAYERS = {room.split("/", 1)[0] for room in ROOMS}


def room_of(path: str) -> str:
    """Empty: it is in none."""
    return max((room for room in ROOMS if path.startswith(room)), key=len, default="")


def complaint(path: str, target: str) -> str | None:
    """Why the file at `path` must not include `target`, both of one layer."""
    room, wanted = room_of(path), room_of(target)
    if not room:
        return f"{path} is in no room: put it in one, or name a new one in scripts/lint/rooms.py"
    if wanted in (room, *ROOMS[room]):
        return None
    known = ", ".join(ROOMS[room]) or "itself only"
    return f"{room} must not know {wanted or target}: it may include {known}"
