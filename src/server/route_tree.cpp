#include "server/route_tree.hpp"

#include "base/check.hpp"

namespace nacre::server {
namespace {

// Takes the first segment off `rest`, which begins with '/'.
std::string_view take_segment(std::string_view& rest) noexcept {
  rest.remove_prefix(1);
  const std::string_view segment = rest.substr(0, rest.find('/'));
  rest.remove_prefix(segment.size());
  return segment;
}

}  // namespace

RouteTree::RouteTree(const std::vector<Route>& routes) : routes_(routes) {
  for (std::size_t index = 0; index < routes.size(); ++index) {
    Node* node = &root_;
    std::string_view rest = routes[index].path;
    while (!rest.empty()) {
      const std::string_view segment = take_segment(rest);
      std::unique_ptr<Node>& next =
          segment == "{key}" ? node->parameter : node->children[std::string(segment)];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
    }
    for (const std::size_t other : node->route_indexes) {
      NACRE_CHECK(routes[other].method != routes[index].method);
    }
    node->route_indexes.push_back(index);
  }
}

const RouteTree::Node* RouteTree::find_node(const Node& node, std::string_view rest,
                                            std::string_view& parameter) const {
  if (rest.empty()) return node.route_indexes.empty() ? nullptr : &node;
  const std::string_view segment = take_segment(rest);
  const auto child = node.children.find(segment);
  if (child != node.children.end()) {
    if (const Node* found = find_node(*child->second, rest, parameter)) return found;
  }
  if (!node.parameter) return nullptr;
  const Node* found = find_node(*node.parameter, rest, parameter);
  if (found != nullptr) parameter = segment;
  return found;
}

RouteTree::Match RouteTree::find(Method method, std::string_view path) const {
  Match match;
  const Node* node = find_node(root_, path, match.path_parameter);
  if (node == nullptr) return match;
  const Method wanted = method == Method::head ? Method::get : method;
  for (const std::size_t index : node->route_indexes) {
    if (routes_[index].method == wanted) {
      match.route = &routes_[index];
      match.route_index = index;
      return match;
    }
  }
  for (const std::size_t index : node->route_indexes) {
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += name_of(routes_[index].method);
    if (routes_[index].method == Method::get) match.allow += ", HEAD";
  }
  return match;
}

std::string_view name_of(Method method) noexcept {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::put:
      return "PUT";
    case Method::post:
      return "POST";
    case Method::remove:
      return "DELETE";
    case Method::other:
      break;
  }
  return "OTHER";
}

}  // namespace nacre::server
