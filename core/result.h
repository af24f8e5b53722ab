// Errors and results at every module boundary. Knows nothing of JSON-RPC, HTTP or exit codes:
// core/error_map.h maps them.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace katra {

enum class ErrorCode {
  kInvalidArgument,     // the caller's value is wrong; a changed call may succeed
  kNotFound,            // does not exist, or the caller may not see it
  kAlreadyExists,       // the name is taken
  kPermissionDenied,    // file modes, ownership, or another persona's property
  kFailedPrecondition,  // right call, wrong state (e.g. register on a named session)
  kUnsupported,         // a version or feature that this build does not support
  kUnavailable,         // a lock held too long, or a peer that does not answer; try again later
  kResourceExhausted,   // disk full, a limit reached
  kDataLoss,            // the database or a file is corrupt
  kCancelled,           // the caller asked to stop
  kDeadlineExceeded,    // the caller's deadline passed
  kInternal,            // a bug in Katra
};

// An error for a person or a model that can act on it.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;     // what was wrong, what was expected, and the next step
  std::string context;     // where: a path, a field, an SQL operation; may be empty
  bool retryable = false;  // the same call may succeed later, unchanged
};

// A value or an Error.
template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> Fail(ErrorCode code, std::string message,
                                                std::string context = {}) {
  const bool retryable = code == ErrorCode::kUnavailable || code == ErrorCode::kDeadlineExceeded;
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(context), retryable});
}

// Converts a failed Result to another Result type.
template <typename T>
[[nodiscard]] tl::unexpected<Error> Pass(Result<T>&& failed) {
  return tl::unexpected<Error>(std::move(failed).error());
}

}  // namespace katra
