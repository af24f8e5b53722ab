// Builds the bodies.
#include "tests/bench/gateway/bodies.h"

#include <nlohmann/json.hpp>

namespace katra::bench {
namespace {

using nlohmann::ordered_json;

constexpr const char* kCounter = "#00000000";
constexpr size_t kWanted[] = {600, 150'000, 830'000};

// Text with the quotes and newlines of code, of about `bytes` when it is escaped.
std::string Words(size_t bytes) {
  static const std::string kLine =
      "  const auto found = table.find(\"name\");  // looks it up, and tells what was there\n"
      "Please read the file below, and say what it does and what could go wrong in it.\n";
  std::string text;
  while (text.size() < bytes) text += kLine;
  text.resize(bytes);
  return text;
}

ordered_json Tool(int number, size_t bytes, bool counted) {
  ordered_json properties;
  for (const char* name : {"path", "pattern", "replacement", "mode"}) {
    properties[name] = {{"type", "string"}, {"description", Words(bytes / 8)}};
  }
  return {{"name", "tool_" + std::to_string(number)},
          {"description", Words(bytes / 2) + (counted ? kCounter : "")},
          {"input_schema",
           {{"type", "object"},
            {"properties", properties},
            {"required", {"path"}},
            {"additionalProperties", false}}}};
}

void AddTurns(ordered_json& messages, size_t bytes) {
  constexpr size_t kTurn = 3'000;
  for (size_t i = 0; i * kTurn < bytes; ++i) {
    const std::string id = "toolu_" + std::to_string(1000 + i);
    ordered_json call = {{"type", "tool_use"},
                         {"id", id},
                         {"name", "tool_1"},
                         {"input", {{"path", "src/file_" + std::to_string(i) + ".cc"}}}};
    ordered_json answer = {
        {"type", "tool_result"}, {"tool_use_id", id}, {"content", Words(kTurn - 500)}};
    messages.push_back(
        {{"role", "assistant"},
         {"content", {{{"type", "text"}, {"text", "I will read the next file."}}, call}}});
    messages.push_back({{"role", "user"}, {"content", ordered_json::array({answer})}});
  }
}

}  // namespace

const char* NameOf(Size size) {
  return size == Size::kSmall ? "600 B" : size == Size::kMiddle ? "150 KB" : "830 KB";
}

Shot MakeShot(Size size, bool stream, const std::string& model, const std::string& token,
              Changing changing) {
  const size_t wanted = kWanted[static_cast<int>(size)];
  const bool everything = changing == Changing::kEverything;
  ordered_json body = {{"model", model}, {"max_tokens", 1000}};
  ordered_json messages = ordered_json::array();
  messages.push_back({{"role", "user"}, {"content", "What does this program do?"}});
  if (size == Size::kSmall) {
    body["system"] = std::string("Be brief. ") + (everything ? kCounter : "");
  } else {
    body["system"] = ordered_json::array(
        {{{"type", "text"}, {"text", Words(15'000) + (everything ? kCounter : "")}}});
    body["tools"] = ordered_json::array();
    for (int i = 0; i < 20; ++i) body["tools"].push_back(Tool(i, 1'500, everything));
    AddTurns(messages, wanted - 60'000);
  }
  const size_t so_far = body.dump().size() + messages.dump().size();
  const size_t missing = so_far + 120 < wanted ? wanted - so_far - 120 : 1;
  messages.push_back({{"role", "assistant"}, {"content", "Nothing bad so far."}});
  messages.push_back({{"role", "user"}, {"content", Words(missing) + kCounter}});
  body["messages"] = messages;
  body["stream"] = stream;
  const std::string text = body.dump();
  Shot shot;
  shot.bytes =
      "POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
      "anthropic-version: 2023-06-01\r\nauthorization: Bearer " +
      token + "\r\ncontent-length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
  for (size_t at = shot.bytes.find(kCounter); at != std::string::npos;
       at = shot.bytes.find(kCounter, at + 1)) {
    shot.counters.push_back(at + 1);
  }
  return shot;
}

}  // namespace katra::bench
