#include "router/routing/router_model/answer.h"

#include <algorithm>
#include <optional>

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"
#include "router/routing/router_model/answer_repair.h"

namespace katra::router::routing::router_model {
namespace {

// Of several names in JSON, with room for a model that puts them into a fence.
constexpr int64_t kMostAnswerTokens = 128;

Answer Of(Answer::Kind kind) { return {kind, {}, {}}; }

// `value`: of "route", or the whole answer where a model leaves the object out.
Answer ReadRoute(JsonView value, const std::vector<std::string>& known) {
  std::vector<std::string> names;
  if (value.IsNothing()) return Of(Answer::Kind::kNone);
  if (value.IsString()) {
    names.push_back(value.Text());
  } else if (value.IsArray()) {
    for (const JsonView item : value) {
      if (item.IsNothing()) continue;
      if (!item.IsString()) return Of(Answer::Kind::kBroken);
      names.push_back(item.Text());
    }
  } else {
    return Of(Answer::Kind::kBroken);
  }
  Answer answer = Of(Answer::Kind::kNone);
  for (const std::string& written : names) {
    const std::string name(Trim(written));
    if (name.empty() || name == "other") continue;
    const bool is_route = std::find(known.begin(), known.end(), name) != known.end();
    if (is_route && answer.route.empty()) {
      answer.kind = Answer::Kind::kRoute;
      answer.route = name;
      continue;
    }
    if (answer.route.empty()) answer.kind = Answer::Kind::kUnknown;
    answer.others.push_back(name);
  }
  return answer;
}

// nullopt: not JSON.
std::optional<Answer> ReadJson(std::string_view text, const std::vector<std::string>& known) {
  JsonDocument document;
  if (!document.Parse(text)) return std::nullopt;
  const JsonView root = document.Root();
  if (!root.IsObject()) {
    // Some servers write the object into a string.
    if (root.IsString() && Trim(root.Text()).starts_with('{'))
      return ReadAnswer(root.Text(), known);
    return ReadRoute(root, known);
  }
  const JsonView route = root["route"];
  if (route.IsMissing() && !root.Empty()) return Of(Answer::Kind::kBroken);
  return ReadRoute(route, known);
}

}  // namespace

Answer ReadAnswer(std::string_view text, const std::vector<std::string>& known) {
  const std::string_view trimmed = Trim(text);
  if (trimmed.empty()) return Of(Answer::Kind::kNone);
  // As it stands first: a repair of sound JSON would break names with apostrophes.
  if (const auto answer = ReadJson(trimmed, known)) return *answer;
  // A thought that was cut off may weigh any route.
  if (trimmed.starts_with(kThought) && trimmed.find(kThoughtEnd) == std::string_view::npos) {
    return Of(Answer::Kind::kBroken);
  }
  std::string repaired(trimmed);
  for (const auto repair : kRepairs) {
    repaired = repair(repaired);
    if (Trim(repaired).empty()) return Of(Answer::Kind::kNone);
    if (const auto answer = ReadJson(repaired, known)) return *answer;
  }
  return Of(Answer::Kind::kBroken);
}

Result<std::string> ReadCompletion(std::string_view body) {
  JsonDocument document;
  if (!document.Parse(body)) {
    return Fail(ErrorCode::kInvalidArgument, "its reply is not JSON");
  }
  const JsonView choices = document.Root()["choices"];
  if (!choices.IsArray() || choices.Empty()) {
    return Fail(ErrorCode::kInvalidArgument, "its reply holds no choices");
  }
  const JsonView message = (*choices.begin())["message"];
  if (!message.IsObject()) {
    return Fail(ErrorCode::kInvalidArgument, "its reply holds no message");
  }
  const JsonView content = message["content"];
  if (content.IsString() || content.IsNothing()) return content.Text();
  std::string text;
  for (const JsonView part : content) {
    if (part["type"].Is("text")) text += part["text"].Text();
  }
  return text;
}

std::string MakeCompletionRequest(std::string_view model, std::string_view prompt) {
  std::string out;
  JsonWriter writer(out);
  writer.BeginObject().Key("model").String(model).Key("messages").BeginArray();
  writer.BeginObject().Key("role").String("user").Key("content").String(prompt).EndObject();
  writer.EndArray().Key("temperature").Integer(0);
  writer.Key("max_tokens").Integer(kMostAnswerTokens).Key("stream").Bool(false).EndObject();
  return out;
}

}  // namespace katra::router::routing::router_model
