// Opens the store on SQLite, without showing SQLite to the caller.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/ids.h"
#include "store/store.h"

namespace katra::store::sqlite {

struct OpenOptions {
  std::string home;  // made with mode 0700 when it does not exist
  // Called on the caller's thread after each commit that someone may wait for (store/bell.h).
  std::function<void()> ring;
  const Clock* clock = nullptr;  // borrowed; outlives the store
  Random* random = nullptr;      // borrowed; outlives the store
  // The quotas of a persona, asked for when they are needed, on the caller's thread and in its
  // transaction. Empty: there are none.
  std::function<Quotas(std::string_view persona)> quotas = {};
};

// Opens HOME/katra.db, or makes it, and brings its schema up to date.
// kPermissionDenied: the folder or a file of it is open to others, or another user's.
// kFailedPrecondition: the home is not a folder. kUnsupported: written by a newer Katra, or no
// database of Katra. kDataLoss: damaged. kInvalidArgument: no clock or random.
[[nodiscard]] Result<std::unique_ptr<Store>> OpenSqliteStore(const OpenOptions& options,
                                                             const CallContext& context);

// The same with the bell of the home (HOME/bell), rung after each commit, and the quotas that its
// personas.json says. `clock` and `random` are borrowed; they outlive the store.
[[nodiscard]] Result<std::shared_ptr<Store>> OpenStoreWithBell(const std::string& home,
                                                               const Clock& clock, Random& random,
                                                               const CallContext& context);

}  // namespace katra::store::sqlite
