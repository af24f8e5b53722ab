#include "cli/room/transfer.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <istream>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/audit_note.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/room/command_session.h"
#include "cli/room/new_file.h"
#include "cli/room/session_shell.h"
#include "core/error_map.h"
#include "core/json_text.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::minutes kPatience{10};
// The longest memory, with every byte escaped, is less than half of this.
constexpr size_t kMaxLineBytes = 8 * 1024 * 1024;

struct ExportOptions {
  std::string persona;
  std::string file;
  bool no_messages = false;
  bool no_memories = false;
  bool all = false;
};

struct ImportOptions {
  std::string file;
  bool json = false;
};

Status WriteExport(const store::ExportOptions& what, store::Maintenance& store, std::ostream& out,
                   const Context& context) {
  const auto put = [&out](std::string_view line) -> Status {
    out << line << '\n';
    if (!out)
      return Fail(ErrorCode::kResourceExhausted, "the export could not be written completely");
    return {};
  };
  if (Status written = store.Export(what, put, context.Call(kPatience)); !written) return written;
  out.flush();
  if (!out)
    return Fail(ErrorCode::kResourceExhausted, "the export could not be written completely");
  return {};
}

// The persona whose view of the store is exported; empty: everything. In a session's shell, always
// that session's persona.
Result<std::string> ViewerOf(const ExportOptions& options, const Context& context) {
  if (options.all && !options.persona.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "--all and --persona exclude each other");
  }
  const std::string own = SessionPersona(context);
  if (own.empty() || !options.persona.empty()) return options.persona;
  if (options.all) {
    return Fail(ErrorCode::kPermissionDenied,
                "this shell belongs to " + OneLine(own, 128) +
                    "'s session, and --all exports what is private to others, too: use a shell of "
                    "your own, where KATRA_PERSONA is not set");
  }
  return own;
}

// In an agent's shell, refuses the view of another persona. A persona that does not exist is still
// reported as unknown.
Status MayExport(const std::string& viewer, store::Maintenance& store, const Context& context) {
  if (viewer.empty() || RefuseAnother(context, viewer)) return {};
  store::ExportOptions nothing;
  nothing.viewer = viewer;
  nothing.messages = nothing.memories = false;
  const auto drop = [](std::string_view) -> Status { return {}; };
  if (Status known = store.Export(nothing, drop, context.Call(kPatience)); !known) return known;
  return RefuseAnother(context, viewer);
}

int Export(const ExportOptions& options, Context& context) {
  const Result<std::string> viewer = ViewerOf(options, context);
  if (!viewer) return context.PrintError(viewer.error());
  const Result<store::Maintenance*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  if (const Status may = MayExport(*viewer, **store, context); !may) {
    return context.PrintError(may.error());
  }
  if (!viewer->empty() && options.persona.empty()) {
    context.err() << "exporting what " << OneLine(*viewer, 128)
                  << " may see, since this shell belongs to its session\n";
  }
  store::ExportOptions what;
  what.viewer = *viewer;
  what.messages = !options.no_messages;
  what.memories = !options.no_memories;
  if (options.file.empty() || options.file == "-") {
    const Status written = WriteExport(what, **store, context.out(), context);
    return written ? kExitOk : context.PrintError(written.error());
  }
  auto file = NewFile::Create(options.file, context);
  if (!file) return context.PrintError(file.error());
  const Status written = WriteExport(what, **store, file->stream(), context);
  if (!written) return context.PrintError(written.error());
  file->Keep();
  context.err() << "written to " << OneLine(file->path(), 4096) << "\n";
  return kExitOk;
}

// False at the end. A line is read into memory as a whole, so its length is limited.
Result<bool> ReadLine(std::istream& in, std::string* line) {
  line->clear();
  std::streambuf& buffer = *in.rdbuf();
  constexpr int kEnd = std::char_traits<char>::eof();
  for (int c = buffer.sbumpc(); c != '\n'; c = buffer.sbumpc()) {
    if (c == kEnd) {
      if (in.bad()) return Fail(ErrorCode::kDataLoss, "the export could not be read to its end");
      return !line->empty();
    }
    if (line->size() == kMaxLineBytes) {
      return Fail(ErrorCode::kResourceExhausted,
                  "the file has a line of more than " + std::to_string(kMaxLineBytes) +
                      " bytes, which no export has. Nothing was imported");
    }
    line->push_back(static_cast<char>(c));
  }
  return true;
}

nlohmann::json ReceiptJson(const store::ImportReceipt& receipt) {
  nlohmann::json refusals = nlohmann::json::array();
  for (const store::ImportRefusal& refusal : receipt.refusals) {
    refusals.push_back({{"line", refusal.line}, {"reason", refusal.reason}});
  }
  return {{"personas", receipt.personas}, {"messages", receipt.messages},
          {"memories", receipt.memories}, {"skipped", receipt.skipped},
          {"unlinked", receipt.unlinked}, {"refused", receipt.refused},
          {"refusals", refusals}};
}

std::string ReceiptText(const store::ImportReceipt& receipt) {
  std::string text = "imported " + std::to_string(receipt.personas) + " personas, " +
                     std::to_string(receipt.messages) + " messages, " +
                     std::to_string(receipt.memories) + " memories; " +
                     std::to_string(receipt.skipped) + " already existed\n";
  if (receipt.messages > 0) {
    text += "The messages are history: nobody hears them as new, and `history` shows them.\n";
  }
  if (receipt.unlinked > 0) {
    text += std::to_string(receipt.unlinked) +
            " memories were kept beside the ones that they claim to replace: a file replaces only "
            "what came from its own store\n";
  }
  if (receipt.refused > 0) text += std::to_string(receipt.refused) + " records were refused:\n";
  for (const store::ImportRefusal& refusal : receipt.refusals) {
    text += "  line " + std::to_string(refusal.line) + ": " + refusal.reason + "\n";
  }
  if (receipt.refused > static_cast<int64_t>(receipt.refusals.size())) {
    text += "  … and " +
            std::to_string(receipt.refused - static_cast<int64_t>(receipt.refusals.size())) +
            " more\n";
  }
  return text;
}

AuditEvent Imported(const Result<store::ImportReceipt>& receipt) {
  AuditEvent event{"memory.import", receipt ? "ok" : "failed"};
  if (!receipt) {
    event.detail = NamesOf(receipt.error().code).name;
  } else {
    event.detail = std::to_string(receipt->personas) + " personas, " +
                   std::to_string(receipt->messages) + " messages, " +
                   std::to_string(receipt->memories) + " memories, " +
                   std::to_string(receipt->skipped) + " skipped, " +
                   std::to_string(receipt->refused) + " refused";
  }
  return event;
}

int Import(const ImportOptions& options, Context& context) {
  std::ifstream file;
  std::istream* in = &context.in();
  if (options.file != "-") {
    file.open(Absolute(options.file, context));
    if (!file) {
      return context.PrintError(
          Error{ErrorCode::kNotFound,
                "cannot read " + OneLine(options.file, 4096) +
                    ": give a file that `memory export` wrote, or - for stdin",
                {},
                false});
    }
    in = &file;
  }
  const Result<store::Maintenance*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const auto next = [in](std::string* line) -> Result<bool> { return ReadLine(*in, line); };
  const auto receipt = (*store)->Import(next, context.Call(kPatience));
  Audit(context, Imported(receipt));
  if (!receipt) return context.PrintError(receipt.error());
  if (options.json) {
    context.out() << JsonText(ReceiptJson(*receipt), 2) << "\n";
  } else {
    context.out() << ReceiptText(*receipt);
  }
  return kExitOk;
}

}  // namespace

void AddMemoryExport(CLI::App& memory, Program& program) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command =
      memory.add_subcommand("export", "write personas, messages and memories as JSON Lines");
  command->add_option("FILE", options->file, "a new file; default: stdout");
  command
      ->add_option("--persona", options->persona,
                   "only what this persona may see; default: in a session's shell, what the "
                   "session may see, elsewhere everything")
      ->type_name("NAME");
  command->add_flag(
      "--all", options->all,
      "everything, including private messages and memories; not in a session's shell");
  command->add_flag("--no-messages", options->no_messages, "leave messages out");
  command->add_flag("--no-memories", options->no_memories, "leave memories out");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Export(*options, context); });
  });
}

void AddMemoryImport(CLI::App& memory, Program& program) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command =
      memory.add_subcommand("import", "import an export; existing entries are skipped");
  command->add_option("FILE", options->file, "the export, or - for stdin")->required();
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Import(*options, context); });
  });
}

}  // namespace katra::cli
