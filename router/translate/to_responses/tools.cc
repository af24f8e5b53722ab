// Writes `tools` and `tool_choice` for the Responses API (R28-R37, R72).
#include "router/translate/memo.h"
#include "router/translate/to_responses/parts.h"

namespace katra::router::translate {
namespace {

constexpr uint64_t kResponsesVariant = 1U << 8U;

void WriteFunction(JsonView tool, Draft& draft, PrefixMemo::Entry& entry, size_t* room,
                   JsonWriter& writer) {
  const std::string name = tool["name"].Text();
  std::string mapped = UpstreamToolName(name);
  if (mapped != name) entry.names.emplace_back(mapped, name);
  writer.BeginObject().Key("type").String("function").Key("name").String(mapped);
  if (tool["description"].IsString()) {
    writer.Key("description").RawString(tool["description"].RawString());
  }
  writer.Key("parameters");
  bool lost = false;
  WriteSchema(tool["input_schema"], draft.quirks().schema_dialect, room, &lost, writer.Place());
  if (lost) entry.dropped.emplace_back("tools.input_schema.$ref");
  // Always written: the default is true, and few client schemas satisfy that.
  writer.Key("strict").Bool(false).EndObject();
  ListToolDrops(tool, &entry.dropped);
}

PrefixMemo::Entry TranslateFunctions(JsonView tools, Draft& draft) {
  PrefixMemo::Entry entry;
  JsonWriter writer(entry.output);
  size_t room = kMaxReferencedOfAll;
  writer.BeginArray();
  for (const JsonView tool : tools) {
    if (KindOf(tool) == ToolKind::kFunction) WriteFunction(tool, draft, entry, &room, writer);
  }
  writer.EndArray();
  return entry;
}

// The functions as an array, usually from the cache (J5).
std::string Functions(JsonView tools, Draft& draft) {
  PrefixMemo* memo = draft.target.memo;
  const uint64_t variant = kResponsesVariant | static_cast<uint64_t>(draft.quirks().schema_dialect);
  std::shared_ptr<const PrefixMemo::Entry> entry;
  if (memo != nullptr) entry = memo->Find(tools.Raw(), variant);
  if (entry == nullptr) {
    PrefixMemo::Entry made = TranslateFunctions(tools, draft);
    if (memo != nullptr) {
      made.source = std::string(tools.Raw());
      entry = memo->Put(std::move(made), variant);
    } else {
      entry = std::make_shared<const PrefixMemo::Entry>(std::move(made));
    }
  }
  for (const auto& [mapped, name] : entry->names) draft.result.reply.tool_names[mapped] = name;
  draft.dropped.insert(entry->dropped.begin(), entry->dropped.end());
  return entry->output;
}

// Appends a tool that the provider runs itself.
void AddServerTool(std::string_view json, std::string& tools) {
  tools.pop_back();
  if (tools.size() > 1) tools.push_back(',');
  tools.append(json).push_back(']');
}

void WriteChoice(JsonView tools, Draft& draft, JsonWriter& writer) {
  const JsonView choice = draft.root["tool_choice"];
  const JsonView type = choice["type"];
  if (!choice.IsObject()) return;
  if (!draft.has_functions) {  // R35
    draft.dropped.insert("tool_choice");
    return;
  }
  if (type.Is("auto") || type.Is("none")) {
    writer.Key("tool_choice").RawString(type.RawString());
  } else if (type.Is("any")) {
    writer.Key("tool_choice").String("required");
  } else if (type.Is("tool") && HasFunction(tools, choice["name"].Text())) {
    writer.Key("tool_choice").BeginObject().Key("type").String("function");
    writer.Key("name").String(UpstreamToolName(choice["name"].Text())).EndObject();
  } else {
    draft.dropped.insert("tool_choice");
  }
  if (!choice["disable_parallel_tool_use"].IsTrue()) return;
  if (draft.quirks().parallel_tool_calls) {  // R34
    writer.Key("parallel_tool_calls").Bool(false);
  } else {
    draft.dropped.insert("tool_choice.disable_parallel_tool_use");
  }
}

}  // namespace

Status WriteResponsesTools(Draft& draft, JsonWriter& writer) {
  const auto read = ReadTools(draft);
  if (!read) return tl::unexpected<Error>(read.error());
  std::string tools = read->Empty() ? "[]" : Functions(*read, draft);
  draft.has_functions = tools != "[]";
  for (const JsonView tool : *read) {
    const ToolKind kind = KindOf(tool);
    if (kind == ToolKind::kFunction) continue;
    if (kind == ToolKind::kWebSearch && draft.quirks().web_search != WebSearch::kNone) {  // R36
      AddServerTool(R"({"type":"web_search"})", tools);
    } else if (auto left = LeaveOut(kind, tool["type"].Text(), draft); !left) {
      return left;
    }
  }
  if (tools != "[]") writer.Key("tools").Raw(tools);
  WriteChoice(*read, draft, writer);
  return {};
}

}  // namespace katra::router::translate
