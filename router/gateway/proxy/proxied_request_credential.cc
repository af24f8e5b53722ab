// Which of several keys of a provider a request goes with.
#include <algorithm>

#include "router/gateway/proxy/proxied_request.h"

namespace katra::router::gateway {

using translate::ApiError;

void ProxiedRequest::ChooseKeys() {
  std::vector<std::vector<credentials::ProviderKey>> keys;
  keys.reserve(candidates_.size());
  for (const policy::Candidate& candidate : candidates_) {
    keys.push_back(KeysOf(candidate, keys.empty()));
  }
  candidates_ =
      credentials::SpreadOverKeys(candidates_, keys, services_.rests, services_.clock.Steady());
}

std::vector<credentials::ProviderKey> ProxiedRequest::KeysOf(const policy::Candidate& candidate,
                                                             bool first) {
  const Provider& provider = *candidate.provider;
  std::vector<credentials::ProviderKey> keys = sources_.KeysOf(candidate);
  if (keys.size() == 1) return keys;
  // A prompt that is cached is an account's: the session stays where it was.
  SessionTrace& trace = KeyTrace();
  auto mine = trace.keys.find(provider.name);
  if (mine == trace.keys.end() && first && provider.key_order == KeyOrder::kRoundRobin) {
    const size_t turn = services_.rests.NextTurn(provider.name) % keys.size();
    mine = trace.keys.emplace(provider.name, keys[turn].variable).first;
  }
  if (mine == trace.keys.end()) return keys;
  const auto at = std::find_if(keys.begin(), keys.end(), [&](const credentials::ProviderKey& key) {
    return key.variable == mine->second;
  });
  if (at == keys.end()) return keys;
  if (provider.key_order == KeyOrder::kRoundRobin) {
    std::rotate(keys.begin(), at, keys.end());
  } else {
    std::rotate(keys.begin(), at, at + 1);
  }
  return keys;
}

SessionTrace& ProxiedRequest::KeyTrace() {
  // Its subagents and side requests share the beginning of their prompts with it.
  const std::string& session =
      record().client_session_id.empty() ? caller_.token_id : record().client_session_id;
  return services_.traces.Of(caller_.persona + "/" + session + "/");
}

bool ProxiedRequest::HasSeveralKeys() const {
  return !current_->key_env.empty() &&
         std::any_of(candidates_.begin(), candidates_.end(), [this](const auto& other) {
           return other.provider == current_->provider && other.key_env != current_->key_env;
         });
}

void ProxiedRequest::RestKey(const ApiError& error, const UpstreamRequest* attempt) {
  if (!HasSeveralKeys()) return;
  services_.rests.Failed(
      *current_, error,
      attempt == nullptr ? translate::Headers{} : ToPairs(attempt->reply_headers()),
      services_.clock.Steady(), services_.clock.Now());
}

void ProxiedRequest::KeepKey() {
  if (HasSeveralKeys()) KeyTrace().keys[current_->provider->name] = current_->key_env;
}

}  // namespace katra::router::gateway
