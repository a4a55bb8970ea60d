// What glibc's allocator says of itself: mallinfo2, malloc_trim.
#include <malloc.h>
