#include "tests/bench/route_matching/baselines.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace katra::testing {
namespace {

using router::routing::RouteMatch;
using router::routing::RouteText;
using router::routing::UserTurn;
using Counts = std::map<std::string, double>;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

Counts WordsOf(std::string_view text) {
  Counts words;
  std::string word;
  for (const char c : Lower(text) + " ") {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80) {
      word += c;
    } else if (!word.empty()) {
      words[word] += 1;
      word.clear();
    }
  }
  return words;
}

Counts PiecesOf(std::string_view text) {
  Counts pieces;
  const std::string lower = " " + Lower(text) + " ";
  for (size_t size = 3; size <= 5; ++size) {
    for (size_t at = 0; at + size <= lower.size(); ++at) pieces[lower.substr(at, size)] += 1;
  }
  return pieces;
}

std::string All(const RouteText& route) {
  std::string all = route.name + " " + route.description;
  for (const auto& example : route.examples) all += " " + example;
  return all;
}

RouteMatch Best(const std::vector<double>& scores) {
  RouteMatch match;
  const auto best = std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const double score : scores) sum += score;
  if (best != scores.end() && *best > 0) {
    match.route = static_cast<size_t>(best - scores.begin());
    match.score = *best / sum;
  }
  return match;
}

}  // namespace

Matcher Bm25(const std::vector<RouteText>& routes) {
  std::vector<Counts> documents;
  std::vector<double> lengths;
  Counts frequency;
  double total = 0;
  for (const RouteText& route : routes) {
    documents.push_back(WordsOf(All(route)));
    double length = 0;
    for (const auto& [word, count] : documents.back()) {
      length += count;
      frequency[word] += 1;
    }
    lengths.push_back(length);
    total += length;
  }
  const double count = static_cast<double>(routes.size());
  return [=](const UserTurn& turn) {
    std::vector<double> scores(documents.size());
    for (const auto& [word, times] : WordsOf(turn.text)) {
      const auto found = frequency.find(word);
      if (found == frequency.end()) continue;
      const double idf = std::log(1 + (count - found->second + 0.5) / (found->second + 0.5));
      for (size_t i = 0; i < documents.size(); ++i) {
        const auto in = documents[i].find(word);
        if (in == documents[i].end()) continue;
        const double norm = 1.2 * (0.25 + 0.75 * lengths[i] * count / total);
        scores[i] += idf * in->second * 2.2 / (in->second + norm);
      }
    }
    return Best(scores);
  };
}

Matcher NGrams(const std::vector<RouteText>& routes) {
  std::vector<Counts> documents;
  Counts frequency;
  for (const RouteText& route : routes) {
    documents.push_back(PiecesOf(All(route)));
    for (const auto& [piece, count] : documents.back()) frequency[piece] += 1;
  }
  const double all = static_cast<double>(routes.size());
  const auto idf = [frequency, all](const std::string& piece) {
    const auto found = frequency.find(piece);
    return found == frequency.end() ? 0.0 : std::log((all + 1) / found->second);
  };
  std::vector<double> lengths;
  for (const Counts& document : documents) {
    double square = 1e-9;
    for (const auto& [piece, count] : document) {
      const double value = (1 + std::log(count)) * idf(piece);
      square += value * value;
    }
    lengths.push_back(std::sqrt(square));
  }
  return [=](const UserTurn& turn) {
    std::vector<double> scores(documents.size());
    for (const auto& [piece, times] : PiecesOf(turn.text)) {
      const double rare = idf(piece);
      if (rare == 0) continue;
      for (size_t i = 0; i < documents.size(); ++i) {
        const auto in = documents[i].find(piece);
        if (in == documents[i].end()) continue;
        scores[i] += (1 + std::log(times)) * rare * (1 + std::log(in->second)) * rare / lengths[i];
      }
    }
    return Best(scores);
  };
}

}  // namespace katra::testing
