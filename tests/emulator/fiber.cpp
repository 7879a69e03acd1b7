// makecontext gives a fiber its stack; afterwards _setjmp and _longjmp change stacks without asking the
// kernel for anything. Hardened builds forbid a jump between stacks.
#undef _FORTIFY_SOURCE
#include "fiber.hpp"

#include <ucontext.h>

#if !defined(__SANITIZE_ADDRESS__) && defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__  // GCC's word for it
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace trivium::emulated {
namespace {

Fiber* running = nullptr;
std::jmp_buf outside;
const void* outside_stack = nullptr;
std::size_t outside_bytes = 0;

// The address sanitizer wants to know of every change of stacks.
void leaves(void** shadow, const void* stack, std::size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(shadow, stack, bytes);
#else
  (void)shadow, (void)stack, (void)bytes;
#endif
}
void arrives(void* shadow, const void** from_stack, std::size_t* from_bytes) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(shadow, from_stack, from_bytes);
#else
  (void)shadow, (void)from_stack, (void)from_bytes;
#endif
}

}  // namespace

Fiber::Fiber(void (*work)()) : work_(work), stack_(new std::byte[stack_bytes]) {}

void Fiber::resume() {
  void* shadow = nullptr;
  running = this;
  if (_setjmp(outside) == 0) {
    leaves(&shadow, stack_.get(), stack_bytes);
    if (started_) _longjmp(inside_, 1);
    enter();
  }
  arrives(shadow, nullptr, nullptr);
}

void Fiber::enter() {
  started_ = true;
  ucontext_t context;
  getcontext(&context);
  context.uc_stack.ss_sp = stack_.get();
  context.uc_stack.ss_size = stack_bytes;
  context.uc_link = nullptr;
  makecontext(&context, &Fiber::run, 0);
  setcontext(&context);
}

void Fiber::run() {
  arrives(nullptr, &outside_stack, &outside_bytes);
  for (;;) {
    running->work_();
    pause();
  }
}

void Fiber::pause() {
  Fiber* const self = running;
  if (_setjmp(self->inside_) == 0) {
    leaves(&self->shadow_, outside_stack, outside_bytes);
    _longjmp(outside, 1);
  }
  arrives(self->shadow_, &outside_stack, &outside_bytes);
}

}  // namespace trivium::emulated
