#include "store/search/query.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "store/search/analyzer.h"

namespace katra::store::search {
namespace {

constexpr size_t kMaxNames = 32;
constexpr size_t kMaxNameBytes = 64;
constexpr size_t kMaxPhrases = 8;
constexpr double kPhraseWeight = 1.5;

double WeightOf(TokenKind kind) {
  switch (kind) {
    case TokenKind::kWord:
    case TokenKind::kJoined:
    case TokenKind::kGram:
      return 1.0;
    case TokenKind::kPart:
      return 0.8;
    case TokenKind::kLoneChar:
      return 0.5;
    case TokenKind::kChar:
      return 0;
  }
  return 0;
}

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool HasDigit(std::string_view token) {
  return token.find_first_of("0123456789") != std::string_view::npos;
}

// Collects distinct terms, up to kMaxQueryTerms.
class TermList {
 public:
  void Add(std::string_view token, TokenKind kind) {
    if (WeightOf(kind) <= 0) return;
    const bool content = !IsStopWord(token);
    std::vector<QueryTerm>& list = content ? terms_ : stop_words_;
    QueryTerm term{
        std::string(token), WeightOf(kind), false,
        content && kind != TokenKind::kGram && kind != TokenKind::kLoneChar && !HasDigit(token)};
    Append(std::move(term), &list);
  }

  void AddPhrase(std::string_view text) {
    std::string tokens;
    size_t count = 0;
    Analyze(text, [&](std::string_view token, TokenKind kind) {
      if (!IsInOrder(kind) || count == kMaxPhraseTokens) return;
      if (count++ > 0) tokens.push_back(' ');
      tokens.append(token);
    });
    if (count == 0) return;
    if (count > 1 && phrases_ == kMaxPhrases) return;
    if (count > 1) ++phrases_;
    Append({std::move(tokens), count > 1 ? kPhraseWeight : 1.0, count > 1, count == 1}, &terms_);
  }

  // The content words, or the stop words if there are no others.
  std::vector<QueryTerm> Take() {
    return terms_.empty() ? std::move(stop_words_) : std::move(terms_);
  }

 private:
  void Append(QueryTerm term, std::vector<QueryTerm>* list) {
    if (list->size() >= kMaxQueryTerms || !seen_.insert(term.tokens).second) return;
    list->push_back(std::move(term));
  }

  std::vector<QueryTerm> terms_;
  std::vector<QueryTerm> stop_words_;
  std::unordered_set<std::string> seen_;
  size_t phrases_ = 0;
};

// The position of the next quotation mark, and its length in bytes.
struct Quote {
  size_t at = std::string_view::npos;
  size_t bytes = 0;
};

Quote FindQuote(std::string_view text, size_t from) {
  for (size_t at = from; at < text.size(); ++at) {
    if (text[at] == '"') return {at, 1};
    if (text.substr(at, 3) == "\u201C" || text.substr(at, 3) == "\u201D" ||
        text.substr(at, 3) == "\u201E") {
      return {at, 3};
    }
  }
  return {};
}

std::string WithoutWords(std::string_view query, const std::vector<std::string>& words) {
  std::string result;
  result.reserve(query.size());
  for (size_t at = 0; at < query.size();) {
    size_t end = at;
    while (end < query.size() && IsNameByte(query[end])) ++end;
    const std::string_view word = query.substr(at, end - at);
    if (word.empty()) {
      result.push_back(query[at++]);
      continue;
    }
    if (std::find(words.begin(), words.end(), word) == words.end()) {
      result.append(word);
    } else {
      result.push_back(' ');
    }
    at = end;
  }
  return result;
}

}  // namespace

ParsedQuery ParseQuery(std::string_view query, const std::vector<std::string>& leave_out) {
  ParsedQuery parsed;
  query = query.substr(0, kMaxQueryBytes);
  parsed.blank = query.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
  const std::string without = leave_out.empty() ? std::string() : WithoutWords(query, leave_out);
  if (!leave_out.empty()) query = without;

  TermList list;
  const TokenSink add = [&list](std::string_view token, TokenKind kind) { list.Add(token, kind); };
  for (size_t at = 0; at < query.size();) {
    const Quote open = FindQuote(query, at);
    const Quote close = open.bytes > 0 ? FindQuote(query, open.at + open.bytes) : Quote{};
    if (close.bytes == 0) {
      Analyze(query.substr(at), add);
      break;
    }
    Analyze(query.substr(at, open.at - at), add);
    const size_t inside = open.at + open.bytes;
    list.AddPhrase(query.substr(inside, close.at - inside));
    at = close.at + close.bytes;
  }
  parsed.terms = list.Take();
  return parsed;
}

std::vector<QueryTerm> WordsOf(const QueryTerm& phrase) {
  TermList list;
  Analyze(phrase.tokens,
          [&list](std::string_view token, TokenKind kind) { list.Add(token, kind); });
  return list.Take();
}

std::vector<std::string> NamesIn(std::string_view query) {
  query = query.substr(0, kMaxQueryBytes);
  std::vector<std::string> names;
  for (size_t at = 0; at < query.size() && names.size() < kMaxNames;) {
    size_t end = at;
    while (end < query.size() && IsNameByte(query[end])) ++end;
    const std::string_view word = query.substr(at, end - at);
    const bool is_name =
        !word.empty() && word.size() <= kMaxNameBytes && word[0] != '-' && word[0] != '_';
    if (is_name && std::find(names.begin(), names.end(), word) == names.end()) {
      names.emplace_back(word);
    }
    at = std::max(end, at + 1);
  }
  return names;
}

ParsedQuery ParseLikeness(std::string_view text) {
  ParsedQuery parsed;
  struct Seen {
    size_t count = 0;
    TokenKind kind = TokenKind::kWord;
  };
  std::unordered_map<std::string, Seen> words;
  Analyze(text, [&](std::string_view token, TokenKind kind) {
    if (WeightOf(kind) < WeightOf(TokenKind::kPart) || IsStopWord(token)) return;
    Seen& seen = words[std::string(token)];
    ++seen.count;
    seen.kind = kind;
  });
  std::vector<std::pair<std::string, Seen>> ordered(words.begin(), words.end());
  const auto before = [](const auto& a, const auto& b) {
    const size_t weight_a = a.second.count * std::min<size_t>(a.first.size(), 12);
    const size_t weight_b = b.second.count * std::min<size_t>(b.first.size(), 12);
    return weight_a != weight_b ? weight_a > weight_b : a.first < b.first;
  };
  const size_t kept = std::min(ordered.size(), kMaxQueryTerms);
  std::partial_sort(ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(kept),
                    ordered.end(), before);
  for (size_t i = 0; i < kept; ++i) {
    parsed.terms.push_back({ordered[i].first, WeightOf(ordered[i].second.kind), false, false});
  }
  parsed.blank = parsed.terms.empty();
  return parsed;
}

}  // namespace katra::store::search
