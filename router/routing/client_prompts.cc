#include "router/routing/client_prompts.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace katra::router::routing {
namespace {

constexpr std::array<std::string_view, 12> kClientPrompts = {
    // Claude Code: to summarise the conversation, and what the next one begins with.
    "CRITICAL: Respond with TEXT ONLY",
    "Your task is to create a detailed summary of ",
    "This session is being continued from a",
    // Claude Code: while the user is away, and what the user may want to type next.
    "The user stepped away and is coming back.",
    "[SUGGESTION MODE:",
    "[Request interrupted by user",
    "[SYSTEM NOTIFICATION - NOT USER INPUT]",
    "Stop hook feedback:",
    // Codex: the same two.
    "You are performing a CONTEXT CHECKPOINT COMPACTION.",
    "Another language model started to solve this problem and produced a summary",
    // opencode: the same, and what it says when it goes on after that.
    "Here is the conversation so far:\n\n<conversation>",
    "Continue if you have next steps, or stop and ask for clarification",
};

constexpr std::array<std::string_view, 3> kSidePrompts = {
    // Claude Code: for the title of a session.
    "<session>",
    "Generate a concise, sentence-case title",
    // opencode: the same.
    "Generate a title for this conversation:",
};

bool BeginsWithAny(std::string_view text, const std::string_view* first,
                   const std::string_view* last) {
  const std::string_view own = Trim(text);
  return std::any_of(first, last, [&](std::string_view prompt) { return own.starts_with(prompt); });
}

}  // namespace

bool IsClientPrompt(std::string_view text) {
  return BeginsWithAny(text, kClientPrompts.begin(), kClientPrompts.end());
}

bool IsSidePrompt(std::string_view text) {
  return BeginsWithAny(text, kSidePrompts.begin(), kSidePrompts.end());
}

}  // namespace katra::router::routing
