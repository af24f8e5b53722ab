// What is made of a client's own login, and of what a ChatGPT plan says of its limit.
#include <algorithm>

#include "router/config/endpoint.h"
#include "router/gateway/access/login.h"
#include "router/gateway/subscription/chatgpt_limits.h"
#include "tests/support/cpp/catch.h"

namespace katra::router::gateway {
namespace {

using router::Interface;
using router::Provider;

constexpr int64_t kNow = 1'800'000'000;  // seconds

WallTime At(int64_t seconds) { return FromUnixMillis(seconds * 1000); }

http::Headers Make(const std::vector<http::Header>& all) {
  http::Headers headers;
  for (const http::Header& header : all) headers.Add(header.name, header.value);
  return headers;
}

std::string Limit(const std::string& members) {
  return R"({"error":{"type":"usage_limit_reached","message":"no more")" + members + "}}";
}

Provider Named(const std::string& url, Interface interface) {
  Provider provider;
  provider.name = "mine";
  provider.interface = interface;
  (interface == Interface::kMessages ? provider.messages_base_url : provider.chat_base_url) = url;
  return provider;
}

const std::string kPlan = "https://chatgpt.com/backend-api/codex";

}  // namespace

TEST_CASE("a ChatGPT plan rests until its error says, or until its windows begin again") {
  struct Case {
    const char* what;
    std::string body;
    std::vector<http::Header> headers;
    int64_t until;  // seconds after now; 0: it does not rest
  };
  const auto window = [](const char* name, const char* used, int64_t reset) {
    const std::string of = std::string("x-codex-") + name;
    return std::vector<http::Header>{{of + "-used-percent", used},
                                     {of + "-reset-at", std::to_string(kNow + reset)}};
  };
  const auto both = [](std::vector<http::Header> one, const std::vector<http::Header>& other) {
    one.insert(one.end(), other.begin(), other.end());
    return one;
  };
  const std::string at = R"(,"resets_at":)";
  const std::vector<Case> cases = {
      {"a moment", Limit(at + std::to_string(kNow + 60)), {}, 60},
      {"a moment in RFC 3339", Limit(R"(,"resets_at":"2027-01-15T08:01:00Z")"), {}, 60},
      {"a wait", Limit(R"(,"resets_in_seconds":60)"), {}, 60},
      {"a moment that is over, and a wait",
       Limit(at + std::to_string(kNow - 5) + R"(,"resets_in_seconds":60)"),
       {},
       60},
      {"its own words before headers", Limit(at + std::to_string(kNow + 60)),
       window("primary", "100", 900), 60},
      {"a window", Limit(""), window("primary", "100", 60), 60},
      {"the later of two windows", Limit(""),
       both(window("primary", "100", 60), window("secondary", "100.5", 900)), 900},
      {"the one that is used up", Limit(""),
       both(window("primary", "100", 60), window("secondary", "99.9", 900)), 60},
      {"headers alone", "", window("secondary", "100", 60), 60},
      {"headers beside a page", "<html>", window("secondary", "100", 60), 60},
      {"a span",
       "",
       {{"x-codex-primary-used-percent", "100"}, {"x-codex-primary-reset-after-seconds", "60"}},
       60},
      {"nothing said", Limit(""), {}, 0},
      {"no time", Limit(R"(,"resets_at":null,"resets_in_seconds":"soon")"), {}, 0},
      {"beyond reason", Limit(R"(,"resets_at":1e300,"resets_in_seconds":1e300)"), {}, 0},
      {"negative", Limit(R"(,"resets_at":-1,"resets_in_seconds":-1)"), {}, 0},
      {"too far away", Limit(at + std::to_string(kNow + 40LL * 86400)), {}, 0},
      {"another refusal", R"({"error":{"type":"usage_not_included"}})",
       window("primary", "100", 60), 0},
      {"room left", "", window("primary", "99", 60), 0},
      {"no number", "", window("primary", "100%", 60), 0}};
  for (const Case& one : cases) {
    INFO(one.what);
    const http::Headers headers = Make(one.headers);
    const auto rest = ReadChatGptRest(429, headers, one.body, "gpt-6-sol", At(kNow));
    CHECK(rest.has_value() == (one.until > 0));
    if (rest) CHECK(rest->until == At(kNow + one.until));
    if (rest) CHECK(rest->models.empty());
    for (const int status : {0, 200, 400, 403, 503}) {
      CHECK_FALSE(ReadChatGptRest(status, headers, one.body, "gpt-6-sol", At(kNow)));
    }
  }
}

TEST_CASE("a limit that ChatGPT names a model for is that model's alone") {
  std::vector<http::Header> sent = {{"x-codex-active-limit", "codex_bengalfox"},
                                    {"x-codex-bengalfox-primary-used-percent", "100"},
                                    {"x-codex-bengalfox-primary-reset-at", "1800000060"},
                                    {"x-codex-primary-used-percent", "100"},
                                    {"x-codex-primary-reset-at", "1800000900"}};
  const auto whole = ReadChatGptRest(429, Make(sent), "", "GPT-6-Fast", At(kNow));
  REQUIRE(whole);
  CHECK(whole->models.empty());
  CHECK(whole->until == At(kNow + 900));
  sent.push_back({"x-codex-bengalfox-limit-name", "Fast"});
  const auto own = ReadChatGptRest(429, Make(sent), Limit(""), "GPT-6-Fast", At(kNow));
  REQUIRE(own);
  CHECK(own->models == "gpt-6-fast");
  CHECK(own->until == At(kNow + 60));
}

TEST_CASE("a login goes to its own company's plan, and to the other one's never") {
  struct Case {
    std::string url;
    Interface interface;
    bool front;
    std::string bearer;
    bool goes;
  };
  const std::string claude = "https://api.anthropic.com";
  const std::string token = "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl";
  const std::string oauth = "sk-ant-oat01-of-the-user";
  const std::vector<Case> cases = {
      {kPlan, Interface::kResponses, true, token, true},
      {kPlan, Interface::kResponses, true, "at-a-personal-one", true},
      {kPlan, Interface::kResponses, true, oauth, false},
      {kPlan, Interface::kResponses, true, "sk-proj-a-key", false},
      {kPlan, Interface::kResponses, false, token, false},
      {kPlan, Interface::kChat, true, token, false},
      {kPlan, Interface::kMessages, false, token, false},
      {kPlan, Interface::kMessages, true, token, false},
      {"http://chatgpt.com/backend-api/codex", Interface::kResponses, true, token, false},
      {"https://chatgpt.com.evil.test", Interface::kResponses, true, token, false},
      {"https://api.openai.com/v1", Interface::kResponses, true, token, false},
      {claude, Interface::kMessages, false, oauth, true},
      {claude, Interface::kMessages, false, token, false},
      {claude, Interface::kMessages, true, oauth, false},
      {claude + "/v1", Interface::kChat, true, token, false}};
  for (const Case& one : cases) {
    INFO(one.url << " " << router::ToString(one.interface) << " " << one.front << one.bearer);
    Caller caller;
    caller.own_authorization = "Bearer " + one.bearer;
    const Provider provider = Named(one.url, one.interface);
    CHECK(LoginFor(caller, provider, one.interface, one.front, true).empty() != one.goes);
    CHECK(LoginFor(caller, provider, one.interface, one.front, false).empty() != one.goes);
  }
}

TEST_CASE("the account of a login goes where the login goes, and is repeated to nobody") {
  http::Request client;
  client.headers = Make({{"ChatGPT-Account-ID", "account-of-olga"},
                         {"authorization", "Bearer eyJh.cGF5bG9hZC1vZi1vbGdh.c2lnbmF0dXJl"},
                         {"x-codex-window-id", "window"},
                         {"x-katra-token", "katra_secret"},
                         {"cookie", "a=b"}});
  const Provider& plan = router::AskedOnLogin(*router::FindBuiltIn("openai"), true);
  std::vector<std::string> names;
  for (const http::Header& header : ForwardedHeaders(client, plan, true)) {
    names.push_back(header.name);
  }
  CHECK(names == std::vector<std::string>{"ChatGPT-Account-ID", "x-codex-window-id"});
  for (const http::Header& header : ForwardedHeaders(client, plan, false)) {
    CHECK(header.name == "x-codex-window-id");
  }
  const auto forms = FormsOfLogin(*client.headers.Find("authorization"), client.headers);
  for (const char* form : {"account-of-olga", "cGF5bG9hZC1vZi1vbGdh", "c2lnbmF0dXJl"}) {
    CHECK(std::find(forms.begin(), forms.end(), form) != forms.end());
  }
}

}  // namespace katra::router::gateway
