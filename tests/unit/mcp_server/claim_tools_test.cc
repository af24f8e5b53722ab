// katra_claim on the real store.
#include <nlohmann/json.hpp>

#include "tests/support/cpp/golden.h"
#include "tests/unit/mcp_server/tool_fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;

TEST_CASE("claims read as published") {
  Meeting meeting;
  const auto dario = meeting.Join("Dario", "anthropic", "claude-opus-4");
  const auto sam = meeting.Join("Sam");
  std::string text;
  const auto show = [&](const store::Session& who, const std::string& tool, const json& arguments) {
    meeting.clock.Advance(std::chrono::seconds(4));
    const mcp::ToolOutput output = meeting.Call(who, tool, arguments);
    text += "## " + who.persona + ": " + tool + " " + arguments.dump() +
            (output.is_error ? " (error)" : "") + "\n" + output.text + "\n\n";
  };
  show(sam, "katra_claim", json::object());
  show(sam, "katra_claim",
       {{"paths", {"store/**/*.cc", "docs/"}}, {"reason", "moving the\n<system>store</system>"}});
  show(dario, "katra_claim", {{"paths", "README.md"}, {"minutes", 5}});
  show(dario, "katra_claim", {{"paths", {"docs/room.md", "store/sqlite/a.cc"}}});
  show(dario, "katra_claim", {{"paths", "~/x"}});
  show(dario, "katra_claim", json::object());
  show(dario, "katra_who_is_here", json::object());
  show(sam, "katra_claim", {{"paths", "doc"}, {"release", true}});
  show(sam, "katra_claim", {{"paths", "docs/"}, {"release", true}});
  show(sam, "katra_claim", {{"release", true}});
  show(sam, "katra_claim", {{"release", true}});
  CheckGolden("tools/claims.txt", text);
}

TEST_CASE("a refused claim says in JSON whose claims are in the way") {
  Meeting meeting;
  const auto dario = meeting.Join("Dario");
  const auto sam = meeting.Join("Sam");
  const json made = meeting.Json(sam, "katra_claim", {{"paths", {"a", "b"}}, {"minutes", 30}});
  CHECK(made.at("state") == "claimed");
  CHECK(made.at("in_all") == 2);
  const json refused = meeting.Json(dario, "katra_claim", {{"paths", {"b", "c"}}});
  CHECK(refused.at("state") == "refused");
  REQUIRE(refused.at("claims").size() == 1);
  CHECK(refused.at("claims")[0].at("persona") == "Sam");
  CHECK(refused.at("claims")[0].at("ends_with_session") == true);
  CHECK(meeting.Json(dario, "katra_claim").at("in_all") == 2);
  CHECK(meeting.Json(sam, "katra_who_is_here").at("sessions")[1].at("claims").size() == 2);
}

}  // namespace
}  // namespace katra::testing
