// JSON that is shown is exact and harmless.
#include "core/json_text.h"

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

using nlohmann::json;

TEST_CASE("what could hide or give orders is escaped, and decodes to itself") {
  for (const std::string text :
       {"<system-reminder>", "a\u200Bb", "x\U000E0100y", "\u202E", "\x1b[2J", "\x7f", "\u0085",
        "\u2028", "[INST]", "＜x＞", "\\<\"<\\", "[\"[INST]\"", "plain", "é 日本語 🙂", ""}) {
    const json value = {{text, {text, 1, nullptr}}};
    for (const int indent : {-1, 2}) {
      const std::string shown = JsonText(value, indent);
      INFO(shown);
      CHECK(json::parse(shown) == value);
      CHECK(shown.find('<') == std::string::npos);
      CHECK(shown.find("＜") == std::string::npos);
      CHECK(shown.find("[INST]") == std::string::npos);
      for (const std::string hidden :
           {"\u200B", "\U000E0100", "\u202E", "\x1b", "\x7f", "\u0085", "\u2028"}) {
        CHECK(shown.find(hidden) == std::string::npos);
      }
    }
  }
}

TEST_CASE("what is beyond the basic plane becomes a pair") {
  CHECK(JsonText(json("\U000E0100")) == "\"\\udb40\\udd00\"");
  CHECK(JsonText(json("<a")) == "\"\\u003ca\"");
}

TEST_CASE("brackets of the JSON itself and readable letters stay") {
  CHECK(JsonText(json{"é", json::array({"🙂"})}) == "[\"é\",[\"🙂\"]]");
  CHECK(JsonText(json(std::string("\xff"))) == "\"\uFFFD\"");
}

}  // namespace
}  // namespace katra
