// The configuration of a session's persona, shared by its requests until something of it changes.
#include "router/gateway/access/session_personas.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/manual_clock.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

using router::gateway::Caller;
using router::gateway::SessionPersonas;

std::shared_ptr<router::RouterConfig> ConfigWith(const std::string& model) {
  auto config = std::make_shared<router::RouterConfig>();
  router::PersonaConfig sam;
  sam.name = "sam";
  sam.provider = "anthropic";
  sam.model = model;
  config->personas.push_back(sam);
  return config;
}

}  // namespace

TEST_CASE("requests of one token share their persona, and another configuration is seen at once") {
  const ManualClock clock;
  SessionPersonas personas({}, clock, [](const std::string&) {});
  Caller caller;
  caller.persona = "sam";
  caller.token_id = "t1";
  const auto config = ConfigWith("m-1");
  const auto first = personas.Of(config, caller);
  CHECK(first->model == "m-1");
  CHECK(personas.Of(config, caller) == first);
  CHECK(personas.Of(ConfigWith("m-2"), caller)->model == "m-2");
  CHECK(first->model == "m-1");  // for the request that has it
  CHECK(personas.Of(config, caller)->model == "m-1");
}

TEST_CASE("a token whose persona or choice has changed, and another token, get their own") {
  const ManualClock clock;
  SessionPersonas personas({}, clock, [](const std::string&) {});
  Caller caller;
  caller.persona = "sam";
  caller.token_id = "t1";
  const auto config = ConfigWith("m-1");
  const auto first = personas.Of(config, caller);
  Caller changed = caller;
  SECTION("the persona") {
    changed.persona = "ben";
    CHECK(personas.Of(config, changed)->name == "ben");
  }
  SECTION("the choice") {
    changed.session.provider = "anthropic";
    changed.session.model = "m-9";
    CHECK(personas.Of(config, changed)->model == "m-9");
  }
  SECTION("the token") {
    changed.token_id = "t2";
    CHECK(personas.Of(config, changed) != first);
    CHECK(personas.Of(config, caller) == first);
  }
}

TEST_CASE("a project's file is looked at once a second, and each fault is told once") {
  const TempHome home;
  const std::string file = home.File("app/.katra/routing.json");
  const auto write = [&](const std::string& text) {
    std::filesystem::create_directories(home.File("app/.katra"));
    REQUIRE(chmod(home.File("app/.katra").c_str(), 0755) == 0);
    std::ofstream(file) << text;
    REQUIRE(chmod(file.c_str(), 0644) == 0);
  };
  write("{}");
  ManualClock clock;
  std::vector<std::string> told;
  SessionPersonas personas(home.path(), clock,
                           [&](const std::string& warning) { told.push_back(warning); });
  Caller caller;
  caller.persona = "sam";
  caller.token_id = "t1";
  caller.folder = home.File("app");
  const auto config = ConfigWith("m-1");
  config->providers = router::BuiltIns();
  const auto first = personas.Of(config, caller);
  CHECK_FALSE(first->project.routes);
  write(R"({"routes": []})");
  CHECK(personas.Of(config, caller) == first);  // not looked at yet
  clock.Advance(std::chrono::milliseconds(1000));
  const auto second = personas.Of(config, caller);
  CHECK(second->project.routes);
  clock.Advance(std::chrono::milliseconds(1000));
  CHECK(personas.Of(config, caller) == second);  // unchanged
  CHECK(told.empty());
  for (int round = 0; round < 3; ++round) {
    write("{");
    clock.Advance(std::chrono::milliseconds(1000));
    CHECK_FALSE(personas.Of(config, caller)->project.routes);
  }
  REQUIRE(told.size() == 1);
  CHECK(told[0].find(file + ":1") != std::string::npos);
  chmod(file.c_str(), 0666);
  for (int round = 0; round < 3; ++round) {
    clock.Advance(std::chrono::milliseconds(1000));
    CHECK(personas.Of(config, caller)->project.file.empty());
  }
  REQUIRE(told.size() == 2);
  CHECK(told[1].find("chmod go-w") != std::string::npos);
  Caller elsewhere = caller;
  elsewhere.token_id = "t2";
  elsewhere.folder.clear();
  CHECK(personas.Of(config, elsewhere)->project.file.empty());
  CHECK(told.size() == 2);
}

}  // namespace katra::testing
