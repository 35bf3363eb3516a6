// A queue that keeps its memory. Where one is filled and emptied fifty times a second, std::deque asks for a block
// every few elements. Grows by doubling, never shrinks; what is popped is destroyed at once.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace offhook {

template <class T>
class Ring {
 public:
  Ring() = default;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring() { clear(), release(); }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return *slot(i); }
  const T& operator[](std::size_t i) const { return *slot(i); }
  T& front() { return *slot(0); }
  const T& front() const { return *slot(0); }
  T& back() { return *slot(size_ - 1); }
  const T& back() const { return *slot(size_ - 1); }

  template <class... A>
  T& emplace_back(A&&... a) {
    if (size_ == capacity_) grow();
    T* const made = std::construct_at(slot(size_), std::forward<A>(a)...);
    ++size_;
    return *made;
  }
  void push_back(T value) { emplace_back(std::move(value)); }
  void push_front(T value) {
    if (size_ == capacity_) grow();
    const std::size_t first = (first_ + capacity_ - 1) & (capacity_ - 1);
    std::construct_at(memory_ + first, std::move(value));
    first_ = first;
    ++size_;
  }
  void pop_front() {
    std::destroy_at(slot(0));
    first_ = (first_ + 1) & (capacity_ - 1);
    --size_;
  }
  void clear() {
    while (!empty()) pop_front();
  }

 private:
  T* slot(std::size_t i) { return memory_ + ((first_ + i) & (capacity_ - 1)); }
  const T* slot(std::size_t i) const { return memory_ + ((first_ + i) & (capacity_ - 1)); }

  void grow() {
    const std::size_t capacity = capacity_ == 0 ? 4 : 2 * capacity_;
    T* const memory = std::allocator<T>().allocate(capacity);
    for (std::size_t i = 0; i < size_; ++i) {
      std::construct_at(memory + i, std::move(*slot(i)));
      std::destroy_at(slot(i));
    }
    release();
    memory_ = memory;
    capacity_ = capacity;
    first_ = 0;
  }
  void release() {
    if (memory_) std::allocator<T>().deallocate(memory_, capacity_);
  }

  T* memory_ = nullptr;
  std::size_t capacity_ = 0;  // a power of two
  std::size_t first_ = 0, size_ = 0;
};

}  // namespace offhook
