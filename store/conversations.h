// Which conversation of its client each persona was in last, by the client's own name: small files
// below HOME/run/conversations, which outlive the session that said it. For whoever goes on with a
// conversation; losing one costs a question, never a message. Knows no client.
#pragma once

#include <string>

#include "core/clock.h"
#include "core/result.h"

namespace katra::store {

struct LastConversation {
  std::string id;      // the client's own
  std::string client;  // as it calls itself: "codex-mcp-client"
  WallTime said_at;
};

// `persona` is a name. kPermissionDenied: the folder is open to others.
[[nodiscard]] Status NoteLastConversation(const std::string& home, const std::string& persona,
                                          const LastConversation& last);
// kNotFound: none was noted.
[[nodiscard]] Result<LastConversation> ReadLastConversation(const std::string& home,
                                                            const std::string& persona);

}  // namespace katra::store
