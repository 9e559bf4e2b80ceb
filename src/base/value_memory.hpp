// Where the bytes of values live: small ones on the heap, large ones in pages of their own.
//
// A cache frees values in another order than it makes them, and glibc's heap keeps what large holes
// leave: with sizes from 10 bytes to 1 MiB a cache of 64 MiB took 91 MB. Pages of their own go back
// to the kernel at once, so what the cache counts is what the process takes (71 MB).
#pragma once

#include <cstddef>

namespace nacre {

/// From here on an allocation has pages of its own. Below, two system calls and the faults would
/// cost more than copying the bytes; measured as small enough to keep the heap in order.
inline constexpr std::size_t mapped_value_bytes = std::size_t{64} << 10;

/// Memory aligned to 16. Throws std::bad_alloc.
void* allocate_value_memory(std::size_t bytes);

/// `bytes` as they were asked for.
void free_value_memory(void* memory, std::size_t bytes) noexcept;

}  // namespace nacre
