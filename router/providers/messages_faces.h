// What the Messages faces of providers refuse that Anthropic's own takes: data by provider.
#pragma once

#include "router/providers/provider.h"

namespace katra::router {

// What is left out or put otherwise before a request goes to a Messages face.
struct FaceRefusals {
  bool attribution = false;   // the client's billing block: prompt text anywhere but at Anthropic
  bool tool_choice = false;   // R35
  bool system_role = false;   // messages of the role "system"
  bool json_user_id = false;  // metadata.user_id of other than letters, digits, "-" and "_"

  [[nodiscard]] bool any() const {
    return attribution || tool_choice || system_role || json_user_id;
  }
};

// Of `provider` at the address that it has now. `anthropic`: that is Anthropic's own host.
[[nodiscard]] FaceRefusals RefusalsOf(const Provider& provider, bool anthropic);

}  // namespace katra::router
