#include "render/parse.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace katra::render {

using nlohmann::json;

std::string ParseName(std::string_view text) {
  text = Trim(text);
  if (text.starts_with('@')) text.remove_prefix(1);
  return std::string(text);
}

std::optional<int64_t> ParseId(std::string_view text) {
  text = Trim(text);
  if (text.starts_with('#')) text.remove_prefix(1);
  int64_t id = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc() || stop != end) return std::nullopt;
  return id;
}

bool ReadWords(std::string_view text, std::vector<std::string>* words) {
  words->clear();
  text = Trim(text);
  if (!text.empty() && std::string_view("[{\"").find(text.front()) != std::string_view::npos) {
    const json list = json::parse(
        text.front() == '"' ? "[" + std::string(text) + "]" : std::string(text), nullptr, false);
    const bool is_list_of_texts =
        list.is_array() &&
        std::all_of(list.begin(), list.end(), [](const json& item) { return item.is_string(); });
    if (!is_list_of_texts) return false;
    for (const json& item : list) words->emplace_back(Trim(item.get_ref<const std::string&>()));
  } else {
    for (const std::string& word : Split(text, ',')) words->emplace_back(Trim(word));
  }
  std::erase(*words, "");
  return true;
}

std::vector<std::string> ParseWords(std::string_view text) {
  std::vector<std::string> words;
  if (ReadWords(text, &words)) return words;
  words = Split(text, ',');
  for (std::string& word : words) word = std::string(Trim(word));
  std::erase(words, "");
  return words;
}

std::vector<std::string> ParseRecipients(std::vector<std::string> words) {
  static constexpr std::array<std::string_view, 4> kEverybody = {"all", "everyone", "everybody",
                                                                 "*"};
  for (std::string& word : words) {
    word = ParseName(word);
    if (std::find(kEverybody.begin(), kEverybody.end(), ToLowerAscii(word)) != kEverybody.end()) {
      return {};
    }
  }
  return words;
}

Result<double> ParseImportance(std::string_view text, double otherwise) {
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
  const std::string word = ToLowerAscii(Trim(text));
  if (word.empty()) return otherwise;
  for (const Level& level : kLevels) {
    if (word == level.word) return level.importance;
  }
  const json numeral = json::parse(word, nullptr, false);
  if (numeral.is_number() && numeral >= 0 && numeral <= 1) return numeral.get<double>();
  return Fail(ErrorCode::kInvalidArgument,
              "importance \"" + OneLine(word, 40) +
                  "\" is not known; give a number from 0 to 1, or trivial, interesting (★), "
                  "significant (★★) or critical (★★★)");
}

}  // namespace katra::render
