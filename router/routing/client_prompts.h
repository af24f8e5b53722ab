// Prompts that a client itself writes into a conversation as the user: to have the conversation
// summarised or named, to continue after that, to report that something has ended. They are
// recognised by their beginnings. Routing must not treat them as the user's requests.
#pragma once

#include <string_view>

namespace katra::router::routing {

// Whether `text`, one text block of a user message, is such a prompt. It continues the current
// turn.
[[nodiscard]] bool IsClientPrompt(std::string_view text);

// Whether `text`, the first text of a conversation without tools, is the client's own side request,
// such as one for a title, and not part of the user's conversation.
[[nodiscard]] bool IsSidePrompt(std::string_view text);

}  // namespace katra::router::routing
