// The views, the writer and the hash of core.
#include "core/json_view.h"

#include <cctype>
#include <nlohmann/json.hpp>

#include "core/json_write.h"
#include "core/sha256.h"
#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

TEST_CASE("a document is taken as nlohmann's parser takes it") {
  const char* const documents[] = {
      "null", "true", " [1, -0.5e+3 ,\"a\\u00e9\\n\"] ", "{\"a\":{\"b\":[{}]},\"c\":\"\"}", "\"x\"",
      "0", "-0", "1.0E5", "[]", "{}", "\t{\"k\" : [ ] }\r\n",
      // not JSON
      "", "nul", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "-", "+1", "1e", "\"\\x\"",
      "\"\\u12g4\"", "\"a\nb\"", "[1 2]", "{\"a\" 1}", "[", "{\"a\":", "\"abc", "[1]x", "'a'",
      "NaN", "tru", "{\"a\":1}}"};
  for (const char* text : documents) {
    INFO(text);
    JsonDocument document;
    CHECK(document.Parse(text).has_value() == nlohmann::json::accept(text));
  }
}

TEST_CASE("values are found and copied as they were written") {
  JsonDocument document;
  REQUIRE(document.Parse(
      R"({"s":"a\"\u00e9\ud83d\ude00\ud800x","n": 12.50,"i":-7,"l":[1,"two",{"x":null}],"k\u0065y":1,"d":1,"d":2})"));
  const JsonView root = document.Root();
  CHECK(root["s"].Text() == "a\"é😀\xEF\xBF\xBDx");
  CHECK(root["s"].RawString() == R"(a\"\u00e9\ud83d\ude00\ud800x)");
  CHECK(root["n"].Raw() == "12.50");
  CHECK(root["n"].Number() == 12.5);
  CHECK_FALSE(root["n"].Integer());
  CHECK(root["i"].Integer() == -7);
  CHECK(root["key"].Integer() == 1);
  CHECK(root["d"].Integer() == 2);
  CHECK(root["l"].Size() == 3);
  CHECK(root["nothing"]["deeper"].IsMissing());
  CHECK(root["nothing"].Text().empty());
  std::string keys;
  for (const JsonView member : root) keys += member.Key().Text() + ",";
  CHECK(keys == "s,n,i,l,key,d,d,");
  size_t index = 0;
  for (const JsonView item : root["l"]) {
    if (index == 1) CHECK(item.Is("two"));
    if (index == 2) CHECK(item["x"].IsNothing());
    ++index;
  }
  CHECK(index == 3);
}

TEST_CASE("nesting is bounded") {
  JsonDocument document;
  const std::string deep(100000, '[');
  CHECK_FALSE(document.Parse(deep));
  CHECK(document.Root().IsMissing());
  const std::string fits = std::string(200, '[') + std::string(200, ']');
  CHECK(document.Parse(fits));
}

TEST_CASE("what is written is read back") {
  std::string text;
  for (int c = 0; c < 256; ++c) text.push_back(static_cast<char>(c < 128 ? c : 'z'));
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().TextKey("k\"").String(text).Key("n").Integer(-5).Key("l").BeginArray();
  writer.Bool(true).Null().BeginObject().EndObject().EndArray().EndObject();
  const auto parsed = nlohmann::json::parse(json);
  CHECK(parsed["k\""] == text);
  CHECK(parsed["n"] == -5);
  CHECK(parsed["l"].size() == 3);
  CHECK(UnescapeJson("\\u0041\\/\\t\\q") == "A/\t\\q");
}

TEST_CASE("SHA-256 of the standard's examples") {
  CHECK(Sha256Hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(Sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(Sha256Hex(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a string ends at the first quote that no backslash escapes") {
  const auto end_of = [](const std::string& text) {
    return SkipJsonString(text, 0, nullptr, true);
  };
  CHECK(end_of(R"("")") == 2);
  CHECK(end_of(R"("a" "b")") == 3);
  CHECK(end_of(R"("\"")") == 4);
  CHECK(end_of(R"("\"x"")") == 5);
  CHECK(end_of(R"("\\" ")") == 4);
  CHECK(end_of("\"" + std::string(1000, 'x') + "\",") == 1002);
  CHECK(end_of(R"("\")") == std::string::npos);
  CHECK(end_of(R"("never)") == std::string::npos);
}

// One byte after the other, as RFC 8259 says it.
size_t EndOfString(const std::string& text, bool lenient, bool* escapes) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (static_cast<unsigned char>(text[i]) < 0x20 && !lenient) return std::string::npos;
    if (text[i] != '\\') continue;
    *escapes = true;
    ++i;
    if (lenient) continue;
    if (i >= text.size()) return std::string::npos;
    if (std::string("\"\\/bfnrt").find(text[i]) != std::string::npos) continue;
    if (text[i] != 'u' || i + 4 >= text.size()) return std::string::npos;
    for (size_t digit = i + 1; digit <= i + 4; ++digit) {
      if (std::isxdigit(static_cast<unsigned char>(text[digit])) == 0) return std::string::npos;
    }
    i += 4;
  }
  return std::string::npos;
}

TEST_CASE("a string is read by blocks as it is read byte by byte") {
  const std::vector<std::string> pieces = {
      "\"",  "\\n",     "\\\"",  "\\\\", "\\\\\"", "\\/",  "\\u00e9", "\\ud83d\\ude00",
      "\\x", "\\u12g4", "\\u12", "\\",   "\x01",   "\x1f", " ",       "\x7f",
      "é",   "漢",      "\n",    "\\\n", "\\\x01", "\\u\n"};
  std::string differing;  // the first that is read in another way
  for (size_t before = 0; before < 140; ++before) {
    for (const std::string& piece : pieces) {
      for (const std::string& after : {std::string("\""), std::string(70, 'y') + "\" z", piece}) {
        const std::string text = "\"" + std::string(before, 'x') + piece + after;
        for (const bool lenient : {false, true}) {
          bool wanted_escapes = false;
          bool escapes = false;
          const size_t wanted = EndOfString(text, lenient, &wanted_escapes);
          const size_t end = SkipJsonString(text, 0, &escapes, lenient);
          const bool same = end == wanted && SkipJsonString(text, 0, nullptr, lenient) == wanted &&
                            (end == std::string::npos || escapes == wanted_escapes);
          if (!same && differing.empty()) {
            differing = text + (lenient ? " (lenient)" : " (strict)");
          }
        }
      }
    }
  }
  CHECK(differing == "");
}

}  // namespace
}  // namespace katra
