// Which rule decides, in which order: names, scenarios, preferences, the persona's own model.
#include <string>

#include "router/policy/policy.h"
#include "tests/support/cpp/catch.h"

namespace katra::router::policy {
namespace {

// A persona on `own` with every scenario and two routes.
struct World {
  World() {
    config.providers = BuiltIns();
    config.personas_path = "/h/router/personas.json";
    persona.name = "Sam";
    persona.provider = "openai";
    persona.model = "gpt-5";
    persona.routing.background = Target{"groq", "small"};
    persona.routing.think = Target{"deepseek", "thinker"};
    persona.routing.long_context = Target{"gemini", "long"};
    persona.routing.web_search = Target{"openrouter", "search/er"};
    persona.routing.image = Target{"mistral", "eyes"};
    persona.routing.subagent = Target{"xai", "helper"};
    persona.fallbacks = {{"together", "spare"}};
    persona.preferences = {
        {"review", "judging code", {{"xai", "judge"}, {"mistral", "second"}}, Prefer::kNone, {}}};
    config.aliases = {{"arch.fast.v1", {"groq", "fast"}}};
    request.model = "claude-sonnet-5";
  }

  [[nodiscard]] Result<Choice> Choose() const {
    return MakePersonaPolicy()->Choose({config, persona, request, &needs,
                                        match.matcher.empty() ? nullptr : &match,
                                        held ? &*held : nullptr});
  }
  // "rule route: provider/model provider/model"
  [[nodiscard]] std::string Chosen() const {
    const auto choice = Choose();
    if (!choice) return choice.error().message;
    std::string text = ToString(choice->rule);
    if (!choice->route.empty()) text += " " + choice->route;
    text += ":";
    for (const Candidate& one : choice->candidates)
      text += " " + one.provider->name + "/" + one.model;
    if (choice->wants_match) text += " wants_match";
    return text;
  }

  RouterConfig config;
  PersonaConfig persona;
  translate::RequestPeek request;
  Needs needs;
  Match match;
  std::optional<Held> held;
};

TEST_CASE("a scenario goes to its model, then to the persona's own and its fallbacks") {
  struct Row {
    void (*change)(World&);
    std::string chosen;
  };
  const std::vector<Row> rows = {
      {[](World& w) { w.needs.thought = true; },
       "scenario think: deepseek/thinker openai/gpt-5 together/spare"},
      {[](World& w) { w.needs.image = true; },
       "scenario image: mistral/eyes openai/gpt-5 together/spare"},
      {[](World& w) { w.needs.web_search = true; },
       "scenario webSearch: openrouter/search/er openai/gpt-5 together/spare"},
      {[](World& w) { w.needs.web_search_alone = true; },
       "scenario webSearch: openrouter/search/er openai/gpt-5 together/spare"},
      {[](World& w) { w.needs.subagent = true; },
       "scenario subagent: xai/helper openai/gpt-5 together/spare"},
      {[](World& w) { w.needs.tokens = 60'000; },
       "scenario longContext: gemini/long openai/gpt-5 together/spare"},
      {[](World& w) { w.needs.tokens = 59'999; },
       "default: openai/gpt-5 together/spare wants_match"},
      {[](World& w) { w.request.model = "claude-haiku-4-5"; },
       "scenario background: groq/small openai/gpt-5 together/spare"},
      {[](World& w) {
         w.request.model = "claude-haiku-4-5";
         w.needs.tokens = 100'000;
       },
       "scenario longContext: gemini/long openai/gpt-5 together/spare"},
      {[](World& w) {
         w.needs.subagent = w.needs.thought = w.needs.image = true;
         w.needs.tokens = 1'000'000;
       },
       "scenario image: mistral/eyes openai/gpt-5 together/spare"},
      {[](World& w) { w.needs.earlier_image = true; },
       "default: openai/gpt-5 together/spare wants_match"},
  };
  for (const Row& row : rows) {
    World world;
    row.change(world);
    CHECK(world.Chosen() == row.chosen);
  }
}

TEST_CASE("an image goes to a model that sees, whatever rule has chosen one that does not") {
  const auto blind = [](World& world, const std::string& name) {
    for (Provider& provider : world.config.providers) {
      if (provider.name == name) provider.quirks.images = false;
    }
  };
  struct Row {
    std::string blind;
    void (*change)(World&);
    std::string chosen;
  };
  const std::string image = "scenario image: mistral/eyes openai/gpt-5 together/spare";
  const std::vector<Row> rows = {
      {"openai",
       [](World& w) {
         w.match = {nullptr, 0.2, "local", "", {}};
       },
       image},
      {"openai", [](World& w) { w.persona.preferences.clear(); }, image},
      // A route may still choose one that sees.
      {"openai", [](World&) {}, "default: openai/gpt-5 together/spare wants_match"},
      {"openai",
       [](World& w) {
         w.match = {&w.persona.preferences[0], 0.9, "local", "", {}};
       },
       "preference review: xai/judge mistral/second openai/gpt-5 together/spare"},
      {"xai",
       [](World& w) {
         w.match = {&w.persona.preferences[0], 0.9, "local", "", {}};
       },
       image},
      {"deepseek", [](World& w) { w.needs.thought = true; }, image},
      // A tool has read the image within the turn.
      {"xai",
       [](World& w) {
         w.held = Held{{"xai", "judge"}, "review", 0.9, "local"};
       },
       image},
      {"mistral",
       [](World& w) {
         w.held = Held{{"xai", "judge"}, "review", 0.9, "local"};
       },
       "held review: xai/judge mistral/second openai/gpt-5 together/spare"},
      // Without a model for images, the others are asked as before.
      {"openai",
       [](World& w) {
         w.persona.preferences.clear();
         w.persona.routing.image.reset();
       },
       "default: openai/gpt-5 together/spare"},
  };
  for (const Row& row : rows) {
    World world;
    world.needs.earlier_image = true;
    blind(world, row.blind);
    row.change(world);
    CHECK(world.Chosen() == row.chosen);
    if (row.chosen == image) CHECK(world.Choose()->score == -1);
    if (row.chosen == image) CHECK(world.Choose()->of_conversation());
  }
}

TEST_CASE("a side request goes to background, and else is answered without the routes") {
  World world;
  world.needs.side = world.needs.thought = true;
  world.match = {&world.persona.preferences[0], 0.9, "local", "", {}};
  world.held = Held{{"xai", "judge"}, "review", 0.9, "local"};
  CHECK(world.Chosen() == "scenario background: groq/small openai/gpt-5 together/spare");
  world.persona.routing.background.reset();
  CHECK(world.Chosen() == "default: openai/gpt-5 together/spare");
  CHECK_FALSE(world.Choose()->of_conversation());
}

TEST_CASE("the threshold of a long context is that of the model's family") {
  World world;
  world.config.routing_rules.long_context_thresholds = {{"", 1000}, {"gpt-", 5000}};
  world.needs.tokens = 4999;
  CHECK(world.Chosen().starts_with("default"));
  world.needs.tokens = 5000;
  CHECK(world.Chosen().starts_with("scenario longContext"));
}

TEST_CASE("a name decides before everything else") {
  World world;
  world.needs.thought = true;
  world.request.model = "openai,gpt-4";
  CHECK(world.Chosen() == "explicit: openai/gpt-4 together/spare");
  world.request.model = "deepseek/deepseek-chat";
  CHECK(world.Chosen() == "explicit: deepseek/deepseek-chat");
  world.request.model = "arch.fast.v1";
  CHECK(world.Chosen() == "alias: groq/fast");
  world.needs.subagent_tag = "mistral,tagged";
  CHECK(world.Chosen() == "tag: mistral/tagged");
}

TEST_CASE("a subagent's tag chooses only among what the user's files name") {
  World world;
  world.needs.subagent_tag = "cerebras,m";
  CHECK(world.Chosen().find("nothing in /h/router/personas.json uses") != std::string::npos);
  CHECK(world.Choose().error().code == ErrorCode::kFailedPrecondition);
  world.config.aliases.push_back({"fast", {"cerebras", "m"}});
  CHECK(world.Chosen() == "tag: cerebras/m");
  world.needs.subagent_tag = "nobody,m";
  CHECK(world.Choose().error().code == ErrorCode::kNotFound);
}

TEST_CASE("a matched route goes to its models in order, then to the persona's own") {
  World world;
  CHECK(world.Chosen().ends_with("wants_match"));
  world.match = {&world.persona.preferences[0], 0.9, "local", "", {}};
  CHECK(world.Chosen() ==
        "preference review: xai/judge mistral/second openai/gpt-5 together/spare");
  CHECK(world.Choose()->score == 0.9);
  world.match.order = {{"mistral", "second"}, {"xai", "judge"}};
  CHECK(world.Chosen() ==
        "preference review: mistral/second xai/judge openai/gpt-5 together/spare");
  world.match = {nullptr, 0.2, "local", "", {}};
  CHECK(world.Chosen() == "default: openai/gpt-5 together/spare");
  CHECK(world.Choose()->matcher == "local");
}

TEST_CASE("the decision of a turn is held against all but a name") {
  World world;
  world.held = Held{{"xai", "judge"}, "review", 0.9, "local"};
  world.needs.thought = true;
  world.needs.tokens = 59'000;
  CHECK(world.Chosen() == "held review: xai/judge mistral/second openai/gpt-5 together/spare");
  CHECK(world.Choose()->of_conversation());
  world.request.model = "claude-haiku-4-5";
  world.needs.tokens = 10;
  CHECK(world.Chosen().starts_with("scenario background"));
  CHECK_FALSE(world.Choose()->of_conversation());
  world.request.model = "openai,gpt-4";
  CHECK(world.Chosen().starts_with("explicit"));
  CHECK_FALSE(world.Choose()->of_conversation());
  world.request.model = "claude-sonnet-5";
  world.held->target = {"gone", "m"};  // the configuration has changed
  CHECK(world.Chosen() == "scenario think: deepseek/thinker openai/gpt-5 together/spare");
}

TEST_CASE("routes answer for a persona that names no provider, and nobody is guessed") {
  World world;
  world.persona.provider.clear();
  world.persona.model.clear();
  world.persona.fallbacks.clear();
  CHECK(world.Chosen().find("no provider is configured for Sam") != std::string::npos);
  world.needs.thought = true;
  CHECK(world.Chosen() == "scenario think: deepseek/thinker");
}

}  // namespace
}  // namespace katra::router::policy
