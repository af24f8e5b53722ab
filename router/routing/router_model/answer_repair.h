// Repairs for the usual faults in the JSON of small models. Internal to answer.cc.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace katra::router::routing::router_model {

// Each repair leaves a text without its fault unchanged. They are applied one after the other until
// the text is valid JSON.
using Repair = std::string (*)(std::string_view text);

inline constexpr std::string_view kThought = "<think>";
inline constexpr std::string_view kThoughtEnd = "</think>";

// Removes a <think> element before the answer.
[[nodiscard]] std::string WithoutThought(std::string_view text);
// Extracts the contents of a code fence, with or without a language, closed or not.
[[nodiscard]] std::string WithoutFence(std::string_view text);
// Removes the two characters "\n" written in place of line breaks.
[[nodiscard]] std::string WithoutWrittenBreaks(std::string_view text);
// Removes the text before the first brace and after the last.
[[nodiscard]] std::string WithoutProse(std::string_view text);
// Turns {{…}}, copied from the orchestrator's prompt, into {…}.
[[nodiscard]] std::string WithSingleBraces(std::string_view text);
// Converts a Python dictionary: 'single quotes' and None.
[[nodiscard]] std::string FromPython(std::string_view text);

inline constexpr std::array<Repair, 6> kRepairs = {
    WithoutThought, WithoutFence, WithoutWrittenBreaks, WithoutProse, WithSingleBraces, FromPython};

}  // namespace katra::router::routing::router_model
