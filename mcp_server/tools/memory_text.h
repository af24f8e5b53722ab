// How a memory is shown in text form. Knows no store calls. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "mcp_server/tools/snippet.h"
#include "store/types.h"

namespace katra::mcp {

// "memory #12 decision by Dario (anthropic/claude-opus-4, verified), 3 h ago, tags a b:"
// `extra`: our own words, e.g. "score 3.1".
[[nodiscard]] std::string MemoryHeader(const store::Memory& memory, std::string_view extra,
                                       WallTime now);

// ", shortened: 1500 of 8200 bytes, whole with query \"#12\""; "" when it is whole.
[[nodiscard]] std::string ShortenedText(const Snippet& snippet, int64_t id, bool message);

}  // namespace katra::mcp
