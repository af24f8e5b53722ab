// What budgets do to a request's candidates, what counts against them, and that a restart changes
// nothing.
#include "router/gateway/spending/budget_keeper.h"

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/manual_clock.h"

namespace katra::testing {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test file
using router::gateway::BudgetKeeper;
using router::gateway::BudgetNotice;
using router::policy::Rule;
using router::routing::cost::Budget;
using router::routing::cost::BudgetWindow;

Budget Of(std::string persona, std::string provider, double usd,
          BudgetWindow window = BudgetWindow::kDay) {
  Budget budget;
  budget.persona = std::move(persona);
  budget.provider = std::move(provider);
  budget.window = window;
  budget.limit_usd_micros = usd * 1e6;
  return budget;
}

// Providers "openai", "gemini" (both far away), "deepseek" and "ollama" (on this computer).
class Scene final {
 public:
  Scene() {
    for (const char* name : {"openai", "gemini", "deepseek", "ollama"}) {
      router::Provider provider;
      provider.name = name;
      provider.chat_base_url = std::string("https://") + name + ".test/v1";
      provider.interface = router::Interface::kChat;
      if (provider.name == "ollama") provider.chat_base_url = "http://127.0.0.1:11434/v1";
      config_->providers.push_back(provider);
    }
    router::PersonaConfig sam;
    sam.name = "Sam";
    sam.room = "kitchen";
    config_->personas.push_back(sam);
  }

  void Configure(std::vector<Budget> budgets) {
    auto config = std::make_shared<router::RouterConfig>(*config_);
    config->budgets = std::move(budgets);
    config_ = config;
    if (!keeper_) Restart();
    keeper_->Configure(config_);
  }
  void Restart() {
    keeper_ = std::make_unique<BudgetKeeper>(
        BudgetKeeper::Deps{clock, prices_,
                           [this](WallTime since, WallTime until) { return Read(since, until); },
                           [this](const BudgetNotice& notice) { notices.push_back(notice); },
                           [this](const std::string& warning) { log.push_back(warning); }},
        [](WallTime) { return 0s; });
    keeper_->Configure(config_);
  }

  // A request that was answered for so much; -1: of unknown cost.
  void Spend(const std::string& persona, const std::string& provider, double usd) {
    router::gateway::RequestRecord record;
    record.endpoint = "messages";
    record.persona = persona;
    record.provider = provider;
    record.at = clock.Now();
    record.answered = true;
    record.cost_usd_micros = usd < 0 ? -1 : static_cast<int64_t>(usd * 1e6);
    keeper_->OnRequestFinished(record);
    stored.push_back({record.at,
                      {persona, provider, record.cost_usd_micros < 0 ? 0 : record.cost_usd_micros,
                       usd < 0 ? 1 : 0}});
  }

  // "openai/gpt-5 ollama/q"; or the error's text.
  std::string Ask(const std::string& persona, const std::vector<std::string>& models,
                  Rule rule = Rule::kDefault) {
    router::policy::Choice choice;
    choice.rule = rule;
    for (const std::string& model : models) {
      const size_t slash = model.find('/');
      choice.candidates.push_back(
          {config_->FindProvider(model.substr(0, slash)), model.substr(slash + 1), "asked"});
    }
    const auto refused = keeper_->Apply(persona, &choice);
    if (refused) {
      CHECK(refused->status == 400);
      CHECK_FALSE(refused->retryable);
      return refused->message;
    }
    std::string order;
    for (const auto& candidate : choice.candidates) {
      order += (order.empty() ? "" : " ") + candidate.provider->name + "/" + candidate.model;
    }
    reason = choice.candidates.front().reason;
    return order;
  }

  [[nodiscard]] BudgetKeeper& keeper() { return *keeper_; }
  [[nodiscard]] const router::Provider* provider(const char* name) {
    return config_->FindProvider(name);
  }

  ManualClock clock;
  std::vector<std::pair<WallTime, store::SpendingSum>> stored;
  bool unreadable = false;
  std::vector<BudgetNotice> notices;
  std::vector<std::string> log;
  std::string reason;  // of the first candidate of the last Ask

 private:
  Result<std::vector<store::SpendingSum>> Read(WallTime since, WallTime until) {
    if (unreadable) return Fail(ErrorCode::kUnavailable, "the disk is gone");
    std::vector<store::SpendingSum> sums;
    for (const auto& [at, sum] : stored) {
      if (at >= since && at < until) sums.push_back(sum);
    }
    return sums;
  }

  router::gateway::Prices prices_;
  std::shared_ptr<router::RouterConfig> config_ = std::make_shared<router::RouterConfig>();
  std::unique_ptr<BudgetKeeper> keeper_;
};

const std::vector<std::string> kRoute = {"openai/gpt-5", "gemini/gemini-2.5-flash",
                                         "openai/gpt-5-nano", "ollama/q"};

TEST_CASE("a persona's budget warns once in its room, then asks for cheaper models, then refuses") {
  Scene scene;
  scene.Configure({Of("sam", "", 10)});
  scene.Spend("Sam", "openai", 7.9);
  CHECK(scene.notices.empty());
  CHECK(scene.Ask("Sam", kRoute) ==
        "openai/gpt-5 gemini/gemini-2.5-flash openai/gpt-5-nano ollama/q");
  scene.Spend("Sam", "openai", 0.2);
  REQUIRE(scene.notices.size() == 1);
  CHECK(scene.notices[0].text == "the budget of sam for today is nearly spent: $8.10 of $10.00");
  CHECK(scene.notices[0].room == "kitchen");
  scene.Spend("Sam", "openai", 1.5);
  CHECK(scene.notices.size() == 1);
  CHECK(scene.Ask("Sam", kRoute) ==
        "ollama/q openai/gpt-5-nano gemini/gemini-2.5-flash openai/gpt-5");
  CHECK(scene.reason ==
        "asked (cheaper: the budget of sam for today is nearly spent: $9.60 of $10.00)");
  CHECK(scene.Ask("Eve", kRoute).substr(0, 12) == "openai/gpt-5");

  scene.Spend("Sam", "openai", 0.4);
  CHECK(scene.Ask("Sam", kRoute) == "ollama/q");  // costs nothing
  CHECK(scene.Ask("Sam", {"openai/gpt-5", "gemini/gemini-2.5-flash"}) ==
        "the budget of sam for today is spent: $10.00 of $10.00. It opens again on 2026-11-22 at "
        "00:00, in 12 h; to go on sooner, raise it in router.budgets of personas.json");
  scene.clock.Advance(12h);
  CHECK(scene.Ask("Sam", kRoute).substr(0, 12) == "openai/gpt-5");
}

TEST_CASE("cheaper models go first only where the gateway chooses, and within a turn none does") {
  Scene scene;
  scene.Configure({Of("", "", 10)});
  scene.Spend("Sam", "openai", 9.7);
  const std::vector<std::string> two = {"openai/gpt-5", "openai/gpt-5-nano"};
  for (const Rule rule : {Rule::kExplicit, Rule::kAlias, Rule::kTag, Rule::kHeld}) {
    CHECK(scene.Ask("Sam", two, rule) == "openai/gpt-5 openai/gpt-5-nano");
  }
  for (const Rule rule : {Rule::kScenario, Rule::kPreference, Rule::kDefault}) {
    CHECK(scene.Ask("Sam", two, rule) == "openai/gpt-5-nano openai/gpt-5");
  }
  // Whose price is not known stays where it is.
  CHECK(scene.Ask("Sam", {"openai/gpt-5", "deepseek/unheard-of", "openai/gpt-5-nano"}) ==
        "openai/gpt-5-nano openai/gpt-5 deepseek/unheard-of");
  CHECK(scene.Ask("Sam", {"deepseek/unheard-of", "openai/gpt-5-nano"}) ==
        "deepseek/unheard-of openai/gpt-5-nano");
}

TEST_CASE("a provider's spent budget leaves out that provider, even within a turn") {
  Scene scene;
  scene.Configure({Of("", "openai", 1), Of("", "", 100, BudgetWindow::kMonth)});
  scene.Spend("Sam", "openai", 1);
  CHECK(scene.Ask("Eve", kRoute, Rule::kHeld) == "gemini/gemini-2.5-flash ollama/q");
  CHECK(scene.reason.find("(the budget for openai for today is spent: $1.00 of $1.00.") !=
        std::string::npos);
  scene.Spend("Sam", "gemini", 99);
  // Of two spent budgets of one candidate the one that opens last counts, of several candidates the
  // one that opens first.
  CHECK(scene.Ask("Eve", {"openai/gpt-5"}).find("2026-12-01") != std::string::npos);
}

TEST_CASE("a restart keeps what was spent today and this month") {
  Scene scene;
  scene.Configure({Of("Sam", "", 5), Of("Sam", "", 6, BudgetWindow::kMonth)});
  scene.Spend("Sam", "openai", 1);
  scene.clock.Advance(24h);
  scene.Spend("Sam", "openai", 4.5);
  scene.Spend("Sam", "ollama", -1);
  scene.clock.Advance(1h);
  scene.Restart();
  CHECK(scene.Ask("Sam", {"openai/gpt-5"}) == "openai/gpt-5");
  CHECK(scene.keeper().budgets().SpendingOf(0, scene.clock.Now()).usd_micros == Approx(4.5e6));
  CHECK(scene.keeper().budgets().SpendingOf(0, scene.clock.Now()).unpriced == 1);
  CHECK(scene.keeper().budgets().SpendingOf(1, scene.clock.Now()).usd_micros == Approx(5.5e6));
  scene.Spend("Sam", "openai", 0.5);
  CHECK(scene.Ask("Sam", {"openai/gpt-5"}).find("for this month is spent: $6.00 of $6.00") !=
        std::string::npos);
  scene.clock.Advance(1h);
  scene.Restart();
  CHECK(scene.Ask("Sam", {"openai/gpt-5"}).find("for this month is spent: $6.00 of $6.00") !=
        std::string::npos);
}

TEST_CASE("a warning of a gateway that was started anew has the same id as before") {
  Scene scene;
  scene.Configure({Of("Sam", "", 5)});
  scene.Spend("Sam", "openai", 4.5);
  scene.clock.Advance(1min);
  scene.Restart();
  REQUIRE(scene.notices.size() == 2);
  CHECK(scene.notices[0].id == scene.notices[1].id);
  scene.clock.Advance(24h);
  scene.Spend("Sam", "openai", 4.5);
  REQUIRE(scene.notices.size() == 3);
  CHECK(scene.notices[2].id != scene.notices[0].id);
}

TEST_CASE("budgets that are configured later count what was spent before") {
  Scene scene;
  scene.Configure({});
  scene.Spend("Sam", "openai", 3);
  scene.Configure({Of("Sam", "", 3)});
  CHECK(scene.Ask("Sam", {"openai/gpt-5"}).find("$3.00 of $3.00") != std::string::npos);
  scene.Configure({Of("Sam", "", 30)});
  CHECK(scene.Ask("Sam", {"openai/gpt-5"}) == "openai/gpt-5");
}

TEST_CASE("a store that cannot be read is said, and nobody is refused for it") {
  Scene scene;
  scene.unreadable = true;
  scene.Configure({Of("Sam", "", 3)});
  REQUIRE(scene.log.size() == 1);
  CHECK(scene.log[0].find("the disk is gone") != std::string::npos);
  CHECK(scene.Ask("Sam", {"openai/gpt-5"}) == "openai/gpt-5");
}

TEST_CASE("requests under way count with their prompt, until they end") {
  Scene scene;
  scene.Configure({Of("Sam", "", 1)});
  router::policy::Candidate candidate{scene.provider("openai"), "gpt-5", "asked"};
  // $1.25 a million tokens of input, $10 of output.
  auto first = scene.keeper().Begin("Sam", candidate, 400'000, 500);
  CHECK(scene.Ask("Sam", {"openai/gpt-5"}) == "openai/gpt-5");
  auto second = scene.keeper().Begin("Sam", candidate, 400'000, std::nullopt);
  CHECK(scene.Ask("Sam", {"openai/gpt-5"}).find("$0.00 of $1.00, and about $1.0") !=
        std::string::npos);
  scene.Configure({Of("Sam", "", 1.01)});  // they are still under way
  CHECK(scene.Ask("Sam", {"openai/gpt-5"}).find("under way") != std::string::npos);
  second.reset();
  CHECK(scene.Ask("Sam", {"openai/gpt-5"}) == "openai/gpt-5");
  first.reset();
  // Several that cost nothing.
  candidate.provider = scene.provider("openai");
  first = scene.keeper().Begin("Sam", candidate, 0, 0);
  second = scene.keeper().Begin("Sam", candidate, 0, 0);
  first.reset();
  second.reset();
  CHECK(scene.keeper().Begin("Sam", {scene.provider("ollama"), "q", "asked"}, 10, 10) == nullptr);
}

}  // namespace
}  // namespace katra::testing
