// Bedrock, Vertex and Copilot in personas.json: what may be said, and the addresses that follow.
#include "router/config/platform.h"

#include <sys/stat.h>

#include <fstream>
#include <map>

#include "router/config/config.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router {
namespace {

using katra::testing::TempHome;
using Words = std::vector<std::string>;

Result<RouterConfig> LoadProviders(const std::string& providers) {
  const TempHome home;
  mkdir((home.path() + "/router").c_str(), 0700);
  std::ofstream(home.path() + "/router/personas.json", std::ios::binary)
      << "{\"providers\": " << providers << "}";
  return Load({home.path(), "", ""});
}

Provider Loaded(const std::string& name, const std::string& members) {
  const auto config = LoadProviders("{\"" + name + "\": {" + members + "}}");
  if (!config) FAIL(config.error().message);
  return *config->FindProvider(name);
}

std::string Refusal(const std::string& name, const std::string& members) {
  const auto config = LoadProviders("{\"" + name + "\": {" + members + "}}");
  return config ? "" : config.error().message;
}

bool Refuses(const std::string& name, const std::string& members, const std::string& words) {
  return Refusal(name, members).find(words) != std::string::npos;
}

Provider Completed(const char* built_in, std::map<std::string, std::string> environment) {
  Provider provider = *FindBuiltIn(built_in);
  CompletePlatform(provider, [&](const char* name) { return environment[name]; });
  return provider;
}

TEST_CASE("the addresses of Bedrock and Vertex follow from region and project") {
  CHECK(Loaded("bedrock", R"("region": "eu-west-1")").messages_base_url ==
        "https://bedrock-runtime.eu-west-1.amazonaws.com");
  CHECK(Loaded("bedrock", R"("region": "cn-north-1")").messages_base_url ==
        "https://bedrock-runtime.cn-north-1.amazonaws.com.cn");
  const std::string place = R"("project": "p-1", "region": ")";
  CHECK(Loaded("vertex", place + "global\"").messages_base_url ==
        "https://aiplatform.googleapis.com");
  CHECK(Loaded("vertex", place + "eu\"").messages_base_url ==
        "https://aiplatform.eu.rep.googleapis.com");
  CHECK(Loaded("vertex", place + "us-east5\"").messages_base_url ==
        "https://us-east5-aiplatform.googleapis.com");
  CHECK(Loaded("vertex-gemini", place + "us-east5\"").chat_base_url ==
        "https://us-east5-aiplatform.googleapis.com/v1/projects/p-1/locations/us-east5/endpoints/"
        "openapi");
  CHECK(Loaded("vertex-gemini", place + R"(global", "api_base_url": "http://127.0.0.1:9")")
            .chat_base_url ==
        "http://127.0.0.1:9/v1/projects/p-1/locations/global/endpoints/openapi");
  CHECK(Loaded("copilot", R"("api_base_url": "http://127.0.0.1:9")").chat_base_url ==
        "http://127.0.0.1:9");
}

TEST_CASE("region and project come from the environment when the file does not say them") {
  CHECK(Completed("bedrock", {}).region.empty());
  CHECK(Completed("bedrock", {}).messages_base_url.empty());
  CHECK(Completed("bedrock", {{"AWS_DEFAULT_REGION", "us-west-2"}}).region == "us-west-2");
  CHECK(Completed("bedrock", {{"AWS_DEFAULT_REGION", "us-west-2"}, {"AWS_REGION", "eu-west-3"}})
            .messages_base_url == "https://bedrock-runtime.eu-west-3.amazonaws.com");
  CHECK(Completed("vertex", {{"GOOGLE_CLOUD_PROJECT", "p"}}).project == "p");
  CHECK(Completed("vertex", {}).region == "global");
  // It would become a part of a host's name.
  CHECK(Completed("bedrock", {{"AWS_REGION", "evil.test/#"}}).region.empty());
  CHECK(Completed("bedrock", {{"AWS_REGION", "-x"}}).region.empty());
  CHECK(RegionOfHost("https://bedrock-runtime.ap-south-1.amazonaws.com/x") == "ap-south-1");
  CHECK(RegionOfHost("https://vpce-1.bedrock-runtime.ap-south-1.vpce.amazonaws.com").empty());
}

TEST_CASE("a provider of another name follows a platform") {
  const Provider mine = Loaded("mine", R"("platform": "bedrock", "region": "us-west-2",
      "aws_profile": "work", "models": ["m"], "betas": [])");
  CHECK(mine.name == "mine");
  CHECK_FALSE(mine.built_in);
  CHECK(mine.interface == Interface::kMessages);
  CHECK(mine.auth == Auth::kBearer);
  CHECK(mine.betas.empty());
  CHECK(mine.credential_envs.empty());
  CHECK(mine.key_command.words == Words{"aws", "configure", "export-credentials", "--format",
                                        "process", "--profile", "work"});
  CHECK(Loaded("g", R"("platform": "vertex", "interface": "openai", "project": "p")").interface ==
        Interface::kChat);
  CHECK(Loaded("c", R"("platform": "copilot", "api_key_command": ["gh", "auth", "token"])")
            .api_key_env.empty());
}

TEST_CASE("what does not belong to a platform is refused") {
  CHECK(Refuses("openai", R"("region": "x")", "Bedrock and Vertex"));
  CHECK(Refuses("bedrock", R"("project": "x")", "Vertex"));
  CHECK(Refuses("vertex", R"("aws_profile": "x")", "Bedrock"));
  CHECK(Refuses("openai", R"("platform": "bedrock")", "another provider name"));
  CHECK(Refuses("bedrock", R"("interface": "openai")", "does not speak"));
  CHECK(Refuses("vertex", R"("interface": "openai")", "vertex-gemini"));
  CHECK(Refuses("mine", R"("platform": "bedrock", "interface": "openai")", "does not speak"));
  CHECK(Refuses("copilot", R"("github_api_url": "http://ghe.test")", "https"));
  CHECK(Refuses("bedrock", R"("pass_login": true, "api_base_url": "https://x.test")",
                "does not accept a client's login"));
  CHECK_FALSE(Refusal("bedrock", R"("region": "evil.test/#")").empty());
  CHECK_FALSE(Refusal("mine", R"("platform": "clouds")").empty());
}

}  // namespace
}  // namespace katra::router
