// The configuration of a session's persona, shared by its requests until something of it changes.
#include "router/gateway/access/session_personas.h"

#include "tests/support/cpp/catch.h"

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
  SessionPersonas personas;
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
  SessionPersonas personas;
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

}  // namespace katra::testing
