// Finds out what the policy must know about a request before it chooses the models: what the
// request requires, the route that matches it, and the earlier decision for the user's turn.
// Contacts nobody but the router model, if the user has configured one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "router/gateway/observe/route_learning.h"
#include "router/gateway/proxy/credential_sources.h"
#include "router/gateway/proxy/route_matchers.h"
#include "router/gateway/proxy/router_model_client.h"
#include "router/gateway/proxy/session_history.h"
#include "router/gateway/proxy/switch_judge.h"
#include "router/policy/policy.h"
#include "router/routing/request_view.h"

namespace katra::router::gateway {

// On the loop's thread.
class RoutePlanner {
 public:
  // Borrowed: all of them outlive this.
  struct Deps {
    const policy::Policy& policy;
    RouteMatchers& matchers;
    RouteLearning& learning;
    RouterModelClient& router_model;
    const CredentialSources& sources;
    const Prices& prices;
    const Clock& clock;
    SessionHistory& history;
  };
  explicit RoutePlanner(const Deps& deps)
      : deps_(deps), judge_({deps.prices, deps.clock, deps.history}) {}

  struct Request {
    std::shared_ptr<const RouterConfig> config;
    std::shared_ptr<const PersonaConfig> persona;
    routing::BodyFormat format = routing::BodyFormat::kMessages;
    std::string_view body;                         // valid during Plan() only
    const translate::RequestPeek* peek = nullptr;  // outlives this object's use
    bool subagent = false;                         // it comes from a subagent of the client
    std::string caller;                            // the persona's name in the token
    bool counts = false;                           // a request to count tokens
  };
  // Receives the question for the policy, which is valid as long as this object and `request.peek`.
  using Ready = std::function<void(const policy::Ask& ask)>;
  // Calls `ready` once: before it returns, or later if a router model is asked. Reads only the
  // parts of the body that the persona's rules depend on.
  void Plan(const Request& request, Ready ready);
  // After this, `ready` is not called.
  void Cancel() { asking_.reset(); }
  // The position of a subagent's tag in the body, to be removed before the model sees it. After
  // Plan().
  [[nodiscard]] const std::optional<translate::RequestPeek::Span>& tag() const { return tag_; }
  // Known after Plan(): the estimated tokens of the prompt, and whether the request continues a
  // turn (unset if no rule depends on it).
  [[nodiscard]] int64_t estimated_tokens() const { return estimated_tokens_; }
  [[nodiscard]] const std::optional<bool>& continues() const { return continues_; }
  // Keeps the rest of the user's turn on `choice`. After Plan().
  void NoteChoice(const policy::Choice& choice);
  // Records that the conversation was answered. After NoteChoice().
  void NoteAnswered(const Target& model, const translate::Usage& usage);

 private:
  void ReadNeeds(const Request& request, const routing::RequestView& view);
  // Learns from a model that the user chose instead of the route's.
  void LearnFrom(const policy::Choice& choice);
  // Whether decisions depend on the contents of the session's prompt caches.
  [[nodiscard]] bool FollowsCosts() const;
  // Orders the matched route's models, and decides whether the conversation may switch to the
  // first.
  void FinishMatch();
  // Where the session's trace keeps the decision for the turn.
  [[nodiscard]] std::string TurnKey() const;
  void FindTurn(const Request& request, const routing::RequestView& view);
  [[nodiscard]] int64_t TokensOf(const Request& request);
  // Whether a match could change the decision.
  [[nodiscard]] bool Matters(const policy::Ask& ask) const;
  [[nodiscard]] std::optional<RouterQuestion> MakeQuestion(const Target& target,
                                                           const routing::RequestView& view) const;
  void TakeVerdict(const RouterVerdict& verdict);
  [[nodiscard]] policy::Ask MakeAsk() const;

  Deps deps_;
  std::shared_ptr<const RouterConfig> config_;
  std::shared_ptr<const PersonaConfig> persona_;
  policy::Needs needs_;
  const translate::RequestPeek* peek_ = nullptr;
  policy::Match match_;
  SwitchJudge judge_;
  Target otherwise_;                        // the target if no route matches; without a model: none
  int64_t tokens_ = -1;                     // estimated size of the prompt when it is matched
  routing::RequestView::UserTurns words_;   // while the router model is asked
  std::optional<RouterQuestion> question_;  // for the router model
  std::unique_ptr<RouterModelClient::Asking> asking_;
  std::optional<policy::Held> held_;
  std::optional<translate::RequestPeek::Span> tag_;
  int64_t estimated_tokens_ = -1;
  std::optional<bool> continues_;
  std::string caller_;
  bool again_ = false;  // the first request of a turn that was already decided is repeated
  std::string asked_;   // the requested model, as the client names it
  uint64_t turn_ = 0;   // identifies the user's turn; 0: unknown
};

}  // namespace katra::router::gateway
