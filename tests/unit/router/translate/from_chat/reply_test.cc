// Whole replies and errors of upstreams (S45, E2-E7, E11, E15, E16 of docs/translation.md).
#include "router/translate/from_chat/reply.h"
#include "router/translate/errors.h"
#include "router/translate/signature.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::ApiError;
using translate::Failure;
using translate::FromUpstream;

json Reply(const std::string& message, const std::string& finish = "stop") {
  const auto reply =
      translate::ToMessages(R"({"id":"r1","model":"up","choices":[{"index":0,"message":)" +
                                message + ",\"finish_reason\":\"" + finish +
                                R"("}],"usage":{"prompt_tokens":10,"completion_tokens":2}})",
                            {}, PlainContext());
  if (!reply) FAIL(reply.error().message);
  return json::parse(reply->body);
}

TEST_CASE("S45 B48 a reply with reasoning, text and calls") {
  const json out =
      Reply(R"({"role":"assistant","content":"text","reasoning_content":"why","tool_calls":[)"
            R"({"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},)"
            R"({"id":"b","type":"function","function":{"name":"g","arguments":""}}]})",
            "tool_calls");
  CHECK(out["id"] == "msg_r1");
  CHECK(out["type"] == "message");
  CHECK(out["model"] == "up");
  REQUIRE(out["content"].size() == 4);
  CHECK(out["content"][0]["thinking"] == "why");
  CHECK(translate::IsOurSignature(out["content"][0]["signature"].get<std::string>()));
  CHECK(out["content"][1]["text"] == "text");
  CHECK(out["content"][2]["input"]["x"] == 1);
  CHECK(out["content"][3]["input"] == json::object());
  CHECK(out["stop_reason"] == "tool_use");
  CHECK(out["usage"]["input_tokens"] == 10);
}

TEST_CASE("S45 null content is no block, a refusal is text, spoilt arguments stay as text") {
  CHECK(Reply(R"({"role":"assistant","content":null})")["content"] == json::array());
  const json refusal = Reply(R"({"content":null,"refusal":"No."})");
  CHECK(refusal["content"][0]["text"] == "No.");
  CHECK(refusal["stop_reason"] == "refusal");
  CHECK(Reply(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\""}}]})")
            ["content"][0]["input"]["raw_arguments"] == "{\"x\"");
}

TEST_CASE("S38 E16 a reply of status 200 that is none") {
  const auto failure = [](const std::string& body) {
    const auto reply = translate::ToMessages(body, {}, PlainContext());
    REQUIRE_FALSE(reply);
    return reply.error();
  };
  CHECK(failure("<html>").failure == Failure::kNoAnswer);
  CHECK(failure("").retryable);
  CHECK(failure(R"({"choices":[]})").retryable);
  CHECK(failure(R"({"choices":null})").retryable);
  CHECK(failure(R"({"error":{"message":"x","code":429}})").failure == Failure::kRateLimit);
  CHECK(failure(R"({"choices":[{"error":{"code":502,"message":"bad"}}]})").status == 502);
}

TEST_CASE("E3 what each status becomes") {
  struct Case {
    int status;
    int client;
    const char* type;
    bool retryable;
  };
  const Case cases[] = {{400, 400, "invalid_request_error", false},
                        {422, 400, "invalid_request_error", false},
                        {401, 401, "authentication_error", false},
                        {402, 402, "billing_error", false},
                        {403, 403, "permission_error", false},
                        {404, 404, "not_found_error", false},
                        {413, 413, "request_too_large", false},
                        {429, 429, "rate_limit_error", true},
                        {500, 500, "api_error", true},
                        {502, 502, "api_error", true},
                        {503, 529, "overloaded_error", true},
                        {529, 529, "overloaded_error", true},
                        {418, 400, "invalid_request_error", false},
                        {599, 502, "api_error", true}};
  for (const Case& c : cases) {
    INFO(c.status);
    const ApiError error = FromUpstream(c.status, {}, R"({"error":{"message":"m"}})", "openai");
    CHECK(error.status == c.client);
    CHECK(error.type == c.type);
    CHECK(error.retryable == c.retryable);
    CHECK(error.message == "openai: m");
    const json body = json::parse(translate::MessagesErrorBody(error, "req_1"));
    CHECK(body["type"] == "error");
    CHECK(body["error"]["type"] == c.type);
    CHECK(body["request_id"] == "req_1");
  }
}

TEST_CASE("E2 B60 no markup, traces, paths or keys in what the client is told") {
  const auto told = [](const std::string& body) {
    return FromUpstream(500, {}, body, "p").message;
  };
  CHECK(told("<html><body>nginx</body></html>") == "p answered with status 500 and no error text");
  CHECK(told(R"({"error":{"message":"<!DOCTYPE html><html>x"}})") ==
        "p answered with status 500 and no error text");
  const char* const kPages[] = {
      "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.25</center>",
      "<!-- a comment --><p>cloudflare</p>",
      "<H1\\n>Bad</H1>",
      "</div>x",
      "<br/>",
      "<title>5",
  };
  for (const std::string page : kPages) {
    INFO(page);
    CHECK(told(R"({"error":{"message":")" + page + R"("}})") ==
          "p answered with status 500 and no error text");
    CHECK(told(R"({"error":{"message":"bad gateway: )" + std::string(900, 'x') + " (" + page +
               R"("}})") == "p: bad gateway: " + std::string(900, 'x'));
  }
  // What only looks like it.
  for (const char* text : {"a < b and c > d", "use <name> here", "<html5ish>", "i <3 you", "x <"}) {
    CHECK(told(std::string(R"({"error":{"message":")") + text + R"("}})") ==
          std::string("p: ") + text);
  }
  const std::string key = told(
      R"({"error":{"message":"Incorrect API key provided: sk-proj-abcdef123456. See docs."}})");
  CHECK(key.find("abcdef") == std::string::npos);
  CHECK(key.find("Incorrect API key") != std::string::npos);
  const std::string trace = told(
      R"({"error":{"message":"boom\nTraceback (most recent call last):\n  File \"/srv/a.py\""}})");
  CHECK(trace == "p: boom");
  CHECK(told(R"({"detail":"failed in /srv/app/server.py:12 now"})") == "p: failed in [file] now");
}

TEST_CASE("E3 the shapes of error bodies") {
  const auto told = [](const std::string& body) {
    return FromUpstream(400, {}, body, "p").message;
  };
  CHECK(told(R"({"error":"plain"})") == "p: plain");
  CHECK(told(R"({"message":"mistral","object":"error"})") == "p: mistral");
  CHECK(told(R"({"detail":[{"loc":["body"],"msg":"field required"},{"msg":"too long"}]})") ==
        "p: field required; too long");
  CHECK(told(R"([{"error":{"code":400,"message":"gemini","status":"INVALID_ARGUMENT"}}])") ==
        "p: gemini");
  CHECK(told(R"({"error":{"message":"Provider returned error","metadata":)"
             R"({"raw":"{\"error\":{\"message\":\"inner\"}}"}}})") ==
        "p: Provider returned error: inner");
}

TEST_CASE("E4 B61 a prompt that is too long starts the client's compaction") {
  struct Case {
    int status;
    const char* body;
    const char* message;
  };
  const Case cases[] = {
      {400,
       R"({"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130123 tokens.","code":"context_length_exceeded"}})",
       "prompt is too long: 130123 tokens > 128000 maximum"},
      {400,
       R"([{"error":{"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}])",
       "prompt is too long: 1200000 tokens > 1048576 maximum"},
      {400,
       R"({"message":"Prompt contains 40,000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"})",
       "prompt is too long: 40000 tokens > 32768 maximum"},
      {400,
       R"({"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}})",
       "prompt is too long: 9000 tokens > 8192 maximum"},
      {413,
       R"({"error":{"message":"Request too large for model x: Limit 6000, Requested 7000","code":"rate_limit_exceeded"}})",
       "prompt is too long: 7000 tokens > 6000 maximum"},
      {500,
       R"({"error":{"message":"Your input exceeds the context window of this model.","code":"context_length_exceeded"}})",
       "prompt is too long: 5000 tokens > 4999 maximum"},
  };
  for (const Case& c : cases) {
    INFO(c.body);
    const ApiError error = FromUpstream(c.status, {}, c.body, "p", 5000);
    CHECK(error.failure == Failure::kContextOverflow);
    CHECK(error.status == 400);
    CHECK(error.type == "invalid_request_error");
    CHECK(error.message == c.message);
    CHECK_FALSE(error.retryable);
  }
}

TEST_CASE("E6 B60 when to try again") {
  using std::chrono::milliseconds;
  const auto after = [](const translate::Headers& headers, const std::string& body = "{}") {
    return FromUpstream(429, headers, body, "p");
  };
  CHECK(after({{"Retry-After", "7"}}).retry_after == milliseconds(7000));
  CHECK(after({{"retry-after-ms", "250"}, {"retry-after", "1"}}).retry_after == milliseconds(250));
  CHECK(after({{"x-ratelimit-reset-requests", "6m0s"}, {"x-ratelimit-remaining-requests", "0"}})
            .retry_after == milliseconds(360000));
  CHECK_FALSE(after({{"x-ratelimit-reset-tokens", "9s"}, {"x-ratelimit-remaining-tokens", "5"}})
                  .retry_after);
  CHECK(after({}, R"([{"error":{"code":429,"details":[{"retryDelay":"13s"}]}}])").retry_after ==
        milliseconds(13000));
  const ApiError copied =
      after({{"anthropic-ratelimit-requests-remaining", "0"}, {"x-secret", "1"}});
  CHECK(copied.headers.front().first == "anthropic-ratelimit-requests-remaining");
  CHECK(copied.headers.back() ==
        std::make_pair(std::string("x-should-retry"), std::string("true")));
  const ApiError derived = after({{"x-ratelimit-reset-requests", "1500ms"}});
  CHECK(derived.headers.front() == std::make_pair(std::string("retry-after"), std::string("2")));
}

TEST_CASE("E7 E15 a quota that is used up is not worth another try") {
  const ApiError error = FromUpstream(
      429, {{"retry-after", "1"}},
      R"({"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}})",
      "p");
  CHECK(error.failure == Failure::kQuota);
  CHECK(error.status == 400);
  CHECK_FALSE(error.retryable);
  CHECK(error.headers == translate::Headers{{"x-should-retry", "false"}});
}

TEST_CASE("E11 of two failures the one that tells more") {
  const ApiError overflow = FromUpstream(
      400, {}, R"({"error":{"message":"","code":"context_length_exceeded"}})", "p", 10);
  const ApiError gateway = FromUpstream(502, {}, "", "p");
  CHECK(translate::MoreTelling(gateway, overflow).failure == Failure::kContextOverflow);
  CHECK(translate::MoreTelling(overflow, gateway).failure == Failure::kContextOverflow);
  CHECK(translate::MoreTelling(translate::NoAnswer("x"), gateway).status == 502);
}

TEST_CASE("errors of the library and in OpenAI's shape") {
  const ApiError refused =
      translate::ApiErrorOf({ErrorCode::kUnsupported, "capability_rejected: x: y", "", false});
  CHECK(refused.status == 400);
  CHECK(refused.failure == Failure::kCapability);
  CHECK(translate::ApiErrorOf({ErrorCode::kInternal, "m", "", false}).status == 500);
  const ApiError limit = FromUpstream(429, {}, "{}", "p");
  const json body = json::parse(translate::OpenAiErrorBody(limit));
  CHECK(body["error"]["code"] == "rate_limit_exceeded");
  CHECK(translate::MessagesErrorEvent(limit, "").rfind("event: error\ndata: {", 0) == 0);
}

}  // namespace
}  // namespace katra::testing
