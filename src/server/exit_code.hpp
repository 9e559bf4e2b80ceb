// How nacred ends, as sysexits.h numbers it.
#pragma once

namespace nacre::server {

inline constexpr int exit_done = 0;          ///< drained, or nothing was to be done
inline constexpr int exit_cut_short = 1;     ///< a second signal, or the drain took too long
inline constexpr int exit_bad_flags = 64;    ///< EX_USAGE
inline constexpr int exit_cannot_bind = 69;  ///< EX_UNAVAILABLE
inline constexpr int exit_bad_config = 78;   ///< EX_CONFIG

}  // namespace nacre::server
