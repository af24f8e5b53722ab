// Parses domain values from text written by people and models, identically for tool arguments and
// command-line options. Knows no JSON values and no store. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::render {

// A persona's name: trimmed, without a leading '@'.
[[nodiscard]] std::string ParseName(std::string_view text);

// The number of a message or a memory, written as "41" or "#41". Unset if it is neither.
[[nodiscard]] std::optional<int64_t> ParseId(std::string_view text);

// Splits a text into words: the strings of a JSON list, or the text between commas, trimmed and
// without empty ones. False: it begins like JSON but is not a list of strings.
[[nodiscard]] bool ReadWords(std::string_view text, std::vector<std::string>* words);
// The same for any text: one that only begins like JSON is split at its commas.
[[nodiscard]] std::vector<std::string> ParseWords(std::string_view text);

// The personas that `words` name. Empty if nobody is named, or if one of them is "all", "everyone",
// "everybody" or "*".
[[nodiscard]] std::vector<std::string> ParseRecipients(std::vector<std::string> words);

// 0..1 as a number, a word, or one to three stars; `otherwise` for a blank text. The message of
// kInvalidArgument lists them.
[[nodiscard]] Result<double> ParseImportance(std::string_view text, double otherwise);

}  // namespace katra::render
