// Lines out of bytes, however they are cut.
#include "mcp_server/rpc/line_framer.h"

#include <string>
#include <vector>

#include "tests/support/cpp/catch.h"

namespace katra::mcp {
namespace {

using Lines = std::vector<std::string>;

void Drain(LineFramer& framer, Lines* lines) {
  while (const auto line = framer.Next()) {
    lines->push_back(line->too_long ? "<too long>" : std::string(line->text));
  }
}

// Fed in pieces of `piece` bytes.
Lines Frame(const std::string& bytes, size_t piece, size_t limit = 10) {
  LineFramer framer(limit);
  Lines lines;
  for (size_t i = 0; i < bytes.size(); i += piece) {
    framer.Feed(std::string_view(bytes).substr(i, piece));
    Drain(framer, &lines);
  }
  framer.Finish();
  Drain(framer, &lines);
  return lines;
}

TEST_CASE("lines are the same however the bytes are cut") {
  const std::string bytes = "one\ntwo\r\n\n  \nten bytes!\neleven byte\nthree\n\r\nlast";
  const Lines expected = {"one", "two", "ten bytes!", "<too long>", "three", "last"};
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    CAPTURE(piece);
    CHECK(Frame(bytes, piece) == expected);
  }
}

TEST_CASE("every truncation ends in its last line") {
  const std::string bytes = "ab\ncd\r\nef";
  CHECK(Frame(bytes.substr(0, 1), 1) == Lines{"a"});
  CHECK(Frame(bytes.substr(0, 3), 1) == Lines{"ab"});
  CHECK(Frame(bytes.substr(0, 6), 1) == Lines{"ab", "cd"});
  CHECK(Frame(bytes.substr(0, 7), 1) == Lines{"ab", "cd"});
  CHECK(Frame(bytes, 1) == Lines{"ab", "cd", "ef"});
  CHECK(Frame("", 1).empty());
}

TEST_CASE("a line that is too long is told of before its end, once, and skipped") {
  LineFramer framer(10);
  framer.Feed("0123456789a");
  auto line = framer.Next();
  REQUIRE(line);
  CHECK(line->too_long);
  for (int i = 0; i < 1000; ++i) {
    framer.Feed("more and more of the same line ");
    CHECK_FALSE(framer.Next());
  }
  framer.Feed("its end\nnext\n");
  line = framer.Next();
  REQUIRE(line);
  CHECK(line->text == "next");
}

TEST_CASE("a too long line without an end is not told of twice") {
  CHECK(Frame("0123456789abc", 1) == Lines{"<too long>"});
  CHECK(Frame("0123456789abc", 13) == Lines{"<too long>"});
}

TEST_CASE("a NUL is a byte like any other") {
  CHECK(Frame(std::string("a\0b\n", 4), 2) == Lines{std::string("a\0b", 3)});
}

TEST_CASE("M7 the bytes of a line that is too long are given out, to its end and once") {
  const std::string bytes = "short\n0123456789abcdef\nnext\nanother long one";
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    CAPTURE(piece);
    LineFramer framer(10);
    std::vector<std::string> skipped(1);
    framer.ObserveSkipped([&](std::string_view part, bool ended) {
      skipped.back() += part;
      if (ended) skipped.emplace_back();
    });
    Lines lines;
    for (size_t i = 0; i < bytes.size(); i += piece) {
      framer.Feed(std::string_view(bytes).substr(i, piece));
      Drain(framer, &lines);
    }
    framer.Finish();
    Drain(framer, &lines);
    Drain(framer, &lines);
    CHECK(skipped == std::vector<std::string>{"0123456789abcdef", "another long one", ""});
    CHECK(lines == Lines{"short", "<too long>", "next", "<too long>"});
  }
}

}  // namespace
}  // namespace katra::mcp
