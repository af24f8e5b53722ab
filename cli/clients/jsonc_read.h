// Finds where the members of a JSON text begin and end, with // and /* */ comments and trailing
// commas. Everything on the way is checked, because a damaged file must not be changed. Knows no
// client.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace katra::cli {

struct JsoncMember {
  std::string key;
  size_t start = 0;  // start of the key
  size_t value = 0;
  size_t end = 0;  // end of the value
};

struct JsoncObject {
  size_t open = 0;   // position of '{'
  size_t close = 0;  // position of '}'
  std::vector<JsoncMember> members;
  bool trailing_comma = false;
};

struct JsoncElement {
  size_t value = 0;
  size_t end = 0;
};

struct JsoncArray {
  size_t open = 0;   // position of '['
  size_t close = 0;  // position of ']'
  std::vector<JsoncElement> elements;
  bool trailing_comma = false;
};

// Every error is kInvalidArgument, with the line. `text` is borrowed and outlives the reader.
class JsoncReader {
 public:
  explicit JsoncReader(const std::string& text) : text_(text) {}

  [[nodiscard]] Result<JsoncObject> ReadObject(size_t at, int depth = 0);
  [[nodiscard]] Result<JsoncArray> ReadArray(size_t at, int depth = 0);
  // Only blanks may follow the text's value.
  [[nodiscard]] Status CheckEnd(size_t at);
  // Skips blanks and comments.
  [[nodiscard]] size_t Skip(size_t at) const;

 private:
  [[nodiscard]] char At(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  [[nodiscard]] tl::unexpected<Error> Wrong(size_t at, const std::string& what) const;
  [[nodiscard]] Result<JsoncMember> ReadMember(size_t at, int depth);
  [[nodiscard]] Result<size_t> SkipString(size_t at);
  [[nodiscard]] Result<size_t> SkipValue(size_t at, int depth);

  const std::string& text_;
  mutable size_t open_comment_ = std::string::npos;
};

}  // namespace katra::cli
