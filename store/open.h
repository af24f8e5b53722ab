// Opens a store by its address: all that a main() needs to know of a backend.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"
#include "store/quotas.h"
#include "store/store.h"

namespace katra::store {

struct OpenOptions {
  const Clock* clock = nullptr;  // required; borrowed, outlives the store
  Random* random = nullptr;      // required; borrowed, outlives the store
  // The quotas of a persona. Asked on the caller's thread, inside of its transaction, when they are
  // needed. Unset: OpenStore uses what HOME/router/personas.json says.
  std::function<Quotas(std::string_view persona)> quotas = {};
};

// Opens the store at `address`, or creates it, and brings its schema up to date. Blocks on the disk
// and on other processes' writes: not for an event loop's thread. The store may be used by any
// thread, and by as many processes as open the same address.
//
// An address is the path of a folder (a home). Backends of other kinds are chosen by a scheme,
// "scheme://…"; there is none today.
//
// kInvalidArgument: an unknown scheme, or no clock or random. kFailedPrecondition: not a folder.
// kPermissionDenied: the folder or a file in it is open to others, or another user's.
// kUnsupported: written by a newer Katra, or not a database of Katra. kDataLoss: damaged.
[[nodiscard]] Result<std::shared_ptr<Store>> OpenStore(const std::string& address,
                                                       const OpenOptions& options,
                                                       const CallContext& context);

}  // namespace katra::store
