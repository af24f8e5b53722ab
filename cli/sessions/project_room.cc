#include "cli/sessions/project_room.h"

#include <algorithm>

#include "core/repository.h"
#include "core/text.h"
#include "core/unicode.h"
#include "store/reserved_names.h"
#include "store/types.h"

namespace katra::cli {

std::string ProjectRoom(const std::string& folder) {
  const auto repository = FindRepository(folder);
  if (!repository) return {};
  const std::string& identity = repository->identity;
  std::string name = PlainLetters(identity.substr(identity.rfind('/') + 1));
  for (char& c : name) {
    if (!IsName(std::string("a") + c)) c = '-';
  }
  name.erase(0, name.find_first_not_of("-_"));
  name.resize(std::min(name.size(), store::kMaxNameBytes));
  return IsName(name) && !store::IsReservedRoom(name) ? name : std::string();
}

}  // namespace katra::cli
