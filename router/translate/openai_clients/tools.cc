#include "router/translate/openai_clients/tools.h"

#include "router/translate/names.h"
#include "router/translate/request_draft.h"

namespace katra::router::translate {
namespace {

// The argument of the function that replaces a free-text tool.
constexpr std::string_view kTextSchema =
    R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})";

constexpr std::string_view kWebSearch = R"({"type":"web_search_20250305","name":"web_search"})";

// For clients that do not describe how their search is called.
constexpr std::string_view kSearchSchema =
    R"({"type":"object","properties":{"query":{"type":"string"},"limit":{"type":"number"}},)"
    R"("required":["query"]})";

bool IsWebSearch(JsonView type) { return type.RawString().substr(0, 10) == "web_search"; }

// A Messages function. `schema` null: free text.
std::string Function(const std::string& name, const std::string& description,
                     const JsonView* schema, JsonView cache_control) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("name").String(name);
  if (!description.empty()) writer.Key("description").RawString(description);
  writer.Key("input_schema");
  if (schema == nullptr) {
    writer.Raw(kTextSchema);
  } else {
    WriteFullSchema(*schema, writer.Place());
  }
  if (cache_control.IsObject()) writer.Key("cache_control").Raw(cache_control.Raw());
  writer.EndObject();
  return json;
}

// The client searches its own tools and adds the found ones to the next request (F2).
void AddToolSearch(JsonView tool, OpenAiClientRequest* request, ToolList* list) {
  // Executed by OpenAI's servers: all tools are offered anyway.
  if (!tool["execution"].Is("client")) {
    Drop("tools.tool_search", request);
    return;
  }
  const std::string name(kToolSearchName);
  request->tools[name] = {OpenAiClientToolKind::kToolSearch, name, ""};
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("name").String(name);
  if (tool["description"].IsString()) {
    writer.Key("description").RawString(tool["description"].RawString());
  } else {
    writer.Key("description").String("Searches for further tools, which can be called afterwards.");
  }
  writer.Key("input_schema");
  if (tool["parameters"].IsObject()) {
    WriteFullSchema(tool["parameters"], writer.Place());
  } else {
    writer.Raw(kSearchSchema);
  }
  writer.EndObject();
  list->Add(name, std::move(json));
}

void ReadResponsesTool(JsonView tool, JsonView tool_namespace, OpenAiClientRequest* request,
                       ToolList* list) {
  const JsonView type = tool["type"];
  if (type.Is("namespace")) {
    for (const JsonView inner : tool["tools"]) {
      ReadResponsesTool(inner, tool["name"], request, list);
    }
    return;
  }
  if (IsWebSearch(type)) {
    list->Add("web_search", std::string(kWebSearch));
    return;
  }
  if (type.Is(kToolSearchName)) {
    AddToolSearch(tool, request, list);
    return;
  }
  const bool custom = type.Is("custom");
  if (!custom && !type.Is("function")) {
    DropUnknown("tools", type, request);
    return;
  }
  const std::string name = FlatName(tool_namespace, tool["name"]);
  if (custom || tool_namespace.IsString()) {
    request->tools[name] = {
        custom ? OpenAiClientToolKind::kCustom : OpenAiClientToolKind::kFunction,
        tool["name"].Text(), tool_namespace.Text()};
  } else {
    request->tools.erase(name);  // offered again as a plain function
  }
  std::string description(tool["description"].RawString());
  // A grammar cannot be enforced, so it is described to the model.
  if (const JsonView grammar = tool["format"]["definition"]; custom && grammar.IsString()) {
    description += "\\n\\nThe input is free text of this grammar (";
    description += tool["format"]["syntax"].RawString();
    description += "):\\n";
    description += grammar.RawString();
  }
  const JsonView schema = tool["parameters"];
  list->Add(name, Function(name, description, custom ? nullptr : &schema, {}));
}

// The name of the tool that a choice selects; empty if it could not be offered.
std::string ChosenName(JsonView choice) {
  for (const char* nested : {"function", "custom"}) {
    if (choice[nested]["name"].IsString()) return choice[nested]["name"].Text();
  }
  if (choice["name"].IsString()) return FlatName(choice["namespace"], choice["name"]);
  const JsonView type = choice["type"];
  if (IsWebSearch(type)) return "web_search";
  return type.Is(kToolSearchName) ? std::string(kToolSearchName) : std::string();
}

}  // namespace

void ToolList::Add(const std::string& name, std::string json) {
  const auto [place, added] = places_.emplace(name, tools_.size());
  if (added) {
    tools_.push_back({name, std::move(json)});
  } else {
    tools_[place->second].json = std::move(json);
  }
}

void ToolList::Keep(const std::set<std::string>& names) {
  std::vector<Tool> all = std::move(tools_);
  tools_.clear();
  places_.clear();
  for (Tool& tool : all) {
    if (names.count(tool.name) != 0) Add(tool.name, std::move(tool.json));
  }
}

void ToolList::AddCachePoint() {
  if (!tools_.empty()) translate::AddCachePoint(tools_.back().json);
}

void ToolList::Write(JsonWriter& writer) const {
  if (tools_.empty()) return;
  writer.Key("tools").BeginArray();
  for (const Tool& tool : tools_) writer.Raw(tool.json);
  writer.EndArray();
}

void ReadResponsesTools(JsonView tools, OpenAiClientRequest* request, ToolList* list) {
  for (const JsonView tool : tools) ReadResponsesTool(tool, JsonView(), request, list);
}

void ReadChatTools(JsonView root, OpenAiClientRequest* request, ToolList* list) {
  for (const JsonView tool : root["tools"]) {
    const JsonView function = tool["function"];
    if (!function.IsObject()) {
      DropUnknown("tools", tool["type"], request);
      continue;
    }
    JsonView point = tool["cache_control"];
    if (!point.IsObject()) point = function["cache_control"];
    request->own_cache_points = request->own_cache_points || point.IsObject();
    const JsonView schema = function["parameters"];
    const std::string name = function["name"].Text();
    list->Add(name,
              Function(name, std::string(function["description"].RawString()), &schema, point));
  }
  if (root["web_search_options"].IsObject()) list->Add("web_search", std::string(kWebSearch));
}

void ReadToolChoice(JsonView choice, OpenAiClientRequest* request, ToolList* list,
                    OpenAiClientSettings* settings) {
  if (choice.IsNothing()) return;
  std::string mode = choice.Text();
  if (choice["type"].Is("allowed_tools")) {
    const JsonView nested = choice["allowed_tools"];
    const JsonView allowed = nested.IsObject() ? nested : choice;
    std::set<std::string> names;
    for (const JsonView tool : allowed["tools"]) {
      const std::string name = ChosenName(tool);
      if (list->Has(name)) names.insert(name);
    }
    if (names.empty()) {
      Drop("tool_choice", request);
      return;
    }
    list->Keep(names);
    mode = allowed["mode"].Text();
  }
  if (mode == "auto" || mode == "none") {
    settings->tool_choice = "\"type\":\"" + mode + "\"";
  } else if (mode == "required") {
    settings->tool_choice = R"("type":"any")";
    settings->forced_tool = true;
  } else if (const std::string name = ChosenName(choice); list->Has(name)) {
    settings->tool_choice = R"("type":"tool","name":)";
    AppendJsonString(settings->tool_choice, name);
    settings->forced_tool = true;
  } else {
    Drop("tool_choice", request);
  }
}

std::string TextInput(std::string_view text) { return "{\"input\":\"" + std::string(text) + "\"}"; }

}  // namespace katra::router::translate
