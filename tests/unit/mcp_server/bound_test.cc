// The one bound of every answer: the largest things that there can be, by every tool in both forms,
// by every resource and prompt, and page by page to their end.
#include "render/bound.h"

#include <nlohmann/json.hpp>
#include <set>

#include "core/json_text.h"
#include "mcp_server/prompts/prompt.h"
#include "mcp_server/resources/resource.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/sanitized.h"
#include "tests/unit/mcp_server/tool_fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;

std::string Times(size_t bytes, const std::string& piece) {
  std::string text;
  while (text.size() + piece.size() <= bytes) text += piece;
  return text;
}

// Texts that grow most when they are shown.
constexpr size_t kSessions = kSanitized ? 120 : 500;

const std::vector<std::string>& WorstPieces() {
  static const std::vector<std::string> all = {"\x01",   "<",   "\"",         "\\", "\n", "\u200B",
                                               "[INST]", "<b>", "\U000E0041", "é",  "漢", "x"};
  static const std::vector<std::string> some = {"\x01", "<", "\U000E0041"};
  return kSanitized ? some : all;
}

size_t LineBytes(const mcp::ToolOutput& output) {
  json result = {{"content", json::array({{{"type", "text"}, {"text", output.text}}})}};
  if (output.json) result["structuredContent"] = *output.json;
  return JsonText(result).size() + 64;
}

void CheckBound(const mcp::ToolOutput& output) {
  CHECK(output.text.size() <= render::kAnswerBytes);
  CHECK(LineBytes(output) <= render::kAnswerLineBytes);
}

struct Call {
  std::string tool;
  json arguments;
};

// A home in which everything is as large as it may be, and those who look at it.
struct Full {
  Full() {
    for (size_t i = 0; i < kSessions; ++i) {
      store::SessionStart start;
      start.persona = "p" + std::to_string(i) + std::string(60, 'x');
      start.role = Times(200, "\"");
      start.client = Times(100, "<");
      start.client_version = Times(100, "\u200B");
      start.working_folder = "/" + Times(900, "\"<");
      start.host = Times(200, "é");
      if (i == 0) start.project = "p/" + Times(290, "\"<");
      start.tag = {std::string(128, 'p'), std::string(128, 'm'), store::TagSource::kLaunch};
      start.process = CurrentProcess();
      auto session = meeting.store->OpenSession(start, {});
      REQUIRE(session.has_value());
      if (i < kClaimants) Claim(*session, i);
      if (i < 100) names.push_back(start.persona);
      if (i == 0) speaker = *session;
      if (i == 1) reader = *session;
    }
  }

  void Claim(const store::Session& session, size_t number) {
    store::ClaimRequest request;
    request.session = session.id;
    request.reason = Times(500, "\"");
    for (int i = 0; i < 10; ++i) {
      const std::string name = std::to_string(number) + "-" + std::to_string(i);
      request.paths.push_back({Times(500, "<"), "/" + Times(900, "<\""), Times(480, "<") + name});
    }
    const auto claimed = meeting.store->ClaimPaths(request, {});
    REQUIRE(claimed.has_value());
    REQUIRE(claimed->claims.size() == 10);
  }

  static constexpr size_t kClaimants = 40;
  Meeting meeting;
  store::Session speaker;
  store::Session reader;
  std::vector<std::string> names;
};

TEST_CASE("M8 no answer of any tool passes the bound, in both forms, whatever it has to show") {
  Full full;
  Meeting& meeting = full.meeting;
  std::vector<std::string> tags;
  for (int i = 0; i < 10; ++i) tags.push_back(Times(60, "\u200B\"<") + std::to_string(i));
  for (const std::string& piece : WorstPieces()) {
    INFO("piece " << json(piece).dump());
    const std::string said = Times(65'530, piece) + "end";
    const std::string kept = Times(262'100, piece) + "end";
    store::SayRequest say;
    say.session = full.speaker.id;
    say.body = said;
    REQUIRE(meeting.store->Say(say, {}).has_value());
    say.to = full.names;
    REQUIRE(meeting.store->Say(say, {}).has_value());
    store::RememberRequest remember;
    remember.session = full.speaker.id;
    remember.content = kept;
    remember.reasoning = kept;
    remember.another = true;
    for (const std::string& tag : tags) remember.tags.push_back(tag);
    if (piece == "\"") remember.tags.clear();
    const auto memory = meeting.store->Remember(remember, {});
    INFO((memory ? "" : memory.error().message));
    REQUIRE(memory.has_value());
    const std::string id = "#" + std::to_string(memory->id);
    for (const char* format : {"text", "json"}) {
      const std::vector<Call> calls = {
          {"katra_hear", {{"peek", true}}},
          {"katra_hear", {{"limit", 1}}},
          {"katra_hear", json::object()},
          {"katra_history", json::object()},
          {"katra_history", {{"query", "end"}}},
          {"katra_history", {{"room", "*"}, {"after", 0}}},
          {"katra_recall", {{"query", id}}},
          {"katra_recall", {{"query", "#1"}, {"include", "all"}}},
          {"katra_recall", {{"query", "end"}, {"limit", 50}}},
          {"katra_recall", {{"query", ""}, {"limit", 50}}},
          {"katra_recall", {{"query", Times(2000, piece)}, {"include", "all"}}}};
      for (const Call& call : calls) {
        json arguments = call.arguments;
        arguments["format"] = format;
        INFO(call.tool << " " << arguments.dump().substr(0, 200));
        CheckBound(meeting.Call(full.reader, call.tool, arguments));
      }
    }
  }
  for (const char* format : {"text", "json"}) {
    const std::string odd = Times(600, "<\"");
    const std::vector<Call> calls = {
        {"katra_who_is_here", json::object()},
        {"katra_who_is_here", {{"offset", kSessions / 2}}},
        {"katra_claim", json::object()},
        {"katra_claim", {{"paths", Times(480, "<\"")}, {"reason", Times(480, "<\"")}}},
        {"katra_claim", {{"release", true}}},
        {"katra_whoami", json::object()},
        {"katra_say", {{"message", "to all"}}},
        {"katra_say", {{"message", "to many"}, {"to", full.names}}},
        {"katra_say", {{"message", "x"}, {"to", {odd}}}},
        {"katra_say", {{odd, odd}, {"message", 7}, {"room", odd}, {"to", odd}, {"reply_to", odd}}},
        {"katra_remember", {{"content", Times(262'100, "end <")}, {"another", true}}},
        {"katra_forget", {{"id", 1}, {"reason", odd}}},
        {"katra_route_feedback", {{"verdict", "bad"}, {"request_id", odd.substr(0, 200)}}},
        {"katra_register", {{"name", "Other"}, {"role", Times(200, "\"")}}}};
    for (const Call& call : calls) {
      json arguments = call.arguments;
      arguments["format"] = format;
      INFO(call.tool << " " << arguments.dump().substr(0, 200));
      CheckBound(meeting.Call(full.reader, call.tool, arguments));
    }
  }
}

TEST_CASE("M8 a memory and a message of any length are read whole, page by page") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  for (const std::string& piece :
       {std::string("\x01"), std::string("漢"), std::string("a line\n")}) {
    store::RememberRequest remember;
    remember.session = sam.id;
    remember.content = Times(262'144, piece);
    remember.reasoning = Times(200'000, piece);
    const auto kept = meeting.store->Remember(remember, {});
    REQUIRE(kept.has_value());
    json arguments = {{"query", "#" + std::to_string(kept->id)}};
    std::string content;
    std::string reasoning;
    size_t pages = 0;
    for (;; ++pages) {
      REQUIRE(pages < 80);
      const json page = meeting.Json(sam, "katra_recall", arguments);
      const json& hit = page.at("hits").at(0);
      CHECK(hit.value("text_from", size_t{0}) == content.size());
      CHECK(hit.at("text_bytes") == remember.content.size());
      content += hit.at("text").get<std::string>();
      reasoning += hit.value("reasoning", "");
      if (!page.contains("cursor")) break;
      arguments["cursor"] = page.at("cursor");
    }
    CHECK(pages > 5);
    CHECK(content == remember.content);
    CHECK(reasoning == remember.reasoning);

    store::SayRequest say;
    say.session = sam.id;
    say.body = Times(65'536, piece);
    const auto said = meeting.store->Say(say, {});
    REQUIRE(said.has_value());
    arguments = {{"query", "#" + std::to_string(said->id)}, {"include", "messages"}};
    std::string body;
    for (;;) {
      const json page = meeting.Json(sam, "katra_recall", arguments);
      body += page.at("hits").at(0).at("text").get<std::string>();
      if (!page.contains("cursor")) break;
      arguments["cursor"] = page.at("cursor");
    }
    CHECK(body == say.body);
  }
}

TEST_CASE("M8 a message that is too long for an answer is heard in part, and says how to go on") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  const auto lead = meeting.Join("Lead");
  store::SayRequest say;
  say.session = lead.id;
  say.body = Times(65'000, "\x01");
  REQUIRE(meeting.store->Say(say, {}).has_value());
  const std::string text = meeting.Text(sam, "katra_hear", {{"peek", true}});
  CHECK(
      text.find("of 65000 bytes, whole in pages with katra_recall query \"#1\" include=messages") !=
      std::string::npos);
  const json heard = meeting.Json(sam, "katra_hear").at("messages").at(0);
  CHECK(heard.at("is_snippet") == true);
  CHECK(heard.at("body_bytes") == 65'000);
  CHECK(meeting.Json(sam, "katra_history").at("messages").at(0).at("is_snippet") == true);
  CHECK(meeting.Text(sam, "katra_history").find("whole in pages") != std::string::npos);
}

TEST_CASE("M8 every session of a crowd is on some page of who is here, in both forms") {
  Full full;
  std::vector<std::string> listed;
  json arguments = json::object();
  for (;;) {
    const json page = full.meeting.Json(full.reader, "katra_who_is_here", arguments);
    CHECK(page.at("in_all") == kSessions);
    for (const json& session : page.at("sessions")) listed.push_back(session.at("persona"));
    if (!page.contains("next_offset")) break;
    arguments["offset"] = page.at("next_offset");
  }
  CHECK(listed.size() == kSessions);
  const std::string text = full.meeting.Text(full.reader, "katra_who_is_here");
  CHECK(text.find(" more: offset=") != std::string::npos);
  CHECK(full.meeting.Text(full.reader, "katra_who_is_here", {{"offset", kSessions - 1}})
            .find("p" + std::to_string(kSessions - 1)) != std::string::npos);
}

TEST_CASE("say names a dozen of those who hear it, and counts them all") {
  Full full;
  const std::string text = full.meeting.Text(full.speaker, "katra_say", {{"message", "hello"}});
  CHECK(text.find(" and " + std::to_string(kSessions - 13) + " more") != std::string::npos);
  const json said = full.meeting.Json(full.speaker, "katra_say", {{"message", "hello again"}});
  CHECK(said.at("recipients").size() == 12);
  CHECK(said.at("recipients_in_all") == kSessions - 1);
}

TEST_CASE("say names a dozen in all, whether they are here or away, or named in `to`") {
  Meeting meeting;
  const auto speaker = meeting.Join("Speaker");
  std::string to;
  for (int i = 10; i < 40; ++i) {
    const auto one = meeting.Join("q" + std::to_string(i));
    if (i >= 20) meeting.Leave(one);
    to += (to.empty() ? "" : ",") + one.persona;
  }
  const auto count = [](const std::string& text) {
    std::set<std::string> names;
    for (size_t at = text.find('q'); at != std::string::npos; at = text.find('q', at + 1)) {
      names.insert(text.substr(at, 3));
    }
    return names.size();
  };
  for (const json& arguments :
       {json{{"message", "to all"}}, json{{"message", "to them"}, {"to", to}}}) {
    const std::string text = meeting.Text(speaker, "katra_say", arguments);
    INFO(text);
    CHECK(count(text) == 12);
    CHECK(text.find("away, it waits for them: q20, q21 and 18 more") != std::string::npos);
    const json said = meeting.Json(speaker, "katra_say", arguments);
    CHECK(said.at("recipients").size() == 12);
    CHECK(said.at("to").size() == (arguments.contains("to") ? 12 : 0));
    CHECK(said.at("recipients_in_all") == 30);
  }
}

TEST_CASE("M14 no resource passes the bound, and `next` leads through all of it") {
  Full full;
  Meeting& meeting = full.meeting;
  const auto read = [&](const std::string& uri) {
    auto contents = mcp::ReadResource(meeting.Environment(full.reader), uri);
    if (!contents) FAIL(uri << ": " << contents.error().message);
    CHECK(contents->text.size() <= render::kAnswerBytes);
    CHECK(JsonText(json(contents->text)).size() + 256 <= render::kAnswerLineBytes);
    return json::parse(contents->text);
  };
  std::vector<std::string> personas;
  for (std::string uri = "katra://personas"; !uri.empty();) {
    const json page = read(uri);
    for (const json& one : page.at("personas")) personas.push_back(one.at("name"));
    uri = page.value("next", "");
  }
  CHECK(personas.size() == kSessions);
  for (int i = 0; i < 400; ++i) {
    store::SayRequest say;
    say.session = full.speaker.id;
    say.room = "r" + std::to_string(i) + std::string(60, 'x');
    say.body = "x";
    REQUIRE(meeting.store->Say(say, {}).has_value());
  }
  size_t rooms = 0;
  for (std::string uri = "katra://rooms"; !uri.empty();) {
    const json page = read(uri);
    rooms += page.at("rooms").size();
    uri = page.value("next", "");
  }
  CHECK(rooms == 401);
  for (const std::string& piece : WorstPieces()) {
    INFO("piece " << json(piece).dump());
    store::SayRequest say;
    say.session = full.speaker.id;
    say.body = Times(65'530, piece) + "end";
    REQUIRE(meeting.store->Say(say, {}).has_value());
    say.body = Times(30'000, piece) + "end";
    REQUIRE(meeting.store->Say(say, {}).has_value());
    store::RememberRequest remember;
    remember.session = full.speaker.id;
    remember.content = Times(262'100, piece) + "end";
    remember.reasoning = Times(100'000, piece) + "end";
    const auto kept = meeting.store->Remember(remember, {});
    REQUIRE(kept.has_value());
    std::string content;
    std::string reasoning;
    for (std::string uri = "katra://memories/" + std::to_string(kept->id); !uri.empty();) {
      const json page = read(uri);
      content += page.at("content").get<std::string>();
      reasoning += page.value("reasoning", "");
      uri = page.value("next", "");
    }
    CHECK(content == remember.content);
    CHECK(reasoning == remember.reasoning);
  }
  std::vector<int64_t> ids;
  for (std::string uri = "katra://rooms/main/messages"; !uri.empty();) {
    const json page = read(uri);
    for (const json& one : page.at("messages")) ids.push_back(one.at("id"));
    uri = page.value("next", "");
  }
  CHECK(ids.size() == 2 * WorstPieces().size());
}

TEST_CASE("M9 M14 a room's messages may begin at a time as people write it") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  meeting.Text(sam, "katra_say", {{"message", "of before"}});
  meeting.clock.Advance(std::chrono::hours(48));
  meeting.Text(sam, "katra_say", {{"message", "of today"}});
  const auto bodies = [&](const std::string& since) {
    const auto read =
        mcp::ReadResource(meeting.Environment(sam), "katra://rooms/main/messages?since=" + since);
    REQUIRE(read.has_value());
    return json::parse(read->text).at("messages").size();
  };
  CHECK(bodies("today") == 1);
  CHECK(bodies("yesterday%2014:30") == 1);
  CHECK(bodies("3d") == 2);
  CHECK(bodies("2000-01-01") == 2);
  for (const char* wrong : {"soon", "", "%zz"}) {
    CHECK_FALSE(mcp::ReadResource(meeting.Environment(sam),
                                  std::string("katra://rooms/main/messages?since=") + wrong)
                    .has_value());
  }
}

TEST_CASE("M8 no prompt passes the bound") {
  Full full;
  Meeting& meeting = full.meeting;
  for (const std::string& piece : WorstPieces()) {
    for (int i = 0; i < 14; ++i) {
      store::SayRequest say;
      say.session = full.speaker.id;
      say.body = Times(2000, piece) + std::to_string(i);
      REQUIRE(meeting.store->Say(say, {}).has_value());
      store::RememberRequest remember;
      remember.session = full.reader.id;
      remember.content = Times(2000, piece) + std::to_string(i);
      REQUIRE(meeting.store->Remember(remember, {}).has_value());
    }
    for (const char* name : {"catch_up", "handover", "standup"}) {
      const auto prompt = mcp::GetPrompt(meeting.Environment(full.reader), name, {});
      REQUIRE(prompt.has_value());
      INFO(name << " " << json(piece).dump());
      CHECK(prompt->text.size() <= render::kAnswerBytes);
      CHECK(JsonText(json(prompt->text)).size() + 256 <= render::kAnswerLineBytes);
    }
  }
}

TEST_CASE("what a text costs is never less than what it takes") {
  for (const std::string& piece : WorstPieces()) {
    const std::string text = Times(1000, piece);
    const size_t escaped = JsonText(json(text)).size() - 2;
    CHECK(render::TextCost(text) >= text.size());
    CHECK(render::TextCost(text) * render::kAnswerLineBytes / render::kAnswerBytes + 4 >= escaped);
  }
  CHECK(render::FitText("abc", 0, [](std::string_view) { return size_t{9}; }) == "a");
  CHECK(render::FitText("漢字", 3, [](std::string_view part) { return part.size(); }) == "漢");
}

}  // namespace
}  // namespace katra::testing
