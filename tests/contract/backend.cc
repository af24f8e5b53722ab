#include "tests/contract/backend.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "core/uv/handles.h"
#include "core/uv/loop.h"
#include "store/sqlite/open.h"
#include "tests/support/cpp/catch.h"

namespace katra::store::contract {
namespace {

template <typename T>
T Must(Result<T> result) {
  INFO((result ? std::string() : result.error().message + " | " + result.error().context));
  REQUIRE(result);
  return std::move(*result);
}

class SqliteBackend final : public Backend {
 public:
  SqliteBackend() {
    std::string pattern = (std::filesystem::temp_directory_path() / "katra-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    folder_ = pattern;
    store_ = Open(folder_ + "/home");
    auto watch = uv::FileWatch::Start(*loop_, folder_ + "/home/bell", [this](bool) { ++wakes_; });
    if (!watch) throw std::runtime_error(watch.error().message);
    watch_ = std::move(*watch);
  }
  ~SqliteBackend() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  Store& store() override { return *store_; }
  void Reopen() override {
    store_.reset();
    store_ = Open(folder_ + "/home");
  }
  std::unique_ptr<Store> OpenAnother() override { return Open(folder_ + "/home"); }
  std::unique_ptr<Store> OpenBackup(const std::string& backup) override {
    const std::string home = folder_ + "/other-home";
    std::filesystem::create_directory(home);
    std::filesystem::permissions(home, std::filesystem::perms::owner_all);
    std::filesystem::copy_file(backup, home + "/katra.db");
    return Open(home);
  }
  bool Woken() override {
    loop_->RunReady();
    return std::exchange(wakes_, 0) > 0;
  }
  std::string ScratchFolder() const override { return folder_; }

 private:
  std::unique_ptr<Store> Open(const std::string& home) {
    const OpenOptions options{&clock, &random, [this](std::string_view) { return quotas; },
                              [this] { return retention; }};
    auto opened = sqlite::OpenSqliteStore(home, options, CallContext{});
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }

  std::string folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<uv::Loop> loop_ = Must(uv::Loop::Make());
  std::unique_ptr<uv::FileWatch> watch_;
  int wakes_ = 0;
};

SessionStart StartOf(const std::string& persona, const std::string& room) {
  SessionStart start;
  start.persona = persona;
  start.room = room;
  start.tag = ProviderTag{"anthropic", "claude-opus-4", TagSource::kLaunch};
  start.process = CurrentProcess();
  return start;
}

}  // namespace

std::vector<std::string> BackendNames() { return {"sqlite"}; }

std::unique_ptr<Backend> MakeBackend(const std::string& name) {
  if (name == "sqlite") return std::make_unique<SqliteBackend>();
  throw std::runtime_error("no backend " + name);
}

Session Enter(Backend& backend, const std::string& persona, const std::string& room) {
  return Must(backend.store().OpenSession(StartOf(persona, room), CallContext{}));
}

Session EnterDead(Backend& backend, const std::string& persona, const std::string& room) {
  SessionStart start = StartOf(persona, room);
  start.process.start_ticks += 1;  // the pid belongs to a younger process now
  return Must(backend.store().OpenSession(start, CallContext{}));
}

SayReceipt Say(Backend& backend, const Session& session, const std::string& body,
               const std::vector<std::string>& to, const std::string& room) {
  SayRequest request;
  request.session = session.id;
  request.body = body;
  request.to = to;
  request.room = room;
  return Must(backend.store().Say(request, CallContext{}));
}

HearReply Hear(Backend& backend, const Session& session, const std::string& room, int limit) {
  HearRequest request;
  request.session = session.id;
  request.room = room;
  request.limit = limit;
  return Must(backend.store().Hear(request, CallContext{}));
}

MemoryId Remember(Backend& backend, const Session& session, const std::string& content,
                  MemoryScope scope) {
  RememberRequest request;
  request.session = session.id;
  request.content = content;
  request.scope = scope;
  return Must(backend.store().Remember(request, CallContext{})).id;
}

std::vector<MemoryId> RecallIds(Backend& backend, const Session& session,
                                const std::string& query) {
  RecallRequest request;
  request.session = session.id;
  request.query = query;
  request.limit = 50;
  std::vector<MemoryId> ids;
  for (const RecallHit& hit : Must(backend.store().Recall(request, CallContext{})).hits) {
    if (hit.memory) ids.push_back(hit.memory->id);
  }
  return ids;
}

std::vector<std::string> Bodies(const HearReply& reply) {
  std::vector<std::string> bodies;
  for (const HeardMessage& heard : reply.messages) bodies.push_back(heard.message.body);
  return bodies;
}

}  // namespace katra::store::contract
