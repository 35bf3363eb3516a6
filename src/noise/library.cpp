#include "noise/library.hpp"

#include <dlfcn.h>

namespace offhook::noise {
namespace {

constexpr const char* kRemedy = "; `offhook models` lists what is there, scripts/fetch (or ./run) puts it in place";

}  // namespace

Result<Library> Library::open(const std::string& path, const char* what) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle) return Library(handle);
  const char* why = dlerror();  // begins with the path
  return Error{Errc::not_found, std::string("loading ") + what + ": " + (why ? why : path) + kRemedy};
}

void* Library::symbol(const char* name) const {
  return dlsym(handle_, name);
}

Error missing(const std::string& path, const char* what) {
  return {Errc::not_found, std::string("loading ") + what + ": " + path + " is missing" + kRemedy};
}

Error strange(const std::string& path, const char* what) {
  return {Errc::invalid,
          std::string("loading ") + what + ": " + path + " is of another version than expected" + kRemedy};
}

}  // namespace offhook::noise
