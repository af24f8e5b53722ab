// The prompts of router models, to the byte, and how much of a conversation they hold.
#include "router/routing/router_model/prompt.h"

#include <string>
#include <vector>

#include "core/text.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/golden.h"

namespace katra::router::routing::router_model {
namespace {

const std::vector<Route> kRoutes = {
    {"code review", "judging changes and pull requests"},
    {"the \"odd\" one", "tabs\tand \\ slashes / and the user's words: \xc3\xa4 \xe6\x97\xa5"},
    {"plain", ""}};

const std::vector<Turn> kTurns = {
    {"system", "Be brief."},
    {"user", "Fix the build"},
    {"assistant", ""},
    {"tool", "exit 1"},
    {"assistant", "Done.\nAnything else?"},
    {"developer", "no"},
    {"user", "Now {routes} and {conversation}: \xf0\x9f\x99\x82 \x01"}};

// A template whose size is known.
constexpr size_t kTemplateBytes = 856;

std::vector<std::string> Texts(const std::vector<Turn>& turns) {
  std::vector<std::string> texts;
  for (const Turn& turn : turns) texts.push_back(turn.text);
  return texts;
}

TEST_CASE("the prompts are what they were, to the byte") {
  testing::CheckGolden(
      "router_model/arch-router.txt",
      BuildPrompt(Family::kArchRouter, PromptTemplate::Of(Family::kArchRouter), kRoutes, kTurns));
  testing::CheckGolden("router_model/plano-orchestrator.txt",
                       BuildPrompt(Family::kOrchestrator, PromptTemplate::Of(Family::kOrchestrator),
                                   kRoutes, kTurns));
}

TEST_CASE("routes and conversation have each family's form") {
  const auto words = PromptTemplate::Parse("{routes}\n{conversation}");
  REQUIRE(words);
  const std::vector<Route> routes = {{"write code", "change source files"},
                                     {"explain", "say how it works"}};
  const std::vector<Turn> turns = {{"user", "fix the build"}, {"assistant", "done"}};
  CHECK(BuildPrompt(Family::kArchRouter, *words, routes, turns) ==
        R"([{"name":"write code","description":"change source files"},)"
        R"({"name":"explain","description":"say how it works"}])"
        "\n"
        R"([{"role":"user","content":"fix the build"},{"role":"assistant","content":"done"}])");
  CHECK(BuildPrompt(Family::kOrchestrator, *words, routes, turns) ==
        R"({"name": "write code", "description": "change source files", )"
        R"("parameters": {"type": "object", "properties": {}, "required": []}})"
        "\n"
        R"({"name": "explain", "description": "say how it works", )"
        R"("parameters": {"type": "object", "properties": {}, "required": []}})"
        "\n"
        R"([
    {
        "role": "user",
        "content": "fix the build"
    },
    {
        "role": "assistant",
        "content": "done"
    }
])");
  CHECK(BuildPrompt(Family::kArchRouter, *words, {}, {}) == "[]\n[]");
  CHECK(BuildPrompt(Family::kOrchestrator, *words, {}, {}) == "\n[]");
}

TEST_CASE("system, developer and tool messages and empty ones are left out") {
  for (const Family family : {Family::kArchRouter, Family::kOrchestrator}) {
    CHECK(Texts(SelectTurns(family, kTurns, kTemplateBytes)) ==
          std::vector<std::string>{kTurns[1].text, kTurns[4].text, kTurns[6].text});
    CHECK(SelectTurns(family, {{"system", "x"}, {"user", ""}}, kTemplateBytes).empty());
  }
}

TEST_CASE("the newest messages stay as long as they fit the budget") {
  // 2048 - 856 / 4 = 1834 tokens are left.
  const std::string most(size_t{1834} * 4 + 3, 'a');
  const auto select = [](const std::vector<Turn>& turns) {
    return SelectTurns(Family::kArchRouter, turns, kTemplateBytes).size();
  };
  CHECK(select({{"assistant", "old one"}, {"user", most}}) == 1);
  CHECK(select({{"assistant", "old"}, {"user", most}}) == 2);  // 3 bytes are no token
  CHECK(select({{"user", "old one"}, {"user", most}}) == 2);   // the user's overflows, and stays
  CHECK(select({{"user", "x"}, {"user", "old one"}, {"user", most}}) == 2);  // it is the last
  CHECK(select({{"user", "x"}, {"assistant", most}, {"user", "y"}}) == 3);
  CHECK(select({{"user", "x"}, {"assistant", most + "b"}, {"user", "y"}}) == 1);
  // Nothing fits: the last one stays all the same.
  CHECK(select({{"user", "x"}, {"assistant", most + "b"}}) == 1);
}

TEST_CASE("a user's message that is too long stays whole for one family, trimmed for the other") {
  const std::string text = std::string(50'000, 'a') + std::string(50'000, 'z');
  const auto whole =
      SelectTurns(Family::kArchRouter, {{"user", "x"}, {"user", text}}, kTemplateBytes);
  REQUIRE(whole.size() == 1);
  CHECK(whole[0].text == text);

  const auto trimmed =
      SelectTurns(Family::kOrchestrator, {{"user", "x"}, {"user", text}}, kTemplateBytes);
  REQUIRE(trimmed.size() == 1);
  const size_t room = (8192 - kTemplateBytes / 4) * 4;
  CHECK(trimmed[0].text.size() == room);
  CHECK(trimmed[0].text == std::string((room - 3) * 60 / 100, 'a') + "\xE2\x80\xA6" +
                               std::string(room - 3 - (room - 3) * 60 / 100, 'z'));
}

TEST_CASE("what is left of the budget is what an older message of the user gets") {
  const size_t room = 8192 - kTemplateBytes / 4;
  const std::string newest(size_t{4} * (room - 10), 'n');
  const std::string old(1000, 'o');
  const auto select = [&](const std::string& role, const std::string& last) {
    return Texts(SelectTurns(Family::kOrchestrator, {{role, old}, {"user", last}}, kTemplateBytes));
  };
  CHECK(select("user", newest) ==
        std::vector<std::string>{std::string(22, 'o') + "\xE2\x80\xA6" + std::string(15, 'o'),
                                 newest});
  CHECK(select("assistant", newest) == std::vector<std::string>{newest});
  // No token is left.
  CHECK(select("user", newest + std::string(40, 'n')) ==
        std::vector<std::string>{newest + std::string(40, 'n')});
}

TEST_CASE("an orchestrator sees the newest 16 messages, a router all of them") {
  std::vector<Turn> turns;
  for (int i = 0; i < 40; ++i) {
    turns.push_back({i % 2 == 0 ? "user" : "assistant", std::to_string(i)});
    turns.push_back({"tool", "result"});
  }
  CHECK(SelectTurns(Family::kArchRouter, turns, kTemplateBytes).size() == 40);
  const auto newest = SelectTurns(Family::kOrchestrator, turns, kTemplateBytes);
  REQUIRE(newest.size() == 16);
  CHECK(newest.front().text == "24");
  CHECK(newest.back().text == "39");
}

TEST_CASE("a text is trimmed at whole characters") {
  const std::string text = "\xc3\xa4\xc3\xb6\xc3\xbc\xf0\x9f\x99\x82\xe6\x97\xa5\xe6\x9c\xac";
  for (size_t size = 0; size <= text.size(); ++size) {
    INFO(size);
    const std::string trimmed = TrimMiddle(text, size);
    CHECK(trimmed.size() <= size);
    CHECK(IsValidUtf8(trimmed));
    if (size > 3 && size < text.size()) CHECK(trimmed.find("\xE2\x80\xA6") != std::string::npos);
    if (size <= 3) CHECK(text.starts_with(trimmed));
  }
  CHECK(TrimMiddle(text, text.size()) == text);
  CHECK(TrimMiddle("0123456789", 8) ==
        "012\xE2\x80\xA6"
        "89");
}

TEST_CASE("the family follows from the model's name") {
  CHECK(FamilyOf("Arch-Router") == Family::kArchRouter);
  CHECK(FamilyOf("hf.co/katanemo/Arch-Router-1.5B.gguf:Q4_K_M") == Family::kArchRouter);
  CHECK(FamilyOf("llama3.2:1b") == Family::kArchRouter);
  CHECK(FamilyOf("Plano-Orchestrator") == Family::kOrchestrator);
  CHECK(FamilyOf("katanemo/plano-orchestrator-4b-FP8") == Family::kOrchestrator);
}

TEST_CASE("a template needs both placeholders, once each and in order") {
  const auto error = [](std::string text) {
    const auto parsed = PromptTemplate::Parse(std::move(text));
    return parsed ? std::string() : parsed.error().message;
  };
  CHECK(error("a {routes} b {conversation} c").empty());
  CHECK(error("{conversation}") ==
        "a prompt of a router model must hold {routes} once; it is missing");
  CHECK(error("{routes}") ==
        "a prompt of a router model must hold {conversation} once; it is missing");
  CHECK(error("{routes}{routes}{conversation}") ==
        "a prompt of a router model must hold {routes} once; it is there several times");
  CHECK(error("{conversation}{routes}") ==
        "in a prompt of a router model {routes} must stand before {conversation}");
}

TEST_CASE("Katra's own words are not passed off as the published ones") {
  for (const Family family : {Family::kArchRouter, Family::kOrchestrator}) {
    CHECK_FALSE(IsPublished(family, PromptTemplate::Of(family).text()));
  }
}

}  // namespace
}  // namespace katra::router::routing::router_model
