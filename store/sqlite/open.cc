#include "store/sqlite/open.h"

#include <utility>

#include "store/bell.h"

namespace katra::store::sqlite {

Result<std::shared_ptr<Store>> OpenStoreWithBell(const std::string& home, const Clock& clock,
                                                 Random& random, const CallContext& context) {
  // The store rings, and makes the folder in which the bell hangs.
  const auto bell = std::make_shared<std::unique_ptr<Bell>>();
  OpenOptions options;
  options.home = home;
  options.clock = &clock;
  options.random = &random;
  options.ring = [bell] {
    if (*bell) (*bell)->Ring();
  };
  options.quotas = [home](std::string_view persona) { return LoadQuotas(home, persona); };
  auto opened = OpenSqliteStore(options, context);
  if (!opened) return Pass(std::move(opened));
  auto hung = Bell::Open(home + "/bell");
  if (!hung) return Pass(std::move(hung));
  *bell = std::move(*hung);
  return std::shared_ptr<Store>(std::move(*opened));
}

}  // namespace katra::store::sqlite
