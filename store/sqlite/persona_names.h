// Which personas a query names. Knows the table personas. Throws SQLite::Exception.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/types.h"

namespace katra::store::sqlite {

struct NamedPersonas {
  std::optional<PersonaId> only;     // set when exactly one is named
  std::vector<std::string> written;  // the words of the query that are a name as it is written
};

[[nodiscard]] NamedPersonas FindNamedPersonas(Connection& connection, std::string_view query);

}  // namespace katra::store::sqlite
