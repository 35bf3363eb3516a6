// What a thread tells the kernel about itself.
#pragma once

#include <string_view>

namespace offhook::net {

// Makes the calling thread alone ten nicer than the process: models and other work that may wait run so, and a loop
// never waits for them. Again is harmless. Best effort; false if the kernel refused.
bool lower_this_thread();

// As top and perf show it; the kernel keeps 15 bytes.
void name_this_thread(std::string_view name);

}  // namespace offhook::net
