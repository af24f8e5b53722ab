#include "store/conversations.h"

#include "core/files.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"

namespace katra::store {
namespace {

constexpr size_t kMaxBytes = 16 * 1024;

std::string PathOf(const std::string& home, const std::string& persona) {
  return home + "/run/conversations/" + ToLowerAscii(persona) + ".json";
}

}  // namespace

Status NoteLastConversation(const std::string& home, const std::string& persona,
                            const LastConversation& last) {
  if (!IsName(persona)) return Fail(ErrorCode::kInvalidArgument, "no persona's name");
  for (const std::string& folder : {home + "/run", home + "/run/conversations"}) {
    if (auto made = EnsurePrivateFolder(folder); !made) return made;
  }
  std::string text;
  JsonWriter writer(text);
  writer.BeginObject().Key("id").String(last.id).Key("client").String(last.client);
  writer.Key("said_at").String(FormatRfc3339(last.said_at)).EndObject();
  text += '\n';
  return WriteFileAtomically(PathOf(home, persona), text);
}

Result<LastConversation> ReadLastConversation(const std::string& home, const std::string& persona) {
  const std::string path = PathOf(home, persona);
  auto text = ReadFile(path, kMaxBytes);
  if (!text) return Pass(std::move(text));
  JsonDocument document;
  if (auto parsed = document.Parse(*text); !parsed) return Pass(std::move(parsed));
  const JsonView root = document.Root();
  auto said_at = ParseTime(root["said_at"].Text(), WallTime{});
  if (!said_at) return Pass(std::move(said_at));
  return LastConversation{root["id"].Text(), root["client"].Text(), *said_at};
}

}  // namespace katra::store
