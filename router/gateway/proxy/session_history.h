// What a request needs to know of its session's earlier ones: which providers have seen the
// conversation, how its token counts compare to our estimates, which of several keys it used. The
// providers survive a restart if there is a store.
#pragma once

#include <string>
#include <string_view>

#include "router/gateway/proxy/session_traces.h"
#include "router/translate/reasoning_store.h"

namespace katra::router::gateway {

// One request's view of it. On the loop's thread.
class SessionHistory {
 public:
  // `session`: the client's name for it, or its token. Clients choose it, so it is unique only
  // within `persona`. `agent`: within the session; may be empty. `traces` and `store` (nullptr:
  // nothing survives a restart) are borrowed.
  SessionHistory(SessionTraces& traces, translate::ReasoningStore* store, std::string_view persona,
                 std::string_view session, std::string_view agent);

  // The agent's trace. Valid until the next call of any function of this class.
  [[nodiscard]] SessionTrace& Trace();
  // The session's trace, which its subagents and side requests share because their prompts begin in
  // the same way. Valid until the next call of any function of this class.
  [[nodiscard]] SessionTrace& SharedTrace();
  // Adds `provider` to the providers that have seen the agent's conversation. It may be any value
  // of SessionTrace::providers.
  void NoteProvider(const std::string& provider);

 private:
  SessionTraces& traces_;
  translate::ReasoningStore* store_;
  std::string name_;         // the key of the agent's trace
  size_t shared_bytes_ = 0;  // length of the prefix of `name_` that names the session
};

}  // namespace katra::router::gateway
