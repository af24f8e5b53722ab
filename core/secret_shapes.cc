#include "core/secret_shapes.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace katra {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c); }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// The characters of a key after its prefix.
enum class Tail : uint8_t { kKey, kAlnum, kBase64, kHex };

bool IsOf(Tail tail, char c) {
  switch (tail) {
    case Tail::kKey:
      return IsAlnum(c) || c == '_' || c == '-' || c == '.';
    case Tail::kAlnum:
      return IsAlnum(c);
    case Tail::kBase64:
      return IsAlnum(c) || c == '_' || c == '-' || c == '+' || c == '/' || c == '=' || c == '.' ||
             c == '%' || c == ',';
    case Tail::kHex:
      return IsHex(c);
  }
  return false;
}

// The prefix of a service's keys, and the least number of bytes after it.
struct Shape {
  std::string_view start;
  Tail tail;
  size_t tail_bytes;
};

// Sorted by first character; of prefixes that begin alike, the longer one comes first.
constexpr std::array<Shape, 164> kShapes = {{
    {"1//0", Tail::kKey, 24},
    {"AGE-SECRET-KEY-", Tail::kKey, 16},
    {"ATATT3", Tail::kBase64, 20},
    {"ATCTT3", Tail::kBase64, 20},
    {"AQ.Ab", Tail::kKey, 20},
    {"AIza", Tail::kKey, 20},
    {"AKCp", Tail::kAlnum, 40},
    {"AKID", Tail::kAlnum, 28},
    {"ATBB", Tail::kAlnum, 24},
    {"BSA", Tail::kAlnum, 24},
    {"CLOJARS_", Tail::kAlnum, 32},
    {"CFPAT-", Tail::kKey, 20},
    {"CFPAT_", Tail::kKey, 20},
    {"EAAA", Tail::kKey, 30},
    {"EAAC", Tail::kKey, 30},
    {"EZAK", Tail::kAlnum, 40},
    {"EZTK", Tail::kAlnum, 40},
    {"FLWSECK", Tail::kKey, 12},
    {"FlyV1", Tail::kBase64, 40},
    {"GR1348941", Tail::kKey, 16},
    {"GOCSPX-", Tail::kKey, 16},
    {"HRKU-", Tail::kKey, 20},
    {"LTAI", Tail::kAlnum, 17},
    {"NRAA-", Tail::kKey, 20},
    {"NRAK-", Tail::kAlnum, 20},
    {"NRII-", Tail::kKey, 20},
    {"NRJS-", Tail::kAlnum, 16},
    {"PMAK-", Tail::kKey, 20},
    {"PMAT-", Tail::kKey, 20},
    {"SG.", Tail::kKey, 16},
    {"SK", Tail::kHex, 32},
    {"api_org_", Tail::kAlnum, 20},
    {"ctx7sk-", Tail::kKey, 16},
    {"csk-", Tail::kAlnum, 20},
    {"duffel_live_", Tail::kKey, 20},
    {"duffel_test_", Tail::kKey, 20},
    {"dckr_oat_", Tail::kKey, 16},
    {"dckr_pat_", Tail::kKey, 16},
    {"dp.audit.", Tail::kAlnum, 20},
    {"dp.scim.", Tail::kAlnum, 20},
    {"doo_v1_", Tail::kKey, 16},
    {"dop_v1_", Tail::kKey, 16},
    {"dor_v1_", Tail::kKey, 16},
    {"dt0c01.", Tail::kKey, 40},
    {"dt0s01.", Tail::kKey, 40},
    {"dp.ct.", Tail::kAlnum, 20},
    {"dp.pt.", Tail::kAlnum, 20},
    {"dp.sa.", Tail::kAlnum, 20},
    {"dp.st.", Tail::kKey, 20},
    {"dapi", Tail::kHex, 32},
    {"eyJrIjoi", Tail::kBase64, 40},
    {"e2b_", Tail::kHex, 32},
    {"figoh_", Tail::kKey, 16},
    {"fio-u-", Tail::kKey, 20},
    {"figd_", Tail::kKey, 16},
    {"figo_", Tail::kKey, 16},
    {"fm1r_", Tail::kBase64, 30},
    {"fm2_", Tail::kBase64, 30},
    {"fo1_", Tail::kKey, 30},
    {"fc-", Tail::kHex, 32},
    {"fw_", Tail::kAlnum, 20},
    {"github_pat_", Tail::kKey, 16},
    {"glagent-", Tail::kKey, 12},
    {"glffct-", Tail::kKey, 12},
    {"glsoat-", Tail::kKey, 12},
    {"glcbt-", Tail::kKey, 12},
    {"glimt-", Tail::kKey, 12},
    {"gloas-", Tail::kKey, 12},
    {"glpat-", Tail::kKey, 12},
    {"glptt-", Tail::kKey, 12},
    {"glrtr-", Tail::kKey, 12},
    {"gldt-", Tail::kKey, 12},
    {"glft-", Tail::kKey, 12},
    {"glrt-", Tail::kKey, 12},
    {"glsa_", Tail::kKey, 20},
    {"gho_", Tail::kKey, 16},
    {"ghp_", Tail::kKey, 16},
    {"ghr_", Tail::kKey, 16},
    {"ghs_", Tail::kKey, 16},
    {"ghu_", Tail::kKey, 16},
    {"glc_", Tail::kBase64, 20},
    {"gsk_", Tail::kKey, 8},
    {"hvb.", Tail::kKey, 16},
    {"hvr.", Tail::kKey, 16},
    {"hvs.", Tail::kKey, 16},
    {"hf_", Tail::kKey, 16},
    {"jina_", Tail::kAlnum, 20},
    {"katra_", Tail::kKey, 20},
    {"key-", Tail::kHex, 32},
    {"lin_oauth_", Tail::kAlnum, 16},
    {"lin_api_", Tail::kAlnum, 16},
    {"lsv2_pt_", Tail::kKey, 16},
    {"lsv2_sk_", Tail::kKey, 16},
    {"nvapi-", Tail::kKey, 8},
    {"nfp_", Tail::kAlnum, 28},
    {"npm_", Tail::kKey, 20},
    {"ntn_", Tail::kAlnum, 30},
    {"ory_pat_", Tail::kKey, 16},
    {"ory_at_", Tail::kKey, 20},
    {"ory_rt_", Tail::kKey, 20},
    {"ops_", Tail::kBase64, 100},
    {"pscale_oauth_", Tail::kKey, 20},
    {"pscale_tkn_", Tail::kKey, 20},
    {"pscale_pw_", Tail::kKey, 20},
    {"pk_live_", Tail::kKey, 8},
    {"pcsk_", Tail::kKey, 20},
    {"pplx-", Tail::kKey, 8},
    {"pypi-", Tail::kKey, 16},
    {"p8e-", Tail::kAlnum, 20},
    {"phc_", Tail::kAlnum, 32},
    {"phx_", Tail::kAlnum, 32},
    {"pnu_", Tail::kAlnum, 20},
    {"pul-", Tail::kHex, 32},
    {"rubygems_", Tail::kHex, 32},
    {"rk_live_", Tail::kKey, 8},
    {"rk_test_", Tail::kKey, 8},
    {"rdme_", Tail::kAlnum, 32},
    {"rnd_", Tail::kAlnum, 28},
    {"r8_", Tail::kKey, 16},
    {"shippo_live_", Tail::kHex, 32},
    {"shippo_test_", Tail::kHex, 32},
    {"sb_secret_", Tail::kKey, 20},
    {"secret_", Tail::kAlnum, 40},
    {"shptka_", Tail::kAlnum, 16},
    {"sntrys_", Tail::kBase64, 20},
    {"sntryu_", Tail::kHex, 32},
    {"sq0atp-", Tail::kKey, 16},
    {"sq0csp-", Tail::kKey, 16},
    {"sq0idp-", Tail::kKey, 16},
    {"shpat_", Tail::kAlnum, 16},
    {"shpca_", Tail::kAlnum, 16},
    {"shppa_", Tail::kAlnum, 16},
    {"shpss_", Tail::kAlnum, 16},
    {"sbp_", Tail::kAlnum, 32},
    {"sgp_", Tail::kKey, 32},
    {"slk_", Tail::kHex, 32},
    {"sk-", Tail::kKey, 8},
    {"sk_", Tail::kKey, 8},
    {"tskey-client-", Tail::kKey, 16},
    {"tskey-auth-", Tail::kKey, 16},
    {"tskey-api-", Tail::kKey, 16},
    {"tgp_v1_", Tail::kKey, 20},
    {"tvly-", Tail::kKey, 16},
    {"tfp_", Tail::kKey, 40},
    {"v1.0-", Tail::kKey, 40},
    {"vck_", Tail::kKey, 24},
    {"vcp_", Tail::kKey, 24},
    {"whsec_", Tail::kBase64, 16},
    {"waka_", Tail::kKey, 32},
    {"xsmtpsib-", Tail::kKey, 20},
    {"xkeysib-", Tail::kKey, 20},
    {"xapp-", Tail::kKey, 8},
    {"xoxa-", Tail::kKey, 8},
    {"xoxb-", Tail::kKey, 8},
    {"xoxc-", Tail::kKey, 8},
    {"xoxd-", Tail::kBase64, 8},
    {"xoxe-", Tail::kKey, 8},
    {"xoxe.", Tail::kKey, 8},
    {"xoxo-", Tail::kKey, 8},
    {"xoxp-", Tail::kKey, 8},
    {"xoxr-", Tail::kKey, 8},
    {"xoxs-", Tail::kKey, 8},
    {"xai-", Tail::kKey, 8},
    {"ya29.", Tail::kKey, 16},
}};

constexpr bool IsSortedByFirst() {
  for (size_t i = 1; i < kShapes.size(); ++i) {
    if (kShapes[i - 1].start[0] > kShapes[i].start[0]) return false;
  }
  return true;
}
static_assert(IsSortedByFirst());

// For each first character, the index of its first shape in the table; its shapes end where the
// next character's begin.
constexpr std::array<uint8_t, 129> MakeFirsts() {
  std::array<uint8_t, 129> firsts{};
  size_t at = 0;
  for (size_t c = 0; c < firsts.size(); ++c) {
    while (at < kShapes.size() && static_cast<size_t>(kShapes[at].start[0]) < c) ++at;
    firsts[c] = static_cast<uint8_t>(at);
  }
  return firsts;
}
static_assert(kShapes.size() < 256);
constexpr std::array<uint8_t, 129> kFirsts = MakeFirsts();

constexpr std::array<std::string_view, 7> kAwsStarts = {"AKIA", "ASIA", "AROA", "AIDA",
                                                        "AGPA", "ABIA", "ACCA"};
constexpr size_t kAwsTailBytes = 16;

template <typename Is>
size_t RunEnd(std::string_view text, size_t at, const Is& is) {
  while (at < text.size() && is(text[at])) ++at;
  return at;
}

// Telegram bot tokens: 123456789:AA….
size_t TelegramEnd(std::string_view text, size_t at) {
  constexpr size_t kTailBytes = 33;
  const size_t colon = RunEnd(text.substr(0, std::min(text.size(), at + 11)), at, IsDigit);
  if (colon - at < 8 || text.substr(colon, 3) != ":AA") return at;
  const size_t end = RunEnd(text, colon + 3, [](char c) { return IsOf(Tail::kKey, c); });
  return end - colon - 3 >= kTailBytes ? end : at;
}

// Three parts separated by dots, with these minimum lengths.
size_t DottedEnd(std::string_view text, size_t at, std::array<size_t, 3> least) {
  const auto part = [](char c) { return IsAlnum(c) || c == '_' || c == '-'; };
  constexpr size_t kMostOfPart = 128;
  for (size_t i = 0; i < least.size(); ++i) {
    const size_t end =
        i + 1 == least.size()
            ? RunEnd(text, at, part)
            : RunEnd(text.substr(0, std::min(text.size(), at + kMostOfPart)), at, part);
    if (end - at < least[i]) return 0;
    if (i + 1 == least.size()) return end;
    if (end >= text.size() || text[end] != '.') return 0;
    at = end + 1;
  }
  return 0;
}

// Discord bot tokens (MTE4….Gx….…), Terraform's (14 letters and ".atlasv1."), Airtable's (pat….…),
// Azure's (three letters and "8Q~").
size_t OddEnd(std::string_view text, size_t at) {
  if (text[at] == 'M' || text[at] == 'N' || text[at] == 'O') {
    const size_t dot = text.substr(at, 40).find('.');
    if (dot != std::string_view::npos && dot >= 23 && dot <= 30) {
      if (const size_t end = DottedEnd(text, at, {23, 6, 27}); end > 0) return end;
    }
  }
  constexpr std::string_view kTerraform = ".atlasv1.";
  constexpr size_t kTerraformBytes = 14;
  if (text.substr(at).size() > 60 &&
      text.substr(at + kTerraformBytes, kTerraform.size()) == kTerraform) {
    return RunEnd(text, at, [](char c) { return IsOf(Tail::kKey, c); });
  }
  constexpr size_t kAirtableDot = 17;
  if (text.substr(at, 3) == "pat" && text.substr(at + 3).size() > 64 &&
      text[at + kAirtableDot] == '.') {
    const size_t end = RunEnd(text, at + kAirtableDot + 1, IsHex);
    if (end - at - kAirtableDot - 1 >= 64) return end;
  }
  constexpr size_t kAzureMark = 3;
  if (at + 37 <= text.size() && IsDigit(text[at + kAzureMark]) &&
      text.substr(at + kAzureMark + 1, 2) == "Q~") {
    const size_t end =
        RunEnd(text, at + kAzureMark + 3, [](char c) { return IsOf(Tail::kKey, c) || c == '~'; });
    if (end - at >= 37) return end;
  }
  return at;
}

}  // namespace

size_t KeyShapeEnd(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.empty()) return at;
  const auto first = static_cast<uint8_t>(rest[0]);
  if (first >= 128) return at;
  for (size_t i = kFirsts[first]; i < kFirsts[first + 1U]; ++i) {
    const Shape& shape = kShapes[i];
    if (!rest.starts_with(shape.start)) continue;
    const size_t begin = at + shape.start.size();
    const size_t end = RunEnd(text, begin, [&](char c) { return IsOf(shape.tail, c); });
    if (end - begin >= shape.tail_bytes) return end;
  }
  if (first == 'A') {
    for (const std::string_view start : kAwsStarts) {
      if (!rest.starts_with(start)) continue;
      const size_t end = RunEnd(text, at, IsAlnum);
      if (end - at == start.size() + kAwsTailBytes) return end;
    }
  }
  if (IsDigit(rest[0])) {
    if (const size_t end = TelegramEnd(text, at); end > at) return end;
  }
  return OddEnd(text, at);
}

bool StartsLikeKey(std::string_view word) {
  return std::any_of(kShapes.begin(), kShapes.end(), [&](const Shape& shape) {
    // Except prefixes that only the rest of the key distinguishes from ordinary words.
    return shape.tail == Tail::kKey && shape.tail_bytes <= 20 && word.starts_with(shape.start);
  });
}

}  // namespace katra
