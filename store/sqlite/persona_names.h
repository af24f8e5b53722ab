// Finds the personas that a query names. Knows the table personas. Throws SQLite::Exception.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/types.h"

namespace katra::store::sqlite {

struct NamedPersonas {
  std::optional<PersonaId> only;     // set if exactly one is named
  std::vector<std::string> written;  // words of the query that match a name exactly, including case
};

[[nodiscard]] NamedPersonas FindNamedPersonas(Connection& connection, std::string_view query);

}  // namespace katra::store::sqlite
