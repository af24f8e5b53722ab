// The executor's lanes, and the bell, on a real loop with real threads.
#include "store/executor.h"

#include <atomic>
#include <future>
#include <set>
#include <thread>
#include <vector>

#include "core/uv/loop.h"
#include "tests/support/cpp/catch.h"

namespace katra::store {
namespace {

using Lane = Executor::Lane;

struct Rig {
  Rig() : loop(std::move(*uv::Loop::Make())), executor(std::move(*LoopExecutor::Make(*loop))) {}

  std::unique_ptr<uv::Loop> loop;
  std::unique_ptr<LoopExecutor> executor;
};

TEST_CASE("work runs off the loop, and what follows it on the loop") {
  Rig rig;
  const auto loop_thread = std::this_thread::get_id();
  std::thread::id work_thread;
  std::thread::id done_thread;
  rig.executor->Post(
      Lane::kWrite, [&] { work_thread = std::this_thread::get_id(); },
      [&] {
        done_thread = std::this_thread::get_id();
        rig.loop->Stop();
      });
  rig.loop->Run();
  CHECK(work_thread != loop_thread);
  CHECK(done_thread == loop_thread);
}

TEST_CASE("a lane works first come, first served, and reports in that order") {
  Rig rig;
  std::vector<int> worked;
  std::vector<int> done;
  for (int i = 0; i < 100; ++i) {
    rig.executor->Post(
        Lane::kHear, [&worked, i] { worked.push_back(i); },
        [&, i] {
          done.push_back(i);
          if (done.size() == 100) rig.loop->Stop();
        });
  }
  rig.loop->Run();
  REQUIRE(worked.size() == 100);
  for (int i = 0; i < 100; ++i) {
    CHECK(worked[static_cast<size_t>(i)] == i);
    CHECK(done[static_cast<size_t>(i)] == i);
  }
}

TEST_CASE("a lane that is stuck stops no other lane, and one stuck read no other read") {
  Rig rig;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  const auto stuck = [released] { released.wait(); };
  std::multiset<int> done;
  const auto count = [&](int what) {
    return [&, what] {
      done.insert(what);
      if (done.size() == 2) release.set_value();
      if (done.size() == 5) rig.loop->Stop();
    };
  };
  rig.executor->Post(Lane::kWrite, stuck, count(1));
  rig.executor->Post(Lane::kRead, stuck, count(2));
  rig.executor->Post(
      Lane::kRead, [] {}, count(3));
  rig.executor->Post(
      Lane::kHear, [] {}, count(4));
  rig.executor->Post(
      Lane::kWrite, [] {}, count(5));
  rig.loop->Run();
  CHECK(done == std::multiset<int>{1, 2, 3, 4, 5});
}

TEST_CASE("a stopped executor drops what has not begun") {
  Rig rig;
  std::promise<void> begun;
  std::promise<void> release;
  static std::atomic<bool> thread_ended{false};  // outlives the thread, which is left behind
  std::atomic<bool> second_ran{false};
  std::atomic<int> done{0};
  rig.executor->Post(
      Lane::kWrite,
      [&] {
        struct AtThreadExit {
          ~AtThreadExit() {
            thread_ended = true;
            thread_ended.notify_all();
          }
        };
        thread_local const AtThreadExit at_exit;
        static_cast<void>(at_exit);
        begun.set_value();
        release.get_future().wait();
      },
      [&] { ++done; });
  rig.executor->Post(
      Lane::kWrite, [&] { second_ran = true; }, [&] { ++done; });
  begun.get_future().wait();
  // The first job is let go only after the stop, and its thread would come to the second.
  CHECK_FALSE(rig.executor->Stop(std::chrono::milliseconds(0)));
  release.set_value();
  thread_ended.wait(false);
  rig.loop->RunReady();
  CHECK_FALSE(second_ran);
  CHECK(done == 0);
}

TEST_CASE("stopping does not wait for work that is stuck, and says so") {
  Rig rig;
  auto release = std::make_shared<std::promise<void>>();
  auto begun = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  rig.executor->Post(
      Lane::kWrite,
      [release, begun, ended] {
        begun->set_value();
        release->get_future().wait();
        ended->set_value();
      },
      [] {});
  begun->get_future().wait();
  CHECK_FALSE(rig.executor->Stop(std::chrono::milliseconds(1)));
  release->set_value();
  ended->get_future().wait();
}

}  // namespace
}  // namespace katra::store
