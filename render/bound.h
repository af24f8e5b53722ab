// The size limit of every answer of every tool, in both forms, and of every resource, measured on
// what is sent after escaping. Longer answers are paged (docs/dev/protocol.md). Pure functions.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace katra::render {

// Limit of an answer's text, as a model reads it. Clients truncate or save to a file what is larger
// than about 60 KB.
inline constexpr size_t kAnswerBytes = 48 * 1024;
// Limit of the whole line that contains the answer: the text escaped again as a JSON string, and
// with format=json the structured content as well.
inline constexpr size_t kAnswerLineBytes = 128 * 1024;
// Limit for listings, which leaves room for their first and last lines.
inline constexpr size_t kTextBudgetBytes = kAnswerBytes - 1024;

// The share of kAnswerBytes that a piece of an answer uses: its size, or more if its share of the
// line is larger. Never too low. Linear.
[[nodiscard]] size_t TextCost(std::string_view shown);
// The same for a piece of the serialised JSON form.
[[nodiscard]] size_t JsonCost(std::string_view written);

// The longest prefix of `text` that splits no character and costs at most `budget`. `cost` measures
// the displayed form. At least one character, unless `text` is empty.
[[nodiscard]] std::string_view FitText(std::string_view text, size_t budget,
                                       const std::function<size_t(std::string_view)>& cost);
// The same, measuring fenced lines or a JSON string.
[[nodiscard]] std::string_view FitBody(std::string_view text, size_t budget, bool as_json);

}  // namespace katra::render
