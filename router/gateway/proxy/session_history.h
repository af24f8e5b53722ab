// What earlier requests of a client's session mean for this one: where its conversation has been,
// how its token counts compare to our estimates, which of several keys it was asked with. The first
// outlives a restart where there is a store.
#pragma once

#include <string>
#include <string_view>

#include "router/gateway/proxy/session_traces.h"
#include "router/translate/reasoning_store.h"

namespace katra::router::gateway {

// One request's view of it. On the loop's thread.
class SessionHistory {
 public:
  // `session`: as the client names it, or its token; it is the client's word, so that one persona's
  // says nothing of another's. `agent`: within the session; may be empty. `traces` and `store`
  // (nullptr: nothing outlives a restart) are borrowed.
  SessionHistory(SessionTraces& traces, translate::ReasoningStore* store, std::string_view persona,
                 std::string_view session, std::string_view agent);

  // Of the agent. Valid until the next call of anything here.
  [[nodiscard]] SessionTrace& Trace();
  // The session's, which its subagents and side requests share: their prompts begin as its do.
  // Valid until the next call of anything here.
  [[nodiscard]] SessionTrace& SharedTrace();
  // The agent's conversation has been at `provider`, or has met what else SessionTrace::providers
  // may hold.
  void NoteProvider(const std::string& provider);

 private:
  SessionTraces& traces_;
  translate::ReasoningStore* store_;
  std::string name_;         // of the agent's trace
  size_t shared_bytes_ = 0;  // of the beginning of `name_` that is the session's
};

}  // namespace katra::router::gateway
