// What opencode is started with: a configuration in a variable, keys by the names of theirs.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/clients/handed.h"

namespace katra::cli::testing {
namespace {

using Json = nlohmann::json;

AgentLaunch Launched(const Handover& handover) { return OpenCode().launch(handover); }

Json Configuration(const AgentLaunch& launch) {
  const std::string changed = Changed(launch, "OPENCODE_CONFIG_CONTENT");
  return Json::parse(changed.substr(changed.find('=') + 1));
}

TEST_CASE("where opencode goes, and that keys are named, never written") {
  struct Case {
    const char* name;
    Handover handover;
    const char* id;
    Json options;
  };
  const std::string url = "http://127.0.0.1:12000/v1";
  const Case cases[] = {
      {"a provider that it knows", HandoverFor("deepseek", Plain(), "m"), "deepseek", nullptr},
      {"with a key",
       HandoverFor("openai", Plain("", "SAMS_KEY"), "m"),
       "openai",
       {{"apiKey", "{env:SAMS_KEY}"}}},
      {"at another address",
       HandoverFor("openai", Plain("https://own.test/v1"), "m"),
       "openai",
       {{"baseURL", "https://own.test/v1"}}},
      {"Anthropic's module appends less",
       HandoverFor("anthropic", Plain("https://own.test"), "m"),
       "anthropic",
       {{"baseURL", "https://own.test/v1"}}},
      {"under its own name of Gemini", HandoverFor("gemini", Plain(), "m"), "google", nullptr},
      {"under its own name of Grok", HandoverFor("grok", Plain(), "m"), "xai", nullptr},
      {"the gateway",
       HandoverFor("mistral", Gateway(), "m"),
       "katra",
       {{"baseURL", url}, {"apiKey", "{env:KATRA_GATEWAY_TOKEN}"}}},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    const AgentLaunch launch = Launched(one.handover);
    const Json config = Configuration(launch);
    CHECK(config["provider"].size() == 1);
    CHECK(config["provider"][one.id].value("options", Json()) == one.options);
    CHECK(config["model"] == std::string(one.id) + "/m");
    CHECK(config["enabled_providers"] == Json::array({one.id}));
    CHECK(config.dump().find(kToken) == std::string::npos);
    CHECK_FALSE(ShowsToken(launch));
    const bool routed = one.handover.connection.route == RouteKind::kGateway;
    CheckChanged(launch, {routed ? std::string("!KATRA_GATEWAY_TOKEN=") + kToken
                                 : std::string("KATRA_GATEWAY_TOKEN as it was")});
  }
}

TEST_CASE("the output's limit lies within the window, known or not") {
  Handover handover = HandoverFor("mistral", Gateway(), "m");
  const auto limit = [&handover] {
    return Configuration(Launched(handover))["provider"]["katra"]["models"]["m"].value("limit",
                                                                                       Json());
  };
  CHECK(limit() == Json());
  handover.context_tokens = 1000;
  CHECK(limit() == Json{{"context", 1000}, {"output", 250}});
  handover.max_output_tokens = 5000;
  CHECK(limit() == Json{{"context", 1000}, {"output", 1000}});
  handover.max_output_tokens = 100;
  handover.input_tokens = 900;
  CHECK(limit() == Json{{"context", 1000}, {"output", 100}, {"input", 900}});
}

TEST_CASE("the server is a part of the configuration, and the user's words are the arguments") {
  Handover handover = HandoverFor("openai", Plain(), "m");
  handover.own = {"run", "it"};
  const Json server = Configuration(Launched(handover))["mcp"]["katra"];
  CHECK(server["command"] == Json::array({"/opt/ka tra/katra_mcp_server"}));
  CHECK(server["environment"]["KATRA_PERSONA"] == "Sam");
  CHECK(server["enabled"] == true);
  using Words = std::vector<std::string>;
  CHECK(Launched(handover).arguments == Words{"run", "it"});
  handover.conversation = "ses_1";
  CHECK(Launched(handover).arguments == Words{"run", "it"});
  handover.resume = true;
  CHECK(Launched(handover).arguments == Words{"--session", "ses_1", "run", "it"});
}

TEST_CASE("its plugin is written for the session, and knows the program") {
  Handover handover = HandoverFor("deepseek", Plain(), "m");
  handover.home = "/home/sam/my katra";
  const AgentLaunch launch = Launched(handover);
  CHECK(Configuration(launch)["plugin"] ==
        Json::array({"file:///home/sam/my%20katra/clients/opencode/katra.js"}));
  REQUIRE(launch.files.size() == 1);
  CHECK(launch.files[0].path == "/home/sam/my katra/clients/opencode/katra.js");
  const std::string& text = launch.files[0].text;
  CHECK(text.find("const katra = \"/opt/ka tra/katra\"") != std::string::npos);
  CHECK(text.find("...process.env, ...{} }") != std::string::npos);
  CHECK(text.find("KATRA_PROGRAM") == std::string::npos);
}

}  // namespace
}  // namespace katra::cli::testing
