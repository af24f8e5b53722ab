// Opens the SQLite store without exposing SQLite to the caller.
#pragma once

#include <memory>
#include <string>

#include "store/open.h"

namespace katra::store::sqlite {

// Opens or creates HOME/katra.db, with HOME/bell to wake waiting readers. Creates the home with
// mode 0700 if it does not exist. As OpenStore, but there are no quotas if `options.quotas` is
// unset.
[[nodiscard]] Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& home,
                                                             const OpenOptions& options,
                                                             const CallContext& context);

}  // namespace katra::store::sqlite
