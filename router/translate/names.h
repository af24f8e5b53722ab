// Names and ids that one side allows and the other does not (R31, R32). Internal to
// router/translate.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "core/json_view.h"
#include "router/providers/provider.h"

namespace katra::router::translate {

// What the model sees of a tool's name: the Messages form knows no namespaces.
[[nodiscard]] std::string FlatName(JsonView tool_namespace, JsonView name);

// `name` where it fits ^[a-zA-Z0-9_-]{1,64}$; else one that does, always the same for this name.
[[nodiscard]] std::string UpstreamToolName(std::string_view name);

// An upstream's id as the Messages API allows it. What does not fit is encoded, so that the
// upstream gets its own id back. `id` is not empty.
[[nodiscard]] std::string ClientToolId(std::string_view id);

// The ids of one request, client's -> upstream's: the same each turn, no two alike.
class ToolIds {
 public:
  explicit ToolIds(ToolIdForm form) : form_(form) {}

  // For an upstream that allows no more than the Messages API: ids that ClientToolId encoded stay
  // so.
  void KeepEncoded() { decode_ = false; }

  [[nodiscard]] const std::string& Upstream(const std::string& client_id);

 private:
  ToolIdForm form_;
  bool decode_ = true;
  std::unordered_map<std::string, std::string> upstream_;
  std::unordered_map<std::string, std::string> taken_;  // upstream's -> client's
};

}  // namespace katra::router::translate
