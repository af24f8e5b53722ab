// The file of JSON lines that several processes add to.
#include "router/routing/learning/line_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router::routing::learning {
namespace {

using katra::testing::TempHome;
using Lines = std::vector<std::string>;

Lines News(LineFile& file, bool* from_start = nullptr) {
  auto news = file.ReadNews();
  if (!news) FAIL(news.error().message);
  if (from_start != nullptr) *from_start = news->from_start;
  return news->lines;
}

TEST_CASE("what is added is read once, in order, by whoever reads") {
  const TempHome home;
  LineFile writer(LearntPath(home.path()));
  LineFile reader(LearntPath(home.path()));
  CHECK_FALSE(reader.HasNews());
  CHECK(News(reader).empty());
  REQUIRE(writer.Append({"one", "two"}, true));
  CHECK(reader.HasNews());
  CHECK(News(reader) == Lines{"one", "two"});
  CHECK_FALSE(reader.HasNews());
  REQUIRE(writer.Append({"three"}, false));
  CHECK(News(reader) == Lines{"three"});
  CHECK(News(reader).empty());
  struct stat there {};
  REQUIRE(stat(writer.path().c_str(), &there) == 0);
  CHECK((there.st_mode & 0777U) == 0600);
}

TEST_CASE("a line that a killed process has begun spoils no other") {
  const TempHome home;
  LineFile file(LearntPath(home.path()));
  REQUIRE(file.Append({"one"}, true));
  std::ofstream(file.path(), std::ios::app) << "{\"half";
  CHECK(News(file) == Lines{"one"});
  CHECK(News(file).empty());
  LineFile other(file.path());
  REQUIRE(other.Append({"two"}, true));
  CHECK(News(file) == Lines{"{\"half", "two"});
}

TEST_CASE("a replaced or removed file is read from its start") {
  const TempHome home;
  LineFile file(LearntPath(home.path()));
  REQUIRE(file.Append({"one", "two"}, true));
  CHECK(News(file).size() == 2);
  REQUIRE(LineFile(file.path()).Replace({"two"}));
  bool from_start = false;
  CHECK(News(file, &from_start) == Lines{"two"});
  CHECK(from_start);
  std::filesystem::remove(file.path());
  CHECK(file.HasNews());
  CHECK(News(file, &from_start).empty());
  CHECK(from_start);
  CHECK_FALSE(file.HasNews());
}

TEST_CASE("two processes lose no line of each other") {
  const TempHome home;
  const std::string path = LearntPath(home.path());
  constexpr int kEach = 200;
  const auto add = [&](const std::string& name) {
    LineFile file(path);
    for (int i = 0; i < kEach; ++i) {
      if (!file.Append({name + std::to_string(i)}, false)) return;
    }
  };
  std::thread one(add, "a");
  std::thread two(add, "b");
  one.join();
  two.join();
  LineFile file(path);
  CHECK(News(file).size() == size_t{2} * kEach);
}

TEST_CASE("a file that others may change is neither read nor written") {
  const TempHome home;
  LineFile file(LearntPath(home.path()));
  REQUIRE(file.Append({"one"}, true));
  REQUIRE(chmod(file.path().c_str(), 0666) == 0);
  const auto read = file.ReadNews();
  REQUIRE_FALSE(read);
  CHECK(read.error().code == ErrorCode::kPermissionDenied);
  CHECK_FALSE(file.Append({"two"}, true));
}

TEST_CASE("a taught example is a route and a text, and of one persona if it says so") {
  const TaughtExample example{"Sam", "code review", "look\nover \"this\""};
  const auto read = ParseTaught(ToJsonLine(example));
  REQUIRE(read);
  CHECK(read->persona == "Sam");
  CHECK(read->route == "code review");
  CHECK(read->text == example.text);
  CHECK(ParseTaught(R"({"route": "other", "text": "x"})")->persona.empty());
  for (const char* bad : {"{}", R"({"route": "x"})", R"({"route": "x", "text": " "})",
                          R"({"route": 1, "text": "x"})", "[]", "{"}) {
    INFO(bad);
    CHECK_FALSE(ParseTaught(bad));
  }
}

}  // namespace
}  // namespace katra::router::routing::learning
