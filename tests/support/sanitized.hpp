#pragma once
// TRIVIUM_SANITIZED: a sanitizer is compiled in, which brings a malloc and an operator new of its own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TRIVIUM_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRIVIUM_SANITIZED 1
#endif
