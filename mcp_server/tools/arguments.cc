#include "mcp_server/tools/arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "mcp_server/tools/coerce.h"

namespace katra::mcp {
namespace {

const nlohmann::json* Find(const nlohmann::json& arguments, std::string_view name) {
  const auto found = arguments.find(name);
  return found == arguments.end() || found->is_null() ? nullptr : &*found;
}

std::string WithoutAt(std::string_view name) {
  name = Trim(name);
  if (name.starts_with('@')) name.remove_prefix(1);
  return std::string(name);
}

}  // namespace

std::string TextArgument(const nlohmann::json& arguments, std::string_view name) {
  const nlohmann::json* value = Find(arguments, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::string WordArgument(const nlohmann::json& arguments, std::string_view name) {
  return std::string(Trim(TextArgument(arguments, name)));
}

std::string NameArgument(const nlohmann::json& arguments, std::string_view name) {
  return WithoutAt(TextArgument(arguments, name));
}

bool BoolArgument(const nlohmann::json& arguments, std::string_view name) {
  const nlohmann::json* value = Find(arguments, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

int IntArgument(const nlohmann::json& arguments, std::string_view name, int otherwise) {
  const nlohmann::json* value = Find(arguments, name);
  return value != nullptr && value->is_number() ? value->get<int>() : otherwise;
}

double NumberArgument(const nlohmann::json& arguments, std::string_view name, double otherwise) {
  const nlohmann::json* value = Find(arguments, name);
  return value != nullptr && value->is_number() ? value->get<double>() : otherwise;
}

std::optional<int64_t> IdArgument(const nlohmann::json& arguments, std::string_view name) {
  const nlohmann::json* value = Find(arguments, name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<int64_t>();
  if (!value->is_string()) return std::nullopt;
  std::string_view digits = Trim(value->get_ref<const std::string&>());
  if (digits.starts_with('#')) digits.remove_prefix(1);
  int64_t id = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, id);
  if (error != std::errc() || stop != end) return std::nullopt;
  return id;
}

std::vector<std::string> ListArgument(const nlohmann::json& arguments, std::string_view name) {
  const nlohmann::json* value = Find(arguments, name);
  std::vector<std::string> words;
  if (value == nullptr) return words;
  if (value->is_string()) {
    const std::string& text = value->get_ref<const std::string&>();
    if (!ReadWords(text, &words)) words = Split(text, ',');
  } else if (value->is_array()) {
    for (const nlohmann::json& item : *value) {
      if (item.is_string()) words.push_back(item.get<std::string>());
    }
  }
  for (std::string& word : words) word = std::string(Trim(word));
  std::erase(words, "");
  return words;
}

std::vector<std::string> RecipientsArgument(const nlohmann::json& arguments,
                                            std::string_view name) {
  static constexpr std::array<std::string_view, 4> kEverybody = {"all", "everyone", "everybody",
                                                                 "*"};
  std::vector<std::string> names = ListArgument(arguments, name);
  for (std::string& word : names) {
    word = WithoutAt(word);
    if (std::find(kEverybody.begin(), kEverybody.end(), ToLowerAscii(word)) != kEverybody.end()) {
      return {};
    }
  }
  return names;
}

Result<double> ImportanceArgument(const nlohmann::json& arguments, std::string_view name,
                                  double otherwise) {
  struct Level {
    std::string_view word;
    double importance;
  };
  static constexpr std::array<Level, 7> kLevels = {{{"trivial", 0.1},
                                                    {"interesting", 0.4},
                                                    {"significant", 0.7},
                                                    {"critical", 1.0},
                                                    {"★", 0.4},
                                                    {"★★", 0.7},
                                                    {"★★★", 1.0}}};
  const nlohmann::json* value = Find(arguments, name);
  if (value == nullptr) return otherwise;
  if (value->is_number()) return value->get<double>();
  const std::string word = ToLowerAscii(WordArgument(arguments, name));
  if (word.empty()) return otherwise;
  for (const Level& level : kLevels) {
    if (word == level.word) return level.importance;
  }
  const nlohmann::json numeral = nlohmann::json::parse(word, nullptr, false);
  if (numeral.is_number() && numeral >= 0 && numeral <= 1) return numeral.get<double>();
  return Fail(ErrorCode::kInvalidArgument,
              "importance \"" + OneLine(word, 40) +
                  "\" is not known; give a number from 0 to 1, or trivial, interesting (★), "
                  "significant (★★) or critical (★★★)");
}

bool WantsJson(const nlohmann::json& arguments) {
  return TextArgument(arguments, "format") == "json";
}

}  // namespace katra::mcp
