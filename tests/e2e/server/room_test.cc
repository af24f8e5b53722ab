// The room among real processes: what one says, the others hear, whatever happens between. Knows
// the server by its wire only.
#include <sys/wait.h>

#include <chrono>
#include <iostream>
#include <set>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/server_process.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::unique_ptr<ServerProcess> Launch(const TempHome& home, const std::string& persona) {
  ServerOptions options;
  options.home = home.path();
  options.persona = persona;
  return ServerProcess::Start(options);
}

json Hear(ServerProcess& server, const json& arguments = json::object()) {
  return server.CallJson("katra_hear", arguments);
}

std::vector<std::string> Bodies(const json& heard) {
  std::vector<std::string> bodies;
  for (const json& message : heard.at("messages")) bodies.push_back(message.at("body"));
  return bodies;
}

void Say(ServerProcess& server, const std::string& body) {
  server.CallJson("katra_say", {{"message", body}});
}

using Texts = std::vector<std::string>;

TEST_CASE("what one process says, another hears, stamped with its sender") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  Hear(*sam);
  Say(*dario, "Hello from Dario!");
  const json heard = Hear(*sam);
  REQUIRE(Bodies(heard) == Texts{"Hello from Dario!"});
  CHECK(heard["messages"][0]["from"] == "Dario");
  CHECK(heard["left"] == 0);
  CHECK(Bodies(Hear(*sam)).empty());
  CHECK(Bodies(Hear(*dario)).empty());
}

TEST_CASE("two live sessions of one persona both hear everything") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto first = Launch(home, "Sam");
  const auto second = Launch(home, "Sam");
  Hear(*first);
  Hear(*second);
  Say(*dario, "one");
  CHECK(Bodies(Hear(*first)) == Texts{"one"});
  CHECK(Bodies(Hear(*first)).empty());  // acknowledged by the first session
  Say(*dario, "two");
  CHECK(Bodies(Hear(*second)) == Texts{"one", "two"});
  CHECK(Bodies(Hear(*first)) == Texts{"two"});
  CHECK(Bodies(Hear(*second)).empty());
}

TEST_CASE("a session killed before it acknowledged hears the same again, marked") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  auto sam = Launch(home, "Sam");
  Hear(*sam);
  Say(*dario, "one");
  CHECK(Bodies(Hear(*sam)) == Texts{"one"});
  Say(*dario, "two");
  CHECK(Bodies(Hear(*sam)) == Texts{"two"});  // acknowledges "one"
  sam->KillNow();

  sam = Launch(home, "Sam");
  const json again = Hear(*sam);
  REQUIRE(Bodies(again) == Texts{"two"});
  CHECK(again["messages"][0]["redelivered"] == true);
  CHECK(Bodies(Hear(*sam)).empty());
  sam->KillNow();

  sam = Launch(home, "Sam");
  CHECK(Bodies(Hear(*sam)).empty());
}

TEST_CASE("what was said while the persona was away is heard when it comes back") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  auto sam = Launch(home, "Sam");
  Hear(*sam);
  sam->End();
  Texts said;
  for (int i = 0; i < 60; ++i) {
    said.push_back("line " + std::to_string(i));
    Say(*dario, said.back());
  }
  sam = Launch(home, "Sam");
  const json first = Hear(*sam);
  CHECK(first["left"] == 10);
  Texts heard = Bodies(first);
  for (const std::string& body : Bodies(Hear(*sam))) heard.push_back(body);
  CHECK(heard == said);
}

TEST_CASE("a waiting hear is woken by what another process says") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  Hear(*sam);
  auto fastest = milliseconds::max();
  for (int i = 0; i < 10; ++i) {
    const int64_t waiting = sam->SendTool("katra_hear", {{"wait_seconds", 50}, {"format", "json"}});
    REQUIRE(sam->Request("ping", json::object()).contains("result"));
    REQUIRE_FALSE(sam->TryAwait(waiting, milliseconds(0)));
    const auto begin = steady_clock::now();
    Say(*dario, "wake " + std::to_string(i));
    const ToolReply reply = sam->AwaitTool(waiting);
    fastest =
        std::min(fastest, std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin));
    REQUIRE(reply.ok());
    REQUIRE(Bodies(reply.structured) == Texts{"wake " + std::to_string(i)});
  }
  // A bell that never rings would leave it to the look every 2 s.
  CHECK(fastest < milliseconds(1000));
  std::cout << "woken, fastest of 10: " << fastest.count() << " ms\n";
}

TEST_CASE("a waiting hear ends with nothing when the time is up") {
  const TempHome home;
  const auto sam = Launch(home, "Sam");
  const json heard = Hear(*sam, {{"wait_seconds", 0.2}});
  CHECK(heard["messages"].empty());
}

TEST_CASE("cancelling a waiting hear loses nothing and is not answered") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  Hear(*sam);
  const int64_t waiting = sam->SendTool("katra_hear", {{"wait_seconds", 50}});
  sam->CancelRequest(waiting);
  REQUIRE(sam->Request("ping", json::object()).contains("result"));
  Say(*dario, "after the cancel");
  CHECK(Bodies(Hear(*sam)) == Texts{"after the cancel"});
  CHECK_FALSE(sam->TryAwait(waiting, milliseconds(0)));
}

TEST_CASE("a cancel that meets the message on its way loses nothing") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  Hear(*sam);
  std::multiset<std::string> said;
  std::multiset<std::string> heard;
  int crossed = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string body = "crossing " + std::to_string(i);
    const int64_t waiting = sam->SendTool("katra_hear", {{"wait_seconds", 50}, {"format", "json"}});
    const int64_t saying = dario->SendTool("katra_say", {{"message", body}});
    if (i % 3 == 1) REQUIRE(sam->Request("ping", json::object()).contains("result"));
    if (i % 3 == 2) REQUIRE(dario->AwaitTool(saying).ok());
    sam->CancelRequest(waiting);
    if (i % 3 != 2) REQUIRE(dario->AwaitTool(saying).ok());
    said.insert(body);
    const Texts after = Bodies(Hear(*sam));
    const auto answer = sam->TryAwait(waiting, milliseconds(0));
    Texts before;
    if (answer) {
      ++crossed;
      before = Bodies(ParseToolReply(*answer).structured);
    }
    heard.insert(before.begin(), before.end());
    // A client may drop an answer that it had cancelled: it may be given again then, but not else.
    for (const std::string& text : after) {
      if (heard.count(text) == 0) heard.insert(text);
    }
    if (!answer) CHECK(after == Texts{body});
  }
  CHECK(heard == said);
  std::cout << "of 60 cancels, " << crossed << " met an answer that was on its way\n";
}

TEST_CASE("calls sent without waiting are all answered") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  Hear(*sam);
  std::vector<int64_t> calls;
  for (int i = 0; i < 200; ++i) {
    calls.push_back(dario->SendTool("katra_say", {{"message", "n" + std::to_string(i)}}));
  }
  for (const int64_t call : calls) REQUIRE(dario->AwaitTool(call).ok());
  Texts heard;
  while (heard.size() < 200) {
    const Texts more = Bodies(Hear(*sam));
    REQUIRE_FALSE(more.empty());
    heard.insert(heard.end(), more.begin(), more.end());
  }
  for (int i = 0; i < 200; ++i) CHECK(heard[static_cast<size_t>(i)] == "n" + std::to_string(i));
}

}  // namespace
}  // namespace katra::testing
