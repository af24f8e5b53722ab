// The one bound of every answer of every tool, in both forms, and of every resource: measured in
// what is sent, after all escaping. What does not fit is paged (docs/dev/protocol.md). Pure
// functions.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace katra::render {

// Of an answer's text, as a model reads it. Clients cut or put aside what is larger than about 60
// KB.
inline constexpr size_t kAnswerBytes = 48 * 1024;
// Of the whole line that carries the answer: the text once more escaped as a JSON string, and with
// format=json the structured content beside it.
inline constexpr size_t kAnswerLineBytes = 128 * 1024;
// What listings keep to, so that their first and last lines fit too.
inline constexpr size_t kTextBudgetBytes = kAnswerBytes - 1024;

// What a piece of an answer takes of kAnswerBytes: its bytes, or more where it would take a larger
// share of the line. Never less than it takes in fact. Linear.
[[nodiscard]] size_t TextCost(std::string_view shown);
// The same for a piece of the JSON form, as it is written out.
[[nodiscard]] size_t JsonCost(std::string_view written);

// The longest beginning of `text` that cuts no character and costs at most `budget`; `cost` is of
// the form in which it is shown. At least one character of a text that is not empty.
[[nodiscard]] std::string_view FitText(std::string_view text, size_t budget,
                                       const std::function<size_t(std::string_view)>& cost);
// The same with the cost of fenced lines, or of a JSON string.
[[nodiscard]] std::string_view FitBody(std::string_view text, size_t budget, bool as_json);

}  // namespace katra::render
