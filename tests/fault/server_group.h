// Personas on real server processes that say, hear and remember as fast as they can, until some are
// killed. A fault test is a loop of: let them work, strike, check, bring them back.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/fault/ledger.h"
#include "tests/support/cpp/server_process.h"

namespace katra::testing {

// $KATRA_TEST_SEED, or a new one; printed, so that a failure can be had again.
[[nodiscard]] uint64_t AnnouncedSeed(const char* test);

struct ServerGroupOptions {
  std::string home;
  std::vector<std::string> names = {"Dario", "Sam", "Charlie"};
  std::map<std::string, std::string> environment;  // of the servers
  bool marks = true;  // what is heard again must be marked (not after a power loss)
};

class ServerGroup {
 public:
  ServerGroup(ServerGroupOptions options, uint64_t seed);
  ~ServerGroup();
  ServerGroup(const ServerGroup&) = delete;
  ServerGroup& operator=(const ServerGroup&) = delete;

  // Starts a server for everybody who has none. Each joins the room.
  void Man();

  // All work at once, until together they have done `operations` and then a random moment has gone
  // by; then `victims` of them (at least one) are killed with -9, the others finish their call.
  void WorkThenKill(uint64_t operations, size_t victims);

  // Everybody hears until nothing is left, twice.
  void HearAll();

  [[nodiscard]] std::vector<const ClientRecord*> records() const;
  // What was wrong so far, of all.
  [[nodiscard]] std::vector<std::string> Problems() const;

 private:
  struct Member {
    ClientRecord record;
    std::unique_ptr<ServerProcess> server;  // null: not manned
    std::mt19937_64 random;
  };

  // Returns when told to stop, or when the server has gone.
  void Work(Member* member);
  bool DoOne(Member* member);

  ServerGroupOptions options_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<Member>> members_;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> done_{0};
};

}  // namespace katra::testing
