// katra_train_task_sense CORPUS WEIGHTS       trains, and writes the weights
// katra_train_task_sense --check CORPUS WEIGHTS  trains, and says whether the file has the same
// bytes katra_train_task_sense --cross-validate CORPUS  judges five times by weights of four fifths
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "router/routing/task_sense/train/corpus.h"
#include "router/routing/task_sense/train/cross_validate.h"
#include "router/routing/task_sense/train/learner.h"

namespace katra::router::routing::task_sense::train {
namespace {

std::string TrainedOn(const std::vector<Example>& examples, const std::vector<Features>& features,
                      const std::string& concepts) {
  std::vector<const Example*> all;
  std::vector<const Features*> theirs;
  for (size_t i = 0; i < examples.size(); ++i) {
    all.push_back(&examples[i]);
    theirs.push_back(&features[i]);
  }
  return WeightsFile(Learn(all, theirs, concepts, Settings{}));
}

int Check(const std::string& trained, const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string there{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (there == trained) return 0;
  std::fprintf(stderr,
               "%s is not what this trainer makes of this corpus (%zu bytes there, %zu trained): "
               "train again without --check and commit the file\n",
               path.c_str(), there.size(), trained.size());
  return 1;
}

int Write(const std::string& trained, const std::string& path) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << trained;
  out.close();
  if (out) return 0;
  std::fprintf(stderr, "%s cannot be written\n", path.c_str());
  return 1;
}

int Main(const std::vector<std::string>& arguments) {
  const std::string mode =
      !arguments.empty() && arguments[0].starts_with("--") ? arguments[0] : std::string();
  const std::vector<std::string> paths(arguments.begin() + (mode.empty() ? 0 : 1), arguments.end());
  const bool judges = mode == "--cross-validate";
  if (paths.size() != (judges ? 1U : 2U) || !(mode.empty() || judges || mode == "--check")) {
    std::fprintf(stderr,
                 "usage: katra_train_task_sense [--check] CORPUS WEIGHTS\n"
                 "       katra_train_task_sense --cross-validate CORPUS\n");
    return 2;
  }
  const auto examples = ReadCorpus(paths[0]);
  if (!examples) {
    std::fprintf(stderr, "%s (%s)\n", examples.error().message.c_str(),
                 examples.error().context.c_str());
    return 1;
  }
  const auto concepts = ReadConcepts(paths[0]);
  if (!concepts) {
    std::fprintf(stderr, "%s\n", concepts.error().message.c_str());
    return 1;
  }
  const std::string table = ConceptTable(*concepts);
  const Concepts meanings(reinterpret_cast<const uint8_t*>(table.data()));
  std::vector<Features> features;
  features.reserve(examples->size());
  for (const Example& example : *examples) features.push_back(ReadFeatures(example.text, meanings));
  if (judges) {
    CrossValidate(*examples, features, table, Settings{});
    return 0;
  }
  const std::string trained = TrainedOn(*examples, features, table);
  return mode.empty() ? Write(trained, paths[1]) : Check(trained, paths[1]);
}

}  // namespace
}  // namespace katra::router::routing::task_sense::train

int main(int argc, char** argv) {
  return katra::router::routing::task_sense::train::Main(
      std::vector<std::string>(argv + 1, argv + argc));
}
