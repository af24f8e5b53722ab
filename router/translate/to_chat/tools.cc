// Writes `tools` and `tool_choice` of a Messages request for Chat Completions (R28-R37).
#include "router/translate/memo.h"
#include "router/translate/to_chat/parts.h"

namespace katra::router::translate {
namespace {

void WriteFunction(JsonView tool, Draft& draft, PrefixMemo::Entry& entry, size_t* room,
                   JsonWriter& writer) {
  const std::string name = tool["name"].Text();
  std::string mapped = UpstreamToolName(name);
  if (mapped != name) entry.names.emplace_back(mapped, name);
  writer.BeginObject().Key("type").String("function").Key("function").BeginObject();
  writer.Key("name").String(mapped);
  if (tool["description"].IsString()) {
    writer.Key("description").RawString(tool["description"].RawString());
  }
  writer.Key("parameters");
  bool lost = false;
  WriteSchema(tool["input_schema"], draft.quirks().schema_dialect, room, &lost, writer.Place());
  if (lost) entry.dropped.emplace_back("tools.input_schema.$ref");
  writer.EndObject();
  if (draft.claude_model && tool["cache_control"].IsObject()) {  // R14
    writer.Key("cache_control").Raw(tool["cache_control"].Raw());
  }
  writer.EndObject();
  ListToolDrops(tool, &entry.dropped);
}

// The array of functions, without tools that the upstream has no functions for.
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

// The same tools for the same provider give the same bytes (R27), usually from the cache (J5).
std::string Functions(JsonView tools, Draft& draft) {
  PrefixMemo* memo = draft.target.memo;
  const uint64_t variant =
      (static_cast<uint64_t>(draft.quirks().schema_dialect) << 1U) | (draft.claude_model ? 1U : 0U);
  std::shared_ptr<const PrefixMemo::Entry> entry;
  if (memo != nullptr) entry = memo->Find(tools.Raw(), variant);
  if (entry == nullptr) {
    PrefixMemo::Entry made = TranslateFunctions(tools, draft);
    made.source = memo != nullptr ? std::string(tools.Raw()) : std::string();
    entry = memo != nullptr ? memo->Put(std::move(made), variant)
                            : std::make_shared<const PrefixMemo::Entry>(std::move(made));
  }
  for (const auto& [mapped, name] : entry->names) draft.result.reply.tool_names[mapped] = name;
  draft.dropped.insert(entry->dropped.begin(), entry->dropped.end());
  return entry->output;
}

Status WriteServerTools(JsonView tools, Draft& draft, JsonWriter& writer) {
  for (const JsonView tool : tools) {
    const ToolKind kind = KindOf(tool);
    if (kind == ToolKind::kFunction) continue;
    if (kind == ToolKind::kWebSearch && draft.quirks().web_search == WebSearch::kOptions) {  // R36
      writer.Key("web_search_options").BeginObject().EndObject();
    } else if (kind == ToolKind::kWebSearch &&
               draft.quirks().web_search == WebSearch::kOpenRouterPlugin) {
      writer.Key("plugins").Raw(R"([{"id":"web"}])");
    } else if (auto left = LeaveOut(kind, tool["type"].Text(), draft); !left) {
      return left;
    }
  }
  return {};
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
    writer.Key("function").BeginObject();
    writer.Key("name").String(UpstreamToolName(choice["name"].Text())).EndObject().EndObject();
  } else {
    draft.dropped.insert("tool_choice");
  }
  if (choice["disable_parallel_tool_use"].IsTrue()) {  // R34
    // OpenAI's o-series only calls one tool at a time, and refuses the field.
    const std::string& model = draft.target.model;
    const bool o_series = draft.reasoning_model && model.find("gpt") == std::string::npos;
    if (draft.quirks().parallel_tool_calls && !o_series) {
      writer.Key("parallel_tool_calls").Bool(false);
    } else {
      draft.dropped.insert("tool_choice.disable_parallel_tool_use");
    }
  }
}

}  // namespace

Status WriteTools(Draft& draft, JsonWriter& writer) {
  const auto read = ReadTools(draft);
  if (!read) return tl::unexpected<Error>(read.error());
  const JsonView tools = *read;
  std::string functions = tools.Empty() ? "[]" : Functions(tools, draft);
  draft.has_functions = functions != "[]";
  if (draft.has_functions) writer.Key("tools").Raw(functions);
  if (auto done = WriteServerTools(tools, draft, writer); !done) return done;
  WriteChoice(tools, draft, writer);
  return {};
}

}  // namespace katra::router::translate
