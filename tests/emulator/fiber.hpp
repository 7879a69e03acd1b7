#pragma once
#include <csetjmp>
#include <cstddef>
#include <memory>

namespace trivium::emulated {

/// A flow of control with a stack of its own: it calls `work` again and again, and pauses after each call.
class Fiber {
 public:
  explicit Fiber(void (*work)());
  Fiber(Fiber&&) = delete;
  /// Goes on where it paused, until it pauses again. Not to be called inside a fiber.
  void resume();
  /// Inside a fiber: back to who resumed it.
  static void pause();

 private:
  static void run();
  void enter();
  static constexpr std::size_t stack_bytes = (std::size_t{1} << 16) + 192;
  void (*work_)();
  std::unique_ptr<std::byte[]> stack_;
  std::jmp_buf inside_;
  bool started_ = false;
  void* shadow_ = nullptr;  // what the address sanitizer remembers of it
};

}  // namespace trivium::emulated
