// Describes violations of the personas schema.
#include "router/config/personas_schema.h"

#include <array>
#include <nlohmann/json.hpp>

#include "core/json_schema.h"
#include "core/text.h"
#include "router/config/schemas.gen.h"

namespace katra::router {
namespace {

using nlohmann::json;

// Members through which keys are given to other programs.
bool HoldsKey(const std::string& member) {
  static constexpr std::array<std::string_view, 6> kNames = {"api_key", "apikey", "key",
                                                             "token",   "secret", "access_key"};
  const std::string lower = ToLowerAscii(member);
  for (const std::string_view name : kNames) {
    if (lower == name) return true;
  }
  return false;
}

std::vector<std::string> ListedAfter(const std::string& expected, std::string_view lead) {
  if (!expected.starts_with(lead)) return {};
  std::vector<std::string> words = Split(std::string_view(expected).substr(lead.size()), ',');
  for (std::string& word : words) word = std::string(Trim(word));
  return words;
}

const json* ValueAt(const json& document, const std::string& pointer) {
  const json::json_pointer place(pointer);
  return document.contains(place) ? &document.at(place) : nullptr;
}

// Converts `found` of a violation back to the text that it quotes.
std::string Unquoted(const std::string& found) {
  const json text = json::parse(found, nullptr, false);
  return text.is_string() ? text.get<std::string>() : found;
}

class Complaints {
 public:
  Complaints(const JsonSource& source, Findings& findings) : source_(source), findings_(findings) {}

  void Add(const SchemaViolation& violation) {
    const json* value = ValueAt(*source_.document, violation.path);
    if (violation.keyword == "additionalProperties") return AddMember(violation);
    if (violation.path == "/version") {
      return At(violation.path, "this Katra reads version 1, found " + violation.found);
    }
    if (value != nullptr && value->is_object() &&
        (violation.keyword == "pattern" || violation.keyword == "maxLength" ||
         violation.keyword == "minLength")) {
      return AddName(violation);
    }
    // For one variable, one of several, or a word of a command.
    const bool version = violation.path.ends_with("/api_version");
    const bool secret = violation.path.find("/api_key_") != std::string::npos || version ||
                        violation.path.ends_with("/api_base_url");
    if (violation.keyword == "pattern" && version) {
      return At(violation.path, "expected an api-version alone, such as 2024-10-21");
    }
    if (violation.keyword == "pattern" && secret) {
      return At(violation.path,
                "expected the name of an environment variable such as OPENAI_API_KEY; a key itself "
                "does not belong in this file");
    }
    if (violation.keyword == "pattern" && violation.path.ends_with("/api_version")) {
      return At(violation.path, "expected a version such as 2024-10-21");  // the value may be a key
    }
    if (violation.keyword == "pattern") {
      return At(
          violation.path,
          violation.found +
              " is not a name: use letters, digits, _ and -, a letter or digit first, at most 64");
    }
    std::string message = "expected " + violation.expected;
    if (!secret) message += ", found " + violation.found;
    if (violation.keyword == "enum") {
      message += DidYouMean(Unquoted(violation.found), ListedAfter(violation.expected, "one of: "));
    }
    At(violation.path, message);
  }

 private:
  void At(const std::string& pointer, const std::string& message) {
    findings_.AddError(LineOf(source_, pointer), PathOf(source_, pointer), message);
  }

  void AddMember(const SchemaViolation& violation) {
    const std::string name = Unquoted(violation.found);
    const std::string pointer = violation.path + "/" + PointerToken(name);
    if (HoldsKey(name)) {
      return At(
          pointer,
          "keys do not belong in this file: put the key into an environment variable, and the "
          "variable's name here as api_key_env");
    }
    const auto allowed = ListedAfter(violation.expected, "only the members: ");
    At(pointer, "\"" + OneLine(name, 60) + "\" is not known here; allowed: " + Join(allowed, ", ") +
                    DidYouMean(name, allowed));
  }

  void AddName(const SchemaViolation& violation) {
    const std::string name = Unquoted(violation.found);
    if (violation.path.ends_with("/model_interfaces")) {
      return At(violation.path, "\"" + OneLine(name, 80) +
                                    "\" is not a model's name: 1 to 200 characters, with a \"*\" "
                                    "only at the end, to match every model with that prefix");
    }
    const bool persona = violation.path == "/personas";
    findings_.AddError(LineOf(source_, violation.path + "/" + PointerToken(name)),
                       ShowJsonPath(violation.path, *source_.document),
                       "\"" + OneLine(name, 80) + "\" cannot name a " +
                           (persona ? "persona" : "provider") + ": letters, digits, _ and -" +
                           (persona ? "" : " and .") +
                           ", a letter or digit first, at most 64 characters");
  }

  const JsonSource& source_;
  Findings& findings_;
};

}  // namespace

Status CheckPersonasSchema(const JsonSource& source, Findings& findings) {
  auto schema = JsonSchema::Compile(json::parse(schemas::EmbeddedFiles().front().text));
  if (!schema) return Pass(std::move(schema));
  Complaints complaints(source, findings);
  for (const SchemaViolation& violation : (*schema)->Validate(*source.document, 100)) {
    complaints.Add(violation);
  }
  return {};
}

}  // namespace katra::router
