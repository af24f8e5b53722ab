// Work that would hold the loop: it runs on libuv's threads, and its end comes back to the loop.
#pragma once

#include <functional>
#include <memory>

#include "core/uv/loop.h"

namespace katra::uv {

class WorkPool {
 public:
  // One piece of work. Destroyed before its end, nothing is `done`; what has begun goes on.
  class Job {
   public:
    ~Job();
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

   private:
    friend class WorkPool;
    struct Request;

    explicit Job(Request* request);

    Request* request_;  // the loop's; nullptr: it has ended
  };

  // `loop` is borrowed. On the loop's thread, all of it.
  explicit WorkPool(Loop& loop);
  // Waits for what is running: whatever that uses may go afterwards.
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // `work` runs on another thread, so it owns what it uses or shares what is thread-safe; then
  // `done` on the loop's, which may destroy the job.
  [[nodiscard]] std::unique_ptr<Job> Start(std::function<void()> work, std::function<void()> done);

 private:
  struct Running;

  Loop& loop_;
  std::shared_ptr<Running> running_;
};

}  // namespace katra::uv
