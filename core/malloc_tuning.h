// Tunes how malloc keeps freed memory. The C library returns large blocks to the kernel at once,
// and getting them back costs one page fault per page. For a process that holds a large body for a
// millisecond, many times a second, that costs more than the copying.
#pragma once

namespace katra {

// Keeps freed blocks from now on, up to 64 MiB at the end of the heap. Call it in main(), before
// threads start.
void KeepFreedMemory();
// Returns free memory to the kernel. May take some milliseconds; for a process that has become
// idle.
void GiveFreedMemoryBack();

}  // namespace katra
