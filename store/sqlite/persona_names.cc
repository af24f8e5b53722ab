#include "store/sqlite/persona_names.h"

#include <set>

#include "core/text.h"
#include "store/search/query.h"

namespace katra::store::sqlite {

NamedPersonas FindNamedPersonas(Connection& connection, std::string_view query) {
  NamedPersonas named;
  std::set<PersonaId> personas;
  for (std::string& word : search::NamesIn(query)) {
    Query find = connection.Prepare("SELECT id, name FROM personas WHERE name_key = ?1");
    if (!find.Bind(ToLowerAscii(word))->executeStep()) continue;
    personas.insert(find->getColumn(0).getInt64());
    // If there is a persona "Lead", the word "lead" in a query may be an ordinary word, but "Lead"
    // is the name.
    if (find->getColumn(1).getString() == word) named.written.push_back(std::move(word));
  }
  if (personas.size() == 1) named.only = *personas.begin();
  return named;
}

}  // namespace katra::store::sqlite
