// Compares schemas as text: one entry per object, its SQL without comments and with only the
// necessary spaces, so that differences in layout between SQLite versions do not matter.
#include "store/sqlite/schema_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <string_view>

#include "core/sha256.h"
#include "core/text.h"
#include "store/sqlite/migrations.h"

namespace katra::store::sqlite {
namespace {

using Objects = std::map<std::string, std::string>;  // "table messages" -> its table and SQL

// Created by ANALYZE, which a person may have run.
constexpr std::array<std::string_view, 2> kStatistics = {
    "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"};

bool JoinsWords(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string Normalized(std::string_view sql) {
  std::string out;
  bool space = false;
  for (size_t at = 0; at < sql.size();) {
    const char c = sql[at];
    size_t end = at + 1;
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      space = true;
    } else if (sql.substr(at, 2) == "--") {
      end = std::min(sql.find('\n', at), sql.size());
      space = true;
    } else if (sql.substr(at, 2) == "/*") {
      const size_t close = sql.find("*/", at + 2);
      end = close == std::string_view::npos ? sql.size() : close + 2;
      space = true;
    } else {
      if (c == '\'' || c == '"' || c == '`') {
        const size_t close = sql.find(c, at + 1);
        end = close == std::string_view::npos ? sql.size() : close + 1;
      }
      if (space && !out.empty() && JoinsWords(out.back()) && JoinsWords(c)) out += ' ';
      space = false;
      out += sql.substr(at, end - at);
    }
    at = end;
  }
  return out;
}

// Visits all objects in a fixed order, as SQLite reports them: `visit(type, name, table, sql)`.
template <typename Visitor>
void VisitObjects(Connection& connection, Visitor&& visit) {
  SQLite::Statement query(connection.db(),
                          "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema"
                          " ORDER BY type, name, rowid");
  while (query.executeStep()) {
    visit(query.getColumn(0).getString(), query.getColumn(1).getString(),
          query.getColumn(2).getString(), query.getColumn(3).getString());
  }
}

Objects ReadObjects(Connection& connection, bool* doubled) {
  Objects objects;
  VisitObjects(connection, [&](const std::string& type, const std::string& name,
                               const std::string& table, const std::string& sql) {
    const std::string normalized = Normalized(sql);
    for (const std::string_view known : kStatistics) {
      if (type == "table" && name.starts_with("sqlite_stat") && normalized == known) return;
    }
    *doubled |= !objects.emplace(type + " " + name, table + "\n" + normalized).second;
  });
  return objects;
}

Status Refuse(Connection& connection, const std::string& what) {
  return Fail(ErrorCode::kUnsupported,
              "\"" + connection.db().getFilename() + "\" " + what +
                  ". It may have been made to mislead Katra, so nothing of it was used: restore a "
                  "backup, or move it away and start with a new one");
}

}  // namespace

const char* const kLatestSchemaDigest =
    "76eb1dc6bd73d6cd1b9bfb3abaedf8fbc5aa57df13fae128c58eb835a426a542";

std::string SchemaDigest(Connection& connection) {
  std::string words;
  VisitObjects(connection, [&](const std::string& type, const std::string& name,
                               const std::string& table, const std::string& sql) {
    for (const std::string& text : {type, name, table, sql}) words.append(text).push_back('\0');
  });
  return Sha256Hex(words);
}

Status CheckSchema(Connection& connection, int version) {
  if (version == LatestVersion() && SchemaDigest(connection) == kLatestSchemaDigest) return {};
  bool doubled = false;
  const Objects found = ReadObjects(connection, &doubled);
  Connection model(":memory:", Connection::Mode::kReadWrite);
  ApplyMigrations(model, 0, version);
  const Objects expected = ReadObjects(model, &doubled);
  for (const auto& [object, text] : found) {
    const auto known = expected.find(object);
    if (known == expected.end()) {
      return Refuse(connection, "has an unknown " + OneLine(object, 120));
    }
    if (known->second != text) {
      return Refuse(connection, "has a modified " + object);
    }
  }
  for (const auto& [object, text] : expected) {
    if (found.find(object) == found.end()) return Refuse(connection, "lacks the " + object);
  }
  if (doubled) return Refuse(connection, "has two objects of one name");
  return {};
}

}  // namespace katra::store::sqlite
