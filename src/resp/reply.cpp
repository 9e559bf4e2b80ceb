#include "resp/reply.hpp"

#include <charconv>

namespace nacre::resp {
namespace {

constexpr Node null_node{};

bool has_text(Type type) noexcept {
  return (type >= Type::simple_string && type <= Type::bulk_error) || type == Type::big_number;
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) noexcept {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Reply::Reply() noexcept : Reply(&null_node, nullptr) {}

std::string_view Reply::text() const noexcept {
  if (!has_text(type())) return {};
  const std::string_view whole(base_ + node_->offset, node_->size);
  return type() == Type::verbatim_string ? whole.substr(4) : whole;
}

std::string_view Reply::verbatim_format() const noexcept {
  if (type() != Type::verbatim_string) return {};
  return {base_ + node_->offset, 3};
}

std::optional<std::int64_t> Reply::find_integer() const noexcept {
  if (type() == Type::integer) return node_->integer;
  return is_string() ? parse_whole<std::int64_t>(text()) : std::nullopt;
}

std::optional<double> Reply::find_real() const noexcept {
  if (type() == Type::real) return node_->real;
  if (type() == Type::integer) return static_cast<double>(node_->integer);
  return is_string() ? parse_whole<double>(text()) : std::nullopt;
}

std::optional<bool> Reply::find_boolean() const noexcept {
  const bool is_truth = type() == Type::boolean || type() == Type::integer;
  if (!is_truth || node_->integer < 0 || node_->integer > 1) return std::nullopt;
  return node_->integer == 1;
}

Reply Reply::operator[](std::size_t index) const noexcept {
  if (index >= size()) return {};
  Iterator at = begin();
  for (; index > 0; --index) ++at;
  return *at;
}

std::optional<Reply> Reply::find(std::string_view key) const noexcept {
  if (size() % 2 != 0) return std::nullopt;
  for (Iterator at = begin(); at != end(); ++at) {
    const Reply name = *at;
    ++at;
    if (name.is_string() && name.text() == key) return *at;
  }
  return std::nullopt;
}

Reply Reply::attributes() const noexcept {
  if (first_ == node_) return {};
  // The pairs are read as the elements of an aggregate, without skipping the attribute itself.
  Reply pairs(*this);
  pairs.node_ = first_;
  return pairs;
}

KeptReply::KeptReply(Reply reply) {
  const Node* const end = reply.node_ + reply.node_->span_count;
  std::size_t text_bytes = 0;
  for (const Node* node = reply.first_; node != end; ++node) {
    if (has_text(node->type)) text_bytes += node->size;
  }
  nodes_.assign(reply.first_, end);
  text_.reserve(text_bytes);
  for (Node& node : nodes_) {
    if (!has_text(node.type)) continue;
    const char* const bytes = reply.base_ + node.offset;
    node.offset = text_.size();
    text_.append(bytes, node.size);
  }
}

}  // namespace nacre::resp
