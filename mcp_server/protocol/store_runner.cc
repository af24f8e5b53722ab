#include "mcp_server/protocol/store_runner.h"

#include <exception>
#include <optional>
#include <utility>

namespace katra::mcp {
namespace {

constexpr std::chrono::seconds kCallPatience{30};

}  // namespace

void StoreRunner::Run(Lane lane, CancelFlag cancelled, Work work, Done done) {
  ++running_;
  host_.WhenReady([this, lane, cancelled = std::move(cancelled), work = std::move(work),
                   done = std::move(done)](const Error* error) {
    if (error != nullptr) {
      --running_;
      done(error);
    } else {
      Post(lane, cancelled, work, done);
    }
  });
}

void StoreRunner::Post(Lane lane, CancelFlag cancelled, Work work, Done done) {
  auto failure = std::make_shared<std::optional<Error>>();
  executor_.Post(
      lane,
      [this, store = host_.store(), session = host_.session()->id, failure,
       cancelled = std::move(cancelled), work = std::move(work),
       deadline = clock_.Steady() + kCallPatience] {
        if (*cancelled) {
          *failure = Error{ErrorCode::kCancelled, "cancelled before it began", {}, false};
          return;
        }
        const CallEnvironment environment{.store = *store,
                                          .clock = clock_,
                                          .session = session,
                                          .context = {deadline, cancelled.get()},
                                          .home = home_};
        try {
          work(environment);
        } catch (const std::exception& defect) {
          *failure = Error{ErrorCode::kInternal, defect.what(), {}, false};
        }
      },
      [this, failure, done = std::move(done)] {
        --running_;
        done(*failure ? &**failure : nullptr);
      });
}

}  // namespace katra::mcp
