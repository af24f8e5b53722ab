// The tools that clients of OpenAI's formats offer, as tools of the Messages form (F1-F5).
// Internal to router/translate.
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

// In the order in which they were first offered. A name offered again replaces the earlier tool
// where it stands, so that the list begins with the same bytes on every turn (R27).
class ToolList {
 public:
  // `json`: a tool of the Messages form, an object.
  void Add(const std::string& name, std::string json);
  [[nodiscard]] bool Has(const std::string& name) const { return places_.count(name) != 0; }
  [[nodiscard]] bool Empty() const { return tools_.empty(); }
  // Leaves only tools of these names.
  void Keep(const std::set<std::string>& names);
  // Marks the last one as the end of a prefix to cache.
  void AddCachePoint();
  // `"tools":[…]`, unless there are none.
  void Write(JsonWriter& writer) const;

 private:
  struct Tool {
    std::string name;
    std::string json;
  };
  std::vector<Tool> tools_;
  std::unordered_map<std::string, size_t> places_;
};

// An array of the Responses API's tools, wherever in the request it stands.
void ReadResponsesTools(JsonView tools, OpenAiClientRequest* request, ToolList* list);
// Chat Completions' `tools` and web_search_options.
void ReadChatTools(JsonView root, OpenAiClientRequest* request, ToolList* list);

// "auto", "none", "required", a tool, or {"type":"allowed_tools", …} of either format. A choice of
// tools that are not offered is dropped and listed.
void ReadToolChoice(JsonView choice, OpenAiClientRequest* request, ToolList* list,
                    OpenAiClientSettings* settings);

// A call of a tool whose input is free text: `{"input":TEXT}`. `text` has JSON's escapes.
[[nodiscard]] std::string TextInput(std::string_view text);

}  // namespace katra::router::translate
