// What is kept of prompts and answers where that is switched on, and where.
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/text.h"
#include "router/gateway/capture/capture_files.h"
#include "router/gateway/capture/capture_line.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router::gateway {
namespace {

using katra::testing::TempHome;
using nlohmann::json;

const WallTime kNow = FromUnixMillis(1'795'255'200'000);  // 2026-11-21
constexpr const char* kKey = "sk-abcdefgh12345678";

json Transcribe(CapturedText text, std::vector<std::string> secrets = {}) {
  RequestRecord record;
  record.at = kNow;
  record.request_id = "req_1";
  record.persona = "Sam";
  record.status = 200;
  const std::string line = CaptureLine(text, record, SecretFilter(std::move(secrets)));
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(line.size() < 2'500'000);
  return json::parse(line);
}

CapturedText Asked(const json& request, std::string answer = "{}", bool whole = true) {
  CapturedText text{std::make_shared<const std::string>(request.dump()), std::move(answer)};
  text.whole = whole;
  return text;
}

std::string Slurp(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

CaptureFiles FilesIn(const TempHome& home, CaptureFiles::Limits limits = {}) {
  return {home.path() + "/recorded", limits};
}

std::vector<std::string> NamesIn(const TempHome& home) {
  std::vector<std::string> names;
  for (const std::string& path : ListCaptures(home.path() + "/recorded")) {
    names.push_back(path.substr(path.rfind('/') + 1));
  }
  return names;
}

}  // namespace

TEST_CASE("a request and its answer are one line of JSON") {
  const json line = Transcribe(Asked(
      {{"model", "m"}, {"max_tokens", 5}, {"messages", {{{"role", "user"}, {"content", "Hi"}}}}},
      R"({"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Hello"},
          {"type":"tool_use","id":"t1","name":"ls","input":{"path":"/x"}}],"stop_reason":"tool_use"})"));
  CHECK(line["persona"] == "Sam");
  CHECK(line["status"] == 200);
  CHECK(line["request"]["max_tokens"] == 5);
  CHECK(line["request"]["messages"][0]["content"] == "Hi");
  CHECK(line["answer"] ==
        json({{"text", "Hello"},
              {"thinking", "hm"},
              {"tool_calls", {{{"id", "t1"}, {"name", "ls"}, {"input", {{"path", "/x"}}}}}},
              {"stop_reason", "tool_use"}}));
}

TEST_CASE("the answer of a stream is put together before secrets are looked for") {
  const auto event = [](const json& data) { return "data: " + data.dump() + "\n\n"; };
  std::string stream = event({{"type", "content_block_start"},
                              {"index", 0},
                              {"content_block", {{"type", "text"}, {"text", ""}}}});
  for (const char* part : {"the key ", "sk-abc", "defgh123", "45678 is it"}) {
    stream += event({{"type", "content_block_delta"},
                     {"index", 0},
                     {"delta", {{"type", "text_delta"}, {"text", part}}}});
  }
  stream +=
      event({{"type", "content_block_start"},
             {"index", 1},
             {"content_block",
              {{"type", "tool_use"}, {"id", "t"}, {"name", "sh"}, {"input", json::object()}}}});
  for (const char* part : {R"({"command":"echo sk-abc)", R"(defgh12345678"})"}) {
    stream += event({{"type", "content_block_delta"},
                     {"index", 1},
                     {"delta", {{"type", "input_json_delta"}, {"partial_json", part}}}});
  }
  stream += event({{"type", "message_delta"}, {"delta", {{"stop_reason", "tool_use"}}}});
  const json line = Transcribe(Asked(json::object(), stream, false));
  CHECK(line["answer"]["text"] == "the key [redacted] is it");
  CHECK(line["answer"]["tool_calls"][0]["input"]["command"] == "echo [redacted]");
  CHECK(line["answer"]["stop_reason"] == "tool_use");
}

TEST_CASE("no secret of a request is kept, wherever it stands and however it is escaped") {
  json request = {
      {"system", {{{"type", "text"}, {"text", std::string("use ") + kKey}}}},
      {"metadata", {{"password", "hunter2hunter2"}, {kKey, "as a name"}}},
      {"tools", {{{"name", "t"}, {"description", kKey}}}},
      {"messages",
       {{{"role", "user"}, {"content", "my\"own\\key is odd"}},
        {{"role", "user"}, {"content", {{{"type", "tool_result"}, {"content", kKey}}}}}}}};
  CapturedText text = Asked(request);
  std::string escaped = *text.request;
  escaped.replace(escaped.find("sk-abc"), 3, "\\u0073k-");
  text.request = std::make_shared<const std::string>(escaped);
  const std::string line = Transcribe(text, {"my\"own\\key"}).dump();
  CHECK(line.find("abcdefgh12345678") == std::string::npos);
  CHECK(line.find("hunter2") == std::string::npos);
  CHECK(line.find("own") == std::string::npos);
  CHECK(line.find("is odd") != std::string::npos);
}

TEST_CASE("a line is bounded: data, long texts and the oldest messages are left out") {
  json messages;
  for (int i = 0; i < 60; ++i) {
    messages.push_back(
        {{"role", "user"}, {"content", std::to_string(i) + std::string(100'000, 'x')}});
  }
  messages.push_back({{"role", "user"},
                      {"content",
                       {{{"type", "image"},
                         {"source", {{"type", "base64"}, {"data", std::string(500'000, 'A')}}}}}}});
  json many = json::array();
  for (int i = 0; i < 100; ++i) many.push_back(std::string(60'000, 'y'));
  const json line = Transcribe(Asked({{"system", many}, {"messages", messages}}));
  const json& kept = line["request"]["messages"];
  CHECK(line["request"]["messages_left_out"] == 61 - kept.size());
  CHECK(kept.size() > 5);
  CHECK(kept.back()["content"][0]["source"]["data"] == "[500000 bytes left out]");
  const std::string last = kept[kept.size() - 2]["content"];
  CHECK(last.substr(0, 2) == "59");
  CHECK(last.find("bytes left out]") != std::string::npos);
  CHECK(line["request"]["system"].get<std::string>().find("bytes left out") != std::string::npos);
}

TEST_CASE("an answer beyond the limit is cut, and the line says so") {
  CapturedText text = Asked(json::object(), "", false);
  text.Append(std::string(CapturedText::kMaxAnswerBytes - 1, ':'));
  CHECK_FALSE(text.cut);
  text.Append("::");
  CHECK(text.answer.size() == CapturedText::kMaxAnswerBytes);
  CHECK(Transcribe(text)["answer_cut"] == true);
}

TEST_CASE("what is no JSON or no UTF-8 makes a line all the same") {
  CHECK(Transcribe({std::make_shared<const std::string>("{"), "data: {\n\n"})["request"].is_null());
  const json line =
      Transcribe({std::make_shared<const std::string>("{\"system\": \"\xff\", \"\xfe\": 1}"), ""});
  CHECK(line["request"]["system"] == "[no UTF-8]");
}

TEST_CASE("lines go to a file of the day that only its owner reads") {
  const TempHome home;
  CaptureFiles files = FilesIn(home);
  REQUIRE(files.Append("{\"a\":1}\n", kNow));
  REQUIRE(files.Append("{\"a\":2}\n", kNow));
  REQUIRE(files.Append("{\"a\":3}\n", kNow + std::chrono::hours(24)));
  CHECK(NamesIn(home) == std::vector<std::string>{"2026-11-21.jsonl", "2026-11-22.jsonl"});
  const std::string path = ListCaptures(home.path() + "/recorded")[0];
  CHECK(Slurp(path) == "{\"a\":1}\n{\"a\":2}\n");
  struct stat info = {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  REQUIRE(stat((home.path() + "/recorded").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0700U);
}

TEST_CASE("what a crash left of a line is closed, and passed over when lines are read") {
  const TempHome home;
  REQUIRE(FilesIn(home).Append("{\"a\":1}\n", kNow));
  const std::string path = ListCaptures(home.path() + "/recorded")[0];
  std::ofstream(path, std::ios::app) << "{\"torn\": \"hal";
  REQUIRE(FilesIn(home).Append("{\"a\":2}\n", kNow));
  CHECK(*LastCaptures(home.path() + "/recorded", 10) == "{\"a\":1}\n{\"a\":2}\n");
}

TEST_CASE("the last lines are read over several files, oldest first") {
  const TempHome home;
  const std::string folder = home.path() + "/recorded";
  CHECK(LastCaptures(folder, 1).error().code == ErrorCode::kNotFound);
  CaptureFiles files = FilesIn(home);
  for (int i = 1; i <= 4; ++i) {
    REQUIRE(files.Append("{\"a\":" + std::to_string(i) + "}\n", kNow + std::chrono::hours(12 * i)));
  }
  CHECK(*LastCaptures(folder, 3) == "{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n");
  CHECK(*LastCaptures(folder, 1) == "{\"a\":4}\n");
}

TEST_CASE("a long day has several files, the oldest go first, and a restart goes on") {
  const TempHome home;
  const std::string line = "{\"a\":\"" + std::string(90, 'x') + "\"}\n";
  const CaptureFiles::Limits limits{250, 1000, std::chrono::hours(48)};
  for (int i = 0; i < 40; ++i) REQUIRE(FilesIn(home, limits).Append(line, kNow));
  const std::vector<std::string> names = NamesIn(home);
  CHECK(names.back() == "2026-11-21-14.jsonl");
  CHECK(names.front() == "2026-11-21-11.jsonl");
  uint64_t total = 0;
  for (const std::string& path : ListCaptures(home.path() + "/recorded"))
    total += Slurp(path).size();
  CHECK(total <= 1000);
}

TEST_CASE("files beyond the age go, and files of others' names stay") {
  const TempHome home;
  CaptureFiles files = FilesIn(home, {1000, 100'000, std::chrono::hours(48)});
  REQUIRE(files.Append("{}\n", kNow - std::chrono::hours(72)));
  REQUIRE(files.Append("{}\n", kNow - std::chrono::hours(47)));
  const std::string other = home.path() + "/recorded/notes-2020-01-01.jsonl";
  std::ofstream(other) << "mine";
  REQUIRE(files.Append("{}\n", kNow));
  CHECK(NamesIn(home) == std::vector<std::string>{"2026-11-19.jsonl", "2026-11-21.jsonl"});
  CHECK(Slurp(other) == "mine");
}

TEST_CASE("a file that is a link or open to others takes no line") {
  const TempHome home;
  REQUIRE(FilesIn(home).Append("{}\n", kNow));
  const std::string path = ListCaptures(home.path() + "/recorded")[0];
  chmod(path.c_str(), 0644);
  CHECK(FilesIn(home).Append("{}\n", kNow).error().code == ErrorCode::kPermissionDenied);
  CHECK(Slurp(path) == "{}\n");
}

}  // namespace katra::router::gateway
