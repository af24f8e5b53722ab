// Which backend an address chooses.
#include "store/open.h"

#include <filesystem>
#include <fstream>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::store {
namespace {

const SystemClock kClock;
SystemRandom random_bits;

Result<std::shared_ptr<Store>> Open(const std::string& address) {
  return OpenStore(address, {&kClock, &random_bits}, CallContext{});
}

TEST_CASE("the path of a folder opens the store in it, and makes it when there is none") {
  const testing::TempHome home;
  const std::string path = home.File("new");
  const auto store = Open(path);
  REQUIRE(store);
  const auto info = (*store)->Info(CallContext{});
  REQUIRE(info);
  CHECK(info->location == path + "/katra.db");
  REQUIRE(Open(path));
}

TEST_CASE("words of the user's own list find each other") {
  const testing::TempHome home;
  std::ofstream(home.File("synonyms.txt")) << "heron = billing service\n";
  const auto store = Open(home.path());
  REQUIRE(store);
  SessionStart start;
  start.persona = "Sam";
  const auto session = (*store)->OpenSession(start, CallContext{});
  REQUIRE(session);
  RememberRequest remember;
  remember.session = session->id;
  remember.content = "the billing service was moved";
  REQUIRE((*store)->Remember(remember, CallContext{}));
  RecallRequest recall;
  recall.session = session->id;
  recall.query = "heron";
  const auto found = (*store)->Recall(recall, CallContext{});
  REQUIRE(found);
  CHECK(found->hits.size() == 1);
}

TEST_CASE("an address of an unknown scheme is refused, and the message names what is known") {
  const std::string address =
      GENERATE("postgres://host/katra", "http://127.0.0.1:1/", "sqlite://x", "S3+x.y-1://b");
  const auto store = Open(address);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == ErrorCode::kInvalidArgument);
  CHECK(store.error().message ==
        "unknown kind of store \"" + address.substr(0, address.find("://")) +
            "://\": the address of a store is the path of a folder, e.g. /home/you/.katra");
  CHECK_FALSE(std::filesystem::exists(address));
}

TEST_CASE("a path that only looks like a scheme is a path") {
  const testing::TempHome home;
  for (const std::string name : {"a:b", "a b:", "x:y:z"}) {
    INFO(name);
    const auto store = Open(home.File(name));
    REQUIRE(store);
    CHECK(std::filesystem::exists(home.File(name) + "/katra.db"));
  }
}

TEST_CASE("a store without a clock or random bits is refused") {
  const testing::TempHome home;
  const auto store = OpenStore(home.File("new"), {}, CallContext{});
  REQUIRE_FALSE(store);
  CHECK(store.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("without quotas of its own a store holds to the personas.json of its home") {
  const testing::TempHome home;
  const std::string path = home.File("new");
  REQUIRE(Open(path));
  std::filesystem::create_directory(path + "/router");
  std::filesystem::permissions(path + "/router", std::filesystem::perms::owner_all);
  {
    std::ofstream file(path + "/router/personas.json");
    file << R"({"limits": {"messages_per_hour": 1}})";
  }
  std::filesystem::permissions(
      path + "/router/personas.json",
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto say_twice = [&](const OpenOptions& options, const std::string& persona) {
    const auto store = OpenStore(path, options, CallContext{});
    REQUIRE(store);
    SessionStart start;
    start.persona = persona;
    start.process = CurrentProcess();
    const auto session = (*store)->OpenSession(start, CallContext{});
    REQUIRE(session);
    SayRequest say;
    say.session = session->id;
    say.body = "hello";
    REQUIRE((*store)->Say(say, CallContext{}));
    return (*store)->Say(say, CallContext{});
  };
  const auto refused = say_twice({&kClock, &random_bits}, "Sam");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kResourceExhausted);
  const auto without = [](std::string_view) { return Quotas{0, 0, 0, 0}; };
  CHECK(say_twice({&kClock, &random_bits, without}, "Dario"));
}

}  // namespace
}  // namespace katra::store
