// The part of a long text that is worth showing for a query. Knows no store. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace katra::render {

inline constexpr size_t kSnippetBytes = 1500;

struct Snippet {
  std::string text;        // an exact part of the text, or all of it
  size_t begin = 0;        // where the part begins, in bytes
  size_t total_bytes = 0;  // of the whole text
  bool shortened = false;
};

// All of a text that has at most `max_bytes`; otherwise the part, of at most `max_bytes`, in which
// most of the query's words occur (the first such), or the beginning when none does. Words match
// without regard to ASCII case and endings; characters are never cut.
[[nodiscard]] Snippet MakeSnippet(std::string_view text, std::string_view query,
                                  size_t max_bytes = kSnippetBytes);

}  // namespace katra::render
