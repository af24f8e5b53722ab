// The text form of memories. Does not call the store. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "render/snippet.h"
#include "store/types.h"

namespace katra::render {

// "memory #12 decision by Dario (anthropic/claude-opus-4, verified), 3 h ago, tags a b:" `extra`:
// Katra's own words, e.g. "score 3.1".
[[nodiscard]] std::string MemoryHeader(const store::Memory& memory, std::string_view extra,
                                       WallTime now);

// ", shortened: 1500 of 8200 bytes, in full with query \"#12\""; "" if it is complete.
[[nodiscard]] std::string ShortenedText(const Snippet& snippet, int64_t id, bool message);

// "bytes 46000 to 92000 of 262144", for a text that is shown in pages; "" if it is complete.
[[nodiscard]] std::string PartText(const Snippet& part);

// Says how to read the rest of a message that is too long for one answer.
[[nodiscard]] std::string RestOfMessageText(size_t shown_bytes, size_t total_bytes, int64_t id);

// "of project github.com/a/b", for what was written in another project than `own`; else empty.
[[nodiscard]] std::string ElsewhereText(const std::string& project, const std::string& own);

}  // namespace katra::render
