#include "router/gateway/proxy/session_history.h"

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/sha256.h"

namespace katra::router::gateway {
namespace {

std::string KeptUnder(const std::string& trace_name) { return "session_" + Sha256Hex(trace_name); }

}  // namespace

SessionHistory::SessionHistory(SessionTraces& traces, translate::ReasoningStore* store,
                               std::string_view persona, std::string_view session,
                               std::string_view agent)
    : traces_(traces), store_(store) {
  name_.reserve(persona.size() + session.size() + agent.size() + 2);
  name_.append(persona).append("/").append(session).append("/");
  shared_bytes_ = name_.size();
  name_.append(agent);
}

SessionTrace& SessionHistory::Trace() {
  SessionTrace& trace = traces_.Of(name_);
  if (trace.recalled || store_ == nullptr) return trace;
  const auto kept = store_->Get(KeptUnder(name_));
  JsonDocument document;
  if (!kept || !document.Parse(*kept)) return trace;
  trace.recalled = true;  // before that, the store may not have been read yet
  const JsonView providers = document.Root()["providers"];
  for (const JsonView provider : providers) trace.providers.insert(provider.Text());
  return trace;
}

SessionTrace& SessionHistory::SharedTrace() { return traces_.Of(name_.substr(0, shared_bytes_)); }

void SessionHistory::NoteProvider(const std::string& provider) {
  SessionTrace& trace = Trace();
  if (!trace.providers.insert(provider).second || store_ == nullptr) return;
  std::string kept;
  JsonWriter writer(kept);
  writer.BeginObject().Key("providers").BeginArray();
  for (const std::string& name : trace.providers) writer.String(name);
  writer.EndArray().EndObject();
  store_->Put(KeptUnder(name_), kept);
}

}  // namespace katra::router::gateway
