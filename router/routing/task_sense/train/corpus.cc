#include "router/routing/task_sense/train/corpus.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <utility>

#include "router/routing/task_sense/concepts.h"

namespace katra::router::routing::task_sense::train {
namespace {

std::string Unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == 'n') {
      plain += '\n';
    } else if (next == 't') {
      plain += '\t';
    } else {
      if (next != '\\') plain += '\\';
      plain += next;
    }
  }
  return plain;
}

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// Empty: the line is right.
std::string ReadLine(std::string_view line, Example* example) {
  const auto columns = Split(line, '\t');
  if (columns.size() < 2 || columns.size() > 3) {
    return "has " + std::to_string(columns.size()) + " columns, expected labels, text and context";
  }
  for (const auto name : Split(columns[0], ',')) {
    const auto label = AttributeNamed(name);
    if (!label) return "has the unknown label \"" + std::string(name) + "\"";
    if (*label == Attribute::kFollowUp) {
      example->follow_up = true;
    } else {
      example->labels.push_back(*label);
    }
  }
  example->text = Unescaped(columns[1]);
  if (columns.size() == 3) example->context = Unescaped(columns[2]);
  return {};
}

}  // namespace

Result<std::vector<Example>> ReadCorpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".tsv") paths.push_back(entry.path());
  }
  if (paths.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "no corpus: expected *.tsv files", folder.string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Example> examples;
  for (const auto& path : paths) {
    std::ifstream in(path);
    size_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line.empty() || line.starts_with("# ")) continue;
      Example example;
      example.file = path.stem().string();
      example.description = example.file.starts_with("descriptions");
      if (const auto wrong = ReadLine(line, &example); !wrong.empty()) {
        return Fail(ErrorCode::kInvalidArgument,
                    path.filename().string() + ":" + std::to_string(number) + " " + wrong,
                    path.string());
      }
      examples.push_back(std::move(example));
    }
  }
  return examples;
}

Result<std::vector<std::vector<std::string>>> ReadConcepts(const std::filesystem::path& folder) {
  std::vector<std::vector<std::string>> concepts;
  std::ifstream in(folder / "concepts.txt");
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line.starts_with("# ")) continue;
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) {
      return Fail(ErrorCode::kInvalidArgument,
                  "concepts.txt:" + std::to_string(number) + " has no \"name: \" before its words",
                  folder.string());
    }
    if (concepts.size() == kMostConcepts) {
      return Fail(ErrorCode::kInvalidArgument,
                  "concepts.txt has more than " + std::to_string(kMostConcepts) + " meanings",
                  folder.string());
    }
    auto& words = concepts.emplace_back();
    for (const auto word : Split(std::string_view(line).substr(colon + 1), ',')) {
      words.emplace_back(word);
    }
  }
  return concepts;
}

}  // namespace katra::router::routing::task_sense::train
