// Fuzz target: bytes as a rich described struct in MessagePack.
#include "codec_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  nacre::check_round_trip<nacre::MessagePack>(bytes, size);
  return 0;
}
