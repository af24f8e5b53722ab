// What a request knows of its client's own subscription: it goes on with others while the plan
// rests.
#include <algorithm>

#include "router/gateway/proxy/proxied_request.h"
#include "router/gateway/subscription/chatgpt_limits.h"

namespace katra::router::gateway {

void ProxiedRequest::PutRestingPlansLast() {
  const WallTime now = services_.clock.Now();
  std::string resting;
  const auto rests = [&](const policy::Candidate& candidate) {
    const auto until = services_.plan_limits.RestsUntil(candidate.credential, caller_.persona,
                                                        candidate.model, now);
    if (until) resting = candidate.provider->name + " rests until " + FormatRfc3339(*until);
    return until.has_value();
  };
  std::stable_partition(candidates_.begin(), candidates_.end(),
                        [&](const policy::Candidate& candidate) { return !rests(candidate); });
  if (!resting.empty()) candidates_.front().reason += " (the plan at " + resting + ")";
}

void ProxiedRequest::NotePlanLimit(translate::ApiError* error, const RawReply* raw) {
  if (!credential_.with_login() || !upstream_ || !sources_.IsPlan(*current_)) return;
  const WallTime now = services_.clock.Now();
  const http::Headers& headers = upstream_->reply_headers();
  const std::string_view body = raw == nullptr ? upstream_->refusal() : raw->body;
  auto rest = is_openai_client()
                  ? ReadChatGptRest(upstream_->status(), headers, body, current_->model, now)
                  : ReadPlanRest(upstream_->status(), headers, current_->model, now);
  if (!rest) return;
  // Neither a circuit nor a wait within this request: it is known how long it lasts. Other models
  // of the same plan may still have room when it is for a family of them alone.
  error->failure = rest->models.empty() ? translate::Failure::kQuota : translate::Failure::kNoKey;
  services_.plan_limits.Note(current_->credential, current_->provider->name, caller_.persona,
                             std::move(*rest), now);
}

}  // namespace katra::router::gateway
