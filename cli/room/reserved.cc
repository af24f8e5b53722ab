#include "cli/room/reserved.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/text.h"
#include "store/reserved_names.h"

namespace katra::cli {

Status RefuseReserved(const std::string& persona, Context& context) {
  if (!store::IsReservedName(persona)) return {};
  std::error_code failed;
  if (!std::filesystem::exists(context.home(), failed)) return store::RefuseReservedName(persona);
  const Result<store::SessionStore*> store = context.OpenStore();
  if (!store) return tl::unexpected<Error>(store.error());
  const auto personas = (*store)->ListPersonas(context.Call());
  if (!personas) return tl::unexpected<Error>(personas.error());
  const bool known = std::any_of(
      personas->begin(), personas->end(),
      [&](const store::Persona& one) { return ToLowerAscii(one.name) == ToLowerAscii(persona); });
  if (known) return {};
  return store::RefuseReservedName(persona);
}

}  // namespace katra::cli
