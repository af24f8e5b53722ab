// Opens a store by its address. The only part of a backend that a main() needs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"
#include "store/quotas.h"
#include "store/retention.h"
#include "store/store.h"

namespace katra::store {

struct OpenOptions {
  const Clock* clock = nullptr;  // required; borrowed, outlives the store
  Random* random = nullptr;      // required; borrowed, outlives the store
  // Returns the quotas of a persona. Called when they are needed, on the caller's thread, inside
  // its transaction. If unset, OpenStore reads them from HOME/router/personas.json.
  std::function<Quotas(std::string_view persona)> quotas = {};
  // How long rooms keep messages. Called by Store::Tend. If unset, OpenStore reads the same file.
  std::function<Retention()> retention = {};
};

// Opens the store at `address`, or creates it, and updates its schema. Blocks on the disk and on
// writes of other processes, so do not call it on an event loop's thread. Any thread, and any
// number of processes, may use the same store.
//
// An address is the path of a folder (a home). A scheme, "scheme://…", will select another kind of
// backend; there is none today.
//
// kInvalidArgument: an unknown scheme, or no clock or random. kFailedPrecondition: not a folder.
// kPermissionDenied: the folder or a file in it is accessible to others or belongs to another user.
// kUnsupported: written by a newer Katra, or not a Katra database. kDataLoss: damaged.
[[nodiscard]] Result<std::shared_ptr<Store>> OpenStore(const std::string& address,
                                                       const OpenOptions& options,
                                                       const CallContext& context);

}  // namespace katra::store
