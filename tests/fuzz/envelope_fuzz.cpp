// Stored values: reading never crashes, and what is read as ours is written back to the same bytes.
//
// The input is what follows the checksum: a fuzzer would not find the sum by itself. The bare input
// is read as well.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/hash.hpp"
#include "remote/envelope.hpp"

namespace {

constexpr std::uint64_t digest = 0x3131313131313131;  // "11111111": easy to keep in the seeds

void check(std::string_view bytes) {
  nacre::remote::Envelope envelope;
  const auto kind = nacre::remote::decode_envelope(bytes, digest, envelope);
  if (kind != nacre::remote::EnvelopeKind::envelope) return;
  NACRE_CHECK(nacre::remote::encode_envelope(envelope, digest) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check(input);
  std::string summed = {'\xae', 'N', 'C', 1, 0};
  const std::uint64_t sum = nacre::hash_bytes(input, 0);
  for (int shift = 0; shift < 64; shift += 8) summed.push_back(static_cast<char>(sum >> shift));
  summed += input;
  check(summed);
  return 0;
}
