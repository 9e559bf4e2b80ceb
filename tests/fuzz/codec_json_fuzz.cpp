// Fuzz target: bytes as a rich described struct in JSON.
#include "codec_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  nacre::check_round_trip<nacre::Json>(bytes, size);
  return 0;
}
