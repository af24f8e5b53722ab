// katra_route_feedback on the real store and the real journal.
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/cpp/golden.h"
#include "tests/unit/mcp_server/tool_fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;

constexpr const char* kPersonas = R"({
  "routing_preferences": [
    {"name": "code review", "description": "reviewing changes and pull requests",
     "models": ["openai/gpt-5", "deepseek/deepseek-chat"]}],
  "personas": {"Sam": {"provider": "openai"}, "Eve": {"provider": "openai"}}
})";

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Office {
  explicit Office(const std::string& personas = kPersonas) {
    mkdir(meeting.home().File("router").c_str(), 0700);
    std::ofstream(meeting.home().File("router/personas.json")) << personas;
  }

  // An answer that came by the route "code review".
  void Answer(const std::string& id, const std::string& persona, const std::string& model,
              const std::string& conversation = "") {
    store::UsageRecord record;
    record.at = meeting.clock.Now();
    record.request_id = id;
    record.endpoint = "messages";
    record.persona = persona;
    record.client_session_id = conversation;
    record.provider = "openai";
    record.model = record.asked_model = model;
    record.status = 200;
    record.rule = "preference";
    record.route = "code review";
    record.matcher = "local";
    REQUIRE(meeting.store->RecordUsage({record}, {}));
  }
  [[nodiscard]] std::vector<json> Learnt() const {
    std::ifstream file(meeting.home().File("router/learnt.jsonl"));
    std::vector<json> events;
    for (std::string line; std::getline(file, line);) events.push_back(json::parse(line));
    return events;
  }

  Meeting meeting;
};

TEST_CASE("a rating reads as published") {
  Office office;
  const auto sam = office.meeting.Join("Sam");
  std::string text;
  const auto show = [&](const json& arguments) {
    const mcp::ToolOutput output = office.meeting.Call(sam, "katra_route_feedback", arguments);
    text += "## " + arguments.dump() + (output.is_error ? " (error)" : "") + "\n" + output.text +
            "\n\n";
  };
  show({{"verdict", "good"}});
  office.Answer("req_1", "Sam", "gpt-5");
  show({{"verdict", "good"}});
  show({{"verdict", "bad"}, {"better", "deepseek,deepseek-chat"}, {"note", "missed\nthe bug"}});
  show({{"verdict", "bad"}, {"better", "openai/gpt-6"}});
  show({{"verdict", "good"}, {"better", "openai/gpt-5"}});
  show({{"verdict", "bad"}, {"request_id", "req_9"}});
  show({{"verdict", "bad"}, {"format", "json"}});
  show({{"verdict", "fine"}});
  CheckGolden("tools/route_feedback.txt", text);
}

TEST_CASE("a rating is one event in the journal that the gateway follows") {
  Office office;
  const auto sam = office.meeting.Join("Sam");
  office.Answer("req_1", "Sam", "gpt-5");
  const json rated = office.meeting.Json(
      sam, "katra_route_feedback",
      {{"verdict", "bad"}, {"better", "deepseek/deepseek-chat"}, {"note", "missed the bug"}});
  CHECK(rated == json{{"verdict", "bad"},
                      {"request_id", "req_1"},
                      {"route", "code review"},
                      {"model", "openai/gpt-5"},
                      {"better", "deepseek/deepseek-chat"},
                      {"followed", true}});
  REQUIRE(office.Learnt().size() == 1);
  json event = office.Learnt().front();
  event.erase("at");
  CHECK(event == json{{"kind", "bad"},
                      {"persona", "Sam"},
                      {"route", "code review"},
                      {"candidate", "openai/gpt-5"},
                      {"better", "deepseek/deepseek-chat"},
                      {"note", "missed the bug"}});
  struct stat made {};
  REQUIRE(stat(office.meeting.home().File("router/learnt.jsonl").c_str(), &made) == 0);
  CHECK((made.st_mode & 0777) == 0600);
}

TEST_CASE("answers to another persona cannot be rated, not even by their id") {
  Office office;
  const auto sam = office.meeting.Join("Sam");
  const auto guest = office.meeting.Join("");
  office.Answer("req_eve", "Eve", "gpt-5");
  for (const auto& who : {sam, guest}) {
    CHECK(Has(office.meeting.Failure(who, "katra_route_feedback", {{"verdict", "bad"}}),
              "nothing to rate"));
    CHECK(Has(office.meeting.Failure(who, "katra_route_feedback",
                                     {{"verdict", "bad"}, {"request_id", "req_eve"}}),
              "was not answered by a route"));
  }
  CHECK(office.Learnt().empty());
}

TEST_CASE("the conversation's own newest answer goes before that of another session") {
  Office office;
  store::SessionStart start;
  start.persona = "Sam";
  start.client_session_id = "conversation-1";
  auto opened = office.meeting.store->OpenSession(start, {});
  REQUIRE(opened);
  office.Answer("req_own", "Sam", "gpt-5", "conversation-1");
  office.Answer("req_other", "Sam", "gpt-5", "conversation-2");
  const auto rate = [&](const json& arguments) {
    return office.meeting.Json(*opened, "katra_route_feedback", arguments).at("request_id");
  };
  CHECK(rate({{"verdict", "good"}}) == "req_own");
  CHECK(rate({{"verdict", "good"}, {"request_id", "req_other"}}) == "req_other");
  const auto elsewhere = office.meeting.Join("Sam");
  CHECK(office.meeting.Json(elsewhere, "katra_route_feedback", {{"verdict", "good"}})
            .at("request_id") == "req_other");
}

TEST_CASE("a note keeps no key") {
  Office office;
  const auto sam = office.meeting.Join("Sam");
  office.Answer("req_1", "Sam", "gpt-5");
  const std::string key = "sk-ant-api03-" + std::string(80, 'a');
  office.meeting.Text(sam, "katra_route_feedback", {{"verdict", "bad"}, {"note", "used " + key}});
  CHECK(office.Learnt().at(0).at("note") == "used [redacted]");
}

TEST_CASE(
    "a rating says when the gateway does not follow it, and when the configuration is wrong") {
  Office off(R"({"router": {"learning": false}, "routing_preferences": [
    {"name": "code review", "description": "reviewing", "models": ["openai/gpt-5"]}]})");
  auto sam = off.meeting.Join("Sam");
  off.Answer("req_1", "Sam", "gpt-5");
  CHECK(off.meeting.Json(sam, "katra_route_feedback", {{"verdict", "good"}}).at("followed") ==
        false);
  CHECK(Has(off.meeting.Text(sam, "katra_route_feedback", {{"verdict", "good"}}),
            "\"router.learning\" is off"));
  Office wrong(R"({"routing_preferences": 7})");
  sam = wrong.meeting.Join("Sam");
  wrong.Answer("req_1", "Sam", "gpt-5");
  CHECK(Has(wrong.meeting.Failure(sam, "katra_route_feedback", {{"verdict", "good"}}),
            "personas.json:1"));
  CHECK(wrong.Learnt().empty());
}

}  // namespace
}  // namespace katra::testing
