// A request's answer from the cache, and into it (K4-K9).
#include <algorithm>
#include <utility>

#include "router/gateway/proxy/proxied_request.h"

namespace katra::router::gateway {
namespace {

// What a key is made of, for the pool's thread.
struct KeySource {
  std::string tenant;
  std::string provider;
  std::string model;
  std::string format;
  std::string version;
  std::string betas;
  std::shared_ptr<const std::string> body;

  [[nodiscard]] routing::cost::CacheKey Key(bool any_temperature) const {
    return routing::cost::KeyOf({tenant, provider, model, format, version, betas, *body},
                                any_temperature);
  }
};

std::string AllOf(const http::Headers& headers, std::string_view name) {
  std::string values;
  for (const http::Header& header : headers.all()) {
    if (http::EqualsIgnoreCase(header.name, name)) values += header.value + "\n";
  }
  return values;
}

}  // namespace

void ProxiedRequest::LookUp() {
  const http::Headers& headers = exchange_->request().headers;
  std::optional<routing::cost::CacheRule> of_route;
  for (const RoutePreference& route : persona_->preferences) {
    if (!record().matcher.empty() && route.name == record().route) of_route = route.cache;
  }
  const CacheWish wish = ReadCacheWish(of_route, headers.Find("x-katra-cache"));
  const bool answers = endpoint_ == Endpoint::kMessages || endpoint_ == Endpoint::kChat ||
                       endpoint_ == Endpoint::kResponses;
  if (!answers || (wish.understood && !wish.rule)) {
    Ask();
    return;
  }
  cache_ = std::make_unique<CacheUse>(
      services_.answers, wish.rule.value_or(of_route.value_or(routing::cost::CacheRule{})),
      client_->openai_format());
  if (!wish.understood) {
    cache_->Decline("x-katra-cache takes on, off, seconds, any-temperature, tool-calls");
    Ask();
    return;
  }
  const policy::Candidate& first = candidates_.all().front();
  cached_for_ = {first.provider->name, first.model};
  KeySource source{caller_.persona,
                   first.provider->name + " " + BaseUrlOf(*first.provider, first.interface()),
                   first.model,
                   ToString(endpoint_),
                   AllOf(headers, "anthropic-version"),
                   AllOf(headers, "anthropic-beta") + AllOf(headers, "openai-beta"),
                   body_};
  const bool any_temperature = cache_->rule().any_temperature;
  if (body_->size() <= kLargeBodyBytes) {
    TakeKey(source.Key(any_temperature));
    return;
  }
  const auto key = std::make_shared<routing::cost::CacheKey>();
  job_ = services_.pool.Start(
      [key, any_temperature, source = std::move(source)] { *key = source.Key(any_temperature); },
      [this, key] {
        const routing::cost::CacheKey made = *key;
        job_.reset();
        if (!done_) TakeKey(made);
      });
}

void ProxiedRequest::TakeKey(const routing::cost::CacheKey& key) {
  const auto stored = cache_->Find(key, services_.clock.Steady());
  if (!stored || !AnswerFromCache(*stored)) Ask();
}

bool ProxiedRequest::AnswerFromCache(const routing::cost::CachedAnswer& answer) {
  const bool own = answer.own_format || !client_->openai_format();
  if (!own) {
    MessagesForm form = ReadMessagesForm(*client_->openai_format(), *body_, {});
    if (form.error) return false;
    messages_ = std::make_unique<MessagesForm>(std::move(form));
    client_->SetRequest(messages_->request);
  }
  std::optional<std::string> given;
  if (peek_.stream) {
    given = cache_->EventsOf(answer, *body_);
  } else if (own) {
    given = answer.message;
  } else if (auto reply = client_->ReplyOf(answer.message)) {
    given = std::move(*reply);
  }
  if (!given) return false;
  current_ = &candidates_.all().front();
  recorder_.BeginAttempt(*current_);
  record().cached = true;
  record().reported_model = answer.model;
  record().usage.known = record().usage.cache_told = true;  // nothing was used
  planner_.NoteChoice(candidates_.choice());
  recorder_.NoteFirstByte();
  if (peek_.stream) {
    content_ = true;
    BeginStream();
    recorder_.CaptureEvents(*given, own);
    client_->WriteEvents(*given, own);
    client_->EndStream();
  } else {
    recorder_.CaptureReply(answer.message, own);
    http::Response response;
    response.headers = AnswerHeaders("application/json");
    response.body = std::move(*given);
    exchange_->Respond(std::move(response));
  }
  if (done_) return true;
  NoteAttempt("");
  record().answered = true;
  history_.NoteProvider(record().provider);
  Finish(200, "");
  return true;
}

void ProxiedRequest::StoreAnswer() {
  if (!cache_ || cached_for_ != Target{current_->provider->name, current_->model}) return;
  std::string model = upstream_->reported_model();
  if (secrets_->In(model)) model.clear();
  cache_->Store(std::move(model), services_.clock.Steady());
}

}  // namespace katra::router::gateway
