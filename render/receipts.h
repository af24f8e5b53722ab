// The answers of say, remember, forget and hear, as text and as JSON, identical for tools and the
// command line. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/clock.h"
#include "store/types.h"

namespace katra::render {

[[nodiscard]] std::string SaidText(const store::SayReceipt& receipt);
[[nodiscard]] nlohmann::json SaidJson(const store::SayReceipt& receipt);

// `nearest`: similar memories, for comparison.
[[nodiscard]] std::string RememberedText(const store::RememberReceipt& receipt,
                                         const store::RememberRequest& request,
                                         const std::vector<store::MemoryHit>& nearest,
                                         WallTime now);
[[nodiscard]] nlohmann::json RememberedJson(const store::RememberReceipt& receipt,
                                            const store::RememberRequest& request,
                                            const std::vector<store::MemoryHit>& nearest);

[[nodiscard]] std::string ForgottenText(const store::ForgetReceipt& receipt);
[[nodiscard]] nlohmann::json ForgottenJson(const store::ForgetReceipt& receipt);

// A skipped backlog: how much each speaker said, and which messages name the persona.
[[nodiscard]] std::string SkippedText(const store::SkipReply& reply, WallTime now);

// Who was given a message of the caller's own, and who heard it when.
[[nodiscard]] std::string ReceiptsText(const store::ReceiptsReply& reply, WallTime now);
[[nodiscard]] nlohmann::json ReceiptsJson(const store::ReceiptsReply& reply);

// schemas/tools/katra_hear-v1.json.
[[nodiscard]] nlohmann::json HeardReplyJson(const store::HearReply& reply, bool peek);
// The same for a skipped backlog. `left`: messages that are still unheard after it.
[[nodiscard]] nlohmann::json SkippedJson(const store::SkipReply& reply, int64_t left);

}  // namespace katra::render
