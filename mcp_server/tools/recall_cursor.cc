#include "mcp_server/tools/recall_cursor.h"

#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"

namespace katra::mcp {
namespace {

constexpr int kBase = 36;
constexpr int kLargestOffset = 10'000'000;

// FNV-1a. Protects against mistakes, not forgery: a forged cursor gives no access.
uint64_t Hash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<uint8_t>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

// Identifies a query by every argument except the offset, size and form of the page; absent ones by
// their defaults.
uint64_t QueryHash(const nlohmann::json& arguments, int offset) {
  const auto word = [&](const char* name, const char* otherwise) {
    const std::string value = WordArgument(arguments, name);
    return value.empty() ? std::string(otherwise) : value;
  };
  const nlohmann::json query = {word("query", ""),
                                word("include", "memories"),
                                word("kind", ""),
                                ListArgument(arguments, "tags"),
                                NameArgument(arguments, "from"),
                                word("since", ""),
                                word("until", ""),
                                word("scope", ""),
                                BoolArgument(arguments, "include_superseded"),
                                word("project", ""),
                                offset};
  return Hash(query.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string ToText(uint64_t value) {
  char digits[16];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value, kBase);
  return {digits, end};
}

}  // namespace

std::string MakeRecallCursor(const nlohmann::json& arguments, int offset) {
  return ToText(static_cast<uint64_t>(offset)) + "." + ToText(QueryHash(arguments, offset));
}

Result<int> ReadRecallCursor(const nlohmann::json& arguments, std::string_view cursor) {
  int offset = 0;
  const char* const end = cursor.data() + cursor.size();
  const auto [stop, error] = std::from_chars(cursor.data(), end, offset, kBase);
  if (error != std::errc() || offset < 0 || offset > kLargestOffset ||
      MakeRecallCursor(arguments, offset) != cursor) {
    return Fail(ErrorCode::kInvalidArgument,
                "the cursor does not belong to this query; pass the same arguments as in the call "
                "that returned it, or call katra_recall without a cursor to start over");
  }
  return offset;
}

}  // namespace katra::mcp
