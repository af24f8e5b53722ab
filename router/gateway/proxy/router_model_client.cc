#include "router/gateway/proxy/router_model_client.h"

#include <algorithm>
#include <utility>

#include "core/sha256.h"
#include "router/config/endpoint.h"
#include "router/credentials/credential.h"
#include "router/routing/router_model/answer.h"

namespace katra::router::gateway {
namespace {

namespace router_model = routing::router_model;

constexpr size_t kMostReplyBytes = size_t{256} * 1024;
constexpr const char* kInstead = ", so matched locally";

std::string NameOf(const RouterQuestion& question) {
  return question.provider->name + "/" + question.model;
}

std::string AddressOf(const RouterQuestion& question) {
  return ChatAddress(*question.provider, "/chat/completions", question.model);
}

std::string BreakerKey(const RouterQuestion& question) {
  return AddressOf(question) + " " + question.model;
}

RouterVerdict Undecided(const std::string& what) {
  return {false, {}, "router model " + what + kInstead};
}

}  // namespace

RouterQuestion MakeRouterQuestion(const Provider& provider, const std::string& model,
                                  const std::vector<RoutePreference>& preferences,
                                  const std::vector<routing::RequestView::Spoken>& conversation,
                                  const RouterPrompts& prompts) {
  RouterQuestion question;
  question.provider = &provider;
  question.model = model;
  std::vector<router_model::Route> routes;
  routes.reserve(preferences.size());
  for (const RoutePreference& route : preferences) {
    routes.push_back({route.name, route.description});
    question.routes.push_back(route.name);
  }
  std::vector<router_model::Turn> turns;
  turns.reserve(conversation.size());
  for (const auto& spoken : conversation) {
    turns.push_back({spoken.user ? "user" : "assistant", spoken.text});
  }
  const router_model::Family family = router_model::FamilyOf(model);
  question.body = router_model::MakeCompletionRequest(
      model, router_model::BuildPrompt(family, prompts.Of(family), routes, turns));
  question.digest = Sha256Hex(AddressOf(question) + "\n" + question.body);
  return question;
}

std::optional<RouterVerdict> RouterModelClient::Known(RouterQuestion& question) {
  if (question.provider->platform != Platform::kNone || question.provider->chat_base_url.empty()) {
    return Undecided(NameOf(question) + " has no Chat Completions endpoint");
  }
  if (!question.missing_key.empty()) {
    return Undecided(NameOf(question) + " has no key in " + question.missing_key);
  }
  if (const auto found = remembered_.find(question.digest); found != remembered_.end()) {
    return RouterVerdict{true, found->second,
                         "by the router model " + NameOf(question) + ", asked before"};
  }
  const auto breaker = breakers_.find(BreakerKey(question));
  if (breaker == breakers_.end() || !breaker->second.rests_until) return std::nullopt;
  const SteadyTime now = deps_.clock.Steady();
  if (now < *breaker->second.rests_until) {
    return Undecided("is not asked for " + std::to_string(kRest.count()) + " s after " +
                     std::to_string(kFaultsToOpen) + " failures in a row");
  }
  question.trial = true;
  breaker->second.rests_until = now + kRest;  // one tries, the others wait for how it goes
  return std::nullopt;
}

std::unique_ptr<RouterModelClient::Asking> RouterModelClient::Ask(RouterQuestion question,
                                                                  Ready ready) {
  auto asking = std::make_unique<Asking>(*this, std::move(question), std::move(ready));
  asking->Begin();
  return asking;
}

void RouterModelClient::NoteAnswer(const RouterQuestion& question, const std::string& route) {
  breakers_.erase(BreakerKey(question));
  deps_.metrics.CountRouterModel("");
  if (!remembered_.emplace(question.digest, route).second) return;
  order_.push_back(question.digest);
  if (order_.size() <= kMostRemembered) return;
  remembered_.erase(order_.front());
  order_.pop_front();
}

void RouterModelClient::NoteFault(const RouterQuestion& question, const char* kind) {
  deps_.metrics.CountRouterModel(kind);
  Breaker& breaker = breakers_[BreakerKey(question)];
  ++breaker.faults;
  if (breaker.faults >= kFaultsToOpen) breaker.rests_until = deps_.clock.Steady() + kRest;
}

void RouterModelClient::NoteCancelled(const RouterQuestion& question) {
  if (!question.trial) return;
  const auto breaker = breakers_.find(BreakerKey(question));
  if (breaker != breakers_.end()) breaker->second.rests_until = deps_.clock.Steady();
}

RouterModelClient::Asking::Asking(RouterModelClient& client, RouterQuestion question, Ready ready)
    : client_(client),
      question_(std::move(question)),
      ready_(std::move(ready)),
      deadline_(client.deps_.loop, [this] {
        Fail("timeout",
             "did not answer within " + std::to_string(question_.timeout.count()) + " ms");
      }) {}

RouterModelClient::Asking::~Asking() {
  if (ready_) client_.NoteCancelled(question_);
}

void RouterModelClient::Asking::Begin() {
  deadline_.Start(question_.timeout);
  if (question_.key_command == nullptr) {
    Send(question_.key);
    return;
  }
  if (const credentials::KeyOutput* known = client_.deps_.commands.Find(*question_.key_command)) {
    Send(known->key);
    return;
  }
  key_ = client_.deps_.commands.Ask(question_.provider->name, *question_.key_command,
                                    [this](const Result<credentials::KeyOutput>& output) {
                                      const auto ended = std::move(key_);
                                      if (output) {
                                        Send(output->key);
                                      } else {
                                        Fail("key", "has no key: its command failed");
                                      }
                                    });
}

void RouterModelClient::Asking::Send(const std::string& key) {
  http::Outgoing request;
  request.url = AddressOf(question_);
  request.headers = {{"content-type", "application/json"}, {"accept", "application/json"}};
  for (http::Header& header :
       credentials::CredentialHeaders(*question_.provider, Interface::kChat, key)) {
    request.headers.push_back(std::move(header));
  }
  request.body = http::Body(std::exchange(question_.body, {}));
  request.connect_timeout = request.first_byte_timeout = request.idle_timeout = question_.timeout;
  request.http2 = question_.provider->http2;
  call_ = client_.deps_.client.Start(
      std::move(request), {[this](int status, const http::Headers&) { status_ = status; },
                           [this](std::string_view bytes) {
                             if (reply_.size() + bytes.size() > kMostReplyBytes) {
                               Fail("answer", "sent a response that is too long");
                               return;
                             }
                             reply_.append(bytes);
                           },
                           [this](const http::CallEnd& end) { TakeEnd(end); }});
}

void RouterModelClient::Asking::TakeEnd(const http::CallEnd& end) {
  if (!end.complete) {
    switch (end.failure) {
      case http::CallFailure::kTimeout:
        Fail("timeout",
             "did not answer within " + std::to_string(question_.timeout.count()) + " ms");
        return;
      case http::CallFailure::kConnect:
      case http::CallFailure::kTls:
        Fail("unreachable", "could not be reached");
        return;
      case http::CallFailure::kCut:
      case http::CallFailure::kProtocol:
        Fail("unreachable", "broke the connection off");
        return;
    }
  }
  if (status_ < 200 || status_ > 299) {
    Fail("status", "answered with status " + std::to_string(status_));
    return;
  }
  const auto text = router_model::ReadCompletion(reply_);
  if (!text) {
    Fail("answer", "gave no answer: " + text.error().message);
    return;
  }
  const router_model::Answer answer = router_model::ReadAnswer(*text, question_.routes);
  switch (answer.kind) {
    case router_model::Answer::Kind::kBroken:
      Fail("answer", "gave an answer that cannot be parsed");
      return;
    case router_model::Answer::Kind::kUnknown:
      Fail("unknown_route", "named a route that does not exist");
      return;
    case router_model::Answer::Kind::kNone:
    case router_model::Answer::Kind::kRoute:
      break;
  }
  client_.NoteAnswer(question_, answer.route);
  End({true, answer.route, "by the router model " + NameOf(question_)});
}

void RouterModelClient::Asking::Fail(const char* kind, const std::string& what) {
  client_.NoteFault(question_, kind);
  End(Undecided(what));
}

void RouterModelClient::Asking::End(const RouterVerdict& verdict) {
  deadline_.Stop();
  key_.reset();
  call_.reset();
  const Ready ready = std::exchange(ready_, nullptr);
  ready(verdict);  // may destroy this
}

}  // namespace katra::router::gateway
