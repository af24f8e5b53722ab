// How freed memory is kept. The C library gives large blocks back to the kernel at once, and the
// kernel hands out zeroed pages again, one fault each: for a process that holds a large body for a
// millisecond, many times a second, that costs more than the copying.
#pragma once

namespace katra {

// From now on freed blocks are kept, up to 64 MiB at the heap's end. For a main(), before threads.
void KeepFreedMemory();
// Gives back what is free now. Takes up to some milliseconds; for a process that has become idle.
void GiveFreedMemoryBack();

}  // namespace katra
