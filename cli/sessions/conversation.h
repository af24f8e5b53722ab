// Finds the conversation for `--resume`: the last one that the client itself named for this
// persona, never "the latest", which may belong to another persona in the same folder. Starts
// nothing.
#pragma once

#include <map>
#include <string>

#include "cli/context.h"
#include "cli/sessions/plan.h"
#include "cli/sessions/records.h"

namespace katra::cli {

struct Conversation {
  std::string id;  // to resume; empty: not requested, or the user's own arguments choose one
  std::map<std::string, std::string> earlier;  // last conversations by client, for the next record
  std::string warning;                         // for the user; empty: none
};

// kNotFound: resuming was requested, but no conversation of the persona with this client is known;
// the message says what to type instead.
[[nodiscard]] Result<Conversation> FindConversation(const Records& records, const LaunchPlan& plan,
                                                    const LaunchRequest& request,
                                                    const Context& context);

// For --resume without a client, a provider or a model: what the persona's last session was started
// with, for MakePlan to choose if nothing else is configured. Changes nothing if there is none.
void RecallLastSession(const Context& context, LaunchRequest* request);

}  // namespace katra::cli
