#include "store/executor.h"

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/uv/handles.h"

namespace katra::store {
namespace {

struct Job {
  std::function<void()> work;
  std::function<void()> done;
};

struct LaneState {
  size_t max_threads = 1;
  std::deque<Job> jobs;
  std::vector<std::thread> threads;
  size_t idle = 0;
  std::condition_variable has_work;
};

constexpr std::chrono::milliseconds kDestructorGrace{2000};

}  // namespace

struct LoopExecutor::State {
  std::mutex mutex;  // guards all but `wake`, which is made before and destroyed after any thread
  std::array<LaneState, 3> lanes;
  std::vector<std::function<void()>> done;
  size_t running_threads = 0;
  bool stopped = false;
  std::condition_variable thread_ended;
  std::unique_ptr<uv::Async> wake;

  LaneState& Get(Lane lane) { return lanes.at(static_cast<size_t>(lane)); }

  void Work(LaneState& lane) {
    std::unique_lock lock(mutex);
    while (true) {
      ++lane.idle;
      lane.has_work.wait(lock, [&] { return stopped || !lane.jobs.empty(); });
      --lane.idle;
      if (stopped) break;
      Job job = std::move(lane.jobs.front());
      lane.jobs.pop_front();
      lock.unlock();
      job.work();
      job.work = nullptr;  // destroys its captures before `done` is reported
      lock.lock();
      Finish(std::move(job.done));
    }
    --running_threads;
    thread_ended.notify_all();
  }

  // With `mutex` held, so that `wake` is not destroyed meanwhile.
  void Finish(std::function<void()> finished) {
    if (stopped) return;
    done.push_back(std::move(finished));
    if (done.size() == 1) wake->Send();
  }

  // Runs on the loop's thread.
  void RunDone() {
    std::vector<std::function<void()>> ready;
    {
      const std::lock_guard lock(mutex);
      ready.swap(done);
    }
    for (const std::function<void()>& finished : ready) finished();
  }
};

Result<std::unique_ptr<LoopExecutor>> LoopExecutor::Make(uv::Loop& loop) {
  auto state = std::make_shared<State>();
  state->Get(Lane::kRead).max_threads = 2;
  State* const borrowed = state.get();  // the state owns the handle
  Result<std::unique_ptr<uv::Async>> wake =
      uv::Async::Make(loop, [borrowed] { borrowed->RunDone(); });
  if (!wake) return Pass(std::move(wake));
  state->wake = std::move(*wake);
  return std::unique_ptr<LoopExecutor>(new LoopExecutor(std::move(state)));
}

void LoopExecutor::Post(Lane lane_name, std::function<void()> work, std::function<void()> done) {
  std::unique_lock lock(state_->mutex);
  if (state_->stopped) return;
  LaneState& lane = state_->Get(lane_name);
  lane.jobs.push_back(Job{std::move(work), std::move(done)});
  if (lane.jobs.size() > lane.idle && lane.threads.size() < lane.max_threads) {
    try {
      lane.threads.emplace_back([state = state_, &lane] { state->Work(lane); });
      ++state_->running_threads;
    } catch (const std::system_error&) {
      // The system has no more threads. If the lane has none, run the work here.
      if (lane.threads.empty()) {
        Job job = std::move(lane.jobs.back());
        lane.jobs.pop_back();
        lock.unlock();
        job.work();
        lock.lock();
        state_->Finish(std::move(job.done));
        return;
      }
    }
  }
  lane.has_work.notify_one();
}

bool LoopExecutor::Stop(std::chrono::milliseconds grace) {
  std::deque<Job> dropped;  // destroyed after releasing the lock
  std::vector<std::function<void()>> dropped_done;
  bool all_ended = false;
  {
    std::unique_lock lock(state_->mutex);
    state_->stopped = true;
    state_->wake.reset();
    for (LaneState& lane : state_->lanes) {
      for (Job& job : lane.jobs) dropped.push_back(std::move(job));
      lane.jobs.clear();
      lane.has_work.notify_all();
    }
    dropped_done.swap(state_->done);
    all_ended =
        state_->thread_ended.wait_for(lock, grace, [&] { return state_->running_threads == 0; });
  }
  for (LaneState& lane : state_->lanes) {
    for (std::thread& thread : lane.threads) {
      if (all_ended) {
        thread.join();
      } else {
        thread.detach();
      }
    }
    lane.threads.clear();
  }
  return all_ended;
}

LoopExecutor::~LoopExecutor() { static_cast<void>(Stop(kDestructorGrace)); }

}  // namespace katra::store
