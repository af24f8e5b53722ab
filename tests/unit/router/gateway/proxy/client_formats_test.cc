// What clients of each format are sent for the same course of a request.
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/gateway/proxy/fixture.h"

namespace katra::testing {
namespace {

using router::gateway::Endpoint;

struct Format {
  const char* name;
  Endpoint endpoint;
  std::string body;     // of a request; `STREAM` stands for true or false
  std::string text;     // how the text "Hi" shows in a stream
  std::string end;      // the mark of a whole stream's end
  std::string error;    // how an error shows in a stream
  std::string whole;    // how the text shows in a whole answer
  std::string refused;  // how an error shows that comes instead of an answer
  std::string life;     // a sign of life within an answer
};

std::vector<Format> Formats() {
  return {
      {"Messages", Endpoint::kMessages,
       R"({"model":"m-1","max_tokens":9,"stream":STREAM,"messages":[{"role":"user","content":"a"}]})",
       R"({"type":"text_delta","text":"Hi"})", "event: message_stop", "event: error",
       R"({"type":"text","text":"Hi"})", R"("type":"error")", "event: ping"},
      {"Chat", Endpoint::kChat,
       R"({"model":"m-1","stream":STREAM,"messages":[{"role":"user","content":"a"}]})",
       R"("content":"Hi")", "data: [DONE]", R"(data: {"error":)", R"("content":"Hi")",
       R"({"error":{)", ": waiting for the model"},
      {"Responses", Endpoint::kResponses, R"({"model":"m-1","stream":STREAM,"input":"a"})",
       R"("type":"response.output_text.delta")", R"("type":"response.completed")",
       "response.failed", R"("text":"Hi")", R"({"error":{)", ": waiting for the model"},
  };
}

void Begin(ProxyRig& rig, const Format& format, bool stream) {
  std::string body = format.body;
  body.replace(body.find("STREAM"), 6, stream ? "true" : "false");
  rig.Begin(format.endpoint, body);
}

bool Holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("each client gets the stream and its end in its own format") {
  for (const Format& format : Formats()) {
    INFO(format.name);
    ProxyRig rig;
    Begin(rig, format, true);
    REQUIRE(rig.client.calls.size() == 1);
    CHECK(rig.call(0).outgoing.url == "https://first.test/v1/messages");
    rig.call(0).Head(200);
    rig.call(0).Data(MessageStart());
    CHECK(rig.exchange->status == 0);
    rig.call(0).Data(TextDelta("Hi"));
    CHECK(rig.exchange->status == 200);
    CHECK(*rig.exchange->headers.Find("content-type") == "text/event-stream; charset=utf-8");
    CHECK(*rig.exchange->headers.Find("cache-control") == "no-cache");
    CHECK(Holds(rig.exchange->body, format.text));
    CHECK_FALSE(Holds(rig.exchange->body, format.end));
    rig.call(0).Data(MessageStop());
    rig.call(0).End();
    CHECK(Holds(rig.exchange->body, format.end));
    CHECK(rig.exchange->ended);
    CHECK(rig.record().answered);
    CHECK(rig.record().usage.output_tokens == 7);
    CHECK(rig.finished == 1);
  }
}

TEST_CASE("each client gets a whole answer in its own format") {
  for (const Format& format : Formats()) {
    INFO(format.name);
    ProxyRig rig;
    Begin(rig, format, false);
    rig.call(0).Reply(200, MessagesReply("Hi"));
    CHECK(rig.exchange->status == 200);
    CHECK(*rig.exchange->headers.Find("content-type") == "application/json");
    CHECK(Holds(rig.exchange->body, format.whole));
    CHECK(rig.record().answered);
    CHECK(rig.finished == 1);
  }
}

TEST_CASE("each client gets the answer in the form it asked for, whichever the upstream chose") {
  for (const Format& format : Formats()) {
    INFO(format.name);
    ProxyRig streamed;
    Begin(streamed, format, true);
    streamed.call(0).Reply(200, MessagesReply("Hi"));
    CHECK(Holds(streamed.exchange->body, format.text));
    CHECK(Holds(streamed.exchange->body, format.end));
    ProxyRig whole;
    Begin(whole, format, false);
    whole.call(0).Head(200);
    whole.call(0).Data(MessageStart() + TextDelta("Hi") + MessageStop());
    whole.call(0).End();
    CHECK(*whole.exchange->headers.Find("content-type") == "application/json");
    CHECK(Holds(whole.exchange->body, format.whole));
    CHECK(streamed.finished + whole.finished == 2);
  }
}

TEST_CASE("each client is told of a failure in its own format, before and within an answer") {
  for (const Format& format : Formats()) {
    INFO(format.name);
    ProxyRig before;
    before.settings.retry.rounds = 1;
    before.persona().fallbacks.clear();
    Begin(before, format, true);
    before.call(0).Reply(529, MessagesError("overloaded_error", "busy"));
    before.RunReady();
    CHECK(before.exchange->status >= 500);
    CHECK(Holds(before.exchange->body, format.refused));
    CHECK(before.finished == 1);

    ProxyRig within;
    Begin(within, format, true);
    within.call(0).Head(200);
    within.call(0).Data(MessageStart() + TextDelta("Hi"));
    within.call(0).Fail(http::CallFailure::kCut);
    CHECK(Holds(within.exchange->body, format.error));
    CHECK_FALSE(Holds(within.exchange->body, format.end));
    CHECK(within.exchange->ended);
    CHECK(within.record().error_type == "api_error");
    CHECK(within.finished == 1);
  }
}

TEST_CASE("signs of life are of the client's format") {
  for (const Format& format : Formats()) {
    INFO(format.name);
    ProxyRig rig;
    Begin(rig, format, true);
    rig.clock.Advance(rig.settings.ping_interval);
    rig.request().Tick();
    CHECK(rig.exchange->body == ": waiting for the model\n\n");
    rig.call(0).Head(200);
    rig.call(0).Data(MessageStart() + TextDelta("Hi"));
    rig.exchange->body.clear();
    rig.clock.Advance(rig.settings.ping_interval);
    rig.request().Tick();
    CHECK(rig.exchange->body.find(format.life) == 0);
  }
}

TEST_CASE("a client of a format that the upstream speaks gets the upstream's own bytes") {
  ProxyRig rig;
  router::Provider& first = rig.provider("first");
  first.interface = router::Interface::kChat;
  const Format chat = Formats()[1];
  Begin(rig, chat, true);
  CHECK(rig.call(0).outgoing.url == "https://first.test/v1/chat/completions");
  const std::string chunk =
      R"(data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m-1","choices":)"
      R"([{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]})"
      "\n\n";
  rig.call(0).Head(200);
  rig.call(0).Data(chunk);
  CHECK(rig.exchange->body == chunk);
}

TEST_CASE("a format's request is put to an upstream of another one when the first has failed") {
  ProxyRig rig;
  rig.provider("first").interface = router::Interface::kChat;
  const Format chat = Formats()[1];
  Begin(rig, chat, true);
  rig.call(0).Reply(500, R"({"error":{"message":"down"}})");
  rig.RunReady();
  REQUIRE(rig.client.calls.size() == 2);
  CHECK(rig.call(1).outgoing.url == "https://second.test/v1/messages");
  rig.call(1).Head(200);
  rig.call(1).Data(MessageStart() + TextDelta("Hi") + MessageStop());
  rig.call(1).End();
  CHECK(Holds(rig.exchange->body, chat.text));
  CHECK(Holds(rig.exchange->body, chat.end));
}

TEST_CASE("tokens are counted by the upstream where it can, and else estimated") {
  const std::string body =
      R"({"model":"m-1","messages":[{"role":"user","content":"Hello, how are you today?"}]})";
  SECTION("it can") {
    ProxyRig rig;
    rig.provider("first").quirks.count_tokens = true;
    rig.Begin(Endpoint::kCountTokens, body);
    REQUIRE(rig.client.calls.size() == 1);
    CHECK(rig.call(0).outgoing.url == "https://first.test/v1/messages/count_tokens");
    rig.call(0).Reply(200, R"({"input_tokens":42})");
    CHECK(rig.exchange->body == R"({"input_tokens":42})");
  }
  SECTION("it cannot") {
    ProxyRig rig;
    rig.Begin(Endpoint::kCountTokens, body);
    CHECK(rig.client.calls.empty());
    CHECK(rig.exchange->status == 200);
    CHECK(rig.exchange->body.find("{\"input_tokens\":") == 0);
    CHECK(rig.record().answered);
  }
  SECTION("it fails") {
    ProxyRig rig;
    rig.persona().fallbacks.clear();
    rig.settings.retry.rounds = 1;
    rig.provider("first").quirks.count_tokens = true;
    rig.Begin(Endpoint::kCountTokens, body);
    rig.call(0).Reply(500, MessagesError("api_error", "down"));
    rig.RunReady();
    CHECK(rig.exchange->status == 200);
    CHECK(rig.exchange->body.find("{\"input_tokens\":") == 0);
  }
}

}  // namespace katra::testing
