// Whatever a file says, an import takes it whole or not at all, replaces and hides nothing that was
// here, makes nothing new to hear, and taking it again changes nothing.
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

#include "tests/fuzz/fuzz_store.h"

namespace katra::testing {
namespace {

using store::CallContext;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

// "@own" in a file stands for this store's own name, which no corpus can know.
std::string WithOwnName(std::string text, const std::string& own) {
  for (size_t at = text.find("@own"); at != std::string::npos; at = text.find("@own", at)) {
    text.replace(at, 4, own);
    at += own.size();
  }
  return text;
}

std::string OwnName(store::Store& store) {
  std::string header;
  static_cast<void>(store.Export(
      {},
      [&header](std::string_view line) -> Status {
        if (header.empty()) header = line;
        return {};
      },
      CallContext{}));
  const size_t at = header.find(R"("store":")") + 9;
  return header.substr(at, header.find('"', at) - at);
}

Result<store::ImportReceipt> Import(store::Store& store, const std::string& text) {
  std::istringstream lines(text);
  return store.Import(
      [&lines](std::string* line) -> Result<bool> {
        return static_cast<bool>(std::getline(lines, *line));
      },
      CallContext{});
}

void CheckNative(FuzzStore& world) {
  for (store::MemoryId id = 1; id <= 5; ++id) {
    const auto memory = world.store().GetMemory(world.session(), id, CallContext{});
    Require(memory.has_value(), "a memory of before is here");
    Require(!memory->superseded_by, "nothing supersedes it");
    Require(memory->author == "Dario" && memory->tag.source != store::TagSource::kImported,
            "it is its author's");
  }
  store::HearRequest hear;
  hear.session = world.session();
  hear.peek = true;
  const auto heard = world.store().Hear(hear, CallContext{});
  Require(heard && heard->messages.empty(), "nothing new is to hear");
}

}  // namespace
}  // namespace katra::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using katra::testing::Require;
  static katra::testing::FuzzStore world;
  static const bool heard = [] {
    katra::store::HearRequest hear;
    hear.session = world.session();
    while (!world.store().Hear(hear, katra::store::CallContext{})->messages.empty()) {
    }
    return true;
  }();
  static const std::string own = katra::testing::OwnName(world.store());
  static_cast<void>(heard);
  const std::string text = katra::testing::WithOwnName(std::string(data, data + size), own);
  const auto before = world.store().Info(katra::store::CallContext{});
  const auto first = katra::testing::Import(world.store(), text);
  const auto after = world.store().Info(katra::store::CallContext{});
  if (!first) {
    Require(first.error().code != katra::ErrorCode::kInternal, "the error is the file's");
    Require(after->messages == before->messages && after->memories == before->memories &&
                after->personas == before->personas,
            "nothing half done");
    return 0;
  }
  Require(after->messages - before->messages == first->messages, "every message is told");
  Require(after->memories - before->memories == first->memories, "every memory is told");
  const auto again = katra::testing::Import(world.store(), text);
  Require(again && again->messages + again->memories + again->personas == 0, "once is enough");
  Require(again->refused >= first->refused, "what was refused stays refused");
  katra::testing::CheckNative(world);
  return 0;
}
