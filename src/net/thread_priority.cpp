#include "net/thread_priority.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace offhook::net {

bool lower_this_thread() {
  // On Linux a nice value belongs to a thread: PRIO_PROCESS with a thread's id means that thread.
  const int nicer = std::min(19, ::getpriority(PRIO_PROCESS, static_cast<id_t>(::getpid())) + 10);
  return ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nicer) == 0;
}

void name_this_thread(std::string_view name) {
  ::pthread_setname_np(::pthread_self(), std::string(name.substr(0, 15)).c_str());
}

}  // namespace offhook::net
