// Which requests share an answer, which have none to share, and what the cache holds.
#include "router/routing/cost/answer_cache.h"

#include <map>
#include <set>

#include "router/routing/cost/cache_key.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                         // NOLINT: a test file
using namespace katra::router::routing::cost;  // NOLINT
using namespace std::chrono_literals;

namespace {

const std::string kBody =
    R"({"model":"claude-opus-4-8","max_tokens":1024,"temperature":0,"system":[{"type":"text",)"
    R"("text":"x-anthropic-billing-header: cc_version=2.1; cch=a1b2c;"},{"type":"text","text":"Be brief."}],)"
    R"("metadata":{"user_id":"u1","kind":"k"},"tools":[{"name":"Read","input_schema":{"type":"object"}}],)"
    R"("messages":[{"role":"user","content":"hello"}],"stream":true})";

CacheableRequest Of(std::string_view body) {
  return {"Sam", "anthropic", "claude-opus-4-8", "messages", "2023-06-01", "beta-1", body};
}

std::string With(std::string_view from, std::string_view to, std::string body = kBody) {
  const size_t at = body.find(from);
  REQUIRE(at != std::string::npos);
  return body.replace(at, from.size(), to);
}

std::optional<Sha256Digest> Key(std::string_view body, bool any_temperature = false) {
  return KeyOf(Of(body), any_temperature).digest;
}

}  // namespace

TEST_CASE("what does not change the answer is not in the key") {
  const auto key = Key(kBody);
  REQUIRE(key);
  CHECK(Key(With("cch=a1b2c", "cch=ffffe")) == key);
  CHECK(Key(With(
            R"({"type":"text","text":"x-anthropic-billing-header: cc_version=2.1; cch=a1b2c;"},)",
            "")) == key);
  CHECK(Key(With(R"("user_id":"u1",)", R"("user_id":"u2",)")) == key);
  CHECK(Key(With(R"(,"stream":true)", "")) == key);
  CHECK(Key(With(R"("stream":true)", R"("stream":false)")) == key);
  CHECK(Key(With(R"("model":"claude-opus-4-8")", R"("model":"my.alias")")) == key);
  CHECK(Key(With(R"("model":"claude-opus-4-8","max_tokens":1024)",
                 R"("max_tokens":1024,"model":"claude-opus-4-8")")) == key);
  CHECK(Key(With(R"("model")",
                 R"("user":"u9","prompt_cache_key":"s1","safety_identifier":"x","model")")) == key);
}

TEST_CASE("nothing crosses persona, provider, model, format, version or beta") {
  const CacheableRequest request = Of(kBody);
  std::set<Sha256Digest> keys = {*KeyOf(request, false).digest};
  std::vector<CacheableRequest> others(7, request);
  others[0].tenant = "Max";
  others[1].provider = "bedrock";
  others[2].model = "claude-opus-4-9";
  others[3].format = "chat";
  others[4].version = "2024-01-01";
  others[5].betas = "beta-2";
  // Parts do not run into each other.
  others[6].tenant = "Sama";
  others[6].provider = "nthropic";
  for (const CacheableRequest& other : others) keys.insert(*KeyOf(other, false).digest);
  CHECK(keys.size() == others.size() + 1);
}

TEST_CASE("everything in the body that can change the answer is in the key") {
  std::set<Sha256Digest> keys = {*Key(kBody)};
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"hello", "hello "},
      {"Be brief.", "Be brief"},
      {"Be brief.", "x-anthropic-billing-header: not the first"},
      {"1024", "1025"},
      {R"("name":"Read")", R"("name":"Write")"},
      {R"({"name":"Read","input_schema":{"type":"object"}})", ""},
      {R"("type":"object"})", R"("type":"object","required":["a"]})"},
      {R"(,"stream":true)", R"(,"tool_choice":{"type":"any"})"},
      {R"(,"stream":true)", R"(,"thinking":{"type":"enabled","budget_tokens":2048})"},
      {R"(,"stream":true)", R"(,"thinking":{"type":"disabled"})"},
      {R"(,"stream":true)", R"(,"output_config":{"effort":"high"})"},
      {R"(,"stream":true)", R"(,"output_config":{"format":{"type":"json_schema"}})"},
      {R"(,"stream":true)", R"(,"stop_sequences":["x"])"},
      {R"(,"stream":true)", R"(,"top_p":0.5)"},
      {R"(,"stream":true)", R"(,"response_format":{"type":"json_object"})"},
      {R"(,"stream":true)", R"(,"reasoning_effort":"low")"},
      {R"(,"stream":true)", R"(,"context_management":{"edits":[]})"},
      {R"(,"stream":true)", R"(,"service_tier":"auto")"},
      {R"(,"stream":true)", R"(,"something_new":1)"},
      {R"("kind":"k")", R"("kind":"l")"},
      {R"("role":"user","content":"hello")", R"("role":"assistant","content":"hello")"},
      {R"("messages":[)",
       R"("messages":[{"role":"user","content":"x-anthropic-billing-header: no block"},)"},
      {R"({"type":"text","text":"Be brief."})", ""},
  };
  for (const auto& [from, to] : changes) {
    CAPTURE(from, to);
    std::string body = With(from, to);
    if (const size_t hole = body.find(",]"); hole != std::string::npos) body.erase(hole, 1);
    const auto key = Key(body);
    REQUIRE(key);
    CHECK(keys.insert(*key).second);
  }
}

TEST_CASE("a request whose answer cannot be repeated has no key") {
  const auto with = [](std::string_view more) { return With(R"(,"stream":true)", more); };
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"nonsense", "not a JSON object"},
      {"[]", "not a JSON object"},
      {With(R"("temperature":0,)", ""), "temperature"},
      {With(R"("temperature":0)", R"("temperature":0.2)"), "temperature"},
      {With(R"("temperature":0)", R"("temperature":"0")"), "temperature"},
      {with(R"(,"temperature":0)"), "twice"},
      {with(R"(,"temper\u0061ture":0)"), "twice"},
      {with(R"(,"n":2)"), "several"},
      {with(R"(,"previous_response_id":"resp_1")"), "state"},
      {with(R"(,"conversation":"conv_1")"), "state"},
      {with(R"(,"background":true)"), "state"},
      {with(R"(,"container":"c1")"), "state"},
      {with(R"(,"mcp_servers":[{"url":"https://x"}])"), "state"},
      {with(R"(,"web_search_options":{})"), "state"},
      {With(R"({"name":"Read")",
            R"({"type":"web_search_20250305","name":"web_search"},{"name":"Read")"),
       "tools"},
      {With(R"({"name":"Read")", R"({"type":"code_interpreter"},{"name":"Read")"), "tools"},
      {With(R"("content":"hello")",
            R"("content":[{"type":"image","source":{"type":"file","file_id":"f"}}])"),
       "file"},
      {With(R"("content":"hello")",
            R"("content":[{"type":"document","source":{"type":"url","url":"https://x"}}])"),
       "file"},
      {With(R"("content":"hello")",
            R"("content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}])"),
       "file"},
      {With(R"("content":"hello")",
            R"("content":[{"type":"input_image","image_url":"https://x/y.png"}])"),
       "file"},
      {With(R"("content":"hello")", R"("content":[{"type":"input_file","file_url":"https://x"}])"),
       "file"},
      {With(R"("messages":[)", R"("input":[{"type":"item_reference","id":"i"}],"messages":[)"),
       "file"},
      {With(
           R"("content":"hello")",
           R"("content":[{"type":"tool_result","content":[{"type":"image","source":{"type":"file"}}]}])"),
       "file"},
  };
  for (const auto& [body, reason] : rows) {
    CAPTURE(body, reason);
    const CacheKey key = KeyOf(Of(body), false);
    CHECK_FALSE(key.digest);
    CHECK(key.reason.find(reason) != std::string_view::npos);
  }
}

TEST_CASE("a request at another temperature has a key if the user wants it") {
  const std::string warm = With(R"("temperature":0)", R"("temperature":0.7)");
  REQUIRE(Key(warm, true));
  CHECK(Key(warm, true) != Key(kBody, true));
  CHECK(Key(kBody, true) == Key(kBody, false));
  CHECK(Key(With(R"("temperature":0,)", ""), true));
  CHECK_FALSE(Key(With(R"({"name":"Read")", R"({"type":"web_search"},{"name":"Read")"), true));
}

TEST_CASE("images in the body, functions and results of tools can be repeated") {
  for (
      const std::string& body : {
          With(R"("content":"hello")",
               R"("content":[{"type":"image","source":{"type":"base64","data":"aGk="}}])"),
          With(
              R"("content":"hello")",
              R"("content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}])"),
          With(R"({"name":"Read")",
               R"({"type":"function","function":{"name":"f"}},{"type":"custom","name":"Read")"),
          With(R"("content":"hello")",
               R"("content":[{"type":"tool_result","tool_use_id":"t","content":"42"}])"),
          With(R"(,"stream":true)",
               R"(,"mcp_servers":[],"background":false,"previous_response_id":null,"n":1)"),
      }) {
    CAPTURE(body);
    CHECK(Key(body));
  }
}

TEST_CASE("only a complete answer that ended by itself is stored") {
  const AnswerEnd good{200, true, "end_turn", false};
  CHECK(MayStore(good, false));
  CHECK(MayStore({200, true, "stop_sequence", false}, false));
  CHECK_FALSE(MayStore({200, false, "end_turn", false}, false));
  CHECK_FALSE(MayStore({201, true, "end_turn", false}, false));
  CHECK_FALSE(MayStore({529, true, "end_turn", false}, false));
  for (const std::string_view reason :
       {"max_tokens", "refusal", "pause_turn", "model_context_window_exceeded", ""}) {
    CHECK_FALSE(MayStore({200, true, reason, false}, true));
  }
  CHECK_FALSE(MayStore({200, true, "tool_use", true}, false));
  CHECK_FALSE(MayStore({200, true, "end_turn", true}, false));
  CHECK(MayStore({200, true, "tool_use", true}, true));
}

TEST_CASE("an answer lives for its time, to the moment, however often it is used") {
  AnswerCache cache({});
  const SteadyTime now{};
  const auto key = Sha256("a");
  CHECK_FALSE(cache.Find(key, now));
  cache.Store(key, {"one", false, "m"}, now);
  CHECK(cache.Find(key, now)->message == "one");
  CHECK_FALSE(cache.Find(Sha256("b"), now));
  const auto held = cache.Find(key, now + 299s);
  REQUIRE(held);
  CHECK_FALSE(cache.Find(key, now + 300s));
  CHECK(cache.size() == 0);
  CHECK(cache.bytes() == 0);
  CHECK(held->model == "m");  // still valid
  cache.Store(key, {"two", false, "m"}, now + 301s);
  cache.Store(key, {"three", false, "m"}, now + 400s);
  CHECK(cache.size() == 1);
  CHECK(cache.Find(key, now + 650s)->message == "three");
  cache.Clear();
  CHECK_FALSE(cache.Find(key, now + 650s));
  CHECK(cache.bytes() == 0);
}

TEST_CASE("memory is bounded, and what was used last stays") {
  AnswerCache::Options options;
  options.max_bytes = 10'000;
  options.max_answer_bytes = 3000;
  AnswerCache cache(options);
  const SteadyTime now{};
  const auto key = [](int i) { return Sha256(std::to_string(i)); };
  for (int i = 0; i < 1000; ++i) {
    cache.Store(key(i), {std::string(700, 'x'), false, "m"}, now);
    (void)cache.Find(key(0), now);
    CHECK(cache.bytes() <= options.max_bytes);
  }
  CHECK(cache.size() == 10);
  CHECK(cache.Find(key(0), now));
  CHECK(cache.Find(key(999), now));
  CHECK_FALSE(cache.Find(key(500), now));
  cache.Store(key(0), {std::string(3001, 'x'), false, "m"}, now);
  CHECK_FALSE(cache.Find(key(0), now));  // neither the new one nor the old one
  CHECK(cache.size() == 9);
}
