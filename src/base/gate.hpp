// Closes a lifetime and proves that nothing outlived it. Whatever depends on an object holds a Pass through its gate;
// when the object ends it closes the gate, and may go once the last pass is back. Single-threaded, allocates nothing.
//
//   enter  enter        close(on_empty)   ~Pass     ~Pass → on_empty     ~Gate
//   ──┬──────┬──────────────┬───────────────┬─────────┬────────────────────┬──
//     1      2              │ enter → none  1         0                    would abort if a pass were still out
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace offhook {

class Gate {
 public:
  // Move-only. Names what holds it, for the message of a gate that is destroyed too early.
  class Pass {
   public:
    Pass(Pass&& other) noexcept;
    Pass& operator=(Pass&& other) noexcept;
    ~Pass() { leave(); }

    void leave();  // early; harmless twice
    const char* what() const { return what_; }

   private:
    friend class Gate;
    Pass(Gate& gate, const char* what);
    void take_place_of(Pass& other);

    Gate* gate_ = nullptr;  // nullptr: left, moved from, or orphaned by its gate
    const char* what_;
    Pass* before_ = nullptr;
    Pass* after_ = nullptr;
  };

  Gate() = default;
  // Passes still out are a mistake: a debug build aborts and names them, a release build (NDEBUG) logs them as an error
  // and makes them harmless. on_empty is not called any more.
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  std::optional<Pass> enter(const char* what);  // none once closed; `what` must outlive the pass (a literal)
  // No new passes. `on_empty` is called when the last pass is back (inside this call if none is out) and may destroy
  // the gate. Closing again replaces it.
  void close(std::function<void()> on_empty = {});

  bool closed() const { return closed_; }
  std::size_t open_passes() const { return open_; }
  std::string holders() const;  // "stt, tool, tool": what the passes that are out were taken for, at most ten

 private:
  void tell_if_empty();

  Pass* first_ = nullptr;
  std::size_t open_ = 0;
  bool closed_ = false;
  std::function<void()> on_empty_;
};

}  // namespace offhook
