// Writes JSON by appending to a string, without building values. Numbers and strings of another
// document can be copied verbatim.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace katra {

// Appends `text` escaped for a JSON string, without quotes. Non-ASCII bytes are copied.
void AppendJsonEscaped(std::string& out, std::string_view text);
// The same, with quotes.
void AppendJsonString(std::string& out, std::string_view text);
// Decodes the bytes between a JSON string's quotes. Malformed escapes are copied; a lone surrogate
// becomes U+FFFD.
[[nodiscard]] std::string UnescapeJson(std::string_view escaped);

// Appends JSON and inserts the commas. The caller balances the Begin and End calls.
class JsonWriter {
 public:
  // `out` is borrowed.
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  // A key that needs no escaping.
  JsonWriter& Key(std::string_view key);
  // A key that may need escaping.
  JsonWriter& TextKey(std::string_view key);
  JsonWriter& String(std::string_view text);
  // A string, given as the bytes between another JSON string's quotes.
  JsonWriter& RawString(std::string_view escaped);
  // A complete JSON value, copied verbatim.
  JsonWriter& Raw(std::string_view json);
  JsonWriter& Integer(int64_t value);
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }

  // Begins a value that the caller appends to the returned string.
  std::string& Place();

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);
  void Separate();

  std::string& out_;
  bool comma_ = false;
};

}  // namespace katra
