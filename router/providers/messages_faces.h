// What Messages endpoints of other providers refuse although Anthropic's accepts it, by provider.
#pragma once

#include "router/providers/provider.h"

namespace katra::router {

// What must be removed or rewritten before a request goes to a Messages endpoint.
struct FaceRefusals {
  // The client's billing block, which is prompt text anywhere but at Anthropic.
  bool attribution = false;
  bool tool_choice = false;  // R35
  bool system_role = false;  // messages with the role "system"
  // metadata.user_id with characters other than letters, digits, "-" and "_"
  bool json_user_id = false;

  [[nodiscard]] bool any() const {
    return attribution || tool_choice || system_role || json_user_id;
  }
};

// The refusals of `provider` at its current address. `anthropic`: that is Anthropic's own host.
[[nodiscard]] FaceRefusals RefusalsOf(const Provider& provider, bool anthropic);

}  // namespace katra::router
