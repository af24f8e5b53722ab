#include "store/types.h"

#include "core/text.h"

#include <array>
#include <string_view>

namespace katra::store {
namespace {

constexpr std::array<const char*, 6> kTagSources = {"unknown",  "client",   "launch",
                                                    "verified", "imported", "human"};
constexpr std::array<const char*, 4> kActivities = {"unknown", "working", "idle", "waiting"};
constexpr std::array<const char*, 6> kKinds = {"note",    "fact",       "decision",
                                               "insight", "preference", "task"};
constexpr std::array<const char*, 4> kReceipts = {"waiting", "given", "heard", "skipped"};
constexpr std::array<const char*, 4> kReasons = {"expires_soon", "nearly_same", "superseded",
                                                 "unused"};
constexpr std::array<const char*, 2> kScopes = {"shared", "private"};

// The names are in the order of the enumerators' values.
template <typename Enum, size_t N>
std::optional<Enum> Parse(const std::array<const char*, N>& names, std::string_view text) {
  for (size_t i = 0; i < N; ++i) {
    if (text == names[i]) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

// A damaged or manipulated database may contain any number.
template <typename Enum, size_t N>
const char* NameOf(const std::array<const char*, N>& names, Enum value, const char* other) {
  const auto index = static_cast<size_t>(value);
  return index < N ? names[index] : other;
}

}  // namespace

const char* ToString(TagSource source) { return NameOf(kTagSources, source, "unknown"); }
const char* ToString(Activity activity) { return NameOf(kActivities, activity, "unknown"); }
const char* ToString(MemoryKind kind) { return NameOf(kKinds, kind, "note"); }
const char* ToString(ReceiptState state) { return NameOf(kReceipts, state, "waiting"); }
const char* ToString(ReviewReason reason) { return NameOf(kReasons, reason, "unused"); }
const char* ToString(MemoryScope scope) { return NameOf(kScopes, scope, "private"); }

std::optional<TagSource> ParseTagSource(std::string_view text) {
  return Parse<TagSource>(kTagSources, text);
}
std::optional<MemoryKind> ParseMemoryKind(std::string_view text) {
  return Parse<MemoryKind>(kKinds, text);
}
std::optional<MemoryScope> ParseMemoryScope(std::string_view text) {
  return Parse<MemoryScope>(kScopes, text);
}

std::string DescribeModel(const ProviderTag& tag) {
  if (tag.provider.empty() && tag.model.empty()) {
    const bool says = tag.source == TagSource::kImported || tag.source == TagSource::kHuman;
    return ToString(says ? tag.source : TagSource::kUnknown);
  }
  const bool both = !tag.provider.empty() && !tag.model.empty();
  constexpr size_t kMostBytes = 400;
  return OneLine(tag.provider + (both ? "/" : "") + tag.model, kMostBytes);
}

std::string Describe(const ProviderTag& tag) {
  std::string text = DescribeModel(tag);
  if (tag.provider.empty() && tag.model.empty()) return text;
  const bool own_choice = tag.model.empty() && tag.source == TagSource::kLaunch;
  return text + ", " + (own_choice ? "own choice" : ToString(tag.source));
}

}  // namespace katra::store
