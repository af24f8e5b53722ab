// Which of a client's conversations `--resume` goes on with: the one that the client itself named
// for this persona, never "the last one", which may be another persona's of the same folder. Starts
// nothing.
#pragma once

#include <map>
#include <string>

#include "cli/context.h"
#include "cli/sessions/plan.h"
#include "cli/sessions/records.h"

namespace katra::cli {

struct Conversation {
  std::string id;  // to go on with; empty: it is not asked for, or the user's own arguments say it
  std::map<std::string, std::string> earlier;  // by client; for the next record
  std::string warning;                         // to be told to the user; empty: none
};

// kNotFound: it is to be gone on with, and no conversation of the persona with this client is
// known; the message says what to type instead.
[[nodiscard]] Result<Conversation> FindConversation(const Records& records, const LaunchPlan& plan,
                                                    const LaunchRequest& request,
                                                    const Context& context);

}  // namespace katra::cli
