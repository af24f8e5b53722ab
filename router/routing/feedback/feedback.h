// Rates answers, for `katra route feedback` and the tool katra_route_feedback. The only part of the
// router that mcp_server/ may include, so it exposes neither the configuration nor the journal.
#pragma once

#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "store/usage_store.h"

namespace katra::router::routing {

struct Rating {
  std::string persona;  // who got the answer; empty: any persona, for the command only
  bool good = true;
  std::string better = {};      // with a bad rating: which of the route's models to prefer
  std::string note = {};        // why, for people; secrets are removed, and it is cut to one line
  std::string request_id = {};  // of the answer; empty: the newest answer of a route
  // The client's own id of the conversation: its newest answer takes precedence over those of the
  // persona's other sessions. Ignored with `request_id`; may be empty.
  std::string client_session_id = {};
};

// The answer that was rated.
struct Rated {
  bool good = true;
  std::string persona;
  std::string route;
  std::string model;   // "provider/model" that answered
  std::string better;  // "provider/model", or empty
  std::string request_id;
  std::string ignored_by;  // the file that switches learning off; empty: the gateway follows it
};

// Adds the rating to HOME/router/learnt.jsonl, synced to the disk; a running gateway applies it
// from its next request on. kNotFound: there is no such answer on a route. kInvalidArgument:
// `better` is not one of the route's models (the message lists them), or the configuration has
// errors. Other errors are those of the store and of LineFile::Append. After an error nothing was
// added. Blocking.
[[nodiscard]] Result<Rated> RateAnswer(const std::string& home, const Rating& rating,
                                       store::UsageStore& store, const Clock& clock,
                                       const store::CallContext& context);

// `Rated good: openai/gpt-5 on the route "code review" of Sam (req_1).`, without a line break.
[[nodiscard]] std::string RatedText(const Rated& rated);

}  // namespace katra::router::routing
