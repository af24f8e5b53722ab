#include "store/reserved_names.h"

#include <algorithm>
#include <array>
#include <string>

namespace katra::store {
namespace {

// Not "me": people at a terminal call themselves that, and it names nobody else.
constexpr std::array<std::string_view, 48> kReserved = {
    "all",          "anonymous",  "any",
    "anybody",      "anyone",     "assistant",
    "broadcast",    "channel",    "developer",
    "everybody",    "everyone",   "everything",
    "function",     "functions",  "here",
    "human",        "katra",      "message",
    "myself",       "nil",        "nobody",
    "none",         "noone",      "nothing",
    "notification", "null",       "room",
    "self",         "somebody",   "someone",
    "sys",          "system",     "systemreminder",
    "them",         "they",       "thisroom",
    "tool",         "toolresult", "tools",
    "tooluse",      "undefined",  "unknown",
    "us",           "user",       "users",
    "we",           "you",        "yourself"};
static_assert(std::is_sorted(kReserved.begin(), kReserved.end()));

}  // namespace

bool IsReservedName(std::string_view name) {
  std::string word;
  for (const char c : name) {
    if (c == '-' || c == '_') continue;
    word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return std::binary_search(kReserved.begin(), kReserved.end(), word);
}

tl::unexpected<Error> RefuseReservedName(std::string_view name) {
  return Fail(ErrorCode::kInvalidArgument,
              "\"" + std::string(name) +
                  "\" is reserved: others would read it as everybody, nobody or the system. Choose "
                  "another name for the persona, such as Sam");
}

}  // namespace katra::store
