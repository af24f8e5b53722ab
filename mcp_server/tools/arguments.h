// Typed access to tool arguments that have passed their schema. Knows no store and no protocol.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::mcp {

// The member's exact text; "" if absent.
[[nodiscard]] std::string TextArgument(const nlohmann::json& arguments, std::string_view name);
// The same, trimmed: for names and words.
[[nodiscard]] std::string WordArgument(const nlohmann::json& arguments, std::string_view name);
// A persona's name: trimmed, without a leading '@'.
[[nodiscard]] std::string NameArgument(const nlohmann::json& arguments, std::string_view name);

[[nodiscard]] bool BoolArgument(const nlohmann::json& arguments, std::string_view name);
[[nodiscard]] int IntArgument(const nlohmann::json& arguments, std::string_view name,
                              int otherwise);
[[nodiscard]] double NumberArgument(const nlohmann::json& arguments, std::string_view name,
                                    double otherwise);

// The number of a message or a memory, given as 41, "41" or "#41". Unset if absent, "" or "#".
[[nodiscard]] std::optional<int64_t> IdArgument(const nlohmann::json& arguments,
                                                std::string_view name);

// A list of words, or one string with commas between them; drops blank words.
[[nodiscard]] std::vector<std::string> ListArgument(const nlohmann::json& arguments,
                                                    std::string_view name);

// Recipients: names without '@'. Empty if nobody is named, or if one of them is "all", "everyone",
// "everybody" or "*".
[[nodiscard]] std::vector<std::string> RecipientsArgument(const nlohmann::json& arguments,
                                                          std::string_view name);

// 0..1 as a number or numeric string, a word, or one to three stars. The message of
// kInvalidArgument lists them.
[[nodiscard]] Result<double> ImportanceArgument(const nlohmann::json& arguments,
                                                std::string_view name, double otherwise);

[[nodiscard]] bool WantsJson(const nlohmann::json& arguments);

}  // namespace katra::mcp
