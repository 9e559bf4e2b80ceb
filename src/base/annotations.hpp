// The macros that tell clang which mutex guards what; they mean nothing to other compilers.
//
// With -Wthread-safety a read of a guarded member without its mutex is a compile error. Use them
// with Mutex and MutexLock of base/mutex.hpp; std::mutex is not annotated in libstdc++.
#pragma once

#if defined(__clang__)
#define NACRE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define NACRE_THREAD_ANNOTATION(x)
#endif

// On types.
#define NACRE_CAPABILITY(name) NACRE_THREAD_ANNOTATION(capability(name))
#define NACRE_SCOPED_CAPABILITY NACRE_THREAD_ANNOTATION(scoped_lockable)

// On members: which mutex guards the member, or what the member points to.
#define NACRE_GUARDED_BY(mutex) NACRE_THREAD_ANNOTATION(guarded_by(mutex))
#define NACRE_PT_GUARDED_BY(mutex) NACRE_THREAD_ANNOTATION(pt_guarded_by(mutex))

// On mutexes: the lock order.
#define NACRE_ACQUIRED_BEFORE(...) NACRE_THREAD_ANNOTATION(acquired_before(__VA_ARGS__))
#define NACRE_ACQUIRED_AFTER(...) NACRE_THREAD_ANNOTATION(acquired_after(__VA_ARGS__))

// On functions: what the caller holds, must not hold, gains or gives up.
#define NACRE_REQUIRES(...) NACRE_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define NACRE_REQUIRES_SHARED(...) NACRE_THREAD_ANNOTATION(requires_shared_capability(__VA_ARGS__))
#define NACRE_EXCLUDES(...) NACRE_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define NACRE_ACQUIRE(...) NACRE_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define NACRE_ACQUIRE_SHARED(...) NACRE_THREAD_ANNOTATION(acquire_shared_capability(__VA_ARGS__))
#define NACRE_RELEASE(...) NACRE_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define NACRE_RELEASE_SHARED(...) NACRE_THREAD_ANNOTATION(release_shared_capability(__VA_ARGS__))
#define NACRE_RELEASE_GENERIC(...) NACRE_THREAD_ANNOTATION(release_generic_capability(__VA_ARGS__))
#define NACRE_TRY_ACQUIRE(...) NACRE_THREAD_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define NACRE_TRY_ACQUIRE_SHARED(...) \
  NACRE_THREAD_ANNOTATION(try_acquire_shared_capability(__VA_ARGS__))
#define NACRE_ASSERT_HELD(...) NACRE_THREAD_ANNOTATION(assert_capability(__VA_ARGS__))
#define NACRE_RETURN_CAPABILITY(mutex) NACRE_THREAD_ANNOTATION(lock_returned(mutex))

// On functions the analysis cannot follow. Say why beside each use.
#define NACRE_NO_THREAD_SAFETY_ANALYSIS NACRE_THREAD_ANNOTATION(no_thread_safety_analysis)
