#include "cli/watch/screen.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/output.h"
#include "cli/room/command_session.h"
#include "core/text.h"
#include "core/text_width.h"

namespace katra::cli {
namespace {

constexpr int kSideBySide = 100;  // from this width on, the list of sessions is beside the messages
constexpr size_t kSidePanel = 36;
constexpr int kWide = 160;  // from this width on, the list has more columns and the folders
constexpr size_t kWidePanel = 56;
constexpr const char* kHelp =
    "Enter says it · @Name …: to Name · PgUp PgDn · Tab: sessions · Ctrl-C leaves";

// A part of a row in one style.
struct Span {
  std::string text;  // one line, no control characters
  const char* look = "";
};
using Row = std::vector<Span>;

constexpr const char* kBold = "1";
constexpr const char* kDim = "2";
constexpr const char* kReverse = "7";
constexpr const char* kRed = "31";

// Each persona has its own colour, the same everywhere. With 256 colours, those of Okabe and Ito,
// which differ for colour-blind people too. A name stands beside every colour.
const char* ColourOf(const std::string& persona, const ScreenSize& size) {
  static constexpr std::array<const char*, 6> kFew = {"1;36", "1;33", "1;34", "1;35", "36", "1"};
  static constexpr std::array<const char*, 7> kMany = {"1;38;5;214", "1;38;5;81", "1;38;5;36",
                                                       "1;38;5;227", "1;38;5;33", "1;38;5;202",
                                                       "1;38;5;176"};
  size_t hash = 0;
  for (const char c : ToLowerAscii(persona)) hash = hash * 31 + static_cast<unsigned char>(c);
  return size.many_colours ? kMany.at(hash % kMany.size()) : kFew.at(hash % kFew.size());
}

// Truncates or pads to `width`.
std::string Paint(const Row& row, size_t width, bool colours, bool fill) {
  std::string text;
  size_t used = 0;
  for (const Span& span : row) {
    std::string part(TruncateToWidth(span.text, width - used));
    const bool cut = part.size() < span.text.size();
    if (cut && !part.empty() && width - used >= 1) {
      part = std::string(TruncateToWidth(span.text, width - used - 1)) + "…";
    }
    used += DisplayWidth(part);
    const bool looks = colours && span.look[0] != '\0' && !part.empty();
    if (looks) text += std::string("\x1b[") + span.look + "m";
    text += part;
    if (looks) text += "\x1b[0m";
    if (cut || used >= width) break;
  }
  if (fill && used < width) text.append(width - used, ' ');
  return text;
}

// With a sign, so that states can be told apart without colours.
std::string StateOf(const ShownSession& session) {
  if (session.presence.session.id == 0) return "… starting";
  const std::string told = FormatActivity(session.presence.session.activity);
  switch (session.presence.session.activity) {
    case store::Activity::kWorking:
      return "▶ " + told;
    case store::Activity::kWaiting:
      return "! " + told;
    default:
      break;
  }
  if (!told.empty()) return "· " + told;
  return IsTerminalClient(session.presence.session.client) ? "at a terminal" : "";
}

std::string UnheardOf(const store::Presence& presence) {
  if (presence.unheard == 0) return {};
  return std::to_string(presence.unheard) + (presence.unheard_is_floor ? "+" : "") + " unheard";
}

const char* StateLook(const store::Presence& presence) {
  switch (presence.session.activity) {
    case store::Activity::kWorking:
      return "36";
    case store::Activity::kWaiting:
      return "1;33";
    default:
      return kDim;
  }
}

std::string TagOf(const store::Presence& presence) {
  return OneLine(store::Describe(presence.session.tag), 80);
}

void Append(Row* row, const std::string& text, const char* look) {
  if (text.empty()) return;
  row->push_back({"  ", ""});
  row->push_back({text, look});
}

// The first of the `total` sessions to show if there is room for `room` of them and a line that
// counts the rest, so that the marked one is among them.
size_t FirstShown(const WatchView& view, size_t room) {
  const size_t total = view.present.size();
  if (!view.chosen || total <= room || *view.chosen + 1 < room) return 0;
  return std::min(*view.chosen + 2 - room, total - room);
}

Span NameOf(const WatchView& view, size_t at, size_t width, const ScreenSize& size) {
  const std::string& persona = view.present[at].presence.session.persona;
  const std::string padded =
      persona + std::string(width - std::min(width, DisplayWidth(persona)), ' ');
  const bool chosen = view.chosen == at;
  return {(chosen ? "▸" : " ") + padded, chosen ? kReverse : ColourOf(persona, size)};
}

// One line per session.
std::vector<Row> PresenceRows(const WatchView& view, size_t at_most, const ScreenSize& size) {
  std::vector<Row> rows;
  size_t name = 0;
  size_t tag = 0;
  for (const ShownSession& one : view.present) {
    name = std::max(name, DisplayWidth(one.presence.session.persona));
    tag = std::max(tag, DisplayWidth(TagOf(one.presence)));
  }
  const size_t first = FirstShown(view, at_most);
  for (size_t i = first; i < view.present.size(); ++i) {
    const ShownSession& one = view.present[i];
    if (rows.size() + 1 == at_most && view.present.size() > first + at_most) {
      rows.push_back(
          {{" and " + std::to_string(view.present.size() - rows.size()) + " more", kDim}});
      break;
    }
    Row row = {NameOf(view, i, name, size)};
    const std::string model = TagOf(one.presence);
    Append(&row, model + std::string(tag - DisplayWidth(model), ' '), "");
    Append(&row, StateOf(one), StateLook(one.presence));
    Append(&row, UnheardOf(one.presence), "33");
    rows.push_back(std::move(row));
  }
  if (rows.empty()) rows.push_back({{" nobody is here", kDim}});
  return rows;
}

// Two lines per session, for the side panel; three if it is wide.
std::vector<Row> PanelRows(const WatchView& view, size_t at_most, const ScreenSize& size) {
  const bool wide = size.width >= kWide;
  const size_t lines = wide ? 3 : 2;
  std::vector<Row> rows = {{{" Here now", kBold}}};
  const size_t first = FirstShown(view, std::max<size_t>(1, (at_most - 1) / lines));
  for (size_t i = first; i < view.present.size(); ++i) {
    const ShownSession& one = view.present[i];
    if (rows.size() + lines + 1 > at_most && i + 1 < view.present.size()) {
      rows.push_back({{" and " + std::to_string(view.present.size() - i + first) + " more", kDim}});
      break;
    }
    Row row = {NameOf(view, i, 0, size)};
    Append(&row, StateOf(one), StateLook(one.presence));
    Append(&row, UnheardOf(one.presence), "33");
    rows.push_back(std::move(row));
    rows.push_back({{"   " + TagOf(one.presence), kDim}});
    if (wide) rows.push_back({{"   " + OneLine(one.place, 300), kDim}});
  }
  if (view.present.empty()) rows.push_back({{" nobody", kDim}});
  return rows;
}

// "↳ #3 Sam: “the first words…”"
std::string AnswerText(store::MessageId answered, const WatchView& view) {
  constexpr size_t kQuoted = 60;
  std::string text = " ↳ #" + std::to_string(answered);
  const auto found =
      std::find_if(view.messages.begin(), view.messages.end(),
                   [&](const ShownMessage& one) { return one.message.id == answered; });
  if (found == view.messages.end()) return text;
  const std::string body = OneLine(Trim(found->message.body), 400);
  std::string quote(TruncateToWidth(body, kQuoted));
  if (quote.size() < body.size()) quote += "…";
  return text + " " + OneLine(found->message.from, store::kMaxNameBytes) + ": “" + quote + "”";
}

Row NewLine(size_t width) {
  const std::string left = "── new ";
  std::string line = left;
  for (size_t i = DisplayWidth(left); i < width; ++i) line += "─";
  return {{line, "33"}};
}

void AddMessage(const ShownMessage& shown, const WatchView& view, size_t width,
                const ScreenSize& size, std::vector<Row>* rows) {
  const store::Message& message = shown.message;
  if (message.id == view.new_from) rows->push_back(NewLine(width));
  const std::string name = OneLine(message.from, store::kMaxNameBytes);
  Row header = {{"#" + std::to_string(message.id) + " " + shown.time + " ", kDim},
                {name, ColourOf(name, size)}};
  const std::string tag = OneLine(store::Describe(message.tag), 80);
  if (tag != "unknown") header.push_back({" (" + tag + ")", kDim});
  if (!message.to.empty()) header.push_back({" to " + OneLine(Join(message.to, ", "), 200), kBold});
  if (ToLowerAscii(message.room) != ToLowerAscii(view.room)) {
    header.push_back({" in " + OneLine(message.room, store::kMaxNameBytes), kDim});
  }
  if (message.reply_to) header.push_back({AnswerText(*message.reply_to, view), kDim});
  rows->push_back(std::move(header));
  for (std::string& line : WrapBody(message.body, width - 2)) {
    rows->push_back({{"  " + std::move(line), ""}});
  }
}

// The last `count` lines of the messages, `scrolled` lines above the newest.
std::vector<Row> MessageRows(const WatchView& view, size_t width, size_t count,
                             const ScreenSize& size, size_t* scrolled) {
  std::vector<Row> rows;
  for (const ShownMessage& shown : view.messages) AddMessage(shown, view, width, size, &rows);
  if (rows.empty()) rows.push_back({{"Nothing was said here yet.", kDim}});
  const size_t beyond = rows.size() > count ? rows.size() - count : 0;
  *scrolled = std::min(view.scrolled, beyond);
  const size_t end = rows.size() - *scrolled;
  const size_t begin = end > count ? end - count : 0;
  return {rows.begin() + static_cast<std::ptrdiff_t>(begin),
          rows.begin() + static_cast<std::ptrdiff_t>(end)};
}

// The part of the input around the cursor that fits, and the cursor's position in it.
std::string InputPart(const WatchView& view, size_t width, size_t* column) {
  const auto show = [](std::string text) {
    for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) {
      text.replace(at, 1, "⏎");
    }
    return text;
  };
  std::string before = show(view.input.substr(0, view.cursor));
  const std::string after = show(view.input.substr(view.cursor));
  while (DisplayWidth(before) >= width && !before.empty()) {
    size_t next = 1;
    while (next < before.size() && (static_cast<unsigned char>(before[next]) & 0xC0U) == 0x80U) {
      ++next;
    }
    before.erase(0, next);
  }
  *column = DisplayWidth(before);
  return before + std::string(TruncateToWidth(after, width - *column));
}

Row Header(const WatchView& view, size_t width) {
  const std::string left = " Katra · room " + view.room + " · you are " + view.persona;
  const std::string right = std::to_string(view.present.size()) + " here ";
  const size_t used = DisplayWidth(left) + DisplayWidth(right);
  return {{left + std::string(used < width ? width - used : 1, ' ') + right, kReverse}};
}

std::string Rule(size_t width) {
  std::string line;
  for (size_t i = 0; i < width; ++i) line += "─";
  return line;
}

}  // namespace

std::vector<std::string> WrapBody(const std::string& body, size_t width) {
  std::vector<std::string> lines;
  for (std::string_view rest : Split(Fence(body, ""), '\n')) {
    std::string line(rest);
    for (size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t')) {
      line.replace(tab, 1, "    ");
    }
    while (DisplayWidth(line) > width) {
      const std::string_view fits = TruncateToWidth(line, width);
      size_t end = line[fits.size()] == ' ' ? fits.size() : fits.rfind(' ');
      const bool at_space = end != std::string_view::npos && end > 0;
      if (!at_space) end = std::max<size_t>(fits.size(), 1);
      lines.push_back(line.substr(0, end));
      line.erase(0, at_space ? end + 1 : end);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

Screen Draw(const WatchView& view, const ScreenSize& size) {
  constexpr int kLeastWidth = 20;
  constexpr int kLeastHeight = 8;
  Screen screen;
  const auto height = static_cast<size_t>(std::max(size.height, 1));
  const auto width = static_cast<size_t>(std::max(size.width, 1));
  if (size.width < kLeastWidth || size.height < kLeastHeight) {
    screen.rows.assign(height, "");
    screen.rows.front() = TruncateToWidth("larger, please", width);
    return screen;
  }
  const auto add = [&](const Row& row) {
    screen.rows.push_back(Paint(row, width, size.colours, false));
  };
  add(Header(view, width));
  const bool beside = size.width >= kSideBySide;
  std::vector<Row> panel;
  if (!beside) {
    for (const Row& row : PresenceRows(view, std::max<size_t>(2, height / 4), size)) add(row);
    add({{Rule(width), kDim}});
  }
  constexpr size_t kFoot = 3;  // a rule, the input, the help
  const size_t count = height - kFoot - screen.rows.size();
  const size_t side = size.width >= kWide ? kWidePanel : kSidePanel;
  const size_t text_width = beside ? width - side - 3 : width;
  if (beside) panel = PanelRows(view, count, size);
  std::vector<Row> messages = MessageRows(view, text_width, count, size, &screen.scrolled);
  messages.insert(messages.begin(), count - messages.size(), Row{});
  for (size_t i = 0; i < count; ++i) {
    std::string row = Paint(messages[i], text_width, size.colours, beside);
    if (beside) {
      row += size.colours ? " \x1b[2m│\x1b[0m" : " │";
      if (i < panel.size()) row += Paint(panel[i], side, size.colours, false);
    }
    screen.rows.push_back(row.substr(0, row.find_last_not_of(' ') + 1));
  }
  const std::string above =
      screen.scrolled > 0 ? " " + std::to_string(screen.scrolled) + " lines below " : std::string();
  add({{above, kBold}, {Rule(width - DisplayWidth(above)), kDim}});
  size_t column = 0;
  const std::string prompt(TruncateToWidth(view.prompt, width / 2));
  const std::string input = InputPart(view, width - 1 - DisplayWidth(prompt), &column);
  add({{prompt, kBold}, {input, ""}});
  screen.cursor_row = static_cast<int>(screen.rows.size()) - 1;
  screen.cursor_column = static_cast<int>(column + DisplayWidth(prompt));
  const std::string help = view.help.empty() ? kHelp : view.help;
  add({{view.notice.empty() ? help : OneLine(view.notice, 1000),
        view.notice_is_error ? kRed : kDim}});
  return screen;
}

}  // namespace katra::cli
