// One line per row on any page: what is cut, and what is left out.
#include "cli/route/fit_table.h"

#include "core/text.h"
#include "core/text_width.h"
#include "tests/support/cpp/catch.h"

namespace katra::cli::testing {
namespace {

FitTable Small() {
  FitTable table;
  table.columns = {{"name"}, {"why"}, {"ms", true}};
  table.rows = {{"a long name", "because it was asked for", "7"}, {"b", "", "1200"}};
  table.steps = {{1, 10}, {0, 6}, {1, 0}};
  return table;
}

TEST_CASE("without a page nothing is cut, and numbers end below each other") {
  CHECK(RenderFitted(Small(), {}) ==
        "name         why                         ms\n"
        "a long name  because it was asked for     7\n"
        "b                                      1200\n");
}

TEST_CASE("on a narrow page the cells are cut in the given order, only as far as necessary") {
  CHECK(RenderFitted(Small(), {37, false}) ==
        "name         why                   ms\n"
        "a long name  because it was as…     7\n"
        "b                                1200\n");
  CHECK(RenderFitted(Small(), {25, false}) ==
        "name     why           ms\n"
        "a long…  because i…     7\n"
        "b                    1200\n");
}

TEST_CASE("a column that does not fit is left out, and the others get its place") {
  CHECK(RenderFitted(Small(), {20, false}) ==
        "name           ms\n"
        "a long name     7\n"
        "b            1200\n");
}

TEST_CASE("wide characters count as wide, and control characters are shown") {
  FitTable table;
  table.columns = {{"name"}, {"x"}};
  table.rows = {{"検索検索検索", "y"}, {"a\x1b[31m\nb", "z"}};
  table.steps = {{0, 8}};
  for (const std::string& line : Split(RenderFitted(table, {11, false}), '\n')) {
    CHECK(DisplayWidth(line) <= 11);
    CHECK(line.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("a look is put around the text alone") {
  const CellLook look = [](size_t column, const std::string&) {
    return column == 2 ? kReverseLook : "";
  };
  const std::string drawn = RenderFitted(Small(), {0, true}, look);
  CHECK(drawn.find("  \x1b[7m1200\x1b[0m\n") != std::string::npos);
  CHECK(drawn.find("\x1b[1mname\x1b[0m") == 0);
}

}  // namespace
}  // namespace katra::cli::testing
