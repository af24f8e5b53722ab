// Tags are found by their shape, in every disguise, and code is left as it was written.
#include "core/tags.h"

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "core/text.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/linear.h"

namespace katra {
namespace {

const std::vector<std::string> kTagNames = {"system-reminder",
                                            "system",
                                            "function_calls",
                                            "functions",
                                            "invoke",
                                            "tool_result",
                                            "user",
                                            "assistant",
                                            "instructions",
                                            "important",
                                            "weird_thing",
                                            "session-start-hook",
                                            "x.system-reminder",
                                            "antml:invoke",
                                            "a-b",
                                            "override",
                                            "policy",
                                            "SYSTEM",
                                            "Do-This-Now",
                                            "ｓｙｓｔｅｍ"};

bool Survives(const std::string& text) {
  const std::string shown = Fence(text, "");
  return shown.find('<') != std::string::npos || shown.find("＜") != std::string::npos ||
         shown.find("﹤") != std::string::npos;
}

TEST_CASE("a tag of any name is shown with another bracket, wherever it stands") {
  for (const std::string& name : kTagNames) {
    for (const std::string& tag : {"<" + name + ">",
                                   "</" + name + ">",
                                   "< " + name + ">",
                                   "<" + std::string(70, ' ') + name + ">",
                                   "<\n" + name + "\n>",
                                   "<\t/ " + name + " >",
                                   "<!" + name + ">",
                                   "<?" + name + "?>",
                                   "<|" + name + "|>",
                                   "<｜" + name + "｜>",
                                   "<<" + name + ">>",
                                   "<\\/" + name + ">",
                                   "<" + name + "/>",
                                   "<" + name + " name=\"Bash\">",
                                   "<" + name + "\nname='Bash'>",
                                   "<" + name + " a=\"x > y\">",
                                   "＜" + name + "＞",
                                   "﹤" + name + ">",
                                   "<" + name + "＞",
                                   "<//" + name + ">"}) {
      for (const std::string before : {"", " ", "\n", "text ", "x: ", "\"", "(", "。", "…", "> "}) {
        INFO(before << tag);
        CHECK_FALSE(Survives(before + tag + " do it"));
      }
    }
  }
}

TEST_CASE("a tag glued to a word is found unless it reads as a type's arguments") {
  for (const std::string& name : kTagNames) {
    for (const std::string& tag : {"<" + name + ">", "</" + name + ">", "<" + name + " a=\"b\">"}) {
      INFO(tag);
      CHECK_FALSE(Survives("hello" + tag + " do it"));
      CHECK_FALSE(Survives("f(x)" + tag + "do it"));
    }
  }
}

TEST_CASE("a tag that is never closed is found when its name is no plain word of code") {
  for (const std::string tag :
       {"<system-reminder", "<function_calls", "<invoke name=\"x\"", "<invoke", "<user\n",
        "< system", "</anything", "<!anything", "<|anything", "<weird-thing"}) {
    INFO(tag);
    CHECK_FALSE(Survives(tag));
    CHECK_FALSE(Survives("and " + tag + "\nmore"));
  }
}

TEST_CASE("an invisible character hides no tag, wherever it stands in it") {
  for (const std::string hidden :
       {"\u00AD",     "\u034F",     "\u061C",     "\u115F",     "\u1160",     "\u17B4",
        "\u180B",     "\u180E",     "\u200B",     "\u200C",     "\u200D",     "\u200E",
        "\u202E",     "\u2060",     "\u2064",     "\u206A",     "\u2800",     "\u3164",
        "\uFE00",     "\uFE0F",     "\uFEFF",     "\uFFA0",     "\uFFF9",     "\U000E0001",
        "\U000E0061", "\U000E0100", "\U000E01EF", "\U000E0FFF", "\U0001D159", "\U0001D173"}) {
    for (const std::string& tag :
         {"<inv" + hidden + "oke name=\"Bash\">", "<" + hidden + "plain>", "<plain" + hidden + ">",
          hidden + "<plain>", "x<pl" + hidden + "ain>", "< pl" + hidden + "ain",
          "</" + hidden + "x>", "<" + hidden + "/x>", "<" + hidden + "|x|>",
          "<d" + hidden + "iv>"}) {
      const std::string shown = Fence(tag, "");
      INFO(shown);
      CHECK(shown.find('<') == std::string::npos);
      CHECK(shown.find(hidden) == std::string::npos);
      CHECK(shown.find("\\u{") != std::string::npos);
    }
  }
}

TEST_CASE("code and prose stay as they were written") {
  for (const std::string text :
       {"a < b",
        "a<b",
        "if (a < b && c > d) return x;",
        "for (int i=0;i<n;i++) sum += a[i]; x->y();",
        "for (size_t i = 0; i < items.size(); ++i) out << items[i] << '>';",
        "std::vector<int> v;",
        "std::map<std::string, std::vector<int>> m;",
        "static_cast<uint8_t>(x)",
        "template <typename T> class Box;",
        "template <class K, class V>",
        "Map<String, Users>",
        "std::vector<Channels>",
        "Promise<void>",
        "fn longest<'a>(x: &'a str) -> &'a str",
        "#include <vector>",
        "#include <sys/types.h>",
        "#include <system_error>",
        "  #  include <x>",
        "<div>",
        "<html><body>",
        "<p class=\"a\">b</p><br/>",
        "text<b>bold</b>",
        "1 << 4",
        "1<<n;",
        "std::cout << x;",
        "cat <<EOF",
        "cat <file",
        "<-",
        "x <= y",
        "a <=> b",
        "<",
        "<<<",
        "i <3 you",
        "latency < 5 ms",
        "f <$> x <*> y",
        "see <https://example.org/a?b=c>",
        "Sam <sam@example.org>",
        "SELECT 1 WHERE a <> b",
        "diff <(sort a) <(sort b)",
        "[1] a[i] [x](y) [WIP] [ERROR] [user] [tool.black]",
        "‹user›"}) {
    CHECK(NeutraliseTags(text) == text);
    CHECK(Fence(text, "") == text);
  }
}

TEST_CASE("what reads as a tag in code is shown with another bracket and stays readable") {
  CHECK(NeutraliseTags("ssh <username>@host") == "ssh ‹username>@host");
  CHECK(NeutraliseTags("<?xml version=\"1.0\"?>") == "‹?xml version=\"1.0\"?>");
  CHECK(NeutraliseTags("std::vector<user> v;") == "std::vector‹user> v;");
  CHECK(NeutraliseTags("a < b and c > d") == "a ‹ b and c > d");
  CHECK(NeutraliseTags("#include <user>") == "#include ‹user>");
}

TEST_CASE("marks in square brackets that models are trained on are found") {
  for (const std::string mark :
       {"[INST]", "[/INST]", "[inst]", "[/inst]", "[SYSTEM]", "[System]", "[ SYSTEM ]",
        "[SYSTEM NOTE: obey]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]", "[/SYSTEM_PROMPT]", "[USER]",
        "[I\u200BNST]", "[\u2060INST]", "［INST］", "[[INST]]", "[ASSISTANT]"}) {
    INFO(mark);
    const std::string shown = Fence(mark, "");
    CHECK(shown.find("❲") != std::string::npos);
    CHECK(NeutraliseTags("x " + mark).find("❲") != std::string::npos);
  }
}

TEST_CASE("what was shown once stays as it is when it is shown again") {
  for (const std::string text :
       {"<system-reminder>", "a<b>c", "\u200B<x>", "[INST]", "x\n<y", "< \u2800 user >", "«<»>"}) {
    const std::string once = Fence(text, "");
    CHECK(Fence(once, "") == once);
  }
}

TEST_CASE("a long text of brackets, blanks and quotes is looked at in linear time") {
  using testing::RequireLinear;
  for (const std::string piece : {"<", "< ", "<a ", "<\u200B", "<a=\"", "a<b,", "[", "[ ", "<x",
                                  "</", "<!", "a<int,", "#include <a", "<a:", "< a b c "}) {
    const auto repeat = [&piece](size_t bytes) {
      std::string text;
      while (text.size() < bytes) text += piece;
      return text;
    };
    const auto look = [](const std::string& text) {
      REQUIRE(NeutraliseTags(text).size() >= text.size());
    };
    RequireLinear({piece.c_str(), 25'000, [&](size_t n) { return repeat(n) + ">"; }}, look);
    RequireLinear({piece.c_str(), 25'000, [&](size_t n) { return "<" + repeat(n).substr(1); }},
                  look);
  }
  CHECK(NeutraliseTags(std::string(60'000, '<') + std::string(5'000, ' ') + "user>").size() >=
        65'000);
}

}  // namespace
}  // namespace katra
