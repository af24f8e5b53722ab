// Words that mean the same to people of the trade: a query with one of them also looks for the
// others. Built from a list with one group a line, forms separated by "=" (synonyms.txt). Knows
// nothing of SQL.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/search/query.h"

namespace katra::store::search {

// A value; const functions may be called from any thread.
class Synonyms {
 public:
  // The list that is compiled in.
  static const Synonyms& BuiltIn();

  // Adds the groups of `text`. Empty lines, lines that begin with '#', and lines with fewer than
  // two forms are ignored; so is everything behind the first kMaxListBytes.
  void AddList(std::string_view text);

  // Adds the other forms of the query's words as terms of less weight, behind the query's own. Does
  // nothing for very long queries, which have words enough. `query`: the text that was parsed.
  void Expand(std::string_view query, ParsedQuery* parsed) const;

  static constexpr size_t kMaxListBytes = 256 * 1024;

 private:
  struct Group {
    std::vector<std::string> forms;  // tokens of the analyzer, separated by spaces
  };

  // `stands_for`: the index of the query's term that has the form, or -1.
  void AddOthers(const std::string& form, int stands_for, ParsedQuery* parsed) const;

  std::vector<Group> groups_;
  std::unordered_map<std::string, std::vector<size_t>> by_form_;  // indices of groups_
  size_t longest_form_ = 1;                                       // in tokens
};

}  // namespace katra::store::search
