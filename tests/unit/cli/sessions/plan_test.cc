// Which setting wins, and where it is said to come from.
#include "cli/sessions/plan.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "core/clock.h"
#include "core/ids.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::cli {
namespace {

using katra::testing::TempHome;

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  chmod(path.c_str(), 0600);
}

// A home with files, and an environment.
class Planner {
 public:
  Result<LaunchPlan> Plan(const LaunchRequest& request, Environment environment = {}) {
    environment["KATRA_HOME"] = home_.path();
    environment["HOME"] = home_.path();
    Context context({"katra",
                     "1",
                     environment,
                     home_.path(),
                     in_,
                     out_,
                     out_,
                     {},
                     clock_,
                     random_,
                     {},
                     "/usr/bin/katra"});
    const Result<router::RouterConfig> config = LoadConfig(context);
    REQUIRE(config);
    return MakePlan(request, context, *config);
  }
  void Personas(const std::string& text) {
    mkdir(home_.File("router").c_str(), 0700);
    Write(home_.File("router/personas.json"), text);
  }
  // A repository in a folder of the home; returns its path.
  [[nodiscard]] std::string Repository(const std::string& name, const std::string& remote) {
    const std::string folder = home_.File(name);
    mkdir(folder.c_str(), 0700);
    mkdir((folder + "/.git").c_str(), 0700);
    Write(folder + "/.git/HEAD", "ref: refs/heads/main\n");
    Write(folder + "/.git/config", "[remote \"origin\"]\n\turl = " + remote + "\n");
    return folder;
  }
  void ProvidersConf(const std::string& text) { Write(home_.File("providers.conf"), text); }

 private:
  TempHome home_;
  std::istringstream in_;
  std::ostringstream out_;
  SystemClock clock_;
  SystemRandom random_;
};

LaunchRequest Sam() {
  LaunchRequest request;
  request.persona = "Sam";
  return request;
}

TEST_CASE("flags come before files, files before the environment, that before the defaults") {
  Planner planner;
  LaunchRequest request = Sam();
  CHECK(planner.Plan(request)->provider.value == "anthropic");
  CHECK(planner.Plan(request)->provider.origin == "default");

  const Environment environment = {{"KATRA_PROVIDER", "openrouter"},
                                   {"KATRA_MODEL", "anthropic/claude-sonnet-4"}};
  CHECK(planner.Plan(request, environment)->provider.value == "openrouter");
  CHECK(planner.Plan(request, environment)->provider.origin == "environment KATRA_PROVIDER");
  CHECK(planner.Plan(request, environment)->model.origin == "environment KATRA_MODEL");

  planner.ProvidersConf("DEFAULT_PROVIDER=deepseek\nDEEPSEEK_MODEL=deepseek-coder\n");
  const auto of_conf = planner.Plan(request, environment);
  CHECK(of_conf->provider.value == "deepseek");
  CHECK(of_conf->provider.origin.find("providers.conf:1") != std::string::npos);
  CHECK(of_conf->model.value == "deepseek-coder");
  CHECK(of_conf->model.origin.find("providers.conf:2") != std::string::npos);

  planner.Personas(
      R"({"version": 1, "personas": {"Sam": {"provider": "openai", "model": "gpt-4-turbo"}}})");
  const auto of_persona = planner.Plan(request, environment);
  CHECK(of_persona->provider.value == "openai");
  CHECK(of_persona->provider.origin.find("personas.json:1") != std::string::npos);
  CHECK(of_persona->model.value == "gpt-4-turbo");

  request.provider = "anthropic";
  const auto of_flag = planner.Plan(request, environment);
  CHECK(of_flag->provider.origin == "--provider");
  CHECK(of_flag->model.value.empty());  // the others were said for other providers
}

TEST_CASE("a persona is found without regard to case, and called as it is configured") {
  Planner planner;
  planner.Personas(
      R"({"version": 1, "personas": {"Sam": {"provider": "openai", "model": "gpt-4-turbo"}}})");
  LaunchRequest request;
  request.persona = "sAM";
  CHECK(planner.Plan(request)->persona.value == "Sam");
  CHECK(planner.Plan(request)->model.value == "gpt-4-turbo");
}

TEST_CASE("a project has a room of its own only where the configuration says so") {
  Planner planner;
  LaunchRequest request = Sam();
  request.folder = planner.Repository("work", "git@example.org:team/My.Tool.git");
  CHECK(planner.Plan(request)->room.value.empty());
  planner.Personas(R"({"default_room": "project", "personas": {"Lead": {"room": "leads"}}})");
  CHECK(planner.Plan(request)->room.value == "My-Tool");
  CHECK(planner.Plan(request)->room.origin.find("personas.json:1") != std::string::npos);
  CHECK(planner.Plan(request, {{"KATRA_ROOM", "dev"}})->room.value == "dev");
  request.folder = planner.Repository("odd", "git@example.org:team/all.git");
  CHECK(planner.Plan(request)->room.value.empty());
  request.folder.clear();
  CHECK(planner.Plan(request)->room.value.empty());
  request.persona = "Lead";
  CHECK(planner.Plan(request)->room.value == "leads");
}

TEST_CASE("the plain mode's addresses are those of the table, and may be configured") {
  Planner planner;
  LaunchRequest request = Sam();
  request.no_router = true;
  const auto base = [&](const char* provider) {
    request.provider = provider;
    return planner.Plan(request)->connection.base_url;
  };
  CHECK(base("anthropic").empty());
  CHECK(base("openai") == "https://api.openai.com/v1");
  CHECK(base("deepseek") == "https://api.deepseek.com");
  CHECK(base("openrouter") == "https://openrouter.ai/api/v1");
  planner.ProvidersConf(
      "OPENAI_ENDPOINT=http://127.0.0.1:9/v1\nANTHROPIC_ENDPOINT=http://127.0.0.1:8\n");
  CHECK(base("openai") == "http://127.0.0.1:9/v1");
  CHECK(base("anthropic") == "http://127.0.0.1:8");
}

TEST_CASE("a user's own address for Anthropic stays, and one of an outer session does not") {
  Planner planner;
  const Environment own = {{"ANTHROPIC_BASE_URL", "http://proxy.test"}};
  CHECK(planner.Plan(Sam(), own)->connection.base_url == "http://proxy.test");
  const Environment inner = {{"ANTHROPIC_BASE_URL", "http://proxy.test"},
                             {"KATRA_EXPORTS", "ANTHROPIC_BASE_URL,ANTHROPIC_API_KEY"}};
  CHECK(planner.Plan(Sam(), inner)->connection.base_url.empty());
}

TEST_CASE("the key is the persona's own when it names one") {
  Planner planner;
  planner.Personas(
      R"({"version": 1, "personas": {"Sam": {"provider": "openai", "model": "gpt-4-turbo",
          "api_key_env": "SAMS_KEY"}}})");
  LaunchRequest request = Sam();
  request.no_router = true;
  CHECK(planner.Plan(request)->connection.key_env == "SAMS_KEY");
  CHECK(planner.Plan(request)->connection.key_needed);
}

TEST_CASE("claude-code-router is asked for by persona, or by provider and model") {
  Planner planner;
  planner.Personas(
      R"({"version": 1, "router": {"kind": "claude-code-router", "port": 4567},
          "personas": {"Sam": {"provider": "openai", "model": "gpt-4-turbo"}}})");
  LaunchRequest request = Sam();
  request.use_router = true;
  CHECK(planner.Plan(request)->connection.base_url == "http://127.0.0.1:4567");
  CHECK(planner.Plan(request)->asked_model.empty());
  request.model = "gpt-5";
  CHECK(planner.Plan(request)->asked_model == "openai,gpt-5");
  request.client = "codex";
  CHECK(planner.Plan(request).error().code == ErrorCode::kUnsupported);
}

TEST_CASE("routing_rules.default is for a persona that is given neither provider nor model") {
  Planner planner;
  planner.Personas(
      R"({"version": 1, "personas": {"Eve": {"model": "m"}, "Ada": {"role": "tester"}},
          "routing_rules": {"default": "openai/gpt-4-turbo"}})");
  LaunchRequest request = Sam();
  for (const char* persona : {"Sam", "Ada"}) {
    request.persona = persona;
    CHECK(planner.Plan(request)->provider.value == "openai");
    CHECK(planner.Plan(request)->model.value == "gpt-4-turbo");
  }
  request.provider = "mistral";
  CHECK(planner.Plan(request)->model.value == "mistral-large-latest");
  request = Sam();
  request.persona = "Eve";
  CHECK(planner.Plan(request)->provider.value == "anthropic");
}

}  // namespace
}  // namespace katra::cli
