// Named places where a test may stop a thread and let another one overtake it.
//
// Ordinary builds compile the macro to nothing. A test program that compiles the code under test
// with NACRE_SEQUENCE_POINTS defines sequence_point() and becomes the scheduler: it decides which
// thread goes on from which point, and so can run every interleaving of a race.
#pragma once

#if defined(NACRE_SEQUENCE_POINTS)

#include <string_view>

namespace nacre {

/// Defined by the test program. Called on the thread that reached the point; may block it.
void sequence_point(std::string_view name);

}  // namespace nacre

/// Reaches the point called `name`, for example NACRE_SEQUENCE_POINT("fill.before_commit").
/// Never place one where a mutex is held: the scheduler would stop the owner.
#define NACRE_SEQUENCE_POINT(name) ::nacre::sequence_point(name)

#else

#define NACRE_SEQUENCE_POINT(name) static_cast<void>(0)

#endif
