#include "router/gateway/spending/budget_keeper.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/gateway/access/caller.h"

namespace katra::router::gateway {
namespace {

using routing::cost::BudgetAnswer;
using routing::cost::Budgets;
using routing::cost::BudgetState;
using routing::cost::BudgetWindow;

// Of an answer whose length nobody knows yet. Clients allow many more tokens than answers have.
constexpr int64_t kUsualAnswerTokens = 1000;
constexpr std::chrono::hours kKept{24 * 40};  // longer than a month

// 400 and not 429 or 402: clients would ask again, or have the user log in (E8).
translate::ApiError IsSpent(std::string what) {
  what += "; to go on sooner, raise it in router.budgets of personas.json";
  translate::ApiError error =
      MakeError(translate::Failure::kQuota, 400, "invalid_request_error", std::move(what));
  error.headers.emplace_back("x-should-retry", "false");
  return error;
}

const char* NameOf(BudgetState state) {
  switch (state) {
    case BudgetState::kEconomise:
      return "nearly spent";
    case BudgetState::kSpent:
      return "spent";
    case BudgetState::kOpen:
      break;
  }
  return "open";
}

}  // namespace

std::chrono::seconds LocalZoneOffset(WallTime at) {
  const std::time_t seconds = static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count());
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return std::chrono::seconds(parts.tm_gmtoff);
}

BudgetKeeper::BudgetKeeper(Deps deps, routing::cost::ZoneOffset zone)
    : deps_(std::move(deps)),
      zone_(std::move(zone)),
      began_(deps_.clock.Now()),
      budgets_({}, zone_) {}

void BudgetKeeper::Configure(std::shared_ptr<const RouterConfig> config) {
  const bool same = config_ && config_->budgets == config->budgets;
  config_ = std::move(config);
  if (same) return;
  if (!config_->budgets.empty()) ReadStore();
  budgets_ = Budgets(config_->budgets, zone_);
  Fill();
  Warn("");
}

void BudgetKeeper::ReadStore() {
  if (read_store_ || !deps_.read) return;
  const WallTime day = budgets_.BeginningOf(BudgetWindow::kDay, began_);
  const WallTime month = budgets_.BeginningOf(BudgetWindow::kMonth, began_);
  const auto add = [this](WallTime since, WallTime until) -> Status {
    if (since >= until) return {};
    auto sums = deps_.read(since, until);
    if (!sums) return Pass(std::move(sums));
    for (const store::SpendingSum& sum : *sums) {
      earlier_.push_back({sum.persona, sum.provider, since,
                          static_cast<double>(sum.cost_usd_micros), sum.unpriced});
    }
    return {};
  };
  auto read = add(month, day);
  if (read) read = add(day, began_);
  read_store_ = read.has_value();
  if (read_store_) return;
  earlier_.clear();
  if (deps_.warn) {
    deps_.warn("what was spent before cannot be read, so budgets count from now on: " +
               read.error().message);
  }
}

void BudgetKeeper::Fill() {
  const auto record = [this](const Spent& spent) {
    budgets_.Record(spent.persona, spent.provider, spent.usd_micros, spent.at);
    for (int64_t i = 0; i < spent.unpriced; ++i) {
      budgets_.Record(spent.persona, spent.provider, std::nullopt, spent.at);
    }
  };
  for (const Spent& spent : earlier_) record(spent);
  for (const auto& [key, spent] : own_) record(spent);
  for (const auto& [who, under_way] : under_way_) {
    budgets_.Begin(who.first, who.second, under_way.usd_micros);
  }
}

bool BudgetKeeper::IsFree(const policy::Candidate& candidate) const {
  if (const auto price = deps_.prices.Of(candidate.provider->name, candidate.model)) {
    return price->input <= 0 && price->output <= 0;
  }
  return IsLoopback(BaseUrlOf(*candidate.provider, candidate.interface()));
}

void BudgetKeeper::LeaveOutSpent(const std::string& persona, policy::Choice* choice) const {
  const WallTime now = deps_.clock.Now();
  std::string left_out;
  std::vector<policy::Candidate> kept;
  for (policy::Candidate& candidate : choice->candidates) {
    const BudgetAnswer answer = budgets_.Ask(persona, candidate.provider->name, now);
    if (answer.state != BudgetState::kSpent || IsFree(candidate)) {
      kept.push_back(std::move(candidate));
      continue;
    }
    if (kept.empty() && left_out.find(answer.text) == std::string::npos) {
      left_out += (left_out.empty() ? "" : "; ") + answer.text;
    }
  }
  if (!kept.empty() && !left_out.empty()) {
    kept.front().reason += " (" + left_out + ")";
  }
  choice->candidates = std::move(kept);
}

void BudgetKeeper::PutCheaperFirst(const std::string& persona, policy::Choice* choice) const {
  // A change within a turn would lose what the model has thought; an explicit name is the user's.
  const bool free_to_choose = choice->rule == policy::Rule::kScenario ||
                              choice->rule == policy::Rule::kPreference ||
                              choice->rule == policy::Rule::kDefault;
  const policy::Candidate& first = choice->candidates.front();
  const BudgetAnswer answer = budgets_.Ask(persona, first.provider->name, deps_.clock.Now());
  if (!free_to_choose || answer.state != BudgetState::kEconomise) return;
  const auto price_of = [this](const policy::Candidate& candidate) -> std::optional<double> {
    if (const auto price = deps_.prices.Of(candidate.provider->name, candidate.model)) {
      return price->input + price->output;
    }
    return IsFree(candidate) ? std::optional<double>(0) : std::nullopt;
  };
  const auto limit = price_of(first);
  if (!limit) return;
  std::vector<policy::Candidate> cheaper;
  std::vector<policy::Candidate> others;
  for (policy::Candidate& candidate : choice->candidates) {
    const auto price = price_of(candidate);
    (price && *price < *limit ? cheaper : others).push_back(std::move(candidate));
  }
  std::stable_sort(cheaper.begin(), cheaper.end(),
                   [&](const policy::Candidate& one, const policy::Candidate& other) {
                     return *price_of(one) < *price_of(other);
                   });
  if (!cheaper.empty()) cheaper.front().reason += " (cheaper: " + answer.text + ")";
  cheaper.insert(cheaper.end(), std::make_move_iterator(others.begin()),
                 std::make_move_iterator(others.end()));
  choice->candidates = std::move(cheaper);
}

std::optional<translate::ApiError> BudgetKeeper::Apply(const std::string& persona,
                                                       policy::Choice* choice) const {
  if (budgets_.budgets().empty() || choice->candidates.empty()) return std::nullopt;
  const std::vector<policy::Candidate> all = choice->candidates;
  LeaveOutSpent(persona, choice);
  if (!choice->candidates.empty()) {
    PutCheaperFirst(persona, choice);
    return std::nullopt;
  }
  // Of several budgets the one that opens first lets the user go on.
  std::optional<BudgetAnswer> first;
  for (const policy::Candidate& candidate : all) {
    BudgetAnswer answer = budgets_.Ask(persona, candidate.provider->name, deps_.clock.Now());
    if (!first || answer.opens_at < first->opens_at) first = std::move(answer);
  }
  return IsSpent(first->text);
}

BudgetKeeper::Hold::Hold(BudgetKeeper& keeper, std::string persona, std::string provider,
                         double usd_micros)
    : keeper_(keeper),
      persona_(std::move(persona)),
      provider_(std::move(provider)),
      usd_micros_(usd_micros) {
  UnderWay& under_way = keeper_.under_way_[{persona_, provider_}];
  ++under_way.requests;
  under_way.usd_micros += usd_micros_;
  keeper_.budgets_.Begin(persona_, provider_, usd_micros_);
}

BudgetKeeper::Hold::~Hold() {
  keeper_.budgets_.End(persona_, provider_, usd_micros_);
  const auto found = keeper_.under_way_.find({persona_, provider_});
  found->second.usd_micros -= usd_micros_;
  if (--found->second.requests == 0) keeper_.under_way_.erase(found);
}

std::unique_ptr<BudgetKeeper::Hold> BudgetKeeper::Begin(const std::string& persona,
                                                        const policy::Candidate& candidate,
                                                        int64_t prompt_tokens,
                                                        std::optional<int64_t> max_tokens) {
  if (budgets_.budgets().empty()) return nullptr;
  const auto price = deps_.prices.Of(candidate.provider->name, candidate.model);
  if (!price) return nullptr;
  const int64_t answer =
      std::clamp(max_tokens.value_or(kUsualAnswerTokens), int64_t{0}, kUsualAnswerTokens);
  const double usd_micros =
      price->input * static_cast<double>(std::max(prompt_tokens, int64_t{0})) +
      price->output * static_cast<double>(answer);
  return std::make_unique<Hold>(*this, persona, candidate.provider->name, usd_micros);
}

void BudgetKeeper::OnRequestFinished(const RequestRecord& record) {
  if (record.endpoint == "count_tokens") return;
  const bool priced = record.cost_usd_micros >= 0;
  // As in the store's sums: failures without tokens cost nothing.
  if (!priced && !record.answered &&
      record.usage.PromptTokens() + record.usage.output_tokens == 0) {
    return;
  }
  const WallTime day = budgets_.BeginningOf(BudgetWindow::kDay, record.at);
  Spent& spent = own_[{day, record.persona, record.provider}];
  spent.persona = record.persona;
  spent.provider = record.provider;
  spent.at = record.at;
  if (priced) {
    spent.usd_micros += static_cast<double>(record.cost_usd_micros);
  } else {
    ++spent.unpriced;
  }
  while (std::get<0>(own_.begin()->first) < record.at - kKept) own_.erase(own_.begin());
  if (budgets_.budgets().empty()) return;
  budgets_.Record(
      record.persona, record.provider,
      priced ? std::optional<double>(static_cast<double>(record.cost_usd_micros)) : std::nullopt,
      record.at);
  Warn(record.persona);
}

void BudgetKeeper::Warn(const std::string& persona) {
  for (const routing::cost::BudgetWarning& warning : budgets_.TakeWarnings(deps_.clock.Now())) {
    if (deps_.warn) deps_.warn(warning.text);
    if (!deps_.tell) continue;
    const routing::cost::Budget& budget = budgets_.budgets()[warning.budget];
    const std::string& whose = budget.persona.empty() ? persona : budget.persona;
    const PersonaConfig* configured = config_->FindPersona(whose);
    deps_.tell({whose, configured == nullptr ? std::string() : configured->room, warning.text,
                warning.id});
  }
}

void BudgetKeeper::Write(JsonWriter& writer) const {
  const std::vector<Budgets::Use> uses = budgets_.Uses(deps_.clock.Now());
  writer.BeginArray();
  for (size_t i = 0; i < uses.size(); ++i) {
    const routing::cost::Budget& budget = budgets_.budgets()[i];
    const Budgets::Use& use = uses[i];
    writer.BeginObject().Key("persona").String(budget.persona);
    writer.Key("provider").String(budget.provider);
    writer.Key("per").String(budget.window == BudgetWindow::kDay ? "day" : "month");
    writer.Key("spent_usd_micros").Integer(std::llround(use.spending.usd_micros));
    writer.Key("under_way_usd_micros").Integer(std::llround(use.under_way_usd_micros));
    writer.Key("limit_usd_micros").Integer(std::llround(budget.limit_usd_micros));
    writer.Key("unpriced").Integer(use.spending.unpriced);
    writer.Key("state").String(NameOf(use.state));
    writer.Key("renewed_at").String(FormatRfc3339(use.renewed_at)).EndObject();
  }
  writer.EndArray();
}

}  // namespace katra::router::gateway
