// Sends every case of bad_input_cases.h, and streams that no client should send: each gets its
// answer and no other, and the next request works.
#include <sys/wait.h>

#include <algorithm>
#include <iostream>

#include "tests/e2e/server/bad_input_cases.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/sanitized.h"
#include "tests/support/cpp/server_process.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr int64_t kMiB = 1 << 20;
constexpr int64_t kMemoryLimit = (kSanitized ? 2048 : 64) * kMiB;

std::unique_ptr<ServerProcess> Launch(const TempHome& home, const std::string& protocol) {
  ServerOptions options;
  options.home = home.path();
  options.persona = "Sam";
  options.protocol = protocol;
  options.initialize = !protocol.empty();
  return ServerProcess::Start(options);
}

json ReadMessage(ServerProcess& server) {
  const auto line = server.child().ReadLine(kPatience);
  if (!line) throw std::runtime_error("no answer; " + server.Describe());
  return json::parse(*line);
}

json PingLine(const json& id) { return {{"jsonrpc", "2.0"}, {"id", id}, {"method", "ping"}}; }

// What is wrong with `answer`; empty: nothing.
std::string Mismatch(const ExpectedAnswer& expected, const json& answer) {
  if (answer.value("jsonrpc", "") != "2.0") return "no jsonrpc 2.0";
  const json id = answer.value("id", json());
  if (id != expected.id || id.type() != expected.id.type()) {
    // 7 and 7 may differ in signedness only.
    if (!(id.is_number_integer() && id == expected.id)) return "wrong id";
  }
  std::string words;
  if (!expected.codes.empty()) {
    if (!answer.contains("error")) return "no error";
    const int code = answer["error"].at("code").get<int>();
    if (std::find(expected.codes.begin(), expected.codes.end(), code) == expected.codes.end()) {
      return "wrong code";
    }
    words = answer["error"].at("message").get<std::string>();
    if (words.empty()) return "no message";
  } else {
    if (!answer.contains("result")) return "no result";
    if (answer["result"].value("isError", false) != expected.tool_error) return "wrong isError";
    if (expected.tool_error) words = ParseToolReply(answer).text;
  }
  return words.find(expected.words) == std::string::npos ? "does not say " + expected.words : "";
}

// Sends the case, then a ping: exactly the answers that are expected come, and the ping's.
void Check(ServerProcess& server, const BadInput& input) {
  INFO(input.name);
  const json ping_id = "ping after " + input.name;
  REQUIRE(server.child().Write(input.bytes, kPatience) == input.bytes.size());
  server.SendLine(PingLine(ping_id).dump());
  std::vector<ExpectedAnswer> expected = input.answers;
  bool ping_answered = false;
  while (!expected.empty() || !ping_answered) {
    const json answer = ReadMessage(server);
    const std::string shown = answer.dump().substr(0, 600);
    INFO(shown);
    if (answer.value("id", json()) == ping_id) {
      CHECK(answer.contains("result"));
      ping_answered = true;
      continue;
    }
    REQUIRE_FALSE(expected.empty());  // an answer that nobody asked for
    CHECK(Mismatch(expected.front(), answer) == "");
    expected.erase(expected.begin());
  }
}

void MakeDarioKnown(const TempHome& home) {
  ServerOptions options;
  options.home = home.path();
  options.persona = "Dario";
  ServerProcess::Start(options)->CallJson("katra_whoami", json::object());
}

TEST_CASE("every bad input gets its error, and the next request works") {
  const TempHome home;
  MakeDarioKnown(home);
  const auto server = Launch(home, "2025-11-25");
  size_t cases = 0;
  for (const auto& table : {BadLines(), BadMethods(), BadToolArguments()}) {
    for (const BadInput& input : table) {
      Check(*server, input);
      ++cases;
    }
  }
  CHECK(cases >= 80);
  CHECK(server->child().ResidentBytes() < kMemoryLimit);
  CHECK(WIFEXITED(server->End()));
  std::cout << cases << " bad inputs\n";
}

TEST_CASE("before the handshake only the handshake and ping work, and it works after every error") {
  const TempHome home;
  for (const BadInput& input : BadStarts()) {
    const auto server = Launch(home, "");
    Check(*server, input);
    CHECK(server->Initialize("2025-11-25").at("protocolVersion") == "2025-11-25");
    CHECK(server->CallTool("katra_whoami", json::object()).ok());
  }
}

TEST_CASE("an unknown protocol version is answered with one that the server speaks") {
  const TempHome home;
  for (const char* version : {"1999-01-01", "", "2026-07-28", "latest"}) {
    const auto server = Launch(home, "");
    CHECK(server->Initialize(version).at("protocolVersion") == "2025-11-25");
  }
}

TEST_CASE("batches are answered in 2025-03-26 only") {
  const TempHome home;
  const std::string batch = json::array({PingLine(1),
                                         {{"jsonrpc", "2.0"}, {"method", "notifications/x"}},
                                         5,
                                         PingLine("b"),
                                         json::array()})
                                .dump();
  const auto server = Launch(home, "2025-03-26");
  server->SendLine(batch);
  CHECK(server->Await(1).contains("result"));
  CHECK(server->Await("b").contains("result"));
  CHECK(server->Await(nullptr).at("error").at("code") == -32600);
  CHECK(server->Request("ping", json::object()).contains("result"));
  for (const char* version : {"2025-06-18", "2025-11-25"}) {
    const auto later = Launch(home, version);
    later->SendLine(batch);
    CHECK(later->Await(nullptr).at("error").at("code") == -32600);
    CHECK(later->Request("ping", json::object()).contains("result"));
  }
}

TEST_CASE("a request that comes byte by byte is one request") {
  const TempHome home;
  const auto server = Launch(home, "2025-11-25");
  const std::string line = PingLine("drip").dump() + "\n";
  for (const char byte : line) {
    REQUIRE(server->child().Write(std::string(1, byte), kPatience) == 1);
  }
  CHECK(server->Await("drip").contains("result"));
}

TEST_CASE("three requests in one write are three requests") {
  const TempHome home;
  const auto server = Launch(home, "2025-11-25");
  std::string lines;
  for (const char* id : {"a", "b", "c"}) lines += PingLine(id).dump() + "\n";
  server->child().Write(lines, kPatience);
  for (const char* id : {"a", "b", "c"}) CHECK(server->Await(id).contains("result"));
}

TEST_CASE("a request whose id is in use is refused, and the first is answered") {
  const TempHome home;
  const auto server = Launch(home, "2025-11-25");
  server->CallJson("katra_hear", json::object());
  const json call = {{"jsonrpc", "2.0"},
                     {"id", "twice"},
                     {"method", "tools/call"},
                     {"params", {{"name", "katra_hear"}, {"arguments", {{"wait_seconds", 1}}}}}};
  server->SendLine(call.dump());
  server->SendLine(call.dump());
  CHECK(server->Await("twice").at("error").at("code") == -32600);
  CHECK(server->Await("twice").contains("result"));
  // It is free again.
  CHECK(ReadMessage([&]() -> ServerProcess& {
          server->SendLine(PingLine("twice").dump());
          return *server;
        }())
            .contains("result"));
}

TEST_CASE("a line without end takes no memory") {
  const TempHome home;
  const auto server = Launch(home, "2025-11-25");
  const std::string piece(kMiB, 'x');
  for (int i = 0; i < 128; ++i) {
    REQUIRE(server->child().Write(piece, kPatience) == piece.size());
  }
  CHECK(server->child().ResidentBytes() < kMemoryLimit);
  server->SendLine("");
  const json answer = ReadMessage(*server);
  CHECK(answer.contains("error"));
  CHECK(server->Request("ping", json::object()).contains("result"));
}

TEST_CASE("input that ends in the middle of a line ends the server cleanly") {
  const TempHome home;
  const auto server = Launch(home, "2025-11-25");
  server->child().Write(R"({"jsonrpc":"2.0","id":1,"meth)", kPatience);
  CHECK(WIFEXITED(server->End()));
}

TEST_CASE("a client that stops reading does not fill the server's memory, and may go on later") {
  const TempHome home;
  const auto server = Launch(home, "2025-11-25");
  // Answers of about 20 KB each: without a bound 4,000 of them would be 80 MB.
  const int calls = kSanitized ? 300 : 4'000;
  std::string lines;
  for (int i = 0; i < calls; ++i) {
    lines += json{{"jsonrpc", "2.0"}, {"id", i}, {"method", "tools/list"}}.dump() + "\n";
  }
  const size_t taken = server->child().Write(lines, milliseconds(2'000));
  const int64_t resident = server->child().ResidentBytes();
  std::cout << "not read: the server took " << taken << " of " << lines.size()
            << " bytes, resident " << resident / 1024 << " KiB\n";
  CHECK(resident < kMemoryLimit);

  // It reads again: whatever was sent is answered.
  size_t sent = taken;
  int answered = 0;
  while (answered < calls) {
    if (sent < lines.size()) {
      sent += server->child().Write(std::string_view(lines).substr(sent, 4096), milliseconds(0));
    }
    const auto line = server->child().ReadLine(sent < lines.size() ? milliseconds(20) : kPatience);
    if (!line) {
      REQUIRE(sent < lines.size());
      continue;
    }
    const json answer = json::parse(*line);
    REQUIRE(answer.at("id") == answered);
    REQUIRE(answer.contains("result"));
    ++answered;
  }
  CHECK(server->child().ResidentBytes() < kMemoryLimit);
  CHECK(WIFEXITED(server->End()));
}

TEST_CASE("a client that stops reading can still end the server") {
  const TempHome home;
  const auto server = Launch(home, "2025-11-25");
  std::string lines;
  for (int i = 0; i < 2'000; ++i) {
    lines += json{{"jsonrpc", "2.0"}, {"id", i}, {"method", "tools/list"}}.dump() + "\n";
  }
  server->child().Write(lines, milliseconds(500));
  server->child().Signal(SIGTERM);
  CHECK(server->child().WaitExit(std::chrono::seconds(10)));
}

}  // namespace
}  // namespace katra::testing
