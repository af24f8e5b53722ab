// A path may name several files one after the other ("lives"): each is wound back to its last sync
// and forward again by chance; then chance decides which life the folder shows.
#include "tests/support/cpp/fault/power_loss.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

namespace katra::testing {
namespace {

constexpr size_t kSectorBytes = 512;

struct Life {
  std::vector<const FaultRecord*> changes;  // kWrite and kTruncate
  uint64_t durable_below = 0;               // changes at lower positions are on the disk
  std::string content;                      // as the processes saw it last
};

struct Path {
  std::vector<Life> lives;
  bool before_log = true;  // the first life is older than the log
  bool alive = true;       // now
};

struct NameChange {
  std::string path;
  bool created = false;
  uint64_t position = 0;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void UndoChange(const FaultRecord& change, std::string* content) {
  content->resize(std::max(content->size(), static_cast<size_t>(change.size_before)), '\0');
  content->replace(change.offset, change.before.size(), change.before);
  content->resize(change.size_before);
}

void RedoChange(const FaultRecord& change, double kept, std::mt19937_64& random,
                std::string* content) {
  std::bernoulli_distribution keep(kept);
  if (change.type == RecordType::kTruncate) {
    if (keep(random)) content->resize(change.offset, '\0');
    return;
  }
  // Sectors are the disk's: their edges lie at multiples of 512 in the file, not in the write.
  for (size_t at = 0; at < change.after.size();) {
    const size_t in_file = change.offset + at;
    const size_t piece = std::min(kSectorBytes - in_file % kSectorBytes, change.after.size() - at);
    if (keep(random)) {
      if (content->size() < in_file + piece) content->resize(in_file + piece, '\0');
      content->replace(in_file, piece, change.after.substr(at, piece));
    }
    at += piece;
  }
}

// Winds one life back to what is surely on the disk, then forward by chance.
std::string AfterLoss(const Life& life, double kept, std::mt19937_64& random) {
  std::string content = life.content;
  auto first_unsure = life.changes.end();
  for (auto it = life.changes.end(); it != life.changes.begin();) {
    --it;
    if ((*it)->position < life.durable_below) break;
    UndoChange(**it, &content);
    first_unsure = it;
  }
  for (auto it = first_unsure; it != life.changes.end(); ++it) {
    RedoChange(**it, kept, random, &content);
  }
  return content;
}

}  // namespace

PowerLoss RandomPowerLoss(std::mt19937_64& random) {
  PowerLoss loss;
  switch (std::uniform_int_distribution<int>(0, 2)(random)) {
    case 0:
      loss.kept = 0;
      break;
    case 1:
      loss.kept = std::uniform_real_distribution<double>(0.05, 0.95)(random);
      break;
    default:
      loss.kept = 0.99;
  }
  loss.names_kept = std::uniform_int_distribution<uint64_t>(0, 4)(random);
  return loss;
}

void ApplyPowerLoss(FaultLog& log, const std::string& database, const PowerLoss& loss,
                    std::mt19937_64& random) {
  const std::vector<FaultRecord> records = log.Records();
  std::map<std::string, Path> paths;
  std::vector<NameChange> names;
  uint64_t names_durable_below = 0;
  for (const FaultRecord& record : records) {
    const std::string name(record.path);
    if (record.type == RecordType::kDirectory) {
      names_durable_below = std::max(names_durable_below, record.covers);
      continue;
    }
    auto [found, fresh] = paths.try_emplace(name);
    Path& path = found->second;
    if (fresh && record.type != RecordType::kCreate) path.lives.emplace_back();
    switch (record.type) {
      case RecordType::kCreate:
        if (!fresh && path.alive) break;  // another process came first
        path.before_log = path.before_log && !fresh;
        path.alive = true;
        path.lives.emplace_back();
        names.push_back({name, true, record.position});
        break;
      case RecordType::kDelete:
        path.lives.back().content = record.before;
        path.alive = false;
        names.push_back({name, false, record.position});
        break;
      case RecordType::kSync:
        path.lives.back().durable_below = std::max(path.lives.back().durable_below, record.covers);
        break;
      default:
        path.lives.back().changes.push_back(&record);
    }
  }

  std::map<std::string, std::optional<size_t>> shown;  // the life that the folder names
  for (auto& [name, path] : paths) {
    if (path.alive) path.lives.back().content = ReadFile(name);
    shown[name] = path.before_log ? std::optional<size_t>(0) : std::nullopt;
  }
  std::map<std::string, size_t> next_life;
  uint64_t unsure = 0;
  for (const NameChange& change : names) {
    if (change.position >= names_durable_below && unsure++ >= loss.names_kept) break;
    if (!change.created) {
      shown[change.path].reset();
      continue;
    }
    auto [next, first] = next_life.try_emplace(change.path, paths[change.path].before_log ? 1 : 0);
    shown[change.path] = next->second++;
  }

  for (const auto& [name, life] : shown) {
    if (!life) {
      std::filesystem::remove(name);
      continue;
    }
    const std::string content = AfterLoss(paths[name].lives.at(*life), loss.kept, random);
    std::ofstream file(name, std::ios::binary | std::ios::trunc);
    if (!file.write(content.data(), static_cast<std::streamsize>(content.size())).flush()) {
      throw std::runtime_error("cannot rewrite " + name);
    }
  }
  std::filesystem::remove(database + "-shm");
  log.Clear();
}

}  // namespace katra::testing
