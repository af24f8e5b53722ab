#include "store/sqlite/full_text/fts_select.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace katra::store::sqlite::full_text {
namespace {

constexpr int64_t kNearIds = 20;  // distance in ids, counting messages of all rooms
constexpr int64_t kNearMillis = 6 * 60 * 60 * 1000;  // a longer silence ends a conversation

bool AreNear(const Neighbour& a, const Neighbour& b) {
  return a.room == b.room && std::llabs(a.id - b.id) <= kNearIds &&
         std::llabs(a.said_at - b.said_at) <= kNearMillis;
}

}  // namespace

Selected SelectRows(const FtsResult& result, int64_t counted, int limit, int offset,
                    const std::function<bool(size_t row)>& accept) {
  const auto enough = static_cast<size_t>(std::max<int64_t>(counted, int64_t{offset} + limit));
  Selected selected;
  for (size_t row = 0; row < result.rows.size(); ++row) {
    if (selected.rows.size() == enough) {
      selected.all = false;
      break;
    }
    if (accept(row)) selected.rows.push_back(row);
  }
  return selected;
}

void TakePage(int limit, int offset, SearchReply* reply) {
  std::vector<SearchHit>& hits = reply->hits;
  std::sort(hits.begin(), hits.end(), [](const SearchHit& a, const SearchHit& b) {
    return a.score != b.score ? a.score > b.score : a.id > b.id;
  });
  reply->total = static_cast<int64_t>(hits.size());
  const auto skipped = std::min(hits.size(), static_cast<size_t>(std::max(offset, 0)));
  hits.erase(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(skipped));
  hits.resize(std::min(hits.size(), static_cast<size_t>(std::max(limit, 0))));
}

std::vector<double> ScoreConversations(const FtsResult& result,
                                       const std::vector<Neighbour>& neighbours) {
  std::vector<size_t> order(neighbours.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const Neighbour& x = neighbours[a];
    const Neighbour& y = neighbours[b];
    return x.room != y.room ? x.room < y.room : x.id < y.id;
  });
  std::vector<double> scores(neighbours.size());
  std::vector<float> best(result.terms);
  for (size_t i = 0; i < order.size(); ++i) {
    std::fill(best.begin(), best.end(), 0.0F);
    const auto take = [&](size_t other) {
      const size_t first = neighbours[order[other]].row * result.terms;
      for (size_t term = 0; term < result.terms; ++term) {
        best[term] = std::max(best[term], result.term_scores[first + term]);
      }
    };
    const Neighbour& here = neighbours[order[i]];
    for (size_t j = i; j-- > 0 && AreNear(here, neighbours[order[j]]);) take(j);
    for (size_t j = i; j < order.size() && AreNear(here, neighbours[order[j]]); ++j) take(j);
    scores[order[i]] = std::accumulate(best.begin(), best.end(), 0.0);
  }
  return scores;
}

void BoostConversations(const FtsResult& result, const std::vector<Neighbour>& neighbours,
                        double share, std::vector<SearchHit>* hits) {
  const std::vector<double> conversations = ScoreConversations(result, neighbours);
  if (conversations.empty()) return;
  const double best_conversation = *std::max_element(conversations.begin(), conversations.end());
  double best_score = 0;
  for (const SearchHit& hit : *hits) best_score = std::max(best_score, hit.score);
  if (best_conversation <= 0) return;
  for (size_t i = 0; i < conversations.size(); ++i) {
    (*hits)[i].score += share * best_score * conversations[i] / best_conversation;
  }
}

}  // namespace katra::store::sqlite::full_text
