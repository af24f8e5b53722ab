// The two forms of a Messages answer, a stream of events and a whole reply, and each as the other:
// some upstreams answer in the form that was not asked for, or name it wrongly (S50).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/json_view.h"
#include "router/translate/sse_parser.h"

namespace katra::router::translate {

enum class BodyForm : uint8_t {
  kUnknown,  // nothing but blanks and comments so far
  kEvents,   // it begins with a field of server-sent events
  kJson,     // it begins with an object or an array
  kOther,
};

// Tells by its first bytes what a body is, whatever its content type says. What stands before does
// not count: a byte order mark, blanks and comments, with which servers keep a connection open.
class FormSniffer {
 public:
  BodyForm Feed(std::string_view bytes);
  [[nodiscard]] BodyForm form() const { return form_; }
  // How many bytes stood before the first that counts, once the form is known.
  [[nodiscard]] size_t skipped() const { return seen_ - word_.size(); }

 private:
  [[nodiscard]] BodyForm Take(char c);

  BodyForm form_ = BodyForm::kUnknown;
  bool comment_ = false;
  size_t seen_ = 0;
  std::string word_;  // the beginning of the first line that counts
};

// A whole Messages reply as the events of a stream. Nothing of it is lost: members that are not
// known stand where they stood. Nothing: it is no reply.
[[nodiscard]] std::optional<std::string> ToEvents(std::string_view reply);

// Puts a whole Messages reply together from its events.
class ReplyBuilder {
 public:
  void Feed(std::string_view events);
  // The reply. Nothing: its end did not come, or an event could not be read (S46).
  [[nodiscard]] std::optional<std::string> Reply() const;

 private:
  struct Block {
    std::string raw;  // as it began
    // What deltas have added, as JSON string contents: of `text`, `thinking`, `signature` and the
    // JSON of `input`.
    std::map<std::string, std::string> added;
    std::string citations;  // items, with commas between
  };

  void Event(JsonView event);
  void Delta(Block& block, JsonView delta);
  void Keep(JsonView members);
  static void WriteBlock(const Block& block, std::string* out);

  SseParser parser_;
  JsonDocument document_;
  std::map<std::string, std::string> members_;  // of the reply but for content and usage: raw
  std::map<std::string, std::string> usage_;    // raw
  std::map<int64_t, Block> blocks_;             // by index
  bool begun_ = false;
  bool complete_ = false;
  bool broken_ = false;
};

}  // namespace katra::router::translate
