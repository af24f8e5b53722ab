// Recorded requests and configurations for the suites of this folder.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "router/routing/replay/replay.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router::routing::replay::testing {

using namespace std::chrono_literals;

inline const WallTime kNoon = FromUnixMillis(1'795'262'400'000);

inline cost::ModelTerms Terms(std::string_view model) {
  if (model == "anthropic/opus") return {{5, 25, 0.5, 6.25}, 300s};
  if (model == "openai/gpt-5") return {{1.25, 10, 0.125, 1.25}, 300s};
  if (model == "deepseek/chat") return {{0.25, 0.5, 0.025, 0.25}, 300s};
  return {};  // unknown
}

inline RouterConfig Loaded(const std::string& personas) {
  const katra::testing::TempHome home;
  mkdir(home.File("router").c_str(), 0700);
  std::ofstream(home.File("router/personas.json"), std::ios::binary) << personas;
  auto config = router::Load({home.path(), "", ""});
  if (!config) FAIL(config.error().message);
  return std::move(*config);
}

// Sam's model and routes, with more members: "\"think\": …".
inline std::string Personas(const std::string& routing = "", const std::string& routes = "",
                            const std::string& more = "") {
  return R"({"personas": {"Sam": {"provider": "anthropic", "model": "opus", "routing": {)" +
         routing + R"(}}}, "routing_preferences": [)" + routes + "]" + more + "}";
}
inline const std::string kReview =
    R"({"name": "code review", "description": "reviewing changes and pull requests",
        "models": ["openai/gpt-5"]})";
inline const std::string kDocs =
    R"({"name": "documentation", "description": "writing READMEs and documentation",
        "models": ["deepseek/chat"]})";

// A request of Sam's that anthropic/opus answered for $0.60: 100,000 tokens were new, 1000 came
// out.
inline store::UsageRecord Record(const std::string& rule = "default",
                                 const std::string& route = "") {
  store::UsageRecord record;
  record.at = kNoon;
  record.request_id = "req_1";
  record.endpoint = "messages";
  record.persona = "Sam";
  record.client_session_id = "s1";
  record.requested_model = "claude-sonnet-5";
  record.provider = "anthropic";
  record.model = record.asked_model = "opus";
  record.status = 200;
  record.rule = rule;
  record.route = route;
  record.estimated_tokens = 100'000;
  record.continued = false;
  record.input_tokens = 100'000;
  record.output_tokens = 1000;
  record.cost_usd_micros = 600'000;
  record.tried = {{"anthropic", "opus", "", 200, "", 5}};
  return record;
}

// As matched to a route, or to none.
inline store::UsageRecord Matched(const std::string& route) {
  store::UsageRecord record = Record(route.empty() ? "default" : "preference", route);
  record.matcher = "local";
  record.score = 0.9;
  return record;
}

inline RecordedText Text(const std::string& words, bool continues = false) {
  RecordedText text;
  text.request_id = "req_1";
  text.words.last = words;
  text.tools = true;
  text.continues = continues;
  return text;
}

}  // namespace katra::router::routing::replay::testing
