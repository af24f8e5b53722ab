// Domain values from the texts in which people and models write them, the same for tool arguments
// and for options of the command line. Knows no JSON values and no store. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::render {

// A persona's name: without blanks around it and without a leading '@'.
[[nodiscard]] std::string ParseName(std::string_view text);

// The number of a message or a memory, as "41" or "#41". Unset: it is neither.
[[nodiscard]] std::optional<int64_t> ParseId(std::string_view text);

// The words of a text: those of a JSON list of texts, or what stands between commas, without blanks
// around them and without empty ones. False: it begins as JSON does, and is no list of texts.
[[nodiscard]] bool ReadWords(std::string_view text, std::vector<std::string>* words);
// The same, where any text will do: one that only begins as JSON does is split at its commas.
[[nodiscard]] std::vector<std::string> ParseWords(std::string_view text);

// The personas that `words` name. Empty when nobody is named, or when "all", "everyone",
// "everybody" or "*" is among them.
[[nodiscard]] std::vector<std::string> ParseRecipients(std::vector<std::string> words);

// 0..1 as a numeral, a word, or one to three stars; `otherwise` for a blank text. kInvalidArgument
// names them.
[[nodiscard]] Result<double> ParseImportance(std::string_view text, double otherwise);

}  // namespace katra::render
