#include "store/search/synonyms.h"

#include <algorithm>

#include "core/text.h"
#include "store/search/analyzer.h"
#include "store/search/synonyms.gen.h"

namespace katra::store::search {
namespace {

constexpr double kSynonymWeight = 0.4;
constexpr size_t kMaxExpanded = 12;  // terms of a query that may still be expanded
constexpr size_t kMaxAdded = 8;      // terms added to one query

// The tokens of a form as a query has them: one word if it is one ("k8s", "CI/CD"), else the words
// of a phrase.
std::string TokensOf(std::string_view form) {
  std::vector<std::string> in_order;
  std::string joined;
  Analyze(form, [&](std::string_view token, TokenKind kind) {
    if (IsInOrder(kind)) in_order.emplace_back(token);
    if (kind == TokenKind::kJoined) joined = token;
  });
  const bool one_word = form.find(' ') == std::string_view::npos;
  return one_word && !joined.empty() ? joined : Join(in_order, " ");
}

size_t CountTokens(const std::string& form) {
  return static_cast<size_t>(std::count(form.begin(), form.end(), ' ')) + 1;
}

bool HasTerm(const ParsedQuery& parsed, const std::string& tokens) {
  return std::any_of(parsed.terms.begin(), parsed.terms.end(),
                     [&](const QueryTerm& term) { return term.tokens == tokens; });
}

}  // namespace

const Synonyms& Synonyms::BuiltIn() {
  static const Synonyms built_in = [] {
    Synonyms synonyms;
    for (const synonym_lists::EmbeddedFile& file : synonym_lists::EmbeddedFiles()) {
      synonyms.AddList(file.text);
    }
    return synonyms;
  }();
  return built_in;
}

void Synonyms::AddList(std::string_view text) {
  text = text.substr(0, kMaxListBytes);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with('#')) continue;
    Group group;
    while (!line.empty()) {
      const size_t bar = std::min(line.find('='), line.size());
      std::string form = TokensOf(Trim(line.substr(0, bar)));
      line.remove_prefix(std::min(bar + 1, line.size()));
      if (form.empty() || CountTokens(form) > kMaxPhraseTokens) continue;
      longest_form_ = std::max(longest_form_, CountTokens(form));
      group.forms.push_back(std::move(form));
    }
    if (group.forms.size() < 2) continue;
    for (const std::string& form : group.forms) by_form_[form].push_back(groups_.size());
    groups_.push_back(std::move(group));
  }
}

void Synonyms::AddOthers(const std::string& form, int stands_for, ParsedQuery* parsed) const {
  const double weight = stands_for < 0 ? 1 : parsed->terms[static_cast<size_t>(stands_for)].weight;
  auto found = by_form_.find(form);
  if (found == by_form_.end() && form.size() > 3 && form.ends_with('s')) {
    found = by_form_.find(form.substr(0, form.size() - 1));
  }
  if (found == by_form_.end()) return;
  for (const size_t group : found->second) {
    for (const std::string& other : groups_[group].forms) {
      if (other == found->first || HasTerm(*parsed, other)) continue;
      if (parsed->terms.size() >= kMaxQueryTerms) return;
      QueryTerm term;
      term.tokens = other;
      term.weight = weight * kSynonymWeight;
      term.phrase = CountTokens(other) > 1;
      term.synonym = true;
      term.stands_for = stands_for;
      parsed->terms.push_back(std::move(term));
    }
  }
}

void Synonyms::Expand(std::string_view query, ParsedQuery* parsed) const {
  const size_t own = parsed->terms.size();
  if (own > kMaxExpanded) return;
  for (size_t i = 0; i < own; ++i) {
    if (parsed->terms.size() >= own + kMaxAdded) return;
    const std::string form = parsed->terms[i].tokens;
    AddOthers(form, static_cast<int>(i), parsed);
  }
  // Forms of several words, with the stop words that a query otherwise ignores.
  std::vector<std::string> tokens;
  Analyze(query.substr(0, kMaxQueryBytes), [&](std::string_view token, TokenKind kind) {
    if (IsInOrder(kind)) tokens.emplace_back(token);
  });
  for (size_t first = 0; first < tokens.size(); ++first) {
    std::string form = tokens[first];
    for (size_t next = first + 1; next < std::min(tokens.size(), first + longest_form_); ++next) {
      form += " " + tokens[next];
      if (parsed->terms.size() >= own + kMaxAdded) return;
      AddOthers(form, -1, parsed);
    }
  }
}

}  // namespace katra::store::search
