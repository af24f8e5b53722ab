#include "core/error_map.h"

namespace katra {

const ErrorNames& NamesOf(ErrorCode code) {
  static constexpr ErrorNames kInvalidArgument{"invalid_argument", -32602, 400, 2};
  static constexpr ErrorNames kNotFound{"not_found", -32602, 404, 3};
  static constexpr ErrorNames kAlreadyExists{"already_exists", 1409, 409, 4};
  static constexpr ErrorNames kPermissionDenied{"permission_denied", 1403, 403, 5};
  static constexpr ErrorNames kFailedPrecondition{"failed_precondition", 1412, 412, 6};
  static constexpr ErrorNames kUnsupported{"unsupported", 1501, 501, 7};
  static constexpr ErrorNames kUnavailable{"unavailable", 1503, 503, 8};
  static constexpr ErrorNames kResourceExhausted{"resource_exhausted", 1507, 507, 9};
  static constexpr ErrorNames kDataLoss{"data_loss", 1500, 500, 10};
  static constexpr ErrorNames kCancelled{"cancelled", 1499, 499, 11};
  static constexpr ErrorNames kDeadlineExceeded{"deadline_exceeded", 1504, 504, 12};
  static constexpr ErrorNames kInternal{"internal", -32603, 500, 70};
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return kInvalidArgument;
    case ErrorCode::kNotFound:
      return kNotFound;
    case ErrorCode::kAlreadyExists:
      return kAlreadyExists;
    case ErrorCode::kPermissionDenied:
      return kPermissionDenied;
    case ErrorCode::kFailedPrecondition:
      return kFailedPrecondition;
    case ErrorCode::kUnsupported:
      return kUnsupported;
    case ErrorCode::kUnavailable:
      return kUnavailable;
    case ErrorCode::kResourceExhausted:
      return kResourceExhausted;
    case ErrorCode::kDataLoss:
      return kDataLoss;
    case ErrorCode::kCancelled:
      return kCancelled;
    case ErrorCode::kDeadlineExceeded:
      return kDeadlineExceeded;
    case ErrorCode::kInternal:
      break;
  }
  return kInternal;
}

}  // namespace katra
