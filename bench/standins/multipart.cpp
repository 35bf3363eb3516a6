#include "standins/multipart.hpp"

#include "net/http.hpp"

namespace offhook::standins {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Of "form-data; name=\"x\"; filename=\"y\"": nothing if it is not there.
std::optional<std::string> parameter(std::string_view field, std::string_view name) {
  while (true) {
    const std::size_t end = field.find(';');
    if (end == std::string_view::npos) return std::nullopt;
    field = trimmed(field.substr(end + 1));
    if (!field.starts_with(name) || field.size() <= name.size() || field[name.size()] != '=') continue;
    std::string_view value = field.substr(name.size() + 1);
    if (!value.starts_with('"')) return std::string(trimmed(value.substr(0, value.find(';'))));
    value.remove_prefix(1);
    return std::string(value.substr(0, value.find('"')));
  }
}

// One part: its header fields, an empty line, its bytes.
std::optional<Part> read_part(std::string_view text, Problem& problem) {
  Part part;
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    problem.found("multipart: a part without the empty line behind its header");
    return std::nullopt;
  }
  std::string_view head = text.substr(0, end + 2);
  part.body = text.substr(end + 4);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (net::same_name(line.substr(0, colon), "Content-Type")) part.type = value;
    if (!net::same_name(line.substr(0, colon), "Content-Disposition")) continue;
    if (!value.starts_with("form-data")) problem.found("multipart: Content-Disposition: expected form-data");
    part.name = parameter(value, "name").value_or("");
    const auto filename = parameter(value, "filename");
    part.is_file = filename.has_value();
    part.filename = filename.value_or("");
  }
  if (part.name.empty()) problem.found("multipart: a part without a name");
  return part;
}

}  // namespace

std::optional<std::vector<Part>> parse_multipart(std::string_view content_type, std::string_view body,
                                                 Problem& problem) {
  const auto boundary = content_type.starts_with("multipart/form-data") ? parameter(content_type, "boundary")
                                                                        : std::optional<std::string>();
  if (!boundary || boundary->empty()) {
    problem.found("Content-Type: found \"" + std::string(content_type) +
                  "\", expected multipart/form-data with a boundary");
    return std::nullopt;
  }
  const std::string first = "--" + *boundary, next = "\r\n" + first;
  if (!body.starts_with(first)) {
    problem.found("multipart: the body does not begin with its boundary");
    return std::nullopt;
  }
  std::vector<Part> parts;
  body.remove_prefix(first.size());
  while (!body.starts_with("--")) {
    const std::size_t end = body.find(next);
    if (!body.starts_with("\r\n") || end == std::string_view::npos) {
      problem.found("multipart: the last boundary, with -- behind it, is missing");
      return std::nullopt;
    }
    if (auto part = read_part(body.substr(2, end - 2), problem)) parts.push_back(std::move(*part));
    body.remove_prefix(end + next.size());
  }
  if (parts.empty()) problem.found("multipart: no parts");
  return parts;
}

}  // namespace offhook::standins
