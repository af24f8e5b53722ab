// Asks the router model that the user has configured which route matches a request, with a
// deadline. Every failure is a verdict too, after which the local matcher decides. Sends the routes
// and the end of the conversation to that model and to nobody else, with that provider's own key or
// none, never with a client's login.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/clock.h"
#include "core/http/client.h"
#include "core/uv/handles.h"
#include "router/config/config.h"
#include "router/credentials/key_commands.h"
#include "router/gateway/observe/metrics.h"
#include "router/gateway/proxy/router_prompts.h"
#include "router/routing/request_view.h"
#include "router/routing/router_model/prompt.h"

namespace katra::router::gateway {

struct RouterQuestion {
  const Provider* provider = nullptr;  // outlives the question
  std::string model;
  std::string key;                          // empty: none is needed, or `key_command` prints it
  const KeyCommand* key_command = nullptr;  // outlives the question; nullptr: none
  std::string missing_key;                  // the variable that should contain the key but is unset
  std::vector<std::string> routes;          // their names
  std::string body;                         // of the request
  std::string digest;                       // hash of everything that the verdict depends on
  std::chrono::milliseconds timeout{300};
  bool trial = false;  // the first question after a rest; set by Known()
};

// `target`: a model of `provider`. The routes keep their order, so the prompt always begins with
// the same bytes.
[[nodiscard]] RouterQuestion MakeRouterQuestion(
    const Provider& provider, const std::string& model,
    const std::vector<RoutePreference>& preferences,
    const std::vector<routing::RequestView::Spoken>& conversation, const RouterPrompts& prompts);

struct RouterVerdict {
  bool decided = false;  // if false, the local matcher decides
  std::string route;     // the name of a route; empty: none matches
  std::string reason;    // for people; quotes neither the request nor the response
};

// On the loop's thread.
class RouterModelClient {
 public:
  // Borrowed.
  struct Deps {
    uv::Loop& loop;
    http::Client& client;
    const Clock& clock;
    credentials::KeyCommands& commands;
    Metrics& metrics;
  };
  using Ready = std::function<void(const RouterVerdict&)>;
  // A question in progress; destroying it cancels it.
  class Asking;

  explicit RouterModelClient(const Deps& deps) : deps_(deps) {}
  RouterModelClient(const RouterModelClient&) = delete;
  RouterModelClient& operator=(const RouterModelClient&) = delete;

  // The prompts for MakeRouterQuestion().
  [[nodiscard]] RouterPrompts& prompts() { return prompts_; }
  // The verdict if it is known without asking: the same question was asked before, the model is
  // resting after failures, or it cannot be asked at all.
  [[nodiscard]] std::optional<RouterVerdict> Known(RouterQuestion& question);
  // Never calls `ready` before it returns; `ready` may destroy the Asking. Call it only after
  // Known() returned nullopt.
  [[nodiscard]] std::unique_ptr<Asking> Ask(RouterQuestion question, Ready ready);

 private:
  // After kFaultsToOpen failures in a row a model rests for kRest; then one question tries again.
  static constexpr int kFaultsToOpen = 3;
  static constexpr std::chrono::seconds kRest{30};
  static constexpr size_t kMostRemembered = 1000;

  struct Breaker {
    int faults = 0;
    std::optional<SteadyTime> rests_until;
  };

  void NoteAnswer(const RouterQuestion& question, const std::string& route);
  void NoteFault(const RouterQuestion& question, const char* kind);
  void NoteCancelled(const RouterQuestion& question);

  Deps deps_;
  RouterPrompts prompts_;
  std::map<std::string, Breaker> breakers_;                  // by address and model
  std::unordered_map<std::string, std::string> remembered_;  // digest -> route
  std::list<std::string> order_;                             // the digests, oldest first
};

class RouterModelClient::Asking {
 public:
  Asking(RouterModelClient& client, RouterQuestion question, Ready ready);
  ~Asking();
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  void Begin();

 private:
  void Send(const std::string& key);
  void TakeEnd(const http::CallEnd& end);
  // `kind`: for the metrics. `what` follows "router model ".
  void Fail(const char* kind, const std::string& what);
  void End(const RouterVerdict& verdict);

  RouterModelClient& client_;
  RouterQuestion question_;
  Ready ready_;
  uv::Timer deadline_;
  std::unique_ptr<credentials::KeyCommands::Waiting> key_;
  std::unique_ptr<http::Call> call_;
  int status_ = 0;
  std::string reply_;
};

}  // namespace katra::router::gateway
