// Decides recorded requests again, one after the other, under a configuration: by the same rules,
// matcher, learning and limit of switches as the gateway, and from what was recorded of them. Asks
// nobody. Says of each decision what it rests on.
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

// What a decision rests on, the surest first.
enum class Basis : uint8_t {
  kRecord,   // needs no text: a name, a size, or a route that is as it was
  kText,     // the recorded text was read again
  kAssumed,  // the route of the recorded name, though routes are not what they were
  kUnknown,  // the text would be needed, and was not recorded
};

struct Decided {
  Basis basis = Basis::kRecord;
  std::vector<Target> candidates;  // in the order in which they are asked; empty: refused
  std::string refusal;             // why
  std::string route;               // the scenario or preference; may be empty
  bool side = false;               // no part of the conversation
  // The models that might be asked first instead of candidates.front(). Only of kUnknown.
  std::vector<Target> otherwise;
};

[[nodiscard]] std::string NameOf(const Target& target);  // "provider/model"

// Not thread-safe.
class Decider {
 public:
  // Borrowed: both outlive this.
  struct Configs {
    const RouterConfig& tried;    // to decide under
    const RouterConfig& present;  // taken to be the one that the requests were decided under
  };
  // `events`: in the order of the journal; those that had happened by then count.
  Decider(const Configs& configs, std::vector<learning::TaughtExample> taught,
          std::vector<learning::Event> events, cost::TermsOf terms);
  ~Decider();
  Decider(const Decider&) = delete;
  Decider& operator=(const Decider&) = delete;

  // Requests come in the order in which they were made. `text`: nullptr: none was recorded.
  [[nodiscard]] Decided Decide(const store::UsageRecord& record, const RecordedText* text);

  // After Decide() of a conversation's request: `now` answers it, and `then` really did.
  void Answered(const store::UsageRecord& record, const Target& now, const Target& then);
  // What the caches of the models hold of the conversation before the request, as decided and as it
  // really was.
  struct Warm {
    int64_t now = 0;
    int64_t then = 0;
  };
  [[nodiscard]] Warm WarmTokens(const store::UsageRecord& record, const Target& now,
                                const Target& then) const;

  // Decisions of a router model's that the local matcher made instead.
  [[nodiscard]] int64_t matched_locally_instead() const { return matched_locally_instead_; }

 private:
  struct Persona;
  struct Turn {
    policy::Held held;
    Basis basis = Basis::kRecord;
    std::vector<Target> otherwise;
  };
  struct Conversation {
    // By the model that was asked for; apart for requests that are known to have no tools.
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
  // Scenarios that might have applied before the one at `place`, for all that is recorded.
  [[nodiscard]] static std::vector<Target> PerhapsScenarios(const Persona& persona,
                                                            const store::UsageRecord& record,
                                                            size_t place);
  void Order(Persona& persona, const store::UsageRecord& record, const Conversation& talk,
             policy::Match* match);
  // The model that each route would ask first.
  std::vector<Target> FirstOfRoutes(Persona& persona, const store::UsageRecord& record,
                                    const Conversation& talk);
  [[nodiscard]] cost::SwitchLimits Limits() const;
  // The model that the conversation stays with, because the change would cost too much.
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
