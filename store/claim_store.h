// Claims: advisory leases on paths, so that personas do not edit the same files at the same time.
// A claim is a fact that others are told, not a lock: nothing stops an edit. store/call_context.h
// has the rules of all calls, including errors.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "store/call_context.h"
#include "store/claim_path.h"
#include "store/types.h"

namespace katra::store {

inline constexpr size_t kMaxClaimReasonBytes = 500;
inline constexpr size_t kMaxClaimsOfPersona = 200;
inline constexpr std::chrono::minutes kMaxClaimTime{24 * 60};

struct Claim {
  int64_t id = 0;
  std::string persona;    // who holds it
  SessionId session = 0;  // it ends with this session; 0: it ends by time only
  ClaimPath path;
  std::string reason;  // may be empty
  WallTime since;
  WallTime until;
};

struct ClaimRequest {
  SessionId session = 0;
  std::vector<ClaimPath> paths;
  std::chrono::minutes time{60};  // 1..kMaxClaimTime
  std::string reason;             // at most kMaxClaimReasonBytes
  // The claims do not end with the session: for a session that lasts only for one command.
  bool outlasts_session = false;
};

struct ClaimReceipt {
  // What was requested, oldest first. Empty if `others` is not.
  std::vector<Claim> claims;
  // Claims of other personas that meet the requested paths. Nothing was claimed then.
  std::vector<Claim> others;
};

struct ReleaseRequest {
  SessionId session = 0;
  // Releases the claims that these paths contain (PathContains); empty: all.
  std::vector<ClaimPath> paths;
  std::string of;  // another persona, whose claims are released; empty: the session's own
};

class ClaimStore {
 public:
  virtual ~ClaimStore() = default;

  // Claims all paths for the session's persona, or none, if a claim of another persona meets one of
  // them. Claiming a path again sets a new end, and a new reason if one is given. Claims end with
  // their session, also if its process dies. kInvalidArgument: no paths, a time or a reason out of
  // bounds. kResourceExhausted: the persona would have more than kMaxClaimsOfPersona.
  virtual Result<ClaimReceipt> ClaimPaths(const ClaimRequest& request,
                                          const CallContext& context) = 0;

  // Returns what was released. kNotFound: `of` is no persona; or paths were given and none of its
  // claims is in them (the message lists its claims).
  virtual Result<std::vector<Claim>> ReleaseClaims(const ReleaseRequest& request,
                                                   const CallContext& context) = 0;

  // The claims that have not ended, oldest first. No session is needed.
  virtual Result<std::vector<Claim>> ListClaims(const CallContext& context) = 0;
};

// Ignores case. Pure.
[[nodiscard]] bool IsClaimOf(const Claim& claim, const std::string& persona);

// Those of `claims` that are not `persona`'s and meet one of the paths. Pure.
[[nodiscard]] std::vector<Claim> ClaimsOfOthers(const std::vector<Claim>& claims,
                                                const std::string& persona,
                                                const std::vector<ClaimPath>& paths);

}  // namespace katra::store
