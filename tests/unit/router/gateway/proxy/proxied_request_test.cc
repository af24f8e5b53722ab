// A request's life, transition by transition: chosen, sent, first byte, content, complete; refused,
// tried again, given to another before content, broken off after it, left by its client, too late.
#include <chrono>

#include "tests/support/cpp/catch.h"
#include "tests/unit/router/gateway/proxy/fixture.h"

namespace katra::testing {
namespace {

using router::gateway::Endpoint;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// What every request must come to, however it ends.
void CheckEndedOnce(const ProxyRig& rig) {
  CHECK(rig.finished == 1);
  CHECK(rig.records.size() == 1);
  CHECK(rig.exchange->ended);
}

std::string HeaderOf(const ProxyRig& rig, std::string_view name) {
  const std::string* value = rig.exchange->headers.Find(name);
  return value == nullptr ? std::string() : *value;
}

bool Holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("a request goes to the first candidate with its key, and the client hears nothing yet") {
  ProxyRig rig;
  rig.BeginMessages();
  REQUIRE(rig.client.calls.size() == 1);
  CHECK(rig.call(0).outgoing.url == "https://first.test/v1/messages");
  CHECK(rig.call(0).Header("authorization") == "Bearer key-of-the-first");
  CHECK(Holds(rig.call(0).Body(), R"("model":"m-1")"));
  CHECK(rig.exchange->status == 0);
  CHECK_FALSE(rig.request().streaming());
  CHECK(rig.finished == 0);
}

TEST_CASE("a stream reaches the client from its first content on, and its end is recorded") {
  ProxyRig rig;
  rig.BeginMessages();
  rig.clock.Advance(milliseconds(200));
  rig.call(0).Head(200);
  rig.call(0).Data(MessageStart());
  CHECK(rig.exchange->status == 0);  // a beginning is no content: another may still answer
  rig.clock.Advance(milliseconds(300));
  rig.call(0).Data(TextDelta("Hi"));
  CHECK(rig.exchange->status == 200);
  CHECK(rig.exchange->body == MessageStart() + TextDelta("Hi"));
  CHECK(rig.request().streaming());
  rig.clock.Advance(milliseconds(500));
  rig.call(0).Data(MessageStop());
  rig.call(0).End();
  CheckEndedOnce(rig);
  CHECK_FALSE(rig.request().streaming());
  CHECK(rig.exchange->body == MessageStart() + TextDelta("Hi") + MessageStop());
  CHECK(HeaderOf(rig, "x-katra-provider") == "first");
  CHECK(HeaderOf(rig, "x-katra-attempts") == "1");
  CHECK(rig.record().answered);
  CHECK(rig.record().status == 200);
  CHECK(rig.record().error_type.empty());
  CHECK(rig.record().streamed);
  CHECK(rig.record().first_byte == milliseconds(500));
  CHECK(rig.record().duration == milliseconds(1000));
  CHECK(rig.record().usage.output_tokens == 7);
  CHECK(rig.record().reported_model == "m-as-told");
  REQUIRE(rig.record().attempts.size() == 1);
  CHECK(rig.record().attempts[0].error.empty());
}

TEST_CASE("a whole answer is one response") {
  ProxyRig rig;
  rig.BeginMessages(false);
  rig.call(0).Reply(200, MessagesReply("Hi"));
  CheckEndedOnce(rig);
  CHECK(rig.exchange->status == 200);
  CHECK(rig.exchange->body == MessagesReply("Hi"));
  CHECK(rig.record().answered);
  CHECK_FALSE(rig.record().streamed);
  CHECK(rig.record().usage.input_tokens == 11);
}

TEST_CASE("what no other try would change is refused in the upstream's words at once") {
  for (const auto& [status, type] :
       std::vector<std::pair<int, std::string>>{{400, "invalid_request_error"},
                                                {401, "authentication_error"},
                                                {403, "permission_error"},
                                                {413, "request_too_large"}}) {
    INFO(type);
    ProxyRig rig;
    rig.BeginMessages();
    const std::string said = MessagesError(type, "messages: too few");
    rig.call(0).Reply(status, said);
    rig.RunReady();
    CheckEndedOnce(rig);
    CHECK(rig.client.calls.size() == 1);
    CHECK(rig.exchange->status == status);
    CHECK(rig.exchange->body == said);
    CHECK_FALSE(rig.record().answered);
    CHECK(rig.record().error_type == type);
  }
}

TEST_CASE("a body that is no JSON reaches no upstream") {
  ProxyRig rig;
  rig.Begin(Endpoint::kMessages, "{\"model\":");
  CheckEndedOnce(rig);
  CHECK(rig.client.calls.empty());
  CHECK(rig.exchange->status == 400);
  CHECK(rig.record().attempts.empty());
}

TEST_CASE("a failure before content leaves the way open to the next candidate") {
  struct Case {
    const char* what;
    std::function<void(UpstreamCall&)> fail;
    const char* error;
  };
  const std::vector<Case> cases = {
      {"an error of the server",
       [](UpstreamCall& call) { call.Reply(500, MessagesError("api_error", "down")); },
       "api_error"},
      {"overloaded",
       [](UpstreamCall& call) { call.Reply(529, MessagesError("overloaded_error", "busy")); },
       "overloaded_error"},
      {"no connection", [](UpstreamCall& call) { call.Fail(http::CallFailure::kConnect); },
       "api_error"},
      {"no answer in time", [](UpstreamCall& call) { call.Fail(http::CallFailure::kTimeout); },
       "timeout_error"},
      {"a stream that breaks off after its beginning",
       [](UpstreamCall& call) {
         call.Head(200);
         call.Data(MessageStart());
         call.Fail(http::CallFailure::kCut);
       },
       "api_error"},
      {"an error event before content",
       [](UpstreamCall& call) {
         call.Head(200);
         call.Data(MessageStart() +
                   "event: error\ndata: " + MessagesError("overloaded_error", "busy") + "\n\n");
         call.End();
       },
       "overloaded_error"},
      {"an answer that says nothing",
       [](UpstreamCall& call) {
         call.Head(200);
         call.End();
       },
       "api_error"},
  };
  for (const Case& one : cases) {
    INFO(one.what);
    ProxyRig rig;
    rig.BeginMessages();
    one.fail(rig.call(0));
    CHECK(rig.exchange->status == 0);
    rig.RunReady();
    REQUIRE(rig.client.calls.size() == 2);
    CHECK(rig.call(1).outgoing.url == "https://second.test/v1/messages");
    CHECK(rig.call(1).Header("authorization") == "Bearer key-of-the-second");
    CHECK(Holds(rig.call(1).Body(), R"("model":"m-2")"));
    rig.call(1).Head(200);
    rig.call(1).Data(MessageStart() + TextDelta("Hi") + MessageStop());
    rig.call(1).End();
    CheckEndedOnce(rig);
    CHECK(rig.exchange->body == MessageStart() + TextDelta("Hi") + MessageStop());
    CHECK(HeaderOf(rig, "x-katra-provider") == "second");
    CHECK(HeaderOf(rig, "x-katra-attempts") == "2");
    CHECK(HeaderOf(rig, "x-katra-failed").find("first/m-1: ") == 0);
    REQUIRE(rig.record().attempts.size() == 2);
    CHECK(rig.record().attempts[0].error.find(std::string(one.error) + ": ") == 0);
    CHECK(rig.record().attempts[1].error.empty());
  }
}

TEST_CASE("candidates are asked round after round, and then the most telling failure is reported") {
  ProxyRig rig;
  rig.BeginMessages();
  for (size_t index = 0; index < 4; ++index) {
    REQUIRE(rig.client.calls.size() == index + 1);
    const bool first = index % 2 == 0;
    CHECK(Holds(rig.call(index).outgoing.url, first ? "first.test" : "second.test"));
    if (first) {
      rig.call(index).Fail(http::CallFailure::kConnect);
    } else {
      rig.call(index).Reply(529, MessagesError("overloaded_error", "busy"));
    }
    rig.RunReady();
  }
  CheckEndedOnce(rig);
  CHECK(rig.client.calls.size() == 4);
  CHECK(rig.exchange->status == 529);
  CHECK(Holds(rig.exchange->body, "overloaded_error"));
  CHECK(rig.record().attempts.size() == 4);
}

TEST_CASE("after the budget no further attempt begins") {
  ProxyRig rig;
  rig.BeginMessages();
  rig.clock.Advance(rig.settings.retry.budget + milliseconds(1));
  rig.call(0).Reply(500, MessagesError("api_error", "down"));
  rig.RunReady();
  CheckEndedOnce(rig);
  CHECK(rig.client.calls.size() == 1);
}

TEST_CASE("a stream that breaks off after content ends with an error, and nobody else goes on") {
  ProxyRig rig;
  rig.BeginMessages();
  rig.call(0).Head(200);
  rig.call(0).Data(MessageStart() + TextDelta("Hi"));
  rig.call(0).Fail(http::CallFailure::kCut);
  rig.RunReady();
  CheckEndedOnce(rig);
  CHECK(rig.client.calls.size() == 1);
  CHECK(rig.exchange->status == 200);
  CHECK(Holds(rig.exchange->body, "event: error"));
  CHECK_FALSE(Holds(rig.exchange->body, "message_stop"));
  CHECK_FALSE(rig.record().answered);
  CHECK(rig.record().status == 200);
  CHECK(rig.record().error_type == "api_error");
}

TEST_CASE("a client that leaves cancels what is asked for it, whenever it leaves") {
  ProxyRig rig;
  rig.BeginMessages();
  SECTION("before the head") {}
  SECTION("before content") {
    rig.call(0).Head(200);
    rig.call(0).Data(MessageStart());
  }
  SECTION("within the answer") {
    rig.call(0).Head(200);
    rig.call(0).Data(MessageStart() + TextDelta("Hi"));
  }
  rig.exchange->Leave();
  CHECK(rig.finished == 1);
  REQUIRE(rig.records.size() == 1);
  CHECK(rig.record().status == 499);
  CHECK(rig.record().error_type == "client_left");
  REQUIRE(rig.record().attempts.size() == 1);
  CHECK(rig.record().attempts[0].error == "the client left");
  rig.RunReady();
  CHECK(rig.client.calls.size() == 1);
}

TEST_CASE("a client that leaves between two attempts is asked for nothing more") {
  ProxyRig rig;
  rig.BeginMessages();
  rig.call(0).Reply(500, MessagesError("api_error", "down"));
  rig.exchange->Leave();
  rig.RunReady();
  CHECK(rig.finished == 1);
  CHECK(rig.client.calls.size() == 1);
}

TEST_CASE("an upstream that says nothing of an answer for too long gives way to the next") {
  ProxyRig rig;
  rig.BeginMessages();
  rig.call(0).Head(200);
  SECTION("nothing at all") {}
  SECTION("signs of life alone") { rig.call(0).Data(MessageStart() + ": ping\n\n"); }
  rig.clock.Advance(rig.settings.answer.progress_timeout + seconds(1));
  rig.settings.retry.budget = minutes(60);
  rig.request().Tick();
  CHECK(rig.record().attempts.size() == 1);  // its budget is over long since
  CHECK(rig.call(0).cancelled);
  CheckEndedOnce(rig);
  CHECK(rig.record().error_type == "timeout_error");
}

TEST_CASE("an answer that stands still for too long is ended with an error") {
  ProxyRig rig;
  rig.BeginMessages();
  rig.call(0).Head(200);
  rig.call(0).Data(MessageStart() + TextDelta("Hi"));
  rig.request().Tick();
  rig.clock.Advance(rig.settings.answer.progress_timeout);
  rig.request().Tick();
  CHECK(rig.finished == 0);  // not too long so far
  rig.clock.Advance(milliseconds(1));
  rig.request().Tick();
  CheckEndedOnce(rig);
  CHECK(rig.call(0).cancelled);
  CHECK(Holds(rig.exchange->body, "event: error"));
  CHECK(rig.record().error_type == "timeout_error");
}

TEST_CASE(
    "a client that waits for a stream gets signs of life, and an error that comes after them") {
  ProxyRig rig;
  rig.persona().fallbacks.clear();
  rig.settings.retry.rounds = 1;
  rig.BeginMessages();
  rig.clock.Advance(rig.settings.ping_interval);
  rig.request().Tick();
  CHECK(rig.exchange->status == 200);
  CHECK(rig.exchange->body == ": waiting for the model\n\n");
  rig.request().Tick();
  CHECK(rig.exchange->body == ": waiting for the model\n\n");  // not at once again
  rig.call(0).Reply(500, MessagesError("api_error", "down"));
  rig.RunReady();
  CheckEndedOnce(rig);
  CHECK(Holds(rig.exchange->body, "event: error\ndata: "));
  CHECK(rig.record().status == 200);
  CHECK(rig.record().error_type == "api_error");
}

TEST_CASE("within an answer the signs of life are pings") {
  ProxyRig rig;
  rig.BeginMessages();
  rig.call(0).Head(200);
  rig.call(0).Data(MessageStart() + TextDelta("Hi"));
  rig.clock.Advance(rig.settings.ping_interval);
  rig.request().Tick();
  CHECK(Holds(rig.exchange->body, "event: ping\ndata: {\"type\": \"ping\"}\n\n"));
}

TEST_CASE("a client that waits for a whole answer gets no signs of life") {
  ProxyRig rig;
  rig.BeginMessages(false);
  rig.clock.Advance(rig.settings.ping_interval * 3);
  rig.request().Tick();
  CHECK(rig.exchange->status == 0);
}

TEST_CASE("an upstream waits while the client does not read") {
  ProxyRig rig;
  rig.BeginMessages();
  rig.call(0).Head(200);
  rig.exchange->pending = 256 * 1024;
  rig.call(0).Data(MessageStart() + TextDelta("Hi"));
  CHECK_FALSE(rig.call(0).paused);
  rig.exchange->pending += 1;
  rig.call(0).Data(": more\n\n");
  CHECK(rig.call(0).paused);
  rig.clock.Advance(rig.settings.answer.progress_timeout * 2);
  rig.request().Tick();
  CHECK(rig.finished == 0);  // the upstream is not the one that is late
  rig.exchange->Drain();
  CHECK_FALSE(rig.call(0).paused);
}

TEST_CASE("over HTTP/2 a client that is too far behind loses its stream") {
  ProxyRig rig;
  rig.provider("first").http2 = true;
  rig.BeginMessages();
  rig.call(0).Head(200);
  rig.exchange->pending = size_t{8} * 1024 * 1024;
  rig.call(0).Data(MessageStart() + TextDelta("Hi"));
  CHECK_FALSE(rig.call(0).paused);
  CHECK(rig.finished == 0);
  rig.exchange->pending += 1;
  rig.call(0).Data(": more\n\n");
  CheckEndedOnce(rig);
  CHECK(Holds(rig.exchange->body, "reads too slowly"));
}

TEST_CASE(
    "a candidate without a key gives way to one that has one, and is reported where none has") {
  ProxyRig rig;
  rig.provider("first").api_key_env = "KEY_OF_nobody";
  SECTION("another has one") {
    rig.BeginMessages();
    rig.RunReady();
    REQUIRE(rig.client.calls.size() == 1);
    CHECK(Holds(rig.call(0).outgoing.url, "second.test"));
  }
  SECTION("none has") {
    rig.provider("second").api_key_env = "KEY_OF_nobody_else";
    rig.BeginMessages();
    for (int i = 0; i < 4; ++i) rig.RunReady();
    CheckEndedOnce(rig);
    CHECK(rig.client.calls.empty());
    CHECK(Holds(rig.exchange->body, "KEY_OF_nobody"));
  }
}

TEST_CASE("a token that may not ask a provider never reaches it, as a fallback neither") {
  ProxyRig rig;
  rig.caller.permit.providers = {"first"};
  rig.settings.retry.rounds = 1;
  rig.BeginMessages();
  rig.call(0).Reply(500, MessagesError("api_error", "down"));
  rig.RunReady();
  CheckEndedOnce(rig);
  CHECK(rig.client.calls.size() == 1);
}

TEST_CASE("a token that may ask nobody is told so before anybody is asked") {
  ProxyRig rig;
  rig.caller.permit.providers = {"other"};
  rig.BeginMessages();
  CheckEndedOnce(rig);
  CHECK(rig.client.calls.empty());
  CHECK(rig.exchange->status == 403);
  CHECK(rig.record().not_allowed);
}

TEST_CASE("a provider that was not reached five times is left alone by later requests") {
  ProxyRig rig;
  rig.settings.retry.rounds = 1;
  for (size_t i = 0; i < 5; ++i) {
    rig.BeginMessages(false);
    rig.client.calls.back()->Fail(http::CallFailure::kConnect);
    rig.RunReady();
    rig.client.calls.back()->Reply(200, MessagesReply("Hi"));
  }
  REQUIRE(rig.client.calls.size() == 10);
  rig.BeginMessages(false);
  REQUIRE(rig.client.calls.size() == 11);
  CHECK(Holds(rig.call(10).outgoing.url, "second.test"));
}

TEST_CASE("a client that leaves says nothing about the provider") {
  ProxyRig rig;
  for (int i = 0; i < 10; ++i) {
    rig.BeginMessages();
    rig.exchange->Leave();
  }
  rig.BeginMessages();
  CHECK(Holds(rig.client.calls.back()->outgoing.url, "first.test"));
}

TEST_CASE("a request whose token has ended is ended") {
  ProxyRig rig;
  rig.BeginMessages();
  SECTION("before content with a refusal") {
    rig.request().EndWithToken();
    CHECK(rig.exchange->status == 401);
    CHECK(HeaderOf(rig, "x-should-retry") == "false");
  }
  SECTION("within the answer with an error event") {
    rig.call(0).Head(200);
    rig.call(0).Data(MessageStart() + TextDelta("Hi"));
    rig.request().EndWithToken();
    CHECK(rig.exchange->status == 200);
    CHECK(Holds(rig.exchange->body, "event: error"));
  }
  CheckEndedOnce(rig);
  CHECK(rig.record().error_type == "authentication_error");
  rig.request().EndWithToken();  // once
  CHECK(rig.finished == 1);
}

TEST_CASE("what an upstream says of a key is said to the client without it") {
  ProxyRig rig;
  rig.persona().fallbacks.clear();
  rig.BeginMessages();
  rig.call(0).Reply(400, MessagesError("invalid_request_error", "bad key key-of-the-first"));
  CheckEndedOnce(rig);
  CHECK_FALSE(Holds(rig.exchange->body, "key-of-the-first"));
  CHECK_FALSE(Holds(rig.record().attempts[0].error, "key-of-the-first"));
}

TEST_CASE("a request that was refused for its thinking is tried once more without it") {
  ProxyRig rig;
  rig.persona().fallbacks.clear();
  const std::string body =
      R"({"model":"m-1","max_tokens":100,"stream":true,"messages":[{"role":"user","content":"a"},)"
      R"({"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"c2ln"},)"
      R"({"type":"text","text":"b"}]},{"role":"user","content":"c"}]})";
  rig.Begin(Endpoint::kMessages, body);
  CHECK(Holds(rig.call(0).Body(), R"("type":"thinking")"));
  const std::string said = MessagesError(
      "invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block");
  rig.call(0).Reply(400, said);
  rig.RunReady();
  REQUIRE(rig.client.calls.size() == 2);
  CHECK_FALSE(Holds(rig.call(1).Body(), R"("type":"thinking")"));
  SECTION("and answered") {
    rig.call(1).Head(200);
    rig.call(1).Data(MessageStart() + TextDelta("Hi") + MessageStop());
    rig.call(1).End();
    CHECK(HeaderOf(rig, "x-katra-attempts") == "2");
    CHECK(rig.record().answered);
  }
  SECTION("and not a third time") {
    rig.call(1).Reply(400, said);
    rig.RunReady();
    CHECK(rig.client.calls.size() == 2);
    CHECK(rig.exchange->status == 400);
  }
  CheckEndedOnce(rig);
}

}  // namespace katra::testing
