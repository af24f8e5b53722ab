#include "core/malloc_tuning.h"

#include <cstdlib>  // defines __GLIBC__

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace katra {

// Other C libraries are left as they are.
#ifdef __GLIBC__

void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 16 * 1024 * 1024);
  mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
}
void GiveFreedMemoryBack() { malloc_trim(0); }

#else

void KeepFreedMemory() {}
void GiveFreedMemoryBack() {}

#endif

}  // namespace katra
