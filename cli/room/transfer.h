// `katra memory export` and `katra memory import`: the store as JSON Lines
// (schemas/export-v1.json).
#pragma once

namespace CLI {
class App;
}

namespace katra::cli {

class Program;

void AddMemoryExport(CLI::App& memory, Program& program);
void AddMemoryImport(CLI::App& memory, Program& program);

}  // namespace katra::cli
