// Shows text of other personas to a model: fenced, attributed and escaped, so that it cannot pass
// for Katra's own framing, for another speaker, or for words of the system or the user. Everything
// that a tool, prompt or resource shows of a peer in text form goes through here. Knows no store
// and no protocol. Pure functions.
//
// The rules, as stated in the docs and by Instructions():
//  - a body is shown line by line, each line beginning with "| ", whatever kind of line break it
//    has;
//  - control and invisible characters are shown as \u{1b}, and the first character of a tag is
//    replaced, as by Fence and OneLine of core/text.h;
//  - short values (roles, clients, folders, tags, reasons) are shown on one line of limited length
//    in double quotes, unless they are plain words.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/tags.h"
#include "store/types.h"

namespace katra::render {

inline constexpr std::string_view kFence = "| ";

// A peer's text as fenced lines, without a final newline.
[[nodiscard]] std::string FencedBody(std::string_view text);

// A peer's short text: one line of at most `max_bytes`, in double quotes; a double quote inside
// becomes U+201D (”).
[[nodiscard]] std::string Quoted(std::string_view text, size_t max_bytes = 200);

// A peer's word: unchanged if it consists of [A-Za-z0-9._:/@+~-] and has at most `max_bytes`;
// otherwise Quoted.
[[nodiscard]] std::string Word(std::string_view text, size_t max_bytes = 80);

// "anthropic/claude-opus-4, verified"; "unknown" if nothing is known.
[[nodiscard]] std::string TagText(const store::ProviderTag& tag);
// The same without the source, for the caller's own tag.
[[nodiscard]] std::string ModelText(const store::ProviderTag& tag);

// "Sam, Charlie and 3 more"; each name as by Word.
[[nodiscard]] std::string NameList(const std::vector<std::string>& names, size_t at_most = 20);

// "12:03:05Z" on the day of `now`, "2026-11-20 12:03:05Z" on others.
[[nodiscard]] std::string Stamp(WallTime time, WallTime now);

// "1 message", "2 messages".
[[nodiscard]] std::string Count(int64_t count, std::string_view singular, std::string_view plural);

// The parts of a message's first line besides its speaker.
struct MessageMarks {
  std::string_view prefix;  // before the number, e.g. "message "
  std::string_view room;    // the room of the whole answer; another room is named
  bool history = false;
  bool redelivered = false;
  std::string time;   // replaces the time in UTC, for people
  std::string extra;  // Katra's own words, e.g. "score 3.1"
};

// "#42 12:03:09Z Lead (anthropic/claude-opus-4, verified) to Sam, reply to #40:"
[[nodiscard]] std::string MessageHeader(const store::Message& message, const MessageMarks& marks,
                                        WallTime now);

}  // namespace katra::render
