// Remembers, for each persona, the last conversation of its client by the client's own id: small
// files below HOME/run/conversations that outlive the session. They let a later session resume the
// conversation; losing one is harmless. Knows nothing about particular clients.
#pragma once

#include <string>

#include "core/clock.h"
#include "core/result.h"

namespace katra::store {

struct LastConversation {
  std::string id;      // the client's own
  std::string client;  // the name that the client gives itself: "codex-mcp-client"
  WallTime said_at;
};

// `persona` must be a valid name. kPermissionDenied: the folder is accessible to others.
[[nodiscard]] Status NoteLastConversation(const std::string& home, const std::string& persona,
                                          const LastConversation& last);
// kNotFound: none was recorded.
[[nodiscard]] Result<LastConversation> ReadLastConversation(const std::string& home,
                                                            const std::string& persona);

}  // namespace katra::store
