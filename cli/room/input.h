// Reads texts from arguments or stdin, and lists of words.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

// The words of a command line as one text; without words, or with only "-", all of stdin without
// its final line break. kInvalidArgument: there is neither (`what` names it, e.g. "message").
// kResourceExhausted: longer than `max_bytes`.
[[nodiscard]] Result<std::string> TextOrInput(const std::vector<std::string>& words,
                                              const std::string& what, size_t max_bytes,
                                              const Context& context);

// Names from several options, each possibly a comma-separated list; a leading '@' is allowed. Empty
// if everyone is meant: nobody is named, or one of them is "all", "everyone", "everybody" or "*".
[[nodiscard]] std::vector<std::string> Recipients(const std::vector<std::string>& given);

// Parses "12" or "#12". The message of kInvalidArgument names `what`.
[[nodiscard]] Result<int64_t> ParseNumber(const std::string& text, const std::string& what);
// The same for an option that may be empty.
[[nodiscard]] Result<std::optional<int64_t>> ParseOptionalNumber(const std::string& text,
                                                                 const std::string& what);

}  // namespace katra::cli
