// katra_bench [--quick] [--only calls|crowd|sizes] [--json FILE]: measures what is promised about
// speed, against a bare floor where a promise is a ratio. Judges with "ok" and "short"; no test.
#include <cstdio>
#include <exception>
#include <string>

#include "tests/bench/suites.h"

namespace {

int Usage() {
  std::fputs("usage: katra_bench [--quick] [--only calls|crowd|sizes] [--json FILE]\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  katra::bench::Scale scale;
  std::string only;
  std::string json_path;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--quick") {
      scale.quick = true;
    } else if (argument == "--only" && i + 1 < argc) {
      only = argv[++i];
    } else if (argument == "--json" && i + 1 < argc) {
      json_path = argv[++i];
    } else {
      return Usage();
    }
  }
  try {
    katra::bench::Report report;
    if (only.empty() || only == "calls") MeasureCalls(scale, &report);
    if (only.empty() || only == "crowd") MeasureCrowd(scale, &report);
    if (only.empty() || only == "sizes") MeasureSizes(scale, &report);
    report.Print();
    if (!json_path.empty() && !report.WriteJson(json_path, scale.quick)) {
      std::fprintf(stderr, "cannot write %s\n", json_path.c_str());
      return 1;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the bench broke off: %s\n", error.what());
    return 1;
  }
  return 0;
}
