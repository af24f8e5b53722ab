#include "store/sqlite/projects.h"

#include "core/text.h"

namespace katra::store::sqlite {

int64_t EnsureProject(Connection& connection, const std::string& given) {
  constexpr size_t kMostBytes = 300;
  const std::string identity = OneLine(given, kMostBytes);
  if (identity.empty()) return 0;
  {
    Query query = connection.Prepare("SELECT id FROM projects WHERE identity = ?1");
    if (query.Bind(identity)->executeStep()) return query->getColumn(0).getInt64();
  }
  Query insert = connection.Prepare("INSERT INTO projects(identity) VALUES (?1)");
  insert.Bind(identity)->exec();
  return connection.db().getLastInsertRowid();
}

std::string ProjectIdentity(Connection& connection, int64_t project) {
  Query query = connection.Prepare("SELECT identity FROM projects WHERE id = ?1");
  return query.Bind(project)->executeStep() ? query->getColumn(0).getString() : std::string();
}

Result<std::vector<int64_t>> RequireProjects(Connection& connection, const std::string& name) {
  const std::string wanted = ToLowerAscii(name);
  std::vector<int64_t> ids;
  std::vector<std::string> names;
  Query query = connection.Prepare("SELECT id, identity FROM projects ORDER BY id");
  while (query->executeStep()) {
    const std::string identity = query->getColumn(1).getString();
    const std::string key = ToLowerAscii(identity);
    if (key == wanted || key.ends_with("/" + wanted)) ids.push_back(query->getColumn(0).getInt64());
    names.push_back(identity);
    names.push_back(identity.substr(identity.rfind('/') + 1));
  }
  if (!ids.empty()) return ids;
  const std::vector<std::string> near = NearestMatches(name, names);
  return Fail(ErrorCode::kNotFound,
              "there is no project \"" + OneLine(name, 200) + "\"" +
                  (near.empty() ? std::string(": \"*\" looks everywhere")
                                : "; did you mean " + OneLine(Join(near, ", "), 600) + "?"));
}

}  // namespace katra::store::sqlite
