#pragma once
#include <csignal>
#include <cstdio>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace trivium::testing {

/// What f() writes to standard error before it aborts, in a process of its own; "it went well" when it does
/// not.
template <class F>
std::string last_words(F f) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    dup2(ends[1], STDERR_FILENO);
    f();
    _exit(0);
  }
  close(ends[1]);
  std::string words;
  char letter;
  while (read(ends[0], &letter, 1) == 1) words += letter;
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "it went well";
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? words : "it ended otherwise: " + words;
}

}  // namespace trivium::testing
