// What a line of a recording says of its request.
#include "router/routing/replay/recorded_text.h"

#include "tests/support/cpp/catch.h"

namespace katra::router::routing::replay {
namespace {

std::string Line(const std::string& members) {
  return R"({"at":"2026-11-27T12:00:00Z","request_id":"req_1","request":{)" + members +
         R"(},"answer":{}})";
}

TEST_CASE("the user's words, needs and turn are read from a recording") {
  const auto text = ReadRecordedText(Line(
      R"("model":"m","thinking":{"type":"enabled","budget_tokens":2000},"tools":["Read","web_search"],
         "messages":[{"role":"user","content":"look at my diff"}])"));
  REQUIRE(text);
  CHECK(text->request_id == "req_1");
  CHECK(text->words.last == "look at my diff");
  CHECK_FALSE(text->continues);
  CHECK(text->needs.thought);
  CHECK(text->needs.web_search);
  CHECK_FALSE(text->needs.web_search_alone);
  CHECK_FALSE(text->needs.image);
}

TEST_CASE("a tool's result goes on with the turn, and an image is one without its data") {
  const auto goes_on = ReadRecordedText(Line(
      R"("tools":["web_search"],"messages":[{"role":"user","content":"look"},
         {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"Read","input":{}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"}]}])"));
  REQUIRE(goes_on);
  CHECK(goes_on->continues);
  CHECK(goes_on->needs.web_search_alone);
  const auto image = ReadRecordedText(Line(
      R"("messages":[{"role":"user","content":[{"type":"text","text":"see"},{"type":"image",
         "source":{"type":"base64","media_type":"image/png","data":"[9 bytes left out]"}}]}])"));
  REQUIRE(image);
  CHECK(image->needs.image);
}

TEST_CASE("a tag counts only while the first messages are there") {
  const std::string tag =
      R"("messages":[{"role":"user","content":"<CCR-SUBAGENT-MODEL>openai,gpt-5</CCR-SUBAGENT-MODEL> go"}])";
  CHECK(ReadRecordedText(Line(tag))->needs.subagent_tag == "openai,gpt-5");
  CHECK(ReadRecordedText(Line(R"("messages_left_out":4,)" + tag))->needs.subagent_tag.empty());
}

TEST_CASE("what is no recorded prompt is passed over") {
  CHECK_FALSE(ReadRecordedText(""));
  CHECK_FALSE(ReadRecordedText("{\"request_id\":\"req_1\",\"request\":{\"mess"));
  CHECK_FALSE(ReadRecordedText(R"({"request_id":"req_1","request":null})"));
  CHECK_FALSE(ReadRecordedText(R"({"request":{"messages":[]}})"));
}

}  // namespace
}  // namespace katra::router::routing::replay
