// Claims as texts and JSON, identical for the tool, the command and hooks. Reasons and paths are
// other people's words, and are shown quoted. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/clock.h"
#include "store/claim_store.h"

namespace katra::render {

// Shows a time: in UTC for tools, in the local zone for people.
using ShowTime = std::string (*)(WallTime time, WallTime now);

// "Sam: "src/**" of github.com/a/b, since 12:03:05Z, until 13:03:05Z: "moving the store"".
[[nodiscard]] std::string ClaimLine(const store::Claim& claim, WallTime now, ShowTime show);

// The claims, one per line below a heading that counts them. Those that do not fit are counted.
[[nodiscard]] std::string ClaimsText(const std::vector<store::Claim>& claims, WallTime now,
                                     ShowTime show);

// What was claimed; or who holds what, and how to go on.
[[nodiscard]] std::string ClaimedText(const store::ClaimReceipt& receipt, WallTime now,
                                      ShowTime show);
[[nodiscard]] std::string ReleasedText(const std::vector<store::Claim>& released);

// For a model that is about to edit a file in these claims of others. At most 2,000 bytes.
[[nodiscard]] std::string ClaimWarning(const std::vector<store::Claim>& others, WallTime now);

// schemas/tools/katra_claim-v1.json. `state`: "claimed", "refused", "released" or "listed".
[[nodiscard]] nlohmann::json ClaimsJson(const char* state, const std::vector<store::Claim>& claims);

}  // namespace katra::render
