// Writing JSON by appending to a string: no values are built first. Numbers and strings that came
// from another document can be put in as they were written there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace katra {

// Appends `text` with the escapes that JSON needs, without quotes. Bytes above ASCII stay.
void AppendJsonEscaped(std::string& out, std::string_view text);
// The same with quotes.
void AppendJsonString(std::string& out, std::string_view text);
// What the bytes between a JSON string's quotes mean. Malformed escapes stay as they are; a lone
// surrogate becomes U+FFFD.
[[nodiscard]] std::string UnescapeJson(std::string_view escaped);

// Puts the commas. The caller keeps begins and ends in balance.
class JsonWriter {
 public:
  // `out` is borrowed.
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  // A plain key: nothing in it needs an escape.
  JsonWriter& Key(std::string_view key);
  // Any key.
  JsonWriter& TextKey(std::string_view key);
  JsonWriter& String(std::string_view text);
  // The bytes between another JSON string's quotes.
  JsonWriter& RawString(std::string_view escaped);
  // A whole value, as it was written elsewhere.
  JsonWriter& Raw(std::string_view json);
  JsonWriter& Integer(int64_t value);
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }

  // For a value that the caller appends to the string itself.
  std::string& Place();

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);
  void Separate();

  std::string& out_;
  bool comma_ = false;
};

}  // namespace katra
