// What is written down of a session comes back as it was, and what cannot be read is neither used
// nor overwritten. Two processes take turns. What a process id alone cannot say is not guessed.
#include "cli/sessions/records.h"

#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/sessions/child.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

using Json = nlohmann::json;

constexpr int64_t kNoon = TestClock::kNoonMillis;

Records Opened(const TestUser& user) {
  auto records = Records::Open(user.home());
  REQUIRE(records);
  return std::move(*records);
}

SessionRecord Running(const std::string& persona) {
  SessionRecord record;
  record.persona = persona;
  record.client = "claude";
  record.process = CurrentProcess();
  record.host = HostName();
  record.started_at = FromUnixMillis(kNoon);
  return record;
}

// Each member has another value, so that none can stand in for another.
SessionRecord Whole() {
  SessionRecord record;
  record.persona = "Sam";
  record.provider = "openai";
  record.model = "gpt-4-turbo";
  record.handed_model = "gpt-5";
  record.role = "reviewer \"quoted\"\n";
  record.room = "attic";
  record.client = "codex";
  record.router = "gateway";
  record.login = "own";
  record.folder = "/work/ä b";
  record.tmux_session = "katra-Sam";
  record.tmux_socket = "mine";
  record.tmux_path = "/tmp/tmux-0/mine";
  record.terminal = "/dev/pts/3";
  record.conversation = "0198-c";
  record.earlier = {{"claude", "c-1"}, {"gemini", "g-1"}};
  record.base_url = "http://127.0.0.1:12000";
  record.gateway = 4711;
  record.process = {12, 345, "boot/ns"};
  record.host = "build-1";
  record.tmux_server = {78, 910, "boot2/ns2"};
  record.started_at = FromUnixMillis(kNoon + 1);
  record.ended_at = FromUnixMillis(kNoon + 2002);
  return record;
}

TEST_CASE("a record comes back as it was written, every member of it") {
  const TestUser user;
  const Records records = Opened(user);
  REQUIRE(records.Save(Whole()));
  const std::string written = user.Read("katra/run/sessions/sam.json");
  const Json expected = {
      {"version", 1},
      {"persona", "Sam"},
      {"provider", "openai"},
      {"model", "gpt-4-turbo"},
      {"handed_model", "gpt-5"},
      {"role", "reviewer \"quoted\"\n"},
      {"room", "attic"},
      {"client", "codex"},
      {"router", "gateway"},
      {"login", "own"},
      {"folder", "/work/ä b"},
      {"tmux_session", "katra-Sam"},
      {"tmux_socket", "mine"},
      {"tmux_path", "/tmp/tmux-0/mine"},
      {"terminal", "/dev/pts/3"},
      {"conversation", "0198-c"},
      {"earlier", {{"claude", "c-1"}, {"gemini", "g-1"}}},
      {"base_url", "http://127.0.0.1:12000"},
      {"gateway", 4711},
      {"process", {{"pid", 12}, {"start_ticks", 345}, {"domain", "boot/ns"}}},
      {"host", "build-1"},
      {"started_at", "2026-11-21T12:00:00.001Z"},
      {"tmux_server", {{"pid", 78}, {"start_ticks", 910}, {"domain", "boot2/ns2"}}},
      {"ended_at", "2026-11-21T12:00:02.002Z"}};
  CHECK(Json::parse(written) == expected);
  CHECK(user.Mode("katra/run/sessions/sam.json") == 0600);
  CHECK(user.Mode("katra/run/sessions") == 0700);

  auto read = records.Find("sAM");
  REQUIRE(read);
  REQUIRE(records.Save(*read));
  CHECK(user.Read("katra/run/sessions/sam.json") == written);
}

TEST_CASE("what an older Katra did not write down is empty, and the record still counts") {
  TestUser user;
  const Records records = Opened(user);
  user.Write("katra/run/sessions/sam.json",
             R"({"version": 1, "persona": "Sam", "started_at": "2026-11-21T12:00:00Z",
                 "process": {"pid": 12, "start_ticks": 345, "domain": "b/n"},
                 "of a later version": [1]})");
  const auto record = records.Find("Sam");
  REQUIRE(record);
  CHECK(record->started_at == FromUnixMillis(kNoon));
  CHECK(record->tmux_server.pid == 0);
  CHECK(record->earlier.empty());
  CHECK_FALSE(record->ended_at);
  CHECK_FALSE(record->background());
}

TEST_CASE("a damaged record is refused with its path, told, and left as it is") {
  struct Case {
    const char* name;
    std::string text;
  };
  const std::string good =
      R"({"version": 1, "persona": "Sam", "started_at": "2026-11-21T12:00:00Z",
          "process": {"pid": 1, "start_ticks": 2, "domain": "b/n"}})";
  const auto with = [&good](const std::string& part, const std::string& instead) {
    std::string text = good;
    return text.replace(text.find(part), part.size(), instead);
  };
  const Case cases[] = {
      {"empty", ""},
      {"cut off", good.substr(0, good.size() - 3)},
      {"no object", "[1]"},
      {"no version", "{}"},
      {"a version before the first", with("\"version\": 1", "\"version\": 0")},
      {"the version is a text", with("\"version\": 1", "\"version\": \"1\"")},
      {"no persona's name", with("\"Sam\"", "\"../Sam\"")},
      {"the provider is a number", with("\"persona\"", "\"provider\": 7, \"persona\"")},
      {"no time", with("2026-11-21T12:00:00Z", "soon, or never")},
      {"no process", with("\"process\"", "\"processes\"")},
      {"the pid is a text", with("\"pid\": 1", "\"pid\": \"1\"")},
      {"no end", with("\"persona\"", "\"ended_at\": \"\", \"persona\"")},
      {"earlier is a list", with("\"persona\"", "\"earlier\": [], \"persona\"")},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    TestUser user;
    const Records records = Opened(user);
    REQUIRE(records.Save(Running("Ada")));
    user.Write("katra/run/sessions/sam.json", one.text);
    const auto found = records.Find("Sam");
    REQUIRE_FALSE(found);
    CHECK(found.error().code == ErrorCode::kDataLoss);
    CHECK(Contains(found.error().message, user.Path("katra/run/sessions/sam.json")));
    std::vector<std::string> warnings;
    const auto all = records.List(&warnings);
    REQUIRE(all);
    REQUIRE(all->size() == 1);
    CHECK(all->front().persona == "Ada");
    CHECK(warnings == std::vector<std::string>{found.error().message});
    NoteConversation(user.home(), "Sam", "c-1", FromUnixMillis(kNoon));
    NoteEnd(user.home(), "Sam", 1, FromUnixMillis(kNoon));
    CHECK(user.Read("katra/run/sessions/sam.json") == one.text);
  }
}

TEST_CASE("a newer Katra's record is no damaged one: nobody is told to remove it") {
  TestUser user;
  const Records records = Opened(user);
  user.Write("katra/run/sessions/sam.json", R"({"version": 2, "who": "Sam"})");
  const auto found = records.Find("Sam");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == ErrorCode::kUnsupported);
  CHECK(Contains(found.error().message, "newer Katra (version 2"));
  CHECK_FALSE(Contains(found.error().message, "remove it"));
  std::vector<std::string> warnings;
  CHECK(records.List(&warnings)->empty());
  CHECK(warnings.size() == 1);
  // A session is not started over it, whatever it says.
  user.Install("claude", "exit 0");
  user.Install("katra", "exit 0");
  user.Install("katra_mcp_server", "exit 0");
  const Outcome started = user.Run({"start", "--persona", "Sam"});
  CHECK(started.code == 7);
  CHECK(Contains(started.err, "newer Katra"));
  CHECK(user.Read("katra/run/sessions/sam.json") == R"({"version": 2, "who": "Sam"})");
}

TEST_CASE("records are listed by persona, and nothing else in the folder is one") {
  TestUser user;
  const Records records = Opened(user);
  for (const char* persona : {"Zoe", "ada", "Kim"}) REQUIRE(records.Save(Running(persona)));
  user.Write("katra/run/sessions/sam.gemini-settings", "{}");
  user.Write("katra/run/sessions/lock", "");
  std::vector<std::string> warnings;
  const auto all = records.List(&warnings);
  REQUIRE(all);
  std::vector<std::string> names;
  for (const SessionRecord& record : *all) names.push_back(record.persona);
  CHECK(names == std::vector<std::string>{"ada", "Kim", "Zoe"});
  CHECK(warnings.empty());
  CHECK(records.Find("Nobody").error().code == ErrorCode::kNotFound);
}

TEST_CASE("a text that is not UTF-8 is written down readable") {
  const TestUser user;
  const Records records = Opened(user);
  SessionRecord record = Running("Sam");
  record.folder = "/work/\xff";
  REQUIRE(records.Save(record));
  CHECK(records.Find("Sam")->folder == "/work/\xef\xbf\xbd");
}

TEST_CASE("records are neither read nor written where others may write") {
  const TestUser user;
  static_cast<void>(Opened(user));
  chmod(user.Path("katra/run/sessions").c_str(), 0777);
  const auto open = Records::Open(user.home());
  REQUIRE_FALSE(open);
  CHECK(open.error().code == ErrorCode::kPermissionDenied);
  CHECK(Contains(open.error().message, "chmod"));
  CHECK(Records::Open("").error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("while one process holds the records, another one does not write them") {
  const TestUser user;
  const Records records = Opened(user);
  REQUIRE(records.Save(Running("Sam")));
  int ready[2];
  int done[2];
  REQUIRE(pipe(ready) == 0);
  REQUIRE(pipe(done) == 0);
  const pid_t other = fork();
  if (other == 0) {
    const auto lock = records.Lock();
    char byte = lock ? 'y' : 'n';
    static_cast<void>(!write(ready[1], &byte, 1));
    static_cast<void>(!read(done[0], &byte, 1));
    _exit(0);
  }
  char held = 0;
  REQUIRE(read(ready[0], &held, 1) == 1);
  REQUIRE(held == 'y');
  const auto refused = records.Lock(std::chrono::milliseconds(1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  NoteConversation(user.home(), "Sam", "c-new", {});
  CHECK(records.Find("Sam")->conversation.empty());
  REQUIRE(write(done[1], "x", 1) == 1);
  REQUIRE(waitpid(other, nullptr, 0) == other);
  CHECK(records.Lock(std::chrono::seconds(10)));
  NoteConversation(user.home(), "Sam", "c-new", {});
  CHECK(records.Find("Sam")->conversation == "c-new");
  for (const int descriptor : {ready[0], ready[1], done[0], done[1]}) close(descriptor);
}

TEST_CASE("the client's word for its conversation is taken while the session runs") {
  const TestUser user;
  const Records records = Opened(user);
  const WallTime later = FromUnixMillis(kNoon + 5);
  REQUIRE(records.Save(Running("Sam")));
  NoteConversation(user.home(), "sam", "c-1", {});
  CHECK(records.Find("Sam")->conversation == "c-1");
  NoteConversation(user.home(), "sam", "", {});
  CHECK(records.Find("Sam")->conversation == "c-1");
  NoteConversation(user.home(), "sam", "c-2", later);
  CHECK(records.Find("Sam")->conversation == "c-2");
  CHECK(records.Find("Sam")->ended_at == later);
  NoteConversation(user.home(), "sam", "c-3", {});
  CHECK(records.Find("Sam")->conversation == "c-2");

  SessionRecord ended = Running("Kim");
  ended.process = EndedProcess();
  REQUIRE(records.Save(ended));
  NoteConversation(user.home(), "Kim", "c-4", {});
  CHECK(records.Find("Kim")->conversation.empty());

  const TestUser without;
  NoteConversation(without.home(), "Sam", "c-1", {});
  NoteConversation("", "Sam", "c-1", {});
  NoteConversation(user.home(), "../Sam", "c-1", {});
  CHECK_FALSE(without.Has("katra/run"));
}

TEST_CASE("the end of a client is noted for that process alone, and once") {
  const TestUser user;
  const Records records = Opened(user);
  const SessionRecord running = Running("Sam");
  REQUIRE(records.Save(running));
  const int64_t pid = running.process.pid;
  NoteEnd(user.home(), "Sam", pid + 1, FromUnixMillis(kNoon));
  CHECK_FALSE(records.Find("Sam")->ended_at);
  NoteEnd(user.home(), "sam", pid, FromUnixMillis(kNoon));
  CHECK(records.Find("Sam")->ended_at == FromUnixMillis(kNoon));
  NoteEnd(user.home(), "sam", pid, FromUnixMillis(kNoon + 9));
  CHECK(records.Find("Sam")->ended_at == FromUnixMillis(kNoon));
  // The same number in another container is another process.
  SessionRecord elsewhere = Running("Kim");
  elsewhere.process.domain = "another-boot/4026";
  REQUIRE(records.Save(elsewhere));
  NoteEnd(user.home(), "Kim", pid, FromUnixMillis(kNoon));
  CHECK_FALSE(records.Find("Kim")->ended_at);
}

TEST_CASE("what became of a session is told by its processes, its boot and its machine") {
  const ProcessIdentity dead = EndedProcess();
  const std::string here = CurrentProcess().domain;
  const std::string boot = here.substr(0, here.find('/'));
  const auto of = [](const ProcessIdentity& process, const std::string& host = HostName()) {
    SessionRecord record = Running("Sam");
    record.process = process;
    record.host = host;
    return record;
  };
  const auto in_tmux = [](SessionRecord record, const ProcessIdentity& server) {
    record.tmux_session = "katra-Sam";
    record.tmux_server = server;
    return record;
  };
  ProcessIdentity reused = CurrentProcess();
  reused.start_ticks += 1;
  ProcessIdentity timeless = CurrentProcess();
  timeless.start_ticks = 0;
  ProcessIdentity timeless_dead = dead;
  timeless_dead.start_ticks = 0;
  SessionRecord ended = of(CurrentProcess());
  ended.ended_at = FromUnixMillis(kNoon);
  struct Case {
    const char* name;
    SessionRecord record;
    RecordState state;
  };
  const Case cases[] = {
      {"it runs", of(CurrentProcess()), RecordState::kRunning},
      {"its end is written down", ended, RecordState::kEnded},
      {"its process is gone", of(dead), RecordState::kEnded},
      {"its number is another's now", of(reused), RecordState::kEnded},
      {"in tmux, which goes on", in_tmux(of(dead), CurrentProcess()), RecordState::kEnded},
      {"tmux went down as well", in_tmux(of(dead), dead), RecordState::kInterrupted},
      {"tmux was not written down", in_tmux(of(dead), {}), RecordState::kEnded},
      {"tmux went down, it goes on", in_tmux(of(CurrentProcess()), dead), RecordState::kRunning},
      {"the machine was restarted", of({1, 2, "old-boot/1"}), RecordState::kInterrupted},
      {"likewise, host unknown", of({1, 2, "old-boot/1"}, ""), RecordState::kInterrupted},
      {"on another machine", of({1, 2, "old-boot/1"}, "elsewhere-9"), RecordState::kElsewhere},
      {"in another container", of({1, 2, boot + "/1"}), RecordState::kElsewhere},
      {"likewise, another name", of({1, 2, boot + "/1"}, "box"), RecordState::kElsewhere},
      {"no start time, number in use", of(timeless), RecordState::kElsewhere},
      {"no start time, number free", of(timeless_dead), RecordState::kEnded},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    CHECK(StateOf(one.record) == one.state);
  }
}

TEST_CASE("a place that cannot be looked at is named as well as it is known") {
  SessionRecord record;
  CHECK(PlaceElsewhere(record) == "another container");
  record.process.domain = "boot/4026532201";
  CHECK(PlaceElsewhere(record) == "another container (process-id namespace 4026532201)");
  record.host = "build-1\n\x1b[2J";
  CHECK(PlaceElsewhere(record) == "host build-1\\u{a}\\u{1b}[2J (process-id namespace 4026532201)");
}

TEST_CASE("a record tells the model that was named before the one that was handed") {
  SessionRecord record;
  CHECK(record.launch_model().empty());
  record.handed_model = "gpt-5";
  CHECK(record.launch_model() == "gpt-5");
  record.model = "gpt-4";
  CHECK(record.launch_model() == "gpt-4");
}

}  // namespace
}  // namespace katra::cli::testing
