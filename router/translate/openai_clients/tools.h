// Converts the tools of OpenAI-format clients to Messages tools (F1-F5). Internal to
// router/translate.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/json_view.h"
#include "core/json_write.h"
#include "router/translate/openai_clients/openai_client.h"
#include "router/translate/openai_clients/parts.h"

namespace katra::router::translate {

// Tools in the order in which they were first offered. A tool with an existing name replaces the
// earlier one in place, so that the list begins with the same bytes on every turn (R27).
class ToolList {
 public:
  // `json`: a Messages tool, an object.
  void Add(const std::string& name, std::string json);
  [[nodiscard]] bool Has(const std::string& name) const { return places_.count(name) != 0; }
  [[nodiscard]] bool Empty() const { return tools_.empty(); }
  // Removes all tools with other names.
  void Keep(const std::set<std::string>& names);
  // Marks the last tool as the end of a cached prefix.
  void AddCachePoint();
  // Writes `"tools":[…]`, or nothing if there are none.
  void Write(JsonWriter& writer) const;

 private:
  struct Tool {
    std::string name;
    std::string json;
  };
  std::vector<Tool> tools_;
  std::unordered_map<std::string, size_t> places_;
};

// Reads an array of Responses API tools, from any place in the request.
void ReadResponsesTools(JsonView tools, OpenAiClientRequest* request, ToolList* list);
// Reads Chat Completions' `tools` and web_search_options.
void ReadChatTools(JsonView root, OpenAiClientRequest* request, ToolList* list);

// Reads "auto", "none", "required", a tool, or {"type":"allowed_tools", …} of either format. A
// choice of tools that are not offered is dropped and recorded.
void ReadToolChoice(JsonView choice, OpenAiClientRequest* request, ToolList* list,
                    OpenAiClientSettings* settings);

// The input of a call of a free-text tool: `{"input":TEXT}`. `text` is already JSON-escaped.
[[nodiscard]] std::string TextInput(std::string_view text);

}  // namespace katra::router::translate
