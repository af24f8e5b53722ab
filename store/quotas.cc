#include "store/quotas.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"
#include "core/json_view.h"
#include "core/text.h"

namespace katra::store {
namespace {

constexpr size_t kMaxFileBytes = size_t{4} * 1024 * 1024;

void Apply(const JsonView& limits, Quotas* quotas) {
  if (!limits.IsObject()) return;
  const auto read = [&limits](std::string_view name, int64_t* value) {
    const std::optional<int64_t> said = limits[name].Integer();
    if (said && *said >= 0) *value = *said;
  };
  read("messages_per_hour", &quotas->messages_per_hour);
  read("message_bytes_per_hour", &quotas->message_bytes_per_hour);
  read("rooms_per_day", &quotas->rooms_per_day);
  read("memories_per_day", &quotas->memories_per_day);
}

}  // namespace

std::string QuotasPath(const std::string& home) { return home + "/router/personas.json"; }

Quotas ReadQuotas(std::string_view text, std::string_view persona) {
  Quotas quotas;
  JsonDocument document;
  if (!document.Parse(text)) return quotas;
  const JsonView root = document.Root();
  Apply(root["limits"], &quotas);
  const JsonView personas = root["personas"];
  if (!personas.IsObject()) return quotas;
  const std::string wanted = ToLowerAscii(persona);
  for (const JsonView one : personas) {
    if (ToLowerAscii(one.Key().Text()) == wanted) Apply(one["limits"], &quotas);
  }
  return quotas;
}

std::optional<std::string> ReadTrustedConfiguration(const std::string& home) {
  const std::string path = QuotasPath(home);
  struct stat folder = {};
  struct stat info = {};
  const bool trusted = lstat((home + "/router").c_str(), &folder) == 0 && S_ISDIR(folder.st_mode) &&
                       lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
                       info.st_uid == geteuid() && (info.st_mode & 022U) == 0;
  if (!trusted) return std::nullopt;
  auto text = ReadFile(path, kMaxFileBytes);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

Quotas LoadQuotas(const std::string& home, std::string_view persona) {
  const auto text = ReadTrustedConfiguration(home);
  return text ? ReadQuotas(*text, persona) : Quotas();
}

}  // namespace katra::store
