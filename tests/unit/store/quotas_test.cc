// What personas.json says of quotas, read by the store itself.
#include "store/quotas.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::store {
namespace {

TEST_CASE("quotas are those of everybody, and of a persona by its name in any case") {
  const std::string text = R"({"limits": {"messages_per_hour": 10, "rooms_per_day": 0},
      "personas": {"Neo": {"limits": {"messages_per_hour": 5, "memories_per_day": 7}}, "Mia": {}}})";
  const Quotas standard;
  const Quotas mia = ReadQuotas(text, "Mia");
  CHECK(mia == Quotas{10, standard.message_bytes_per_hour, 0, standard.memories_per_day});
  CHECK(ReadQuotas(text, "unknown") == mia);
  CHECK(ReadQuotas(text, "nEO") == Quotas{5, standard.message_bytes_per_hour, 0, 7});
}

TEST_CASE("what cannot be read leaves the standard quotas") {
  for (const std::string& text : std::vector<std::string>{
           "", "no JSON", "[]", R"({"limits": 5})", R"({"limits": {"messages_per_hour": "5"}})",
           R"({"limits": {"messages_per_hour": -1}})", R"({"limits": {"messages_per_hour": 1.5}})",
           R"({"personas": []})", R"({"personas": {"Neo": 4}})",
           R"({"personas": {"Neo": {"limits": []}}})"}) {
    INFO(text);
    CHECK(ReadQuotas(text, "Neo") == Quotas());
  }
}

TEST_CASE("quotas are not taken from a file that somebody else may have written") {
  const testing::TempHome home;
  CHECK(LoadQuotas(home.path(), "Neo") == Quotas());
  mkdir(home.File("router").c_str(), 0700);
  std::ofstream(QuotasPath(home.path())) << R"({"limits": {"messages_per_hour": 5}})";
  chmod(QuotasPath(home.path()).c_str(), 0644);
  CHECK(LoadQuotas(home.path(), "Neo").messages_per_hour == 5);
  chmod(QuotasPath(home.path()).c_str(), 0666);
  CHECK(LoadQuotas(home.path(), "Neo") == Quotas());
  rename(QuotasPath(home.path()).c_str(), home.File("moved").c_str());
  chmod(home.File("moved").c_str(), 0600);
  REQUIRE(symlink(home.File("moved").c_str(), QuotasPath(home.path()).c_str()) == 0);
  CHECK(LoadQuotas(home.path(), "Neo") == Quotas());
}

}  // namespace
}  // namespace katra::store
