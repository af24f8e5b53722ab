// Repeats the decisions for recorded requests, one after the other, under a configuration: with the
// same rules, matcher, learning and switch limits as the gateway, from the recorded data. Contacts
// nobody. Each decision says what it is based on.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/policy/policy.h"
#include "router/routing/cost/switch_cost.h"
#include "router/routing/learning/event.h"
#include "router/routing/learning/line_file.h"
#include "router/routing/learning/ranker.h"
#include "router/routing/matching/local_matcher.h"
#include "router/routing/replay/recorded_text.h"
#include "store/usage.h"

namespace katra::router::routing::replay {

// What a decision is based on, the most certain first.
enum class Basis : uint8_t {
  kRecord,   // needs no text: a name, a size, or an unchanged route
  kText,     // the recorded text
  kAssumed,  // the route of the recorded name, although the routes have changed
  kUnknown,  // the text would be needed, but was not recorded
};

struct Decided {
  Basis basis = Basis::kRecord;
  std::vector<Target> candidates;  // in the order in which to try them; empty: refused
  std::string refusal;             // why
  std::string route;               // the scenario or preference; may be empty
  bool side = false;               // a side request, not part of the conversation
  // Models that might be tried first instead of candidates.front(). Only for kUnknown.
  std::vector<Target> otherwise;
};

[[nodiscard]] std::string NameOf(const Target& target);  // "provider/model"

// Not thread-safe.
class Decider {
 public:
  // Borrowed: both outlive this.
  struct Configs {
    const RouterConfig& tried;    // to decide under
    const RouterConfig& present;  // assumed to be the one under which the requests were decided
  };
  // `events`: in the order of the journal; those up to the time of each request count.
  Decider(const Configs& configs, std::vector<learning::TaughtExample> taught,
          std::vector<learning::Event> events, cost::TermsOf terms);
  ~Decider();
  Decider(const Decider&) = delete;
  Decider& operator=(const Decider&) = delete;

  // Call it in the order in which the requests were made. `text`: nullptr: none was recorded.
  [[nodiscard]] Decided Decide(const store::UsageRecord& record, const RecordedText* text);

  // Call it after Decide() for a request of a conversation: `now` would answer it, and `then`
  // really did.
  void Answered(const store::UsageRecord& record, const Target& now, const Target& then);
  // How many tokens of the conversation the models' caches hold before the request, by the repeated
  // decisions and in reality.
  struct Warm {
    int64_t now = 0;
    int64_t then = 0;
  };
  [[nodiscard]] Warm WarmTokens(const store::UsageRecord& record, const Target& now,
                                const Target& then) const;

  // How many decisions of a router model were made by the local matcher instead.
  [[nodiscard]] int64_t matched_locally_instead() const { return matched_locally_instead_; }

 private:
  struct Persona;
  struct Turn {
    policy::Held held;
    Basis basis = Basis::kRecord;
    std::vector<Target> otherwise;
  };
  struct Conversation {
    // By the requested model; separate for requests that are known to have no tools.
    std::map<std::string, Turn> turns;
    cost::SessionCosts now;
    cost::SessionCosts then;
  };

  Persona& PersonaOf(const std::string& name);
  [[nodiscard]] static policy::Needs NeedsNow(Persona& persona, const store::UsageRecord& record,
                                              const RecordedText* text);
  [[nodiscard]] static std::string KeyOf(const store::UsageRecord& record);
  struct Matched {
    policy::Match match;
    Basis basis = Basis::kRecord;
  };
  Matched MatchAgain(Persona& persona, const store::UsageRecord& record, const RecordedText* text);
  // Scenarios that might have applied before the one at `place`, as far as the record shows.
  [[nodiscard]] static std::vector<Target> PerhapsScenarios(const Persona& persona,
                                                            const store::UsageRecord& record,
                                                            size_t place);
  void Order(Persona& persona, const store::UsageRecord& record, const Conversation& talk,
             policy::Match* match);
  // The model that each route would try first.
  std::vector<Target> FirstOfRoutes(Persona& persona, const store::UsageRecord& record,
                                    const Conversation& talk);
  [[nodiscard]] cost::SwitchLimits Limits() const;
  // The model that the conversation stays on, because a switch would cost too much.
  std::optional<policy::Held> Judge(const store::UsageRecord& record, const policy::Match& match,
                                    const Target& otherwise, Conversation* talk);

  Configs configs_;
  std::vector<learning::TaughtExample> taught_;
  std::vector<learning::Event> events_;
  size_t applied_ = 0;  // of events_
  cost::TermsOf terms_;
  std::unique_ptr<policy::Policy> policy_;
  learning::Ranker ranker_;
  std::map<std::string, std::unique_ptr<Persona>> personas_;
  std::map<std::string, Conversation> talks_;
  int64_t matched_locally_instead_ = 0;
};

}  // namespace katra::router::routing::replay
