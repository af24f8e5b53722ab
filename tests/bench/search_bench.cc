// How long a search takes in a large store: search_bench ROWS [messages|memories [FOLDER]].
// Builds a store of made-up texts (50,000 words of Zipf's frequencies) in a folder of its own (or
// in FOLDER, where the next run finds it again), asks questions of several kinds, prints a table
// and, as its last line, JSON. Not a test.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/support/cpp/search_fixture.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

constexpr size_t kVocabulary = 50'000;
constexpr int kQuestions = 100;  // of each kind
constexpr int64_t kRowsOfCommit = 5'000;
constexpr int64_t kLoneCommits = 500;  // at the end, one row each: as they come in real life

using SteadyClock = std::chrono::steady_clock;

class Language {
 public:
  Language() : random_(42) {
    double sum = 0;
    for (size_t rank = 1; rank <= kVocabulary; ++rank) {
      words_.push_back(MakeWord(rank));
      sum += 1.0 / static_cast<double>(rank);
      cumulative_.push_back(sum);
    }
  }

  size_t Below(size_t bound) { return random_() % bound; }

  // Of all words, by their frequency.
  const std::string& Word() {
    const double at = std::uniform_real_distribution<double>(0, cumulative_.back())(random_);
    const auto found = std::lower_bound(cumulative_.begin(), cumulative_.end(), at);
    return words_[static_cast<size_t>(found - cumulative_.begin())];
  }

  // Of the words whose rank is in [first, last).
  const std::string& WordOf(size_t first, size_t last) {
    return words_[first + Below(last - first)];
  }

  std::string Text() {
    std::string text;
    for (size_t left = 20 + Below(41); left > 0; --left) text += Word() + " ";
    if (Below(20) == 0) text += WordOf(0, 2000) + "_" + WordOf(0, 2000) + " ";
    if (Below(20) == 0) text += Chinese(8);
    return text;
  }

  std::string Chinese(size_t characters) {
    std::string text;
    for (size_t i = 0; i < characters; ++i) {
      const auto value = static_cast<unsigned>(0x4E00 + Below(1 + Below(400)));
      text += static_cast<char>(0xE0 | (value >> 12));
      text += static_cast<char>(0x80 | ((value >> 6) & 0x3F));
      text += static_cast<char>(0x80 | (value & 0x3F));
    }
    return text;
  }

 private:
  std::string MakeWord(size_t rank) {
    static constexpr const char* kSyllables[] = {"ba",  "ke",  "mi",  "to",  "lu",
                                                 "ran", "sel", "dor", "vin", "gas",
                                                 "pe",  "no",  "tri", "hal", "zu"};
    std::string word;
    for (size_t left = 2 + Below(4); left > 0; --left) word += kSyllables[Below(15)];
    for (; rank > 0; rank /= 20) word += "bcdfghjklmnpqrstvwxz"[rank % 20];
    return word;
  }

  std::mt19937 random_;
  std::vector<std::string> words_;
  std::vector<double> cumulative_;
};

std::string MakeQuestion(const std::string& kind, Language* language) {
  std::string query;
  const auto add = [&](int count, size_t first, size_t last) {
    for (int i = 0; i < count; ++i) query += language->WordOf(first, last) + " ";
  };
  if (kind == "rare") add(3, 5'000, kVocabulary);
  if (kind == "mixed") {
    add(2, 5, 300);
    add(2, 300, 5'000);
    add(1, 5'000, kVocabulary);
  }
  if (kind == "typical") {
    for (int i = 0; i < 6; ++i) query += language->Word() + " ";
  }
  if (kind == "common") add(4, 0, 50);
  if (kind == "phrase")
    query = "\"" + language->WordOf(0, 20) + " " + language->WordOf(0, 20) + "\"";
  if (kind == "chinese") query = language->Chinese(4);
  if (kind == "identifier") query = language->WordOf(0, 2000) + "_" + language->WordOf(0, 2000);
  if (kind == "misspelled") {
    query = language->WordOf(300, kVocabulary);
    query[1 + language->Below(query.size() - 1)] = 'y';
    query += " " + language->WordOf(300, 5'000);
  }
  if (kind == "absent part") query = language->WordOf(0, kVocabulary).substr(1, 6);
  return query;
}

double Millis(SteadyClock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// What the processor worked for this thread: the same on a busy machine as on a quiet one, nearly.
double CpuMillis() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double Quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

struct Timing {
  std::vector<double> millis;
  std::vector<double> cpu_millis;
  int64_t ranked = 0;
};

class Bench {
 public:
  Bench(int64_t rows, bool messages, const std::string& folder)
      : rows_(rows),
        messages_(messages),
        world_(folder.empty() ? home_.database() : folder + "/katra.db") {}

  int Run() {
    Build();
    nlohmann::json report = {{"rows", rows_}, {"table", messages_ ? "messages" : "memories"}};
    report["build_cpu_us_per_row"] = build_millis_ * 1000 / static_cast<double>(rows_);
    std::printf("%lld %s, %.0f us of the processor to make each\n%-14s %9s %9s %9s %9s\n",
                static_cast<long long>(rows_), messages_ ? "messages" : "memories",
                build_millis_ * 1000 / static_cast<double>(rows_), "query", "p50 ms", "p99 ms",
                "cpu p50", "ranked");
    Timing all;
    for (const std::string kind : {"typical", "rare", "mixed", "common", "phrase", "chinese",
                                   "identifier", "absent part", "misspelled"}) {
      const Timing timing = Ask(kind);
      all.millis.insert(all.millis.end(), timing.millis.begin(), timing.millis.end());
      all.cpu_millis.insert(all.cpu_millis.end(), timing.cpu_millis.begin(),
                            timing.cpu_millis.end());
      all.ranked += timing.ranked;
      report["kinds"][kind] = Show(kind, timing, kQuestions);
    }
    report["all"] = Show("all", all, 9 * kQuestions);
    std::cout << report.dump() << "\n";
    return 0;
  }

 private:
  void Add() {
    const std::string speaker = "Persona" + std::to_string(language_.Below(8));
    if (messages_) {
      world_.Say({speaker, language_.Text(), "room" + std::to_string(language_.Below(4))});
    } else {
      world_.Remember({speaker, language_.Text()});
    }
  }

  void Build() {
    const char* last = messages_ ? "SELECT max(id) FROM messages" : "SELECT max(id) FROM memories";
    if (world_.connection().db().execAndGet(last).getInt64() == rows_) return;  // kept from before
    const double begun = CpuMillis();
    world_.connection().db().exec("PRAGMA synchronous = OFF");
    world_.Begin();
    for (int64_t row = 1; row <= rows_; ++row) {
      Add();
      if (row % kRowsOfCommit != 0 && row < rows_ - kLoneCommits) continue;
      world_.Commit();
      world_.Begin();
    }
    world_.Commit();
    build_millis_ = CpuMillis() - begun;
  }

  Timing Ask(const std::string& kind) {
    Timing timing;
    for (int i = 0; i < kQuestions; ++i) {
      const std::string query = MakeQuestion(kind, &language_);
      world_.connection().db().exec("BEGIN");
      const auto begun = SteadyClock::now();
      const double cpu = CpuMillis();
      timing.ranked += Search(query);
      timing.millis.push_back(Millis(SteadyClock::now() - begun));
      timing.cpu_millis.push_back(CpuMillis() - cpu);
      world_.Commit();
    }
    return timing;
  }

  int64_t Search(const std::string& query) {
    if (messages_) {
      store::sqlite::full_text::MessageSearch search;
      search.viewer = 1;
      search.query = query;
      return world_.Search(search).rows_ranked;
    }
    store::sqlite::full_text::MemorySearch search;
    search.viewer = 1;
    search.query = query;
    return world_.Search(search).rows_ranked;
  }

  static nlohmann::json Show(const std::string& kind, const Timing& timing, int questions) {
    const double p50 = Quantile(timing.millis, 0.5);
    const double p99 = Quantile(timing.millis, 0.99);
    const double cpu_p50 = Quantile(timing.cpu_millis, 0.5);
    std::printf("%-14s %9.2f %9.2f %9.2f %9lld\n", kind.c_str(), p50, p99, cpu_p50,
                static_cast<long long>(timing.ranked / questions));
    return {{"p50_ms", p50}, {"p99_ms", p99}, {"cpu_p50_ms", cpu_p50}};
  }

  int64_t rows_;
  bool messages_;
  TempHome home_;
  SearchFixture world_;
  Language language_;
  double build_millis_ = 0;
};

}  // namespace
}  // namespace katra::testing

int main(int argc, char** argv) {
  const int64_t rows = argc > 1 ? std::atoll(argv[1]) : 100'000;
  const std::string table = argc > 2 ? argv[2] : "memories";
  if (rows < 1'000 || (table != "messages" && table != "memories")) {
    std::cerr << "usage: search_bench ROWS (from 1000 on) [messages|memories [FOLDER]]\n";
    return 2;
  }
  return katra::testing::Bench(rows, table == "messages", argc > 3 ? argv[3] : "").Run();
}
