// Whatever is asked, a query is no error: the parser and the analyzer give plain tokens for any
// bytes, and a real index takes every query that is made of them.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "store/search/analyzer.h"
#include "store/search/query.h"
#include "tests/fuzz/fuzz_store.h"

namespace katra::testing {
namespace {

namespace search = store::search;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

bool IsTokenByte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

void CheckTerms(const search::ParsedQuery& query) {
  for (const search::QueryTerm& term : query.terms) {
    Require(!term.tokens.empty(), "a term has tokens");
    for (const char c : term.tokens) {
      Require(IsTokenByte(c) || (term.phrase && c == ' '), "a term holds nothing but tokens");
    }
    if (!term.phrase) continue;
    for (const search::QueryTerm& word : search::WordsOf(term)) {
      Require(!word.phrase && !word.tokens.empty(), "a phrase has words");
    }
  }
}

void CheckAnalyzer(const std::string& text) {
  search::Analyze(text, [](std::string_view token, search::TokenKind) {
    Require(!token.empty() && token.size() <= search::kMaxTokenBytes, "a token's size");
    for (const char c : token) Require(IsTokenByte(c), "a token's bytes");
  });
  const search::IndexedText once = search::AnalyzeForIndex(text);
  Require(search::AnalyzeForIndex(text).text == once.text, "the same text, the same tokens");
  static_cast<void>(search::AnalyzeForContext(text));
}

}  // namespace
}  // namespace katra::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace search = katra::store::search;
  static katra::testing::FuzzStore store;
  const std::string text(data, data + size);
  katra::testing::CheckAnalyzer(text);
  const auto query = search::ParseQuery(text, search::NamesIn(text));
  katra::testing::CheckTerms(query);
  katra::testing::CheckTerms(search::ParseQuery(text));
  katra::testing::CheckTerms(search::ParseLikeness(text));

  katra::store::RecallRequest request;
  request.session = store.session();
  request.query = text;
  request.include = katra::store::RecallInclude::kAll;
  const auto reply = store.store().Recall(request, katra::store::CallContext());
  katra::testing::Require(reply.has_value(),
                          reply.has_value() ? "" : reply.error().message.c_str());
  return 0;
}
