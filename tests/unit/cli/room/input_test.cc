// Text from arguments or stdin, names and numbers, as people give them.
#include "cli/room/input.h"

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

TEST_CASE("a text is its words, or all of stdin without the last line break") {
  struct Case {
    std::vector<std::string> words;
    const char* input;
    const char* text;
  };
  const Case cases[] = {
      {{"one", "two"}, "not read", "one two"},
      {{}, "from stdin", "from stdin"},
      {{}, "a line\n", "a line"},
      {{}, "a line\r\n", "a line"},
      {{}, "two\n\n", "two\n"},
      {{"-"}, "from stdin\n", "from stdin"},
      {{"-", "x"}, "", "- x"},
      {{}, "  kept  ", "  kept  "},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    TestUser user;
    user.input = one.input;
    CHECK(TextOrInput(one.words, "message", 100, user.Make()) == std::string(one.text));
  }
}

TEST_CASE("a text that is not there, empty or too long is refused") {
  TestUser user;
  const auto refused = [&user](const std::vector<std::string>& words, ErrorCode code) {
    const auto text = TextOrInput(words, "message", 10, user.Make());
    REQUIRE_FALSE(text);
    CHECK(text.error().code == code);
    return text.error().message;
  };
  CHECK(refused({}, ErrorCode::kInvalidArgument) == "the message is empty");
  CHECK(refused({"", " "}, ErrorCode::kInvalidArgument) == "the message is empty");
  user.input = " \n";
  CHECK(refused({}, ErrorCode::kInvalidArgument) == "the message is empty");
  user.input = std::string(13, 'x');
  CHECK(Contains(refused({}, ErrorCode::kResourceExhausted),
                 "the text on stdin is longer than 12 bytes: shorten it"));
  for (const char* end : {"", "\n", "\r\n"}) {
    user.input = std::string(10, 'x') + end;
    CHECK(TextOrInput({}, "message", 10, user.Make()) == std::string(10, 'x'));
  }
  user.terminal.in = true;
  CHECK(refused({}, ErrorCode::kInvalidArgument) ==
        "no message: give it as an argument, or send it on stdin");
}

TEST_CASE("recipients come from lists, with or without a sign, and everybody is nobody named") {
  using Names = std::vector<std::string>;
  CHECK(Recipients({"Sam", "@Kim"}) == Names{"Sam", "Kim"});
  CHECK(Recipients({"Sam,Kim"}) == Names{"Sam", "Kim"});
  CHECK(Recipients({}).empty());
  for (const char* all : {"all", "everyone", "everybody", "*"}) {
    INFO(all);
    CHECK(Recipients({"Sam", all}).empty());
  }
}

TEST_CASE("a number may have its sign, and anything else is refused by what it is of") {
  CHECK(ParseNumber("12", "message") == 12);
  CHECK(ParseNumber("#12", "message") == 12);
  for (const char* text : {"", "x", "12x", "-1", "0", "99999999999999999999", "# 12"}) {
    INFO(text);
    const auto number = ParseNumber(text, "message");
    REQUIRE_FALSE(number);
    CHECK(number.error().code == ErrorCode::kInvalidArgument);
    CHECK(Contains(number.error().message, "message"));
  }
  CHECK_FALSE(*ParseOptionalNumber("", "message"));
  CHECK(**ParseOptionalNumber("#7", "message") == 7);
}

}  // namespace
}  // namespace katra::cli::testing
