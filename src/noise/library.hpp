// A shared library that is looked for when it is needed, and the functions of its C interface.
#pragma once

#include <string>

#include "base/result.hpp"

namespace offhook::noise {

class Library {
 public:
  // Errc::not_found, naming the file and the command that fetches it. Never let go again: a library may leave behind
  // what runs at the end of a thread.
  static Result<Library> open(const std::string& path, const char* what);

  template <class Function>
  bool find(Function& function, const char* name) const {
    function = reinterpret_cast<Function>(symbol(name));
    return function != nullptr;
  }

 private:
  explicit Library(void* handle) : handle_(handle) {}
  void* symbol(const char* name) const;
  void* handle_;
};

// What to say of a file that is not there, and of one that is not what it should be.
Error missing(const std::string& path, const char* what);
Error strange(const std::string& path, const char* what);

}  // namespace offhook::noise
