#include "core/uv/work.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace katra::uv {

// Shared with the worker threads.
struct WorkPool::Running {
  std::mutex mutex;
  std::condition_variable ended;
  int count = 0;
  bool closed = false;  // no more work may begin

  bool Begin() {
    const std::lock_guard lock(mutex);
    if (!closed) ++count;
    return !closed;
  }
  void End() {
    const std::lock_guard lock(mutex);
    --count;
    ended.notify_all();
  }
};

struct WorkPool::Job::Request {
  uv_work_t work{};
  std::shared_ptr<Running> running;
  std::function<void()> run;
  std::function<void()> done;
  Job* job = nullptr;  // nullptr: destroyed
};

WorkPool::Job::Job(Request* request) : request_(request) { request->job = this; }

WorkPool::Job::~Job() {
  if (request_ == nullptr) return;
  request_->job = nullptr;
  request_->done = nullptr;
  uv_cancel(reinterpret_cast<uv_req_t*>(&request_->work));  // succeeds only if it has not begun
}

WorkPool::WorkPool(Loop& loop) : loop_(loop), running_(std::make_shared<Running>()) {}

WorkPool::~WorkPool() {
  std::unique_lock lock(running_->mutex);
  running_->closed = true;
  running_->ended.wait(lock, [this] { return running_->count == 0; });
}

std::unique_ptr<WorkPool::Job> WorkPool::Start(std::function<void()> work,
                                               std::function<void()> done) {
  auto* request = new Job::Request;
  request->running = running_;
  request->run = std::move(work);
  request->done = std::move(done);
  request->work.data = request;
  auto job = std::unique_ptr<Job>(new Job(request));
  uv_queue_work(
      loop_.raw(), &request->work,
      [](uv_work_t* queued) {
        auto* own = static_cast<Job::Request*>(queued->data);
        if (!own->running->Begin()) return;
        own->run();
        own->running->End();
      },
      [](uv_work_t* queued, int status) {
        const std::unique_ptr<Job::Request> own(static_cast<Job::Request*>(queued->data));
        if (own->job == nullptr) return;
        own->job->request_ = nullptr;
        if (status == 0) own->done();
      });
  return job;
}

}  // namespace katra::uv
