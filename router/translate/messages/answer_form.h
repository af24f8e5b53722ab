// Converts between the two forms of a Messages answer, a stream of events and a complete response:
// some upstreams answer in the form that was not requested, or with a wrong content type (S50).
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
  kUnknown,  // only blanks and comments so far
  kEvents,   // begins with a field of server-sent events
  kJson,     // begins with an object or an array
  kOther,
};

// Recognises the form of a body by its first bytes, whatever its content type. Ignores a leading
// byte order mark, blanks and comments, which servers send to keep a connection open.
class FormSniffer {
 public:
  BodyForm Feed(std::string_view bytes);
  [[nodiscard]] BodyForm form() const { return form_; }
  // The number of ignored leading bytes, once the form is known.
  [[nodiscard]] size_t skipped() const { return seen_ - word_.size(); }

 private:
  [[nodiscard]] BodyForm Take(char c);

  BodyForm form_ = BodyForm::kUnknown;
  bool comment_ = false;
  size_t seen_ = 0;
  std::string word_;  // the beginning of the first significant line
};

// Converts a complete Messages response to stream events without loss: unknown members keep their
// places. nullopt: it is not a response.
[[nodiscard]] std::optional<std::string> ToEvents(std::string_view reply);

// Assembles a complete Messages response from its events.
class ReplyBuilder {
 public:
  void Feed(std::string_view events);
  // The response. nullopt: it did not end, or an event could not be read (S46).
  [[nodiscard]] std::optional<std::string> Reply() const;

 private:
  struct Block {
    std::string raw;  // the block as it began
    // Added by deltas, as JSON string contents: `text`, `thinking`, `signature` and the JSON of
    // `input`.
    std::map<std::string, std::string> added;
    std::string citations;  // items separated by commas
  };

  void Event(JsonView event);
  void Delta(Block& block, JsonView delta);
  void Keep(JsonView members);
  static void WriteBlock(const Block& block, std::string* out);

  SseParser parser_;
  JsonDocument document_;
  // Members of the response except content and usage: raw.
  std::map<std::string, std::string> members_;
  std::map<std::string, std::string> usage_;  // raw
  std::map<int64_t, Block> blocks_;           // by index
  bool begun_ = false;
  bool complete_ = false;
  bool broken_ = false;
};

}  // namespace katra::router::translate
