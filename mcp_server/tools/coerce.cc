#include "mcp_server/tools/coerce.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/text.h"
#include "render/parse.h"

namespace katra::mcp {
namespace {

using nlohmann::json;

constexpr size_t kShownBytes = 200;

bool Wants(const json& schema, std::string_view type) {
  const auto found = schema.find("type");
  if (found == schema.end()) return false;
  if (found->is_string()) return *found == type;
  return std::find(found->begin(), found->end(), type) != found->end();
}

// Returns a discarded value if the text is not JSON.
json Parsed(std::string_view text) { return json::parse(text, nullptr, false); }

bool IsListOfTexts(const json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const json& item) { return item.is_string(); });
}

// Whether a word is JSON or a piece of it: a list within a list, a string that was quoted twice.
bool IsPieceOfJson(std::string_view word) {
  if (word.find('"') != std::string_view::npos || word.starts_with('{')) return true;
  if (word.starts_with('[') != word.ends_with(']')) return true;
  return word.starts_with('[') && !Parsed(word).is_discarded();
}

SchemaViolation Violation(const std::string& name, std::string expected, const json& found) {
  return {"/" + name, "type", std::move(expected),
          OneLine(found.dump(-1, ' ', false, json::error_handler_t::replace), kShownBytes)};
}

// Whether a word is complete JSON or the beginning of a list of strings.
bool IsJsonAgain(std::string_view word) {
  if (word.starts_with("[\"") || word.starts_with("{\"")) return true;
  const bool quoted = word.size() > 1 && word.starts_with('"') && word.ends_with('"');
  return quoted || (word.starts_with('[') && !Parsed(word).is_discarded());
}

class Coercion {
 public:
  explicit Coercion(const json& schema) : schema_(schema) {}

  CoercedArguments Run(const json& given) {
    json taken = given;
    if (given.is_string()) {
      json object = Parsed(given.get_ref<const std::string&>());
      if (object.is_object()) taken = std::move(object);
    }
    if (taken.is_object()) TakeMembers(taken);
    result_.arguments = std::make_shared<const json>(std::move(taken));
    return std::move(result_);
  }

 private:
  void TakeMembers(json& members) {
    const auto properties = schema_.find("properties");
    for (auto member = members.begin(); member != members.end();) {
      bool keep = !member->is_null();
      if (keep && properties != schema_.end()) {
        const auto property = properties->find(member.key());
        if (property != properties->end()) keep = Take(member.key(), *property, *member);
      }
      member = keep ? std::next(member) : members.erase(member);
    }
  }

  // Converts `value` in place. False: the member should be removed.
  bool Take(const std::string& name, const json& property, json& value) {
    if (Wants(property, "array")) return TakeList(name, value);
    if (!value.is_string()) return true;
    const std::string text(Trim(value.get_ref<const std::string&>()));
    const bool is_text = property.find("enum") == property.end() && Wants(property, "string") &&
                         !Wants(property, "integer") && !Wants(property, "number");
    if (is_text) return true;
    if (text.empty()) return false;
    if (const auto words = property.find("enum"); words != property.end()) {
      TakeWord(*words, text, value);
    } else if (Wants(property, "boolean")) {
      const std::string word = ToLowerAscii(text);
      if (word == "true" || word == "false") value = word == "true";
    } else if (Wants(property, "integer") || Wants(property, "number")) {
      TakeNumber(property, text, value);
      if (text == "#") result_.violations.push_back(Violation(name, "a number such as 41", value));
    }
    return true;
  }

  static void TakeWord(const json& words, const std::string& text, json& value) {
    const std::string wanted = ToLowerAscii(text);
    for (const json& word : words) {
      if (word.is_string() && ToLowerAscii(word.get_ref<const std::string&>()) == wanted) {
        value = word;
        return;
      }
    }
  }

  static void TakeNumber(const json& property, const std::string& text, json& value) {
    const bool is_id = Wants(property, "integer") && Wants(property, "string");
    std::string_view digits = text;
    if (is_id && digits.starts_with('#')) digits.remove_prefix(1);
    // Message numbers may have leading zeros, which JSON does not allow.
    const bool plain = !digits.empty() && std::all_of(digits.begin(), digits.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
    if (is_id && plain) {
      digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
    }
    json number = Parsed(digits);
    if (number.is_number() && (!is_id || plain)) value = std::move(number);
  }

  bool TakeList(const std::string& name, json& value) {
    constexpr const char* kExpected =
        "a list such as [\"a\", \"b\"], or words with commas between them";
    std::vector<std::string> words;
    if (value.is_string()) {
      if (Trim(value.get_ref<const std::string&>()).empty()) return false;
      if (!render::ReadWords(value.get_ref<const std::string&>(), &words)) {
        result_.violations.push_back(Violation(name, kExpected, value));
        return true;
      }
    } else if (IsListOfTexts(value)) {
      for (const json& item : value) words.emplace_back(Trim(item.get_ref<const std::string&>()));
      std::erase(words, "");
      // A real list may contain any words, except ones that show that it was serialised twice.
      if (std::none_of(words.begin(), words.end(),
                       [](const std::string& word) { return IsJsonAgain(word); })) {
        value = std::move(words);
        return true;
      }
    } else {
      return true;  // the schema reports the error
    }
    if (std::any_of(words.begin(), words.end(),
                    [](const std::string& word) { return IsPieceOfJson(word); })) {
      result_.violations.push_back(Violation(name, kExpected, value));
      return true;
    }
    value = std::move(words);
    return true;
  }

  const json& schema_;
  CoercedArguments result_;
};

}  // namespace

CoercedArguments CoerceArguments(const json& input_schema, const json& given) {
  return Coercion(input_schema).Run(given);
}

}  // namespace katra::mcp
