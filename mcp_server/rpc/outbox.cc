#include "mcp_server/rpc/outbox.h"

#include <utility>

namespace katra::mcp {

void Outbox::Push(std::string line, std::function<void()> written) {
  line += '\n';
  bytes_ += line.size();
  lines_.push_back(Line{std::move(line), {}, std::move(written)});
}

void Outbox::PushLatest(const std::string& key, std::string line) {
  line += '\n';
  bytes_ += line.size();
  if (const auto waiting = by_key_.find(key); waiting != by_key_.end()) {
    bytes_ -= waiting->second->text.size();
    waiting->second->text = std::move(line);
    return;
  }
  lines_.push_back(Line{std::move(line), key, {}});
  by_key_.emplace(key, std::prev(lines_.end()));
}

std::optional<std::string> Outbox::Take() {
  if (lines_.empty() || taken_) return std::nullopt;
  Line line = std::move(lines_.front());
  lines_.pop_front();
  if (!line.key.empty()) by_key_.erase(line.key);
  taken_ = true;
  taken_bytes_ = line.text.size();
  taken_written_ = std::move(line.written);
  return std::move(line.text);
}

void Outbox::Written() {
  taken_ = false;
  bytes_ -= taken_bytes_;
  ++lines_written_;
  const std::function<void()> written = std::exchange(taken_written_, nullptr);
  if (written) written();
}

}  // namespace katra::mcp
