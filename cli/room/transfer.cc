#include "cli/room/transfer.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <istream>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/room/new_file.h"
#include "cli/room/visit.h"

namespace katra::cli {
namespace {

constexpr std::chrono::minutes kPatience{10};

struct ExportOptions {
  std::string persona;
  std::string file;
  bool no_messages = false;
  bool no_memories = false;
};

struct ImportOptions {
  std::string file;
  bool json = false;
};

Status WriteExport(const store::ExportOptions& what, store::Store& store, std::ostream& out,
                   const Context& context) {
  const auto put = [&out](std::string_view line) -> Status {
    out << line << '\n';
    if (!out) return Fail(ErrorCode::kResourceExhausted, "the export could not be written whole");
    return {};
  };
  if (Status written = store.Export(what, put, context.Call(kPatience)); !written) return written;
  out.flush();
  if (!out) return Fail(ErrorCode::kResourceExhausted, "the export could not be written whole");
  return {};
}

int Export(const ExportOptions& options, Context& context) {
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.Explain(store.error());
  store::ExportOptions what;
  what.viewer = options.persona;
  what.messages = !options.no_messages;
  what.memories = !options.no_memories;
  if (options.file.empty() || options.file == "-") {
    const Status written = WriteExport(what, **store, context.out(), context);
    return written ? kExitOk : context.Explain(written.error());
  }
  auto file = NewFile::Create(options.file, context);
  if (!file) return context.Explain(file.error());
  const Status written = WriteExport(what, **store, file->stream(), context);
  if (!written) return context.Explain(written.error());
  file->Keep();
  context.err() << "written to " << file->path() << "\n";
  return kExitOk;
}

int Import(const ImportOptions& options, Context& context) {
  std::ifstream file;
  std::istream* in = &context.in();
  if (options.file != "-") {
    file.open(Absolute(options.file, context));
    if (!file) {
      return context.Explain(Error{ErrorCode::kNotFound,
                                   "cannot read " + options.file +
                                       ": give a file that `memory export` wrote, or - for stdin",
                                   {},
                                   false});
    }
    in = &file;
  }
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.Explain(store.error());
  const auto next = [in](std::string* line) -> Result<bool> {
    if (std::getline(*in, *line)) return true;
    if (in->bad()) return Fail(ErrorCode::kDataLoss, "the export could not be read to its end");
    return false;
  };
  const auto receipt = (*store)->Import(next, context.Call(kPatience));
  if (!receipt) return context.Explain(receipt.error());
  if (options.json) {
    context.out() << nlohmann::json{{"personas", receipt->personas},
                                    {"messages", receipt->messages},
                                    {"memories", receipt->memories},
                                    {"skipped", receipt->skipped}}
                         .dump(2)
                  << "\n";
  } else {
    context.out() << "imported " << receipt->personas << " personas, " << receipt->messages
                  << " messages, " << receipt->memories << " memories; " << receipt->skipped
                  << " were there already\n";
  }
  return kExitOk;
}

}  // namespace

void AddMemoryExport(CLI::App& memory, Program& program) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command =
      memory.add_subcommand("export", "personas, messages and memories as JSON Lines");
  command->add_option("FILE", options->file, "a new file; default: stdout");
  command
      ->add_option("--persona", options->persona,
                   "only what this persona may see; default: everything")
      ->type_name("NAME");
  command->add_flag("--no-messages", options->no_messages, "leave messages out");
  command->add_flag("--no-memories", options->no_memories, "leave memories out");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Export(*options, context); });
  });
}

void AddMemoryImport(CLI::App& memory, Program& program) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command =
      memory.add_subcommand("import", "take in an export; what is there already is skipped");
  command->add_option("FILE", options->file, "the export, or - for stdin")->required();
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Import(*options, context); });
  });
}

}  // namespace katra::cli
