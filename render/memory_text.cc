#include "render/memory_text.h"

#include <cstdio>

#include "render/peer_text.h"

namespace katra::render {

std::string MemoryHeader(const store::Memory& memory, std::string_view extra, WallTime now) {
  char importance[16];
  std::snprintf(importance, sizeof importance, "%.2g", memory.importance);
  std::string header = "memory #" + std::to_string(memory.id) + " " + store::ToString(memory.kind) +
                       " by " + Word(memory.author) + " (" + TagText(memory.tag) + "), " +
                       FormatAge(memory.created_at, now) + ", importance " + importance;
  if (memory.scope == store::MemoryScope::kPrivate) header += ", private";
  if (memory.session_only) header += ", for this session only";
  if (memory.expires_at) header += ", expires " + FormatRfc3339(*memory.expires_at);
  if (!memory.tags.empty()) {
    header += ", tags";
    for (const std::string& tag : memory.tags) header += " " + Word(tag, store::kMaxTagBytes);
  }
  if (memory.supersedes) header += ", supersedes #" + std::to_string(*memory.supersedes);
  if (memory.superseded_by) header += ", superseded by #" + std::to_string(*memory.superseded_by);
  if (!extra.empty()) header += ", " + std::string(extra);
  return header + ":";
}

std::string ElsewhereText(const std::string& project, const std::string& own) {
  constexpr size_t kMostBytes = 200;
  return project.empty() || project == own ? "" : "of project " + Word(project, kMostBytes);
}

std::string ShortenedText(const Snippet& snippet, int64_t id, bool message) {
  if (!snippet.shortened) return "";
  return "shortened: " + std::to_string(snippet.text.size()) + " of " +
         std::to_string(snippet.total_bytes) + " bytes, in full with query \"#" +
         std::to_string(id) + "\"" + (message ? " include=messages" : "");
}

std::string PartText(const Snippet& part) {
  if (!part.shortened) return "";
  return "bytes " + std::to_string(part.begin) + " to " +
         std::to_string(part.begin + part.text.size()) + " of " + std::to_string(part.total_bytes);
}

std::string RestOfMessageText(size_t shown_bytes, size_t total_bytes, int64_t id) {
  return "shortened: " + std::to_string(shown_bytes) + " of " + std::to_string(total_bytes) +
         " bytes, whole in pages with katra_recall query \"#" + std::to_string(id) +
         "\" include=messages";
}

}  // namespace katra::render
