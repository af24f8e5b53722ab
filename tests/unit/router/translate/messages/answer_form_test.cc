// A Messages answer as a stream and as a whole, each as the other (S50), and what a body is.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "router/translate/messages/answer_form.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                     // NOLINT: a test file
using namespace katra::router::translate;  // NOLINT
using nlohmann::json;

namespace {

const char* const kReply = R"({"id":"msg_1","type":"message","role":"assistant","model":"m",
"content":[
  {"type":"thinking","thinking":"hm \"\u00e9\" 😀","signature":"sig=="},
  {"type":"redacted_thinking","data":"abc"},
  {"type":"text","text":"a\nb","citations":[{"type":"page","n":1},{"type":"page","n":2}]},
  {"type":"text","text":""},
  {"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"query":"q"}},
  {"type":"web_search_tool_result","tool_use_id":"srv_1","content":[{"type":"x","url":"u"}]},
  {"type":"tool_use","id":"t1","name":"f","input":{"n":1.50,"s":"\"}"},"caller":{"type":"direct"}},
  {"type":"tool_use","id":"t2","name":"g","input":{}}],
"stop_reason":"tool_use","stop_sequence":null,"container":{"id":"c1"},
"context_management":{"applied_edits":[]},
"usage":{"input_tokens":5,"output_tokens":9,"server_tool_use":{"web_search_requests":1}}})";

std::optional<std::string> Built(std::string_view events, size_t split = 0) {
  ReplyBuilder builder;
  const size_t step = split == 0 ? events.size() : split;
  for (size_t at = 0; at < events.size(); at += step) builder.Feed(events.substr(at, step));
  return builder.Reply();
}

BodyForm FormOf(const std::string& body, size_t step) {
  FormSniffer sniffer;
  for (size_t at = 0; at < body.size(); at += step) (void)sniffer.Feed(body.substr(at, step));
  return sniffer.form();
}

}  // namespace

TEST_CASE("G14: a whole reply and its stream say the same, whatever blocks it has") {
  const auto events = ToEvents(kReply);
  REQUIRE(events);
  for (const size_t split : {size_t{0}, size_t{1}, size_t{7}}) {
    const auto built = Built(*events, split);
    REQUIRE(built);
    CHECK(json::parse(*built) == json::parse(kReply));
  }
  CHECK(Built(*events)->find("1.50") != std::string::npos);  // as it was written
}

TEST_CASE("G14: a stream ends with what a stream tells at its end, and begins without it") {
  const auto events = ToEvents(kReply);
  REQUIRE(events);
  std::vector<std::string> names;
  SseParser parser;
  parser.Feed(*events, [&](std::string_view name, std::string_view data) {
    CHECK(json::parse(data)["type"] == std::string(name));
    names.emplace_back(name);
    if (name == "message_start") {
      const json message = json::parse(data)["message"];
      CHECK(message["content"] == json::array());
      CHECK(message["stop_reason"].is_null());
    }
    if (name == "message_delta") CHECK(json::parse(data)["delta"]["stop_reason"] == "tool_use");
    return true;
  });
  CHECK(names.front() == "message_start");
  CHECK(names.back() == "message_stop");
}

TEST_CASE("G14: what is no reply has no events, and what has no end is no reply") {
  for (const char* body : {"", "[]", "{}", "<html>", R"({"content":"x"})", R"({"content":[)"}) {
    CHECK_FALSE(ToEvents(body));
  }
  const std::string events = *ToEvents(kReply);
  CHECK_FALSE(Built(""));
  CHECK_FALSE(Built(events.substr(0, events.find("event: message_stop"))));
  CHECK_FALSE(Built(events.substr(events.find("event: content_block_start"))));
  std::string spoilt = events;
  spoilt.replace(spoilt.find("{\"type\":\"content_block_delta\""), 1, "");
  CHECK_FALSE(Built(spoilt));
  CHECK_FALSE(Built("event: error\ndata: {\"type\":\"error\",\"error\":{}}\n\n" + events));
}

TEST_CASE("G14: arguments that were cut come back as they were") {
  const std::string cut =
      R"({"type":"message","content":[{"type":"tool_use","id":"t","name":"f",)"
      R"("input":{"raw_arguments":"{\"a\": \"b"}}],"stop_reason":"max_tokens","usage":{}})";
  const auto events = ToEvents(cut);
  REQUIRE(events);
  CHECK(events->find(R"("partial_json":"{\"a\": \"b")") != std::string::npos);
  const auto built = Built(*events);
  REQUIRE(built);
  CHECK(json::parse(*built)["content"] == json::parse(cut)["content"]);
}

TEST_CASE("G14: a body is known by its first bytes, wherever they are split") {
  struct Row {
    std::string body;
    BodyForm form;
  };
  const std::string mark = "\xEF\xBB\xBF";
  const std::vector<Row> rows = {
      {"", BodyForm::kUnknown},
      {" \r\n\t", BodyForm::kUnknown},
      {mark, BodyForm::kUnknown},
      {": waiting\n: still", BodyForm::kUnknown},
      {"dat", BodyForm::kUnknown},
      {"{", BodyForm::kJson},
      {mark + " \n[1]", BodyForm::kJson},
      {": waiting\r\r{}", BodyForm::kJson},
      {"data:x", BodyForm::kEvents},
      {"data\n", BodyForm::kEvents},
      {mark + "event: e\n", BodyForm::kEvents},
      {"\n\n: waiting {\n\nid: 1\n", BodyForm::kEvents},
      {"retry: 5\n", BodyForm::kEvents},
      {"database: x\n", BodyForm::kOther},
      {"events: x\n", BodyForm::kOther},
      {"<html>data: x", BodyForm::kOther},
      {"hello", BodyForm::kOther},
      {mark + mark + "{", BodyForm::kOther},
      {"\"data: x\"", BodyForm::kOther},
  };
  for (const Row& row : rows) {
    INFO(row.body);
    for (const size_t step : {size_t{1}, size_t{2}, size_t{100}}) {
      CHECK(FormOf(row.body, step) == row.form);
    }
  }
}
