#include "store/claim_store.h"

#include <algorithm>

#include "core/text.h"

namespace katra::store {

bool IsClaimOf(const Claim& claim, const std::string& persona) {
  return ToLowerAscii(claim.persona) == ToLowerAscii(persona);
}

std::vector<Claim> ClaimsOfOthers(const std::vector<Claim>& claims, const std::string& persona,
                                  const std::vector<ClaimPath>& paths) {
  std::vector<Claim> others;
  std::copy_if(claims.begin(), claims.end(), std::back_inserter(others), [&](const Claim& claim) {
    return !IsClaimOf(claim, persona) &&
           std::any_of(paths.begin(), paths.end(),
                       [&](const ClaimPath& path) { return PathsMeet(claim.path, path); });
  });
  return others;
}

}  // namespace katra::store
