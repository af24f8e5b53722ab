// What routing must know of one request before its models are chosen: what the request needs, the
// route that fits what the user asked, and what the user's turn was decided as. Asks nobody but the
// router model, where the user has configured one.
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
    std::string caller;                            // the persona's name, as its token has it
    bool counts = false;                           // only its tokens are asked for
  };
  // What to ask the policy. Valid as long as this object and `request.peek`.
  using Ready = std::function<void(const policy::Ask& ask)>;
  // Calls `ready` once: before it returns, or later if a router model is asked. Reads the body by
  // its rules alone: for a persona without rules next to nothing.
  void Plan(const Request& request, Ready ready);
  // `ready` is not called any more.
  void Cancel() { asking_.reset(); }
  // The place of a subagent's tag in the body; it is not meant for the model. After Plan().
  [[nodiscard]] const std::optional<translate::RequestPeek::Span>& tag() const { return tag_; }
  // What is known of the request after Plan(): the estimated tokens of its prompt, and whether it
  // goes on with a turn (unset if no rule wanted to know).
  [[nodiscard]] int64_t estimated_tokens() const { return estimated_tokens_; }
  [[nodiscard]] const std::optional<bool>& continues() const { return continues_; }
  // The rest of the user's turn stays with `choice`. After Plan().
  void NoteChoice(const policy::Choice& choice);
  // The conversation has got its answer. After NoteChoice().
  void NoteAnswered(const Target& model, const translate::Usage& usage);

 private:
  void ReadNeeds(const Request& request, const routing::RequestView& view);
  // What the user's choice of a model says of the route's.
  void LearnFrom(const policy::Choice& choice);
  // The order of the matched route's models, and whether the conversation may change to the first.
  void FinishMatch();
  void FindTurn(const Request& request, const routing::RequestView& view);
  [[nodiscard]] int64_t TokensOf(const Request& request);
  // Whether a route could serve the request, where nothing else does.
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
  Target otherwise_;     // what answers if no route fits; without a model: nothing
  int64_t tokens_ = -1;  // of the prompt, estimated, when it is matched
  routing::RequestView::UserTurns words_;   // while the router model is asked
  std::optional<RouterQuestion> question_;  // for the router model
  std::unique_ptr<RouterModelClient::Asking> asking_;
  std::optional<policy::Held> held_;
  std::optional<translate::RequestPeek::Span> tag_;
  int64_t estimated_tokens_ = -1;
  std::optional<bool> continues_;
  std::string caller_;
  bool again_ = false;  // the user's turn was decided before, and its first request comes again
  std::string asked_;   // the model, as the client names it
  uint64_t turn_ = 0;   // identifies the user's turn; 0: it is not known
};

}  // namespace katra::router::gateway
