#include "tests/fuzz/fuzz_store.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "store/sqlite/open.h"

namespace katra::testing {
namespace {

constexpr const char* kSaid[] = {
    "The bell is touched after the commit, in store/bell.cc",
    "Zürich café, 2026-11-21: the HTTPServer said snake_case",
    "東京都で会議がありました。ありがとう",
    "Donaudampfschifffahrtsgesellschaft",
    "ภาษาไทยไม่มีช่องว่าง",
};

// A fuzzer that cannot begin proves nothing.
template <typename T>
T Begin(Result<T>&& result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "the fuzzer cannot begin: %s\n", result.error().message.c_str());
  std::abort();
}

// Memory instead of a disk, where there is such a folder: a fuzzer commits without end.
int PreferMemory() {
  std::error_code ignored;
  if (std::filesystem::is_directory("/dev/shm", ignored)) setenv("TMPDIR", "/dev/shm", 0);
  return 0;
}

}  // namespace

FuzzStore::FuzzStore() : in_memory_(PreferMemory()) {
  const store::CallContext context;
  store::OpenOptions options;
  options.clock = &clock_;
  options.random = &random_;
  store_ = Begin(store::sqlite::OpenSqliteStore(home_.path(), options, context));
  store::SessionStart start;
  start.process = CurrentProcess();
  start.host = HostName();
  start.persona = "Dario";
  const store::SessionId dario = Begin(store_->OpenSession(start, context)).id;
  start.persona = "Sam";
  session_ = Begin(store_->OpenSession(start, context)).id;
  for (const char* text : kSaid) {
    store::SayRequest say;
    say.session = dario;
    say.body = text;
    Begin(store_->Say(say, context));
    store::RememberRequest remember;
    remember.session = dario;
    remember.content = text;
    remember.tags = {"fuzz"};
    Begin(store_->Remember(remember, context));
  }
}

}  // namespace katra::testing
