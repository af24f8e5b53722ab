// How long rooms keep messages, as personas.json says.
#include "store/retention.h"

#include "tests/support/cpp/catch.h"

namespace katra::store {
namespace {

using Days = Retention::Days;

TEST_CASE("a room keeps its messages as long as its entry says, others as long as *") {
  const Retention retention = ReadRetention(
      R"({"rooms": {"*": {"retention": "12w"}, "Builds": {"retention": "7d"},
          "main": {"retention": "forever"}, "logs": {}}})");
  CHECK(retention.Of("builds") == Days(7));
  CHECK(retention.Of("BUILDS") == Days(7));
  CHECK(retention.Of("elsewhere") == Days(84));
  CHECK_FALSE(retention.Of("main"));
  CHECK_FALSE(retention.Of("logs"));
}

TEST_CASE("nothing is removed because of a setting that is missing or malformed") {
  for (const std::string text :
       {"", "no JSON", "[]", "{}", R"({"rooms": 5})", R"({"rooms": {"*": 5}})",
        R"({"rooms": {"*": {"retention": 5}}})", R"({"rooms": {"*": {"retention": "90"}}})",
        R"({"rooms": {"*": {"retention": "0d"}}})", R"({"rooms": {"*": {"retention": "-1d"}}})",
        R"({"rooms": {"*": {"retention": "999999d"}}})",
        R"({"rooms": {"*": {"retention": "90d "}}})"}) {
    INFO(text);
    CHECK_FALSE(ReadRetention(text).Of("main"));
  }
  CHECK(ParseRetention("1y") == Days(365));
}

}  // namespace
}  // namespace katra::store
