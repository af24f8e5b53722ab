// Prompts that a client writes into a conversation by itself, in the user's name: to have the
// conversation summarised or named, to go on after that, to say that something has ended. They are
// recognised by the way they begin. Routing must not take them for what the user wants.
#pragma once

#include <string_view>

namespace katra::router::routing {

// Whether `text`, one text block of a user message, is such a prompt. It goes on with the
// conversation as it stands.
[[nodiscard]] bool IsClientPrompt(std::string_view text);

// Whether `text`, the first text of a conversation without tools, is a question of the client's own
// that is no part of the user's conversation, such as one for a title.
[[nodiscard]] bool IsSidePrompt(std::string_view text);

}  // namespace katra::router::routing
