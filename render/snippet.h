// Selects the part of a long text that is worth showing for a query. Knows no store. Pure
// functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace katra::render {

inline constexpr size_t kSnippetBytes = 1500;

struct Snippet {
  std::string text;        // an exact part of the text, or all of it
  size_t begin = 0;        // start of the part, in bytes
  size_t total_bytes = 0;  // size of the whole text
  bool shortened = false;
};

// Returns the whole text if it has at most `max_bytes`; otherwise the first part of at most
// `max_bytes` that contains most of the query's words, or the beginning if none occurs. Words match
// ignoring ASCII case and endings; characters are never split.
[[nodiscard]] Snippet MakeSnippet(std::string_view text, std::string_view query,
                                  size_t max_bytes = kSnippetBytes);

}  // namespace katra::render
