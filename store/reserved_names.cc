#include "store/reserved_names.h"

#include <algorithm>
#include <array>
#include <string>

namespace katra::store {
namespace {

// Does not contain "me": people at a terminal call themselves that, and it names nobody else.
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

constexpr std::array<std::string_view, 27> kReservedRooms = {
    "all",       "any",     "anybody",  "anyone",  "broadcast", "everybody", "everyone",
    "here",      "myself",  "nil",      "nobody",  "none",      "noone",     "null",
    "room",      "self",    "somebody", "someone", "them",      "they",      "thisroom",
    "undefined", "unknown", "us",       "we",      "you",       "yourself"};
static_assert(std::is_sorted(kReservedRooms.begin(), kReservedRooms.end()));

// The letter that a reader would take the character for.
char LooksLike(char c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
    case 'I':
      return 'l';
    case '3':
      return 'e';
    case '4':
      return 'a';
    case '5':
      return 's';
    case '7':
      return 't';
    default:
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
}

template <size_t kSize>
bool IsOneOf(const std::array<std::string_view, kSize>& words, std::string_view name) {
  std::string word;
  std::string look;
  for (const char c : name) {
    if (c == '-' || c == '_') continue;
    word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    look += LooksLike(c);
  }
  return std::binary_search(words.begin(), words.end(), word) ||
         std::binary_search(words.begin(), words.end(), look);
}

}  // namespace

bool IsReservedName(std::string_view name) { return IsOneOf(kReserved, name); }

bool IsReservedRoom(std::string_view name) { return IsOneOf(kReservedRooms, name); }

tl::unexpected<Error> RefuseReservedRoom(std::string_view name) {
  return Fail(ErrorCode::kInvalidArgument,
              "a room cannot be named \"" + std::string(name) +
                  "\": readers would take it for everybody or nobody. Omit the room to speak in "
                  "your own, or name it after its "
                  "subject");
}

tl::unexpected<Error> RefuseReservedName(std::string_view name) {
  return Fail(
      ErrorCode::kInvalidArgument,
      "\"" + std::string(name) +
          "\" is reserved: readers would take it for everybody, nobody or the system. Choose "
          "another name for the persona, such as Sam");
}

}  // namespace katra::store
