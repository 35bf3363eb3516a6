// Reading what a client sent, as strictly as can be: an object's or a query's fields are taken one by one, each with
// its type and bounds, and end() finds those that nobody asked for. The first thing wrong is kept, in words for the
// vendor's error message.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::standins {

namespace json = boost::json;

class Problem {
 public:
  void found(std::string what) {
    if (what_.empty()) what_ = std::move(what);
  }
  explicit operator bool() const { return !what_.empty(); }
  const std::string& what() const { return what_; }

 private:
  std::string what_;
};

enum class Need { optional, required };

class Fields {
 public:
  // `where` begins every complaint: "Finalize". Object and problem must outlive it.
  Fields(const json::object& object, std::string where, Problem& problem)
      : object_(object), where_(std::move(where)), problem_(problem) {}

  bool has(std::string_view name) const;          // and is not null
  const json::value* any(std::string_view name);  // nullptr: absent or null
  std::string text(std::string_view name, Need need = Need::optional);
  std::optional<std::int64_t> whole(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<double> number(std::string_view name, double least, double most);
  std::optional<bool> flag(std::string_view name);
  const json::object* object(std::string_view name, Need need = Need::optional);
  const json::array* array(std::string_view name, Need need = Need::optional);
  std::string choice(std::string_view name, std::initializer_list<std::string_view> choices,
                     Need need = Need::optional);
  void ignore(std::initializer_list<std::string_view> names);  // known to the vendor, of no matter here
  void end();                                                  // what is left is unknown

  void wrong(std::string_view name, std::string_view expected);
  const std::string& where() const { return where_; }

 private:
  const json::value* take(std::string_view name, Need need);

  const json::object& object_;
  const std::string where_;
  Problem& problem_;
  std::set<std::string, std::less<>> known_;
};

// A query or a form: values are text, a name may come more than once.
class Query {
 public:
  Query(std::vector<std::pair<std::string, std::string>> fields, std::string where, Problem& problem)
      : fields_(std::move(fields)), where_(std::move(where)), problem_(problem) {}

  bool has(std::string_view name) const;
  std::string text(std::string_view name, Need need = Need::optional);
  std::optional<std::int64_t> whole(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<double> number(std::string_view name, double least, double most);
  std::optional<bool> flag(std::string_view name);  // "true" or "false"
  std::string choice(std::string_view name, std::initializer_list<std::string_view> choices,
                     Need need = Need::optional);
  std::vector<std::string> all(std::string_view name);
  void ignore(std::initializer_list<std::string_view> names);
  void end();

  void wrong(std::string_view name, std::string_view expected);

 private:
  const std::string* take(std::string_view name, Need need);

  const std::vector<std::pair<std::string, std::string>> fields_;
  const std::string where_;
  Problem& problem_;
  std::set<std::string, std::less<>> known_;
};

// The object that `text` is; nothing and a problem if it is none.
std::optional<json::object> parse_object(std::string_view text, Problem& problem);

std::string listed(std::initializer_list<std::string_view> choices);  // "a, b or c"

}  // namespace offhook::standins
