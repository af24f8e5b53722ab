// How sessions begin, are seen, are held up and end, among real processes. Knows the server by its
// wire, and the home by its lock file and its tables.
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/database_probe.h"
#include "tests/support/cpp/server_process.h"
#include "tests/support/cpp/stuck_writer.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Names = std::vector<std::string>;

std::unique_ptr<ServerProcess> Launch(const TempHome& home, const std::string& persona) {
  ServerOptions options;
  options.home = home.path();
  options.persona = persona;
  auto server = ServerProcess::Start(options);
  server->CallJson("katra_whoami", json::object());  // answered: the session is open
  return server;
}

Names Present(ServerProcess& server) {
  Names names;
  const json here = server.CallJson("katra_who_is_here", json::object());
  for (const json& line : here.at("sessions")) names.push_back(line.at("persona"));
  std::sort(names.begin(), names.end());
  return names;
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string EndedSessions(const TempHome& home, const std::string& persona) {
  return QueryValue(home.database(),
                    "SELECT count(*) FROM sessions s JOIN personas p ON p.id = s.persona_id "
                    "WHERE s.ended_at IS NOT NULL AND p.name = '" +
                        persona + "'");
}

TEST_CASE("who is here lists the live sessions, and the caller among them") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  CHECK(Present(*dario) == Names{"Dario", "Sam"});
  CHECK(Present(*sam) == Names{"Dario", "Sam"});
}

TEST_CASE("a killed process is gone from who is here at once") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  REQUIRE(Present(*dario) == Names{"Dario", "Sam"});
  sam->KillNow();
  CHECK(Present(*dario) == Names{"Dario"});
}

TEST_CASE("a killed process that its parent has not reaped is gone from who is here, too") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  sam->child().Signal(SIGKILL);
  siginfo_t info = {};
  REQUIRE(waitid(P_PID, static_cast<id_t>(sam->child().pid()), &info, WEXITED | WNOWAIT) == 0);
  CHECK(Present(*dario) == Names{"Dario"});
}

TEST_CASE("the end of input ends the server at once and marks the session as left") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  const auto begin = steady_clock::now();
  const int status = sam->End();
  CHECK(steady_clock::now() - begin < std::chrono::seconds(5));
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(EndedSessions(home, "Sam") == "1");
  CHECK(Present(*dario) == Names{"Dario"});
}

TEST_CASE("SIGINT and SIGTERM end the server at once, even while it waits and works") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  sam->CallJson("katra_hear", json::object());
  sam->SendTool("katra_hear", {{"wait_seconds", 50}});
  sam->SendTool("katra_recall", {{"query", "anything"}});
  REQUIRE(sam->Request("ping", json::object()).contains("result"));
  sam->child().Signal(signal);
  const auto status = sam->child().WaitExit(std::chrono::seconds(10));
  REQUIRE(status);
  CHECK(WIFEXITED(*status));
  CHECK(EndedSessions(home, "Sam") == "1");
  CHECK(Present(*dario) == Names{"Dario"});
}

TEST_CASE("a signal in the very first moment ends the server") {
  const TempHome home;
  for (int i = 0; i < 20; ++i) {
    ServerOptions options;
    options.home = home.path();
    options.persona = "Sam";
    options.initialize = false;
    const auto sam = ServerProcess::Start(options);
    if (i % 2 == 1) sam->Send("ping", json::object());
    sam->child().Signal(i % 4 < 2 ? SIGTERM : SIGINT);
    REQUIRE(sam->child().WaitExit(std::chrono::seconds(10)));
  }
  const auto dario = Launch(home, "Dario");
  CHECK(Present(*dario) == Names{"Dario"});
}

TEST_CASE("a server that is held up by a stuck writer still ends when it is told to") {
  const int how = GENERATE(SIGINT, SIGTERM, 0);
  const TempHome home;
  const auto sam = Launch(home, "Sam");
  const auto begin = steady_clock::now();
  {
    const StuckWriter stuck(home.path());
    sam->SendTool("katra_say", {{"message", "never said"}});
    REQUIRE(sam->Request("ping", json::object()).contains("result"));
    if (how == 0) {
      sam->child().CloseInput();
    } else {
      sam->child().Signal(how);
    }
    REQUIRE(sam->child().WaitExit(std::chrono::seconds(10)));
  }
  std::cout << "ended behind a stuck writer after "
            << std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin).count()
            << " ms\n";
  const auto dario = Launch(home, "Dario");
  CHECK(Present(*dario) == Names{"Dario"});
}

TEST_CASE("a stuck writer never stops ping, cancel, recall, or a hear of nothing") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  sam->CallJson("katra_remember", {{"content", "the bell is touched after the commit"}});
  sam->CallJson("katra_hear", json::object());
  int64_t blocked = 0;
  int64_t cancelled = 0;
  {
    const StuckWriter stuck(home.path());
    cancelled = sam->SendTool("katra_say", {{"message", "cancelled while it waits"}});
    blocked = sam->SendTool("katra_say", {{"message", "said when the way is free"}});
    CHECK(sam->Request("ping", json::object()).contains("result"));
    CHECK(sam->Request("tools/list", json::object()).contains("result"));
    const json recalled = sam->CallJson("katra_recall", {{"query", "bell"}});
    CHECK(recalled.at("hits").size() == 1);
    CHECK(sam->CallJson("katra_hear", json::object()).at("messages").empty());
    CHECK(sam->CallJson("katra_hear", {{"wait_seconds", 0.2}}).at("messages").empty());
    CHECK(Present(*sam) == Names{"Dario", "Sam"});
    CHECK(sam->CallJson("katra_history", json::object()).at("messages").empty());
    sam->CancelRequest(cancelled);
    CHECK(sam->Request("ping", json::object()).contains("result"));
    CHECK_FALSE(sam->TryAwait(blocked, milliseconds(0)));
  }
  CHECK(sam->AwaitTool(blocked).ok());
  const json heard = dario->CallJson("katra_hear", json::object());
  REQUIRE(heard.at("messages").size() == 1);
  CHECK(heard["messages"][0]["body"] == "said when the way is free");
  CHECK_FALSE(sam->TryAwait(cancelled, milliseconds(0)));
}

TEST_CASE("a session without a name is a guest until it registers") {
  const TempHome home;
  const auto guest = Launch(home, "");
  const json before = guest->CallJson("katra_whoami", json::object());
  CHECK(before.at("guest") == true);
  const std::string generated = before.at("persona");
  CHECK_FALSE(generated.empty());

  const json named = guest->CallJson("katra_register", {{"name", "Charlie"}, {"role", "tester"}});
  CHECK(named.at("persona") == "Charlie");
  CHECK(named.at("guest") == false);
  CHECK(guest->CallJson("katra_whoami", json::object()).at("persona") == "Charlie");
  CHECK(Present(*guest) == Names{"Charlie"});

  const ToolReply renamed = guest->CallTool("katra_register", {{"name", "Dora"}});
  CHECK(renamed.is_error);
  CHECK(guest->CallJson("katra_whoami", json::object()).at("persona") == "Charlie");
}

TEST_CASE("two guests have two names") {
  const TempHome home;
  const auto one = Launch(home, "");
  const auto two = Launch(home, "");
  CHECK(one->CallJson("katra_whoami", json::object()).at("persona") !=
        two->CallJson("katra_whoami", json::object()).at("persona"));
}

TEST_CASE("a guest may not take the name of a live session, in whatever case it is written") {
  const TempHome home;
  const auto sam = Launch(home, "Sam");
  const auto guest = Launch(home, "");
  for (const char* name : {"Sam", "sam", "SAM"}) {
    const ToolReply reply = guest->CallTool("katra_register", {{"name", name}});
    CHECK(reply.is_error);
    CHECK(Contains(reply.text, "Sam"));
  }
  CHECK(guest->CallJson("katra_whoami", json::object()).at("guest") == true);
  sam->KillNow();
  CHECK(guest->CallJson("katra_register", {{"name", "Sam"}}).at("persona") == "Sam");
}

TEST_CASE("a guest that takes up a persona that is away hears what that persona has missed") {
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  auto sam = Launch(home, "Sam");
  sam->CallJson("katra_hear", json::object());
  sam->CallJson("katra_remember", {{"content", "my private plan"}, {"scope", "private"}});
  sam->End();
  dario->CallJson("katra_say", {{"message", "to whoever is Sam"}, {"to", {"Sam"}}});

  const auto guest = Launch(home, "");
  CHECK(guest->CallJson("katra_hear", json::object()).at("messages").empty());
  CHECK(guest->CallJson("katra_recall", {{"query", "private plan"}}).at("hits").empty());
  guest->CallJson("katra_register", {{"name", "Sam"}});
  const json heard = guest->CallJson("katra_hear", json::object());
  REQUIRE(heard.at("messages").size() == 1);
  CHECK(heard["messages"][0]["body"] == "to whoever is Sam");
  CHECK(guest->CallJson("katra_recall", {{"query", "private plan"}}).at("hits").size() == 1);
}

TEST_CASE("a server may be launched as a persona that is live already") {
  const TempHome home;
  const auto first = Launch(home, "Sam");
  const auto second = Launch(home, "sam");
  CHECK(second->CallJson("katra_whoami", json::object()).at("persona") == "Sam");
  CHECK(Present(*first) == Names{"Sam", "Sam"});
  first->End();
  CHECK(Present(*second) == Names{"Sam"});
}

TEST_CASE("a memory of a session only goes with its session, also when it was killed") {
  const bool killed = GENERATE(false, true);
  const TempHome home;
  const auto dario = Launch(home, "Dario");
  const auto sam = Launch(home, "Sam");
  sam->CallJson("katra_remember", {{"content", "scratch for today"}, {"session_only", true}});
  CHECK(dario->CallJson("katra_recall", {{"query", "scratch"}}).at("hits").size() == 1);
  if (killed) {
    sam->KillNow();
  } else {
    sam->End();
  }
  const auto again = Launch(home, "Sam");
  CHECK(again->CallJson("katra_recall", {{"query", "scratch"}}).at("hits").empty());
}

}  // namespace
}  // namespace katra::testing
