// Typed reading of tool arguments that have passed their schema. Knows no store and no protocol.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::mcp {

// The member's exact text; "" when absent.
[[nodiscard]] std::string TextArgument(const nlohmann::json& arguments, std::string_view name);
// The same without blanks around it, for names and words.
[[nodiscard]] std::string WordArgument(const nlohmann::json& arguments, std::string_view name);
// A persona's name: also without a leading '@'.
[[nodiscard]] std::string NameArgument(const nlohmann::json& arguments, std::string_view name);

[[nodiscard]] bool BoolArgument(const nlohmann::json& arguments, std::string_view name);
[[nodiscard]] int IntArgument(const nlohmann::json& arguments, std::string_view name,
                              int otherwise);
[[nodiscard]] double NumberArgument(const nlohmann::json& arguments, std::string_view name,
                                    double otherwise);

// A number of a message or a memory, as 41, "41" or "#41". Unset when absent, "" or "#".
[[nodiscard]] std::optional<int64_t> IdArgument(const nlohmann::json& arguments,
                                                std::string_view name);

// A list of words, or one text with commas between them; blank words are dropped.
[[nodiscard]] std::vector<std::string> ListArgument(const nlohmann::json& arguments,
                                                    std::string_view name);

// Recipients: names without '@'. Empty when nobody is named, or when "all", "everyone", "everybody"
// or "*" is among them.
[[nodiscard]] std::vector<std::string> RecipientsArgument(const nlohmann::json& arguments,
                                                          std::string_view name);

// 0..1 as a number or a numeral, a word, or one to three stars. kInvalidArgument names them.
[[nodiscard]] Result<double> ImportanceArgument(const nlohmann::json& arguments,
                                                std::string_view name, double otherwise);

[[nodiscard]] bool WantsJson(const nlohmann::json& arguments);

}  // namespace katra::mcp
