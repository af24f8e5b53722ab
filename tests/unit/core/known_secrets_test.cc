// Keys that come back from where they were sent.
#include "core/known_secrets.h"

#include "tests/support/cpp/catch.h"

using namespace katra;  // NOLINT: a test file

TEST_CASE("a known secret is found however JSON spells it, and nothing else is touched") {
  KnownSecrets secrets;
  secrets.Add("odd/KEY+value=");
  secrets.Add("short");
  struct Row {
    std::string text, without;
  };
  const std::vector<Row> rows = {
      {"no odd/KEY+valu here, short", "no odd/KEY+valu here, short"},
      {R"(\\\\ and \u00zz)", R"(\\\\ and \u00zz)"},
      {"a odd/KEY+value= b", "a [redacted] b"},
      {"odd/KEY+value=odd/KEY+value=", "[redacted][redacted]"},
      {R"("odd\/KEY+value=")", R"("[redacted]")"},
      {R"("odd/\u004bEY+value\u003D")", R"("[redacted]")"},
      {R"("\u006fdd/KEY+value=")", R"("[redacted]")"},
      {R"("{\"m\":\"odd/\\u004bEY+value=\"}")", R"("{\"m\":\"[redacted]\"}")"},
      {"cut: odd/KEY+va", "cut: [redacted]"},
      {"cut: odd/KEY+va …", "cut: [redacted] …"},
      {"cut: odd/K", "cut: odd/K"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(secrets.Without(row.text) == row.without);
    CHECK(secrets.In(row.text) == (row.text != row.without));
  }
  CHECK(KnownSecrets().Without("anything") == "anything");
}

TEST_CASE("a long run of backslashes is passed over once") {
  KnownSecrets secrets;
  secrets.Add("odd/KEY+value=");
  const std::string run(size_t{4} << 20U, '\\');
  CHECK(secrets.Without(run) == run);
}
