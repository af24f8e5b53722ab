// What saying, remembering and forgetting answer, as text and as JSON: the tools and the command
// line tell the same. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/clock.h"
#include "store/types.h"

namespace katra::render {

[[nodiscard]] std::string SaidText(const store::SayReceipt& receipt);
[[nodiscard]] nlohmann::json SaidJson(const store::SayReceipt& receipt);

// `nearest`: what is worth comparing with it.
[[nodiscard]] std::string RememberedText(const store::RememberReceipt& receipt,
                                         const store::RememberRequest& request,
                                         const std::vector<store::MemoryHit>& nearest,
                                         WallTime now);
[[nodiscard]] nlohmann::json RememberedJson(const store::RememberReceipt& receipt,
                                            const store::RememberRequest& request,
                                            const std::vector<store::MemoryHit>& nearest);

[[nodiscard]] std::string ForgottenText(const store::ForgetReceipt& receipt);
[[nodiscard]] nlohmann::json ForgottenJson(const store::ForgetReceipt& receipt);

// A backlog that was left behind: who said how much, and what names the persona.
[[nodiscard]] std::string SkippedText(const store::SkipReply& reply, WallTime now);

// schemas/tools/katra_hear-v1.json.
[[nodiscard]] nlohmann::json HeardReplyJson(const store::HearReply& reply, bool peek);
// The same for a backlog; `left`: what is unheard after it.
[[nodiscard]] nlohmann::json SkippedJson(const store::SkipReply& reply, int64_t left);

}  // namespace katra::render
