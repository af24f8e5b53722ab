// The Responses API to the Responses API: requests and answers go as they came, but for what must
// change (C6, C7 of docs/translation.md). Every stream is cut in two at every place.
#include "router/translate/same_format/responses_forward.h"
#include "router/translate/openai_clients/openai_client.h"
#include "router/translate/same_format/responses_request.h"
#include "router/translate/signature.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::PassResponses;
using translate::ResponsesForward;
using translate::StreamState;
using translate::Target;

Target Plain() {
  Target target = PlainTarget();
  target.model = "m1";
  return target;
}

std::string Passed(const std::string& body, const Target& target) {
  auto passed = PassResponses(body, target);
  REQUIRE(passed);
  REQUIRE(passed->has_value());
  CHECK((*passed)->responses);
  return (*passed)->body;
}

std::string Event(const std::string& type, int number, const std::string& members) {
  return "event: " + type + "\ndata: {\"type\":\"" + type +
         "\",\"sequence_number\":" + std::to_string(number) + "," + members + "}\n\n";
}

const std::string kHead = R"("response":{"id":"resp_1","created_at":7,"model":"gpt-z","status":)";
const std::string kCreated = Event("response.created", 0, kHead + R"("in_progress","output":[]})");
const std::string kText =
    Event("response.output_text.delta", 1, R"("output_index":0,"delta":"Hel\"lo")");
const std::string kCompleted =
    Event("response.completed", 2,
          kHead + R"("completed","output":[{"type":"message"}],"usage":{"input_tokens":9,)"
                  R"("input_tokens_details":{"cached_tokens":5},"output_tokens":4}})");

struct Run {
  StreamState state = StreamState::kOpen;
  std::string bytes;
  translate::ApiError error;
  translate::Usage usage;
  std::string model;

  bool operator==(const Run& other) const {
    return state == other.state && bytes == other.bytes && error.type == other.error.type &&
           usage.output_tokens == other.usage.output_tokens && model == other.model;
  }
};

Run Everywhere(const std::string& stream, bool broke_off = false) {
  const auto forwarded = [&](size_t cut) {
    ResponsesForward forward(PlainContext(), size_t{1} << 20U);
    Run run;
    forward.Feed(std::string_view(stream).substr(0, cut), &run.bytes);
    forward.Feed(std::string_view(stream).substr(cut), &run.bytes);
    run.state = forward.Finish(broke_off, &run.bytes);
    run.error = forward.error();
    run.usage = forward.usage();
    run.model = forward.model();
    return run;
  };
  Run whole = forwarded(stream.size());
  for (size_t at = 0; at < stream.size(); ++at) {
    const Run run = forwarded(at);
    if (!(run == whole)) {
      INFO("cut at byte " << at << ": " << run.bytes);
      REQUIRE(run == whole);
    }
  }
  return whole;
}

TEST_CASE("G22 C6 every member of a request arrives as the client wrote it") {
  const std::string rest =
      R"(, "input":[{"type":"new","x":1.0},"\u00e9"],"truncation":"auto" ,"top_logprobs":2,"n":null})";
  CHECK(Passed("{\"model\" : \"far,m1\"" + rest, Plain()) == "{\"model\" : \"m1\"" + rest);
  CHECK(Passed("{\"model\" : \"m1\"" + rest, Plain()) == "{\"model\" : \"m1\"" + rest);
}

TEST_CASE(
    "G22 C6 what counts on a store is refused, and what asks for a compaction is translated") {
  for (const char* member : {R"("previous_response_id":"resp_1")", R"("background":true)",
                             R"("conversation":{"id":"c"})"}) {
    INFO(member);
    const auto refused =
        PassResponses("{\"model\":\"m1\",\"input\":\"x\"," + std::string(member) + "}", Plain());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("capability_rejected: ") == 0);
  }
  const auto compaction =
      PassResponses(R"({"model":"m1","input":[{"type":"compaction_trigger"}]})", Plain());
  REQUIRE(compaction);
  CHECK_FALSE(compaction->has_value());
}

TEST_CASE("G22 C6 R5 reasoning of others stays here, and Katra's own compaction is told") {
  const std::string call = R"({"type":"function_call","id":"fc","call_id":"c","name":"f"})";
  const auto body = [&](const std::string& encrypted) {
    return R"({"model":"m1","input":[{"type":"reasoning","encrypted_content":")" + encrypted +
           "\"}," + call + "]}";
  };
  CHECK(Passed(body("gAAA"), Plain()) == body("gAAA"));
  const std::string bare =
      R"({"model":"m1","input":[{"type":"function_call","call_id":"c","name":"f"}]})";
  CHECK(Passed(body(translate::MakeSignature("{}")), Plain()) == bare);
  Target left = Plain();
  left.left_home = true;
  CHECK(Passed(body("gAAA"), left) == bare);
  const std::string kept =
      translate::MakeSignature(R"({"type":"compaction","summary":"we agreed"})");
  const json told = json::parse(Passed(
      R"({"model":"m1","input":[{"type":"compaction","encrypted_content":")" + kept + "\"}]}",
      Plain()));
  CHECK(told["input"][0]["role"] == "user");
  CHECK(told["input"][0].dump().find("we agreed") != std::string::npos);
}

TEST_CASE("R79 what the upstream cannot decrypt is left out, and nothing refers to it") {
  Target target = Plain();
  target.without_reasoning = true;
  const std::string body =
      R"({"model":"m1","input":[{"type":"message","role":"user","content":"hi"},)"
      R"({"type":"reasoning","id":"rs_1","encrypted_content":"gAAA","summary":[]},)"
      R"({"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}"},)"
      R"({"type":"function_call_output","call_id":"c","output":"x"}]})";
  const std::string bare =
      R"({"model":"m1","input":[{"type":"message","role":"user","content":"hi"},)"
      R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}"},)"
      R"({"type":"function_call_output","call_id":"c","output":"x"}]})";
  CHECK(Passed(body, target) == bare);
  // The reasoning is missing already: what refers to it goes.
  const std::string orphan =
      R"({"model":"m1","input":[{"type":"function_call","id":"fc_1","call_id":"c","name":"f"}]})";
  CHECK(Passed(orphan, target) ==
        R"({"model":"m1","input":[{"type":"function_call","call_id":"c","name":"f"}]})");
}

TEST_CASE("G22 C7 a stream goes through byte for byte, however it is split") {
  const std::string stream = ": hi\r\n\r\n" + kCreated + kText +
                             "event: new\r\ndata: {\"type\":\"new\",\r\ndata: \"x\":null}\r\n\r\n" +
                             kCompleted;
  const Run run = Everywhere(stream);
  CHECK(run.state == StreamState::kDone);
  CHECK(run.bytes == stream);
  CHECK(run.model == "gpt-z");
  CHECK(run.usage.known);
  CHECK(run.usage.cache_read_tokens == 5);
  CHECK(run.usage.input_tokens == 4);
  CHECK(Everywhere(stream + "data: [DONE]\n\n").bytes == stream);
  CHECK(Everywhere(stream.substr(0, stream.size() - 1)).bytes == stream);
}

TEST_CASE("G22 G16 S34 S36 what is broken is an error, never a clean end") {
  struct Row {
    const char* name;
    std::string stream;
    bool content;
  };
  const std::string begun = kCreated + kText;
  const Row row = GENERATE_COPY(
      Row{"an early end", begun, true}, Row{"an early end before content", kCreated, false},
      Row{"a broken event", begun + "event: x\ndata: {\"type\"\n\n" + kCompleted, true},
      Row{"a broken event before content", kCreated + "data: {\n\n", false},
      Row{"a failure",
          begun + Event("response.failed", 2, kHead + R"("failed","error":{"code":"c"}})"), true},
      Row{"a failure before content",
          kCreated + Event("response.failed", 1, kHead + R"("failed","error":{"code":"c"}})"),
          false},
      Row{"an error", begun + "event: error\ndata: {\"type\":\"error\",\"message\":\"m\"}\n\n",
          true},
      Row{"nothing", ": hi\n\n", false}, Row{"a page", "<html>", false});
  INFO(row.name);
  const Run run = Everywhere(row.stream);
  CHECK(run.bytes.find("response.completed") == std::string::npos);
  CHECK(run.state ==
        (row.content ? StreamState::kFailedAfterContent : StreamState::kFailedBeforeContent));
  const bool told = run.bytes.find("event: response.failed") != std::string::npos ||
                    run.bytes.find("event: error") != std::string::npos;
  CHECK(told == row.content);
}

TEST_CASE("G22 C7 S36 an answer cut at any byte gives only events that a client can read") {
  const std::string stream = kCreated + kText + kCompleted;
  for (size_t at = kCreated.size(); at < stream.size() - 1; ++at) {
    const std::string bytes = Everywhere(stream.substr(0, at), true).bytes;
    std::string_view left = bytes;
    size_t unreadable = 0;
    while (!left.empty()) {
      const size_t end = left.find("\n\n");
      REQUIRE(end != std::string_view::npos);
      const std::string event(left.substr(0, end));
      left.remove_prefix(end + 2);
      const size_t data = event.find("data:");
      const bool comment = event.starts_with(":");
      const bool reads = data != std::string::npos && json::accept(event.substr(data + 5));
      unreadable += comment || reads ? 0 : 1;
    }
    INFO(at << ": " << bytes);
    CHECK(unreadable == 0);
  }
}

TEST_CASE("G22 C7 what only keeps the connection open is a comment for the client") {
  for (const std::string& idle : {std::string("data: ping\n\n"), std::string("event: ping\n\n"),
                                  std::string("event: response.completed\ndata:\n\n"),
                                  std::string("data:\n\n"), std::string(": alive\n\n")}) {
    const Run run = Everywhere(kCreated + idle + kText + kCompleted);
    CHECK(run.state == StreamState::kDone);
    const size_t at = run.bytes.find(kText);
    REQUIRE(at != std::string::npos);
    CHECK(run.bytes.substr(kCreated.size(), 1) == ":");
    CHECK(run.bytes.substr(0, kCreated.size()) == kCreated);
  }
}

TEST_CASE("G22 C7 an error of ours goes on where the stream was") {
  const std::string bytes = Everywhere(kCreated + kText).bytes;
  const json failed = json::parse(bytes.substr(bytes.rfind("data: ") + 6));
  CHECK(failed["sequence_number"] == 2);
  CHECK(failed["response"]["id"] == "resp_1");
  CHECK(failed["response"]["created_at"] == 7);
  CHECK(failed["response"]["error"]["code"] == "server_error");
}

TEST_CASE("G22 S50 each form becomes the other") {
  const std::string reply =
      R"({"id":"resp_1","model":"gpt-z","status":"completed","output":[{"type":"message","new":1}],)"
      R"("usage":{"input_tokens":1,"output_tokens":2}})";
  const auto events = translate::ResponsesEvents(reply);
  REQUIRE(events);
  CHECK(translate::ResponsesReplyOf(*events) == reply);
  CHECK(Everywhere(reply).bytes == *events);
  const auto made = translate::ForwardResponsesReply(reply, {}, PlainContext());
  REQUIRE(made);
  CHECK(made->body == reply);
  for (const char* bad : {"", "[]", R"({"error":{"message":"m"}})", R"({"status":"failed"})",
                          R"({"status":"queued","output":[]})"}) {
    INFO(bad);
    CHECK_FALSE(translate::ForwardResponsesReply(bad, {}, PlainContext()));
  }
}

}  // namespace
}  // namespace katra::testing
