// Opens the store on SQLite, without showing SQLite to the caller.
#pragma once

#include <memory>
#include <string>

#include "store/open.h"

namespace katra::store::sqlite {

// Opens HOME/katra.db, or creates it, with HOME/bell to wake those who wait. The home is made with
// mode 0700 when it does not exist. As OpenStore, but without `options.quotas` there are none.
[[nodiscard]] Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& home,
                                                             const OpenOptions& options,
                                                             const CallContext& context);

}  // namespace katra::store::sqlite
