// Checks that the home is private, the database intact, and change notification works.
#include <atomic>
#include <filesystem>
#include <memory>

#include "cli/exit_codes.h"
#include "cli/health/check.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"
#include "render/peer_text.h"
#include "store/home.h"

namespace katra::cli {
namespace {

// A notification arrives within a millisecond; polling takes at least 200 ms.
constexpr std::chrono::milliseconds kBellPatience{150};

Finding Bad(const char* subject, const Error& error) {
  return {Health::kBad, subject, error.message, "see the message", ExitCodeOf(error)};
}

Finding CheckDatabase(store::Maintenance& store, const Context& context) {
  const auto call = context.Call(std::chrono::minutes(2));
  if (const Status whole = store.CheckIntegrity(call); !whole) {
    Finding finding = Bad("database", whole.error());
    finding.advice = "stop all sessions, keep the file, and restore a backup (docs/operations.md)";
    return finding;
  }
  const Result<store::StoreInfo> info = store.Info(call);
  if (!info) return Bad("database", info.error());
  return {Health::kGood,
          "database",
          "whole, version " + std::to_string(info->schema_version) + ", " +
              std::to_string(info->size_bytes / 1024) + " KiB, " +
              render::Count(info->messages, "message", "messages") + ", " +
              render::Count(info->memories, "memory", "memories"),
          {},
          0};
}

// Wakes every watch, and checks whether its own is notified.
Finding CheckBell(store::Watchable& store) {
  const auto broken = [](const std::string& why) {
    return Finding{Health::kWarning, "bell", why + ": waiting sessions hear late",
                   "is the home on a local disk, and are there inotify watches left "
                   "(fs.inotify.max_user_watches)?",
                   0};
  };
  const Result<std::unique_ptr<uv::Loop>> loop = uv::Loop::Make();
  if (!loop) return broken(loop.error().message);
  bool rung = false;
  const auto watch = store.Watch(**loop, [&] {
    rung = true;
    (*loop)->Stop();
  });
  if (!watch) return broken(watch.error().message);
  if (!(*watch)->is_immediate()) return broken("the system has no file watch left");
  uv::Timer patience(**loop, [&] { (*loop)->Stop(); });
  patience.Start(kBellPatience);
  if (const Status woken = store.WakeWatches(); !woken) return broken(woken.error().message);
  (*loop)->Run();
  if (!rung) return broken("a ring wakes nobody");
  return {Health::kGood, "bell", "wakes", {}, 0};
}

}  // namespace

Findings CheckHome(Context& context) {
  const std::string& home = context.home();
  if (home.empty()) {
    return {{Health::kBad, "home", "HOME is not set", "set HOME or KATRA_HOME",
             NamesOf(ErrorCode::kInvalidArgument).exit_code}};
  }
  std::error_code failed;
  if (!std::filesystem::exists(home, failed)) {
    return {
        {Health::kNote, "home", home + " does not exist yet", "the first session creates it", 0}};
  }
  if (const Status closed = store::EnsureHome(home); !closed) return {Bad("home", closed.error())};
  Findings findings = {{Health::kGood, "home", home, {}, 0}};
  const Result<store::Store*> store = context.OpenStore();
  if (!store) {
    findings.push_back(Bad("database", store.error()));
    return findings;
  }
  findings.push_back(CheckDatabase(**store, context));
  if (findings.back().health == Health::kGood) findings.push_back(CheckBell(**store));
  return findings;
}

}  // namespace katra::cli
