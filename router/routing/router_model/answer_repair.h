// What is usually wrong with the JSON of small models, and how it is mended. Internal to answer.cc.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace katra::router::routing::router_model {

// Each of them leaves a text without its fault as it is. They are applied one after the other,
// until the text is JSON.
using Repair = std::string (*)(std::string_view text);

inline constexpr std::string_view kThought = "<think>";
inline constexpr std::string_view kThoughtEnd = "</think>";

// Without a <think> element before the answer.
[[nodiscard]] std::string WithoutThought(std::string_view text);
// What is within a code fence, whether it names a language, or is closed.
[[nodiscard]] std::string WithoutFence(std::string_view text);
// Without the two characters "\n" where a line should end.
[[nodiscard]] std::string WithoutWrittenBreaks(std::string_view text);
// From the first brace to the last, without the words around them.
[[nodiscard]] std::string WithoutProse(std::string_view text);
// {{…}} as it is in the orchestrator's prompt.
[[nodiscard]] std::string WithSingleBraces(std::string_view text);
// A dictionary of Python's: 'single quotes' and None.
[[nodiscard]] std::string FromPython(std::string_view text);

inline constexpr std::array<Repair, 6> kRepairs = {
    WithoutThought, WithoutFence, WithoutWrittenBreaks, WithoutProse, WithSingleBraces, FromPython};

}  // namespace katra::router::routing::router_model
