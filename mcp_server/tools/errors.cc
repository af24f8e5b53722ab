// Results that tell a model what to correct (declared in tool.h). Other people's text in an error
// stays on one line and cannot pass for a special tag.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "mcp_server/tools/tool.h"

namespace katra::mcp {
namespace {

constexpr size_t kLongestMessage = 2000;

// The message says what is wrong and what exists instead.
std::string_view NextStep(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "Next: correct the value and call again.";
    case ErrorCode::kNotFound:
      return "Next: correct the name or number and call again.";
    case ErrorCode::kAlreadyExists:
      return "Next: choose another name and call again.";
    case ErrorCode::kPermissionDenied:
      return "Next: continue without it, or ask somebody who may do it.";
    case ErrorCode::kFailedPrecondition:
      return "Next: do what the message says, or continue as things are; repeating the same call "
             "does not help.";
    case ErrorCode::kUnsupported:
      return "Next: use what this version of Katra has.";
    case ErrorCode::kUnavailable:
    case ErrorCode::kDeadlineExceeded:
      return "Nothing was changed. Next: call again, unchanged, in a moment.";
    case ErrorCode::kResourceExhausted:
      return "Nothing was changed. Next: tell the user what is full or which limit was reached; "
             "call again when that has changed, not before.";
    case ErrorCode::kDataLoss:
      return "Next: tell the user that Katra's database needs to be checked or restored.";
    case ErrorCode::kCancelled:
      return "Next: call again if the result is still wanted.";
    case ErrorCode::kInternal:
      return "Next: tell the user, with this text; it is a bug in Katra.";
  }
  return "";
}

std::vector<std::string> ArgumentNames(const nlohmann::json& input_schema) {
  std::vector<std::string> names;
  if (const auto found = input_schema.find("properties"); found != input_schema.end()) {
    for (const auto& [name, schema] : found->items()) names.push_back(name);
  }
  return names;
}

bool IsRequired(const nlohmann::json& input_schema, const std::string& name) {
  const auto found = input_schema.find("required");
  return found != input_schema.end() &&
         std::find(found->begin(), found->end(), name) != found->end();
}

std::string ViolationText(const SchemaViolation& violation, const std::vector<std::string>& names) {
  const std::string found = OneLine(violation.found, 160);
  const std::string place = violation.path.empty() ? "" : OneLine(violation.path.substr(1), 120);
  if (violation.keyword == "additionalProperties" && place.empty()) {
    const nlohmann::json name = nlohmann::json::parse(violation.found, nullptr, false);
    const std::vector<std::string> near =
        NearestMatches(name.is_string() ? name.get<std::string>() : violation.found, names, 2);
    return "unknown argument " + found +
           (near.empty() ? std::string() : "; is " + Join(near, " or ") + " meant?");
  }
  return (place.empty() ? "expected " : place + ": expected ") + violation.expected + ", found " +
         found;
}

}  // namespace

ToolOutput ArgumentError(const Tool& tool, const std::vector<SchemaViolation>& found) {
  const std::vector<std::string> names = ArgumentNames(*tool.input_schema);
  std::string text = tool.name + " was not called: invalid arguments.\n";
  for (const SchemaViolation& violation : found)
    text += "- " + ViolationText(violation, names) + "\n";
  text += "Its arguments: ";
  std::vector<std::string> listed;
  for (const std::string& name : names) {
    listed.push_back(IsRequired(*tool.input_schema, name) ? name + " (required)" : name);
  }
  text += Join(listed, ", ") + ".\nNext: correct them and call " + tool.name + " again.";
  ToolOutput output;
  output.text = std::move(text);
  output.is_error = true;
  return output;
}

ToolOutput ErrorOutput(const Error& error) {
  ToolOutput output;
  output.is_error = true;
  output.text = OneLine(error.message, kLongestMessage);
  if (!error.context.empty()) {
    output.text += " (" + OneLine(error.context, 300) + ")";
  }
  output.text += "\n" + std::string(NextStep(error.code));
  return output;
}

}  // namespace katra::mcp
