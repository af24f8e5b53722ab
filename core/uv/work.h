// Runs work that would block the loop on libuv's threads, and reports its end on the loop.
#pragma once

#include <functional>
#include <memory>

#include "core/uv/loop.h"

namespace katra::uv {

class WorkPool {
 public:
  // One piece of work. If it is destroyed before the end, `done` is not called; work that has begun
  // still finishes.
  class Job {
   public:
    ~Job();
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

   private:
    friend class WorkPool;
    struct Request;

    explicit Job(Request* request);

    Request* request_;  // owned by the loop; nullptr after the end
  };

  // Borrows `loop`. All methods are called on the loop's thread.
  explicit WorkPool(Loop& loop);
  // Waits for running work, so that what it uses may be destroyed afterwards.
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // Runs `work` on another thread (it must own what it uses, or share only what is thread-safe),
  // then `done` on the loop's thread, which may destroy the job.
  [[nodiscard]] std::unique_ptr<Job> Start(std::function<void()> work, std::function<void()> done);

 private:
  struct Running;

  Loop& loop_;
  std::shared_ptr<Running> running_;
};

}  // namespace katra::uv
