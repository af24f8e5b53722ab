// A second try at a candidate without what it has just refused.
#include "router/config/endpoint.h"
#include "router/gateway/proxy/proxied_request.h"

namespace katra::router::gateway {

void ProxiedRequest::LaunchAfter(std::chrono::milliseconds delay) {
  if (!retry_) retry_.emplace(services_.loop, [this] { Launch(); });
  retry_->Start(delay);  // never from within the attempt before, which is dropped there
}

translate::RetryAdjustments ProxiedRequest::AdjustmentsFor(const translate::ApiError& error) {
  const int status = ended_upstream_ == nullptr ? 0 : ended_upstream_->status();
  const bool refused = status == 400 || status == 422;
  if (current_->interface() == Interface::kResponses) {
    const bool known = history_.Trace().providers.count(SessionTrace::kUnreadableReasoning) != 0;
    if (known || !(refused || status == 404)) return {};
    return translate::ResponsesAdjustmentsAfter(error.message);
  }
  if (!refused || current_->interface() != Interface::kMessages) return {};
  const auto& peek = messages_ ? messages_->peek : peek_;
  translate::RetryAdjustments adjustments = translate::AdjustmentsAfter(error.message, peek);
  if (IsAnthropicHost(current_->provider->messages_base_url)) {
    // It takes both from clients that say so; the others change their requests themselves (C43).
    adjustments.system_role = adjustments.json_user_id = false;
  }
  return adjustments;
}

bool ProxiedRequest::RetriesAdjusted(const translate::ApiError& error) {
  if (adjusted_ != nullptr || body_ == nullptr) return false;
  const translate::RetryAdjustments adjustments = AdjustmentsFor(error);
  if (!adjustments.any()) return false;
  adjustments_ = adjustments;
  adjusted_ = current_;
  // A gateway before this one has seen where the session was: later turns go without at once.
  if (adjustments.thinking) history_.NoteProvider("");
  if (adjustments.reasoning) history_.NoteProvider(SessionTrace::kUnreadableReasoning);
  LaunchAfter(std::chrono::milliseconds(0));
  return true;
}

}  // namespace katra::router::gateway
