#include "render/claim_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "render/bound.h"
#include "render/domain_json.h"
#include "render/peer_text.h"

namespace katra::render {
namespace {

constexpr size_t kPathBytes = 300;
constexpr size_t kFolderBytes = 300;
constexpr size_t kNamed = 12;
constexpr size_t kAround = 1024;

std::string PathText(const store::ClaimPath& path) {
  std::string text = Word(path.pattern, kPathBytes);
  if (!path.project.empty()) text += " of " + Word(path.project, kFolderBytes);
  return text;
}

std::string Patterns(const std::vector<store::Claim>& claims) {
  std::string list;
  for (size_t i = 0; i < claims.size() && i < kNamed; ++i) {
    list += (i == 0 ? "" : ", ") + Word(claims[i].path.pattern, kPathBytes);
  }
  if (claims.size() > kNamed) list += " and " + std::to_string(claims.size() - kNamed) + " more";
  return list;
}

// "Sam", or "Sam and Dario".
std::string Holders(const std::vector<store::Claim>& claims) {
  std::vector<std::string> names;
  for (const store::Claim& claim : claims) {
    if (std::find(names.begin(), names.end(), claim.persona) == names.end()) {
      names.push_back(claim.persona);
    }
  }
  return NameList(names, kNamed);
}

}  // namespace

std::string ClaimLine(const store::Claim& claim, WallTime now, ShowTime show) {
  std::string line = Word(claim.persona) + ": " + PathText(claim.path);
  if (!claim.path.root.empty()) line += " in " + Word(claim.path.root, kFolderBytes);
  line += ", since " + show(claim.since, now) + ", until " + show(claim.until, now);
  if (claim.session == 0) line += " (made in a terminal)";
  if (!claim.reason.empty()) line += ": " + Quoted(claim.reason, store::kMaxClaimReasonBytes);
  return line;
}

std::string ClaimsText(const std::vector<store::Claim>& claims, WallTime now, ShowTime show) {
  if (claims.empty()) return "nothing is claimed";
  std::string text = Count(static_cast<int64_t>(claims.size()), "claim", "claims");
  size_t cost = kAround;
  for (size_t i = 0; i < claims.size(); ++i) {
    const std::string line = "\n" + ClaimLine(claims[i], now, show);
    cost += TextCost(line);
    if (cost > kTextBudgetBytes) {
      return text + "\nand " + std::to_string(claims.size() - i) + " more";
    }
    text += line;
  }
  return text;
}

std::string ClaimedText(const store::ClaimReceipt& receipt, WallTime now, ShowTime show) {
  if (receipt.others.empty()) {
    if (receipt.claims.empty()) return "nothing was claimed";
    return "claimed until " + show(receipt.claims.front().until, now) + ": " +
           Patterns(receipt.claims);
  }
  return "nothing was claimed, because others hold part of it: " +
         ClaimsText(receipt.others, now, show) + "\nAsk first: katra_say to " +
         Holders(receipt.others) +
         ". A claim is not a lock, but whoever holds it expects to edit alone.";
}

std::string ReleasedText(const std::vector<store::Claim>& released) {
  return released.empty() ? "nothing was claimed" : "released: " + Patterns(released);
}

std::string ClaimWarning(const std::vector<store::Claim>& others, WallTime now) {
  constexpr size_t kMostShown = 2;
  std::string text = "Katra: this file is claimed by another persona. ";
  for (size_t i = 0; i < others.size() && i < kMostShown; ++i) {
    text += ClaimLine(others[i], now, Stamp) + ". ";
  }
  if (others.size() > kMostShown) {
    text += std::to_string(others.size() - kMostShown) + " more claims meet it. ";
  }
  return text + "katra_say to " + Holders(others) + " reaches the holder.";
}

nlohmann::json ClaimsJson(const char* state, const std::vector<store::Claim>& claims) {
  nlohmann::json list = nlohmann::json::array();
  size_t cost = kAround;
  for (const store::Claim& claim : claims) {
    nlohmann::json object = {{"persona", claim.persona},
                             {"path", claim.path.pattern},
                             {"project", claim.path.project},
                             {"folder", claim.path.root},
                             {"reason", claim.reason},
                             {"since", FormatRfc3339(claim.since)},
                             {"until", FormatRfc3339(claim.until)},
                             {"ends_with_session", claim.session != 0}};
    cost += 1 + JsonCost(DumpJson(object));
    if (cost > kTextBudgetBytes) break;
    list.push_back(std::move(object));
  }
  return {{"state", state}, {"claims", std::move(list)}, {"in_all", claims.size()}};
}

}  // namespace katra::render
