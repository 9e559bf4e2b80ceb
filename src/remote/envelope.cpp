#include "remote/envelope.hpp"

#include <array>

#include "base/check.hpp"
#include "base/hash.hpp"
#include "tier/key.hpp"

namespace nacre::remote {

namespace {

// The first byte is none of UTF-8, so no text of another program begins like this.
constexpr std::string_view magic = header_begin.substr(0, 3);
constexpr char version = header_begin.back();

constexpr std::size_t checksum_offset = 5;
constexpr std::size_t covered_offset = 13;
static_assert(magic.size() == 3 && expired_offset == magic.size() + 1);
static_assert(write_id_offset == covered_offset + sizeof(std::uint64_t));

enum Flag : std::uint8_t {
  flag_negative = 1,
  flag_tags = 2,
  flag_validators = 4,
  flag_sliding = 8,
  known_flags = 15,
};

constexpr std::uint64_t max_duration_ms = std::uint64_t{1} << 53;

std::uint64_t checksum(std::string_view covered) noexcept {
  return hash_bytes(covered, 0);
}

void put_fixed(std::string& out, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(number >> shift));
}

/// LEB128: seven bits a byte, the lowest first.
void put_number(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  out.push_back(static_cast<char>(number));
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

void put_mark(std::string& out, const MarkId& mark) {
  put_fixed(out, mark.removal);
  put_fixed(out, mark.expiry);
}

/// Takes parts off the front; false, once and for all later calls, when there are not enough bytes
/// or a number is out of range.
class Cut {
 public:
  explicit Cut(std::string_view bytes) noexcept : rest_(bytes) {}

  bool is_whole() const noexcept { return is_whole_; }
  std::string_view rest() const noexcept { return rest_; }

  std::uint8_t take_byte() {
    if (!require(1)) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  std::uint64_t take_fixed() {
    if (!require(8)) return 0;
    std::uint64_t number = 0;
    for (std::size_t index = 8; index-- > 0;) {
      number = number << 8 | static_cast<std::uint8_t>(rest_[index]);
    }
    rest_.remove_prefix(8);
    return number;
  }

  std::uint64_t take_number(std::uint64_t most) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      const std::uint8_t byte = take_byte();
      number |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) {
        // One spelling for one number: no zero byte at the end of a longer one.
        if (number > most || (byte == 0 && shift != 0)) is_whole_ = false;
        return is_whole_ ? number : 0;
      }
    }
    is_whole_ = false;
    return 0;
  }

  std::string_view take_text(std::size_t most_bytes) {
    const std::uint64_t size = take_number(most_bytes);
    if (!require(size)) return {};
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

  MarkId take_mark() {
    const std::uint64_t removal = take_fixed();
    return {.removal = removal, .expiry = take_fixed()};
  }

  void refuse() noexcept { is_whole_ = false; }

 private:
  bool require(std::uint64_t count) noexcept {
    if (rest_.size() < count) is_whole_ = false;
    return is_whole_;
  }

  std::string_view rest_;
  bool is_whole_ = true;
};

constexpr std::array life_members{&StoredLife::total_ms, &StoredLife::fresh_ms, &StoredLife::age_ms,
                                  &StoredLife::stale_while_revalidate_ms,
                                  &StoredLife::stale_if_error_ms};

/// A flag whose part is empty is refused: each envelope has one spelling.
void take_rest(Cut& cut, Envelope& envelope) {
  envelope.write_id = cut.take_fixed();
  const std::uint8_t flags = cut.take_byte();
  if ((flags & ~known_flags) != 0) return cut.refuse();
  const std::uint8_t format = cut.take_byte();
  if (format > static_cast<std::uint8_t>(Format::messagepack)) return cut.refuse();
  envelope.format = static_cast<Format>(format);
  envelope.is_negative = (flags & flag_negative) != 0;
  for (const auto member : life_members) envelope.life.*member = cut.take_number(max_duration_ms);
  if (envelope.life.total_ms == 0) cut.refuse();
  if ((flags & flag_sliding) != 0) {
    envelope.life.sliding_ms = cut.take_number(max_duration_ms);
    envelope.life.max_ms = cut.take_number(max_duration_ms);
    if (envelope.life.sliding_ms == 0) cut.refuse();
  }
  envelope.space_mark = cut.take_mark();
  if ((flags & flag_tags) != 0) {
    const std::uint64_t count = cut.take_number(max_tags_per_entry_count);
    if (count == 0) cut.refuse();
    for (std::uint64_t index = 0; index < count && cut.is_whole(); ++index) {
      const std::string_view tag = cut.take_text(max_tag_bytes);
      envelope.tags.push_back({.tag = std::string(tag), .mark = cut.take_mark()});
    }
  }
  if ((flags & flag_validators) != 0) {
    envelope.validators.etag = cut.take_text(max_validator_bytes);
    envelope.validators.last_modified = cut.take_text(max_validator_bytes);
    if (envelope.validators.empty()) cut.refuse();
  }
  envelope.payload = cut.rest();
  if (envelope.is_negative && !envelope.payload.empty()) cut.refuse();
}

}  // namespace

std::uint64_t key_digest(std::string_view space, std::string_view key) noexcept {
  return mix_bits(hash_bytes(space, 0)) ^ hash_bytes(key, 0);
}

std::string encode_envelope(const Envelope& envelope, std::uint64_t digest) {
  NACRE_CHECK(envelope.tags.size() <= max_tags_per_entry_count && envelope.life.total_ms != 0);
  const bool is_sliding = envelope.life.sliding_ms != 0;
  std::uint8_t flags = 0;
  if (envelope.is_negative) flags |= flag_negative;
  if (!envelope.tags.empty()) flags |= flag_tags;
  if (!envelope.validators.empty()) flags |= flag_validators;
  if (is_sliding) flags |= flag_sliding;

  std::string out(magic);
  out.reserve(96 + envelope.payload.size());
  out.push_back(version);
  out.push_back(envelope.is_expired ? 1 : 0);
  out.resize(covered_offset);
  put_fixed(out, digest);
  put_fixed(out, envelope.write_id);
  out.push_back(static_cast<char>(flags));
  out.push_back(static_cast<char>(envelope.format));
  for (const auto member : life_members) put_number(out, envelope.life.*member);
  if (is_sliding) {
    put_number(out, envelope.life.sliding_ms);
    put_number(out, envelope.life.max_ms);
  }
  put_mark(out, envelope.space_mark);
  if (!envelope.tags.empty()) put_number(out, envelope.tags.size());
  for (const TagMark& each : envelope.tags) {
    put_text(out, each.tag);
    put_mark(out, each.mark);
  }
  if (!envelope.validators.empty()) {
    put_text(out, envelope.validators.etag);
    put_text(out, envelope.validators.last_modified);
  }
  out += envelope.payload;
  std::string sum;
  put_fixed(sum, checksum(std::string_view(out).substr(covered_offset)));
  out.replace(checksum_offset, sum.size(), sum);
  return out;
}

EnvelopeKind decode_envelope(std::string_view bytes, std::uint64_t digest, Envelope& envelope) {
  if (!bytes.starts_with(magic)) return EnvelopeKind::raw;
  if (bytes.size() < write_id_end || bytes[magic.size()] != version) return EnvelopeKind::corrupt;
  const auto expired = static_cast<std::uint8_t>(bytes[expired_offset]);
  if (expired > 1) return EnvelopeKind::corrupt;
  Cut cut(bytes.substr(checksum_offset));
  if (cut.take_fixed() != checksum(cut.rest())) return EnvelopeKind::corrupt;
  if (cut.take_fixed() != digest) return EnvelopeKind::corrupt;
  envelope = {.is_expired = expired == 1};
  take_rest(cut, envelope);
  return cut.is_whole() ? EnvelopeKind::envelope : EnvelopeKind::corrupt;
}

std::uint64_t peek_write_id(std::string_view beginning) noexcept {
  if (!beginning.starts_with(magic) || beginning.size() < write_id_end) return 0;
  return Cut(beginning.substr(write_id_offset)).take_fixed();
}

}  // namespace nacre::remote
