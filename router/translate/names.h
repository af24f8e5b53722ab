// Converts names and ids that only one side allows (R31, R32). Internal to router/translate.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "core/json_view.h"
#include "router/providers/provider.h"

namespace katra::router::translate {

// The tool's name as the model sees it: the Messages API has no namespaces.
[[nodiscard]] std::string FlatName(JsonView tool_namespace, JsonView name);

// `name` if it matches ^[a-zA-Z0-9_-]{1,64}$; otherwise one that does, always the same for this
// name.
[[nodiscard]] std::string UpstreamToolName(std::string_view name);

// An upstream's id in a form that the Messages API allows. Others are encoded, so that the upstream
// gets its own id back. `id` must not be empty.
[[nodiscard]] std::string ClientToolId(std::string_view id);

// Maps the ids of one request, client's -> upstream's: identical on each turn and unique.
class ToolIds {
 public:
  explicit ToolIds(ToolIdForm form) : form_(form) {}

  // For an upstream with the Messages API's restrictions: ids encoded by ClientToolId stay encoded.
  void KeepEncoded() { decode_ = false; }

  [[nodiscard]] const std::string& Upstream(const std::string& client_id);

 private:
  ToolIdForm form_;
  bool decode_ = true;
  std::unordered_map<std::string, std::string> upstream_;
  std::unordered_map<std::string, std::string> taken_;  // upstream's -> client's
};

}  // namespace katra::router::translate
