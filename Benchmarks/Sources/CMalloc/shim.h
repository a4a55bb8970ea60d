// What glibc's allocator says of itself: mallinfo2, malloc_trim.
#include <malloc.h>

// Swift takes `mallinfo2()` for a new, empty struct of that name where it can.
static inline struct mallinfo2 allocator_report(void) { return mallinfo2(); }
