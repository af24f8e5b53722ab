// What a session's earlier turns mean for this one: thinking that another provider has signed, and
// a second try at a candidate without what it has just refused.
#include "core/json_view.h"
#include "core/json_write.h"
#include "core/sha256.h"
#include "router/config/endpoint.h"
#include "router/gateway/proxy/proxied_request.h"

namespace katra::router::gateway {

std::string ProxiedRequest::TraceKey() const {
  const std::string& session =
      record().client_session_id.empty() ? caller_.token_id : record().client_session_id;
  // The session's id is the client's word: one persona's says nothing of another's.
  return caller_.persona + "/" + session + "/" + record().agent_id;
}

namespace {

std::string KeptUnder(const std::string& trace_key) { return "session_" + Sha256Hex(trace_key); }

}  // namespace

SessionTrace& ProxiedRequest::Trace() {
  const std::string key = TraceKey();
  SessionTrace& trace = services_.traces.Of(key);
  if (trace.recalled || services_.reasoning == nullptr) return trace;
  const auto kept = services_.reasoning->Get(KeptUnder(key));
  JsonDocument document;
  if (!kept || !document.Parse(*kept)) return trace;
  trace.recalled = true;  // until then the store may not have been read yet
  const JsonView providers = document.Root()["providers"];
  for (const JsonView provider : providers) trace.providers.insert(provider.Text());
  return trace;
}

void ProxiedRequest::NoteProvider(SessionTrace& trace, const std::string& provider) {
  if (!trace.providers.insert(provider).second || services_.reasoning == nullptr) return;
  std::string kept;
  JsonWriter writer(kept);
  writer.BeginObject().Key("providers").BeginArray();
  for (const std::string& name : trace.providers) writer.String(name);
  writer.EndArray().EndObject();
  services_.reasoning->Put(KeptUnder(TraceKey()), kept);
}

void ProxiedRequest::LaunchAfter(std::chrono::milliseconds delay) {
  if (!retry_) retry_.emplace(services_.loop, [this] { Launch(); });
  retry_->Start(delay);  // never from within the attempt before, which is dropped there
}

translate::RetryAdjustments ProxiedRequest::AdjustmentsFor(const translate::ApiError& error) {
  const int status = ended_upstream_ == nullptr ? 0 : ended_upstream_->status();
  const bool refused = status == 400 || status == 422;
  if (current_->interface() == Interface::kResponses) {
    const bool known = Trace().providers.count(SessionTrace::kUnreadableReasoning) != 0;
    if (known || !(refused || status == 404)) return {};
    return translate::ResponsesAdjustmentsAfter(error.message);
  }
  if (!refused || current_->interface() != Interface::kMessages) return {};
  const auto* const translated = is_openai_client() ? messages_.get() : nullptr;
  const auto& peek = translated == nullptr ? peek_ : translated->peek;
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
  if (adjustments.thinking) NoteProvider(Trace(), "");
  if (adjustments.reasoning) NoteProvider(Trace(), SessionTrace::kUnreadableReasoning);
  LaunchAfter(std::chrono::milliseconds(0));
  return true;
}

}  // namespace katra::router::gateway
